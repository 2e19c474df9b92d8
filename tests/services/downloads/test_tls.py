"""Secure connections: slow greetings, false certificates, redirects away from them, cuts in the middle."""

from __future__ import annotations

import collections
import contextlib
import threading
import types
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from companion.domain.core.errors import Cancelled
from companion.services.app.cancellation import Cancellation
from tests.kits.downloads import MIB, QUICK, arrives, begin, expect, fails, get, threads_of_transfers
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.network import Authority

Start = Callable[..., FaultyServer]
ONCE = msgspec.structs.replace(QUICK, most_retries=0, patience=30.0, connect_seconds=1.0)
CANARY = "c4n4ry"


@pytest.mark.parametrize("greeting", ["stall", "dribble"])
def test_a_greeting_that_does_not_end(
    start: Start, authority: Authority, content: bytes, tmp_path: Path, greeting: str
) -> None:
    server = start(content, context=authority.context("127.0.0.1"))
    begin(server, expect(content), tmp_path)
    server.greeting = greeting
    before = server.connections
    error = fails("network", server.url(), expect(content), tmp_path, ONCE)
    assert server.connections == before + 1, "one attempt, ended by its own limit: the server never ends it"
    assert error.message == "The connection to the download server could not be made, or it broke off."
    assert (error.retryable, error.kind, server.requests) == (True, "unreachable", [])
    server.greeting = "proper"
    result = get(server.url(), expect(content), tmp_path)
    arrives(result, content)
    assert (result.resumed_from, result.bytes_fetched) == (3 * MIB, len(content) - 3 * MIB)


def test_a_slow_greeting_is_tried_again(start: Start, authority: Authority, content: bytes, tmp_path: Path) -> None:
    server = start(content, context=authority.context("127.0.0.1"))
    server.greeting = "stall"
    told: list[str] = []

    def watch(progress: object) -> None:
        reason = getattr(progress, "reason", None)
        if reason:
            told.append(reason)
            server.greeting = "proper"

    options = msgspec.structs.replace(ONCE, most_retries=2, first_wait=0.8)
    result = get(server.url(), expect(content), tmp_path, options=options, progress=watch)
    arrives(result, content)
    assert set(told) == {"The connection failed. Trying again soon."}
    assert (result.retries, server.connections) == (1, 2)


def test_a_greeting_that_hangs_can_be_cancelled(
    start: Start, authority: Authority, content: bytes, tmp_path: Path
) -> None:
    server = start(content, context=authority.context("127.0.0.1"))
    server.greeting = "stall"
    cancellation = Cancellation()

    def watch(_: object) -> None:
        if server.connections:
            threading.Timer(0.1, cancellation.cancel).start()

    options = msgspec.structs.replace(ONCE, connect_seconds=600.0, patience=600.0)
    with pytest.raises(Cancelled):
        get(server.url(), expect(content), tmp_path, options=options, cancellation=cancellation, progress=watch)
    assert server.connections == 1
    assert threads_of_transfers() == []


@pytest.mark.parametrize("fault", ["stranger", "name", "ended"])
def test_false_certificates(start: Start, authority: Authority, content: bytes, tmp_path: Path, fault: str) -> None:
    contexts = {
        "stranger": lambda: Authority("Stranger", tmp_path).context("127.0.0.1"),
        "name": lambda: authority.context("shop.test"),
        "ended": lambda: authority.context("127.0.0.1", days=-1),
    }
    server = start(content, context=contexts[fault]())
    error = fails("certificate", server.url(), expect(content), tmp_path / "to", ONCE)
    assert (error.title, server.requests) == ("The server could not prove who it is", [])


def test_cut_again_and_again(start: Start, authority: Authority, content: bytes, tmp_path: Path) -> None:
    def cut(request: Request) -> Reply:
        return replace(serve_range(request, content), cut_after=MIB)

    server = start(content, cut, context=authority.context("127.0.0.1"))
    result = get(server.url(), expect(content), tmp_path, options=msgspec.structs.replace(QUICK, most_retries=6))
    arrives(result, content)
    assert (result.retries, result.bytes_fetched) == (8, len(content))


@pytest.mark.parametrize(("secure", "chunked"), [(True, False), (False, True), (True, True)])
def test_bytes_that_come_by_the_record_or_chunk_are_not_held_up(
    start: Start, authority: Authority, content: bytes, tmp_path: Path, secure: bool, chunked: bool
) -> None:
    """However little comes at once: the pause that lets trickling bytes gather must not be made for them."""
    context = authority.context("127.0.0.1") if secure else None
    server = start(content, lambda each: replace(serve_range(each, content), chunked=chunked), context=context)
    pauses: list[int] = []

    def note(frame: types.FrameType) -> None:
        if frame.f_code.co_name == "_throttle" and frame.f_locals["trickles"]:
            pauses.append(frame.f_locals["count"])

    with watching_calls(note):
        result = get(server.url(), expect(content), tmp_path)
    assert (result.sha256, result.retries) == (expect(content).sha256, 0)
    # A record is 16 KiB. A machine that is busy may let some come alone.
    assert len(pauses) < len(content) // (16 * 1024) // 2


def test_it_is_not_asked_before_each_record_whether_there_is_one(
    start: Start, authority: Authority, content: bytes, tmp_path: Path
) -> None:
    """A record is 16 KiB: asking costs as much as decrypting it."""
    calls: collections.Counter[str] = collections.Counter()
    server = start(content, context=authority.context("127.0.0.1"))
    with watching_calls(lambda frame: calls.update([frame.f_code.co_name])):
        arrives(get(server.url(), expect(content), tmp_path), content)
    assert calls["recv_into"] > len(content) // (16 * 1024)
    assert calls["pending"] == 0


@contextlib.contextmanager
def watching_calls(note: Callable[[types.FrameType], None]) -> Iterator[None]:
    """Tells of every call that threads make which begin meanwhile."""

    def tell(frame: types.FrameType, event: str, _: object) -> None:
        if event == "call":
            note(frame)

    threading.setprofile(tell)
    try:
        yield
    finally:
        threading.setprofile(None)


@pytest.mark.parametrize("chunked", [True, False])
def test_what_came_before_a_stall_is_kept(
    start: Start, authority: Authority, content: bytes, tmp_path: Path, chunked: bool
) -> None:
    def stall(request: Request) -> Reply:
        return replace(serve_range(request, content), stall_after=3 * MIB + 4711, chunked=chunked)

    server = start(content, stall, context=authority.context("127.0.0.1"))
    fails("too-slow", server.url(), expect(content), tmp_path, msgspec.structs.replace(QUICK, most_retries=0))
    server.script = None
    assert get(server.url(), expect(content), tmp_path).resumed_from == 3 * MIB + 4711


@pytest.mark.parametrize("scheme", ["https", "HTTPS"])
@pytest.mark.parametrize("begun", [True, False])
def test_a_redirect_to_an_unprotected_address_is_refused(
    start: Start, authority: Authority, content: bytes, tmp_path: Path, scheme: str, begun: bool
) -> None:
    plain = start(content)
    server = start(content, context=authority.context("127.0.0.1"))
    if begun:
        begin(server, expect(content), tmp_path)
    server.script = lambda _: Reply("302 Found", [("Location", plain.url())])
    error = fails("unsafe-redirect", server.url().replace("https", scheme), expect(content), tmp_path)
    assert "not protected (https)" in error.message
    assert (plain.connections, len(server.requests), error.retryable) == (0, 1, False)
    if begun:
        assert (tmp_path / "setup.bin.part").read_bytes() == content[: 3 * MIB]
    else:
        assert not list(tmp_path.iterdir())
    server.script = None
    assert get(server.url(), expect(content), tmp_path).resumed_from == (3 * MIB if begun else 0)


def test_a_redirect_to_another_origin_takes_nothing_along(
    start: Start,
    authority: Authority,
    content: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither cookies, nor what a file of log-ins has for either host, nor where the request came from."""
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine localhost login me password {CANARY}\nmachine 127.0.0.1 login me password {CANARY}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    there = start(content, context=authority.context("127.0.0.1"))
    here = start(content, context=authority.context("localhost"), host="localhost")
    begin(there, expect(content), tmp_path / "to")
    cookies = [("Set-Cookie", f"{name}={CANARY}; Path=/{end}") for name, end in (("a", ""), ("b", "; Secure"))]
    here.script = lambda _: Reply("307 Temporary Redirect", [("Location", there.url()), *cookies])
    result = get(here.url(f"/setup.bin?signature={CANARY}"), expect(content), tmp_path / "to")
    arrives(result, content)
    assert result.resumed_from == 3 * MIB
    (request,) = there.requests
    assert CANARY not in request.path + str(request.headers)
    assert set(request.headers) <= {
        "host", "user-agent", "accept", "accept-encoding", "connection", "range", "if-range",
    }  # fmt: skip
    assert CANARY not in str(here.requests[0].headers)


def test_a_redirect_to_a_stranger_is_not_followed(
    start: Start, authority: Authority, content: bytes, tmp_path: Path
) -> None:
    stranger = start(content, context=Authority("Stranger", tmp_path).context("127.0.0.1"))
    server = start(content, context=authority.context("127.0.0.1"))
    server.script = lambda _: Reply("302 Found", [("Location", stranger.url())])
    fails("certificate", server.url(), expect(content), tmp_path / "to", ONCE)
    assert stranger.requests == []
