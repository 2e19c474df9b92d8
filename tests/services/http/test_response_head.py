"""Heads as real servers write them: what they say is found, and the body is whole."""

from __future__ import annotations

from pathlib import Path

import pytest
import requests

from companion.domain.core.errors import CompanionError
from companion.services.http.response_head import MOST_BYTES, tidy
from companion.services.http.session import new_session
from companion.services.store.calls.client import StoreClient
from tests.kits.downloads import QUICK, UNKNOWN, arrives, expect, get
from tests.kits.faulty_server import FaultyServer, Reply

BODY = bytes(range(256)) * 16
NUMBER = str(len(BODY))
HEADS = {
    "a length twice": f"Content-Length: {NUMBER}, {NUMBER}\r\nX-After: yes\r\n",
    "a length on two lines": f"Content-Length: {NUMBER}\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "120 fields": "".join(f"X-Field-{number}: {number}\r\n" for number in range(120))
    + f"Content-Length: {NUMBER}\r\nX-After: yes\r\n",
    "a blank before the colon": f"Server : real\r\nContent-Length : {NUMBER}\r\nX-After\t: yes\r\n",
    "no blank after it": f"Server:real\r\nContent-Length:{NUMBER}\r\nX-After:yes\r\n",
    "many blanks": f"Content-Length: \t  {NUMBER} \t\r\nX-After:    yes   \r\n",
    "folded lines": f"X-Long: one\r\n two\r\n\tthree\r\nContent-Length:\r\n {NUMBER}\r\nX-After:\r\n\tyes\r\n",
    "folded before any field": f" folded\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "a line that is no field": f"nonsense without colon\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "a second status line": f"HTTP/1.1 200 OK\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "a name with blanks in it": f"X Odd Name: 1\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "a name beyond ASCII": f"X-\xdcber: 1\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "an empty name": f": nothing\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "ends of lines without CR": f"Content-Length: {NUMBER}\nX-After: yes\n",
    "a value with NUL": f"X-Nul: a\0b\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "a long field": f"X-Long: {'x' * 60000}\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "an empty value": f"X-Empty:\r\nContent-Length: {NUMBER}\r\nX-After: yes\r\n",
    "chunks, folded": "Transfer-Encoding:\r\n chunked\r\nX-After: yes\r\n",
}


def raw(head: str) -> Reply:
    body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(BODY), BODY) if "chunked" in head else BODY
    return Reply(raw=f"HTTP/1.1 200 OK\r\n{head}\r\n".encode("latin-1") + body)


@pytest.mark.parametrize("name", HEADS)
def test_what_a_head_says_is_found(name: str) -> None:
    with FaultyServer(BODY, lambda _: raw(HEADS[name])) as server, new_session() as session:
        answer = session.get(server.url())
        assert answer.headers["X-After"] == "yes"
        assert answer.content == BODY


INTERIM = {
    "early hints": "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nContent-Length: 7\r\n\r\n",
    "work that goes on": "HTTP/1.1 102 Processing\r\n\r\n" * 50,
    "several kinds": "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103\r\nX-After: no\r\n\r\nHTTP/1.1 199 Odd\r\n\r\n",
}


@pytest.mark.parametrize("name", INTERIM)
def test_what_is_said_before_the_answer_is_not_the_answer(name: str, tmp_path: Path) -> None:
    final = raw(f"Content-Length: {NUMBER}\r\nX-After: yes\r\n").raw
    assert final is not None
    with FaultyServer(BODY, lambda _: Reply(raw=INTERIM[name].encode() + final)) as server, new_session() as session:
        answer = session.get(server.url())
        assert (answer.status_code, answer.headers["X-After"], answer.content) == (200, "yes", BODY)
        arrives(get(server.url(), expect(BODY), tmp_path), BODY)


def test_hints_without_end_are_not_read_without_end() -> None:
    hints = INTERIM["work that goes on"].encode() * (MOST_BYTES // 1000)
    with (
        FaultyServer(BODY, lambda _: Reply(raw=hints)) as server,
        new_session() as session,
        pytest.raises(requests.exceptions.ConnectionError),
    ):
        session.get(server.url())


@pytest.mark.parametrize("name", HEADS)
def test_a_download_with_such_a_head(name: str, tmp_path: Path) -> None:
    with FaultyServer(BODY, lambda _: raw(HEADS[name])) as server:
        arrives(get(server.url(), expect(BODY), tmp_path), BODY)


def test_a_continue_before_the_answer_is_passed_over() -> None:
    head = f"HTTP/1.1 100 Continue\r\nX : y\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length : {NUMBER}\r\n\r\n"
    with FaultyServer(BODY, lambda _: Reply(raw=head.encode() + BODY)) as server, new_session() as session:
        assert session.get(server.url()).content == BODY


@pytest.mark.parametrize(
    "lines", [[b"X: " + b"y" * 1000 + b"\r\n"] * 100_000, [b"X: y\r\n"] * 5000, [b"X: " + b"y" * 2 * MOST_BYTES]]
)
def test_a_head_without_measure_is_refused(lines: list[bytes]) -> None:
    reply = Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"".join(lines) + b"\r\n")
    with FaultyServer(BODY, lambda _: reply) as server:
        with new_session() as session, pytest.raises(requests.RequestException):
            session.get(server.url())
        client = StoreClient(server.url("").removesuffix("/"))
        with pytest.raises(CompanionError) as failed:
            client.profile()
        client.close()
        assert failed.value.code == "store-unreachable"


@pytest.mark.parametrize("lengths", ["{0}, 7", "{0}\r\nContent-Length: 7", "7,\r\n {0}"])
def test_a_head_of_two_lengths_is_refused(tmp_path: Path, lengths: str) -> None:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {lengths.format(NUMBER)}\r\n\r\n".encode()
    with FaultyServer(BODY, lambda _: Reply(raw=head + BODY)) as server, pytest.raises(CompanionError):
        get(server.url(), UNKNOWN, tmp_path, options=QUICK)


def test_tidy_lines_are_lines_that_any_parser_reads() -> None:
    given = [
        b" lost\r\n",
        b"A : 1\r\n",
        b"B: 2\r\n",
        b"  3\r\n",
        b"no field\r\n",
        b" lost too\r\n",
        b"C:\r\n",
        b"\t4\n",
    ]
    assert list(tidy(iter(given))) == [b"A: 1\r\n", b"B: 2 3\r\n", b"C: 4\r\n"]
