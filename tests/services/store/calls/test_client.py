"""The typed calls of the Store API, against the demo store and against stores that misbehave."""

from __future__ import annotations

import datetime as dt
import gzip
import json
import threading
import zlib
from collections.abc import Callable, Iterator
from email.utils import format_datetime
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeVar

import pytest

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Credentials

T = TypeVar("T")

CREDENTIALS = Credentials(order_password=Secret("canary-password"))
Answers = Callable[[BaseHTTPRequestHandler], tuple[int, dict[str, str], bytes]]


class Scripted:
    """A server that answers as told and remembers what it was asked."""

    def __init__(self, answer: Answers) -> None:
        self.asked: list[tuple[str, str, dict[str, str], bytes]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                outer.asked.append((self.command, self.path, dict(self.headers.items()), body))
                status, headers, content = answer(self)
                self.send_response(status)
                for name, value in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            do_POST = do_PUT = do_DELETE = do_HEAD = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()


@pytest.fixture
def scripted() -> Iterator[Callable[[Answers], tuple[Scripted, StoreClient]]]:
    made: list[tuple[Scripted, StoreClient]] = []

    def start(answer: Answers) -> tuple[Scripted, StoreClient]:
        store = Scripted(answer)
        made.append((store, StoreClient(store.url)))
        return made[-1]

    yield start
    for store, client in made:
        client.close()
        store.server.shutdown()
        store.server.server_close()


Start = Callable[[Answers], tuple[Scripted, StoreClient]]


def problem(status: int, retry_after: str | None = None, **members: Any) -> Answers:
    headers = {"Content-Type": "application/problem+json"}
    if retry_after is not None:
        headers["Retry-After"] = retry_after
    return lambda _: (status, headers, json.dumps({"status": status, **members}).encode())


def failing(work: Callable[[], object]) -> CompanionError:
    with pytest.raises(CompanionError) as error:
        work()
    assert "canary" not in f"{error.value} {error.value.hint}"
    return error.value


@pytest.mark.parametrize(
    ("status", "members", "code", "kind"),
    [
        (401, {"code": "credentials-wrong"}, "credentials-wrong", ErrorKind.NO),
        (401, {}, "session-expired", ErrorKind.NO),
        (404, {"code": "never-heard-of"}, "not-found", ErrorKind.NO),
        (409, {"code": "window-closed"}, "window-closed", ErrorKind.NO),
        (412, {}, "version-conflict", ErrorKind.NO),
        (418, {}, "store-refused", ErrorKind.NO),
        (500, {}, "store-error", ErrorKind.UNREACHABLE),
    ],
)
def test_refusals_come_in_our_own_words(
    scripted: Start, status: int, members: dict[str, str], code: str, kind: ErrorKind
) -> None:
    _, client = scripted(problem(status, **members))
    error = failing(lambda: client.open_session("LF-1", CREDENTIALS))
    assert (error.code, error.kind) == (code, kind)


def test_an_unknown_code_of_the_store_stays_readable(scripted: Start) -> None:
    _, client = scripted(problem(418, code="teapot\u202e", detail="Short and stout."))
    error = failing(lambda: client.open_session("LF-1", CREDENTIALS))
    assert error.code == ErrorCode.STORE_REFUSED
    assert "“Short and stout.”" in error.message
    assert "“teapot”" in error.message


@pytest.mark.parametrize("code", ["bug", "too-large", "network", "file-damaged"])
def test_a_store_cannot_speak_in_codes_of_other_failures(scripted: Start, code: str) -> None:
    _, client = scripted(problem(413, code=code))
    error = failing(lambda: client.open_session("LF-1", CREDENTIALS))
    assert error.code == ErrorCode.STORE_REFUSED
    assert f"“{code}”" in error.message


def _always(answer: T, _request: object) -> T:
    return answer


def test_a_refusal_may_be_no_problem_document(scripted: Start) -> None:
    for body in (b"", b"{", b'{"status": "many"}', b"\xff"):
        answer = (403, {"Content-Type": "application/problem+json"}, body)
        _, client = scripted(partial(_always, answer))
        assert failing(client.profile).code == ErrorCode.STORE_REFUSED


def test_what_the_store_says_is_quoted_without_control_signs(scripted: Start) -> None:
    _, client = scripted(problem(403, code="odd", detail="No\u202e\u0007 way " + "x" * 500))
    message = failing(client.profile).message
    assert "“No " in message
    assert not set(message) & set("\u202e\u0007")
    assert len(message) < 400


@pytest.mark.parametrize(
    ("header", "least", "most"),
    [
        ("120", 120, 120),
        ("999999999", 86400, 86400),
        (dt.timedelta(seconds=300), 200, 300),
        (dt.timedelta(days=-3), 0, 0),
        ("Sun Nov  6 08:49:37 1994", 0, 0),
    ],
    # Named by hand: two workers that are started in different seconds must find the same tests.
    ids=["seconds", "for ever", "a date ahead", "a date past", "an old date"],
)
def test_when_to_come_back(scripted: Start, header: str | dt.timedelta, least: float, most: float) -> None:
    if isinstance(header, dt.timedelta):
        header = format_datetime(dt.datetime.now(dt.UTC) + header, usegmt=True)
    _, client = scripted(problem(429, retry_after=header, code="too-many-attempts"))
    error = failing(lambda: client.open_session("LF-1", CREDENTIALS))
    assert error.retry_after is not None
    assert least <= error.retry_after <= most


@pytest.mark.parametrize("header", ["soon", "1e9", "-5", ""])
def test_a_time_that_makes_no_sense_is_left_out(scripted: Start, header: str) -> None:
    _, client = scripted(problem(429, retry_after=header, code="too-many-attempts"))
    error = failing(lambda: client.open_session("LF-1", CREDENTIALS))
    assert error.retry_after is None
    assert "a few minutes" in error.hint


def test_a_redirect_is_not_followed_with_the_password(scripted: Start) -> None:
    thief, _ = scripted(lambda _: (200, {}, b"{}"))
    store, client = scripted(lambda _: (307, {"Location": f"{thief.url}/v1/sessions"}, b""))
    failing(lambda: client.open_session("LF-1", CREDENTIALS))
    assert len(store.asked) == 1
    assert thief.asked == []


def test_a_call_is_sent_again_with_the_same_key_when_the_store_stumbles(scripted: Start) -> None:
    extension = {"status": "granted", "statement": "It is open again."}
    stumbles = iter((503, 502, 200))
    store, client = scripted(
        lambda _: (next(stumbles), {"Content-Type": "application/json"}, json.dumps(extension).encode())
    )
    assert client.request_extension("LF-1", "a", Secret("t"), "key").statement == "It is open again."
    assert {headers["Idempotency-Key"] for _, _, headers, _ in store.asked} == {"key"}
    assert len(store.asked) == 3


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_what_only_reads_is_not_sent_again_to_a_store_in_trouble(scripted: Start, status: int) -> None:
    store, client = scripted(lambda _: (status, {}, b""))
    calls: list[Callable[[], object]] = [
        client.profile,
        lambda: client.open_session("LF-1", CREDENTIALS),
        lambda: client.order("LF-1", Secret("t")),
    ]
    for count, call in enumerate(calls, 1):
        failing(call)
        assert len(store.asked) == count


SESSION = json.dumps({"token": "t", "expiresAt": "2027-01-08T09:00:00Z", "orderNumbers": ["LF-1"]}).encode()


@pytest.mark.parametrize(
    "label", ["gzip", "x-gzip", "GZIP", "deflate", "br", "none", "aws-chunked", "binary", "odd, x"]
)
def test_an_answer_is_read_whatever_it_is_labelled(scripted: Start, label: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": label}
    _, client = scripted(lambda _: (201, headers, SESSION))
    assert client.open_session("LF-1", CREDENTIALS).order_numbers == ("LF-1",)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("label", "pack"), [("gzip", gzip.compress), ("x-gzip", gzip.compress), ("deflate", zlib.compress)]
)
def test_an_answer_that_is_packed_unasked_is_unpacked_within_limits(
    scripted: Start, label: str, pack: Callable[[bytes], bytes]
) -> None:
    bodies = iter((pack(SESSION), pack(b" " * 200_000_000), pack(SESSION)[:-9]))
    headers = {"Content-Type": "application/json", "Content-Encoding": label}
    _, client = scripted(lambda _: (201, headers, next(bodies)))
    assert client.open_session("LF-1", CREDENTIALS).order_numbers == ("LF-1",)
    for _ in range(2):
        assert failing(lambda: client.open_session("LF-1", CREDENTIALS)).code == ErrorCode.MALFORMED_ANSWER


def test_nothing_but_what_is_needed_is_sent(scripted: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    netrc = tmp_path / ".netrc"
    netrc.write_text("machine 127.0.0.1 login thief password canary\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    store, client = scripted(lambda _: (404, {}, b""))
    failing(client.profile)
    headers = store.asked[0][2]
    assert "Authorization" not in headers
    assert "Cookie" not in headers
    assert headers["Accept-Encoding"] == "identity"


def test_a_grant_with_an_unsafe_address_is_refused(scripted: Start) -> None:
    grant = {
        "artifactId": "a", "url": "http://files.example/x", "urlExpiresAt": "2027-01-08T09:00:00Z", "filename": "x",
        "size": 1, "sha256": "0" * 64, "version": "1", "publisher": "P",
    }  # fmt: skip
    _, client = scripted(lambda _: (201, {"Content-Type": "application/json"}, json.dumps(grant).encode()))
    assert failing(lambda: client.grant("LF-1", "a", Secret("t"))).code == ErrorCode.UNSAFE_ADDRESS
    grant["url"] = "/v1/files/x?signature=1"
    assert client.grant("LF-1", "a", Secret("t")).url == f"{client.url}/v1/files/x?signature=1"


def test_odd_names_stay_within_their_place_in_the_path(scripted: Start) -> None:
    store, client = scripted(lambda _: (404, {}, b""))
    failing(lambda: client.order("../sessions?x=1#y", Secret("t")))
    failing(lambda: client.grant("LF-1", "a/../../b", Secret("t")))
    assert [path for _, path, _, _ in store.asked] == [
        "/v1/orders/..%2Fsessions%3Fx%3D1%23y",
        "/v1/orders/LF-1/downloads/a%2F..%2F..%2Fb/grant",
    ]


def test_an_invoice_that_is_no_pdf_is_not_saved(scripted: Start) -> None:
    _, client = scripted(lambda _: (200, {"Content-Type": "application/pdf"}, b"<html>"))
    assert failing(lambda: client.invoice_pdf("LF-1", Secret("t"))).code == ErrorCode.MALFORMED_ANSWER


def test_the_stores_clock_and_its_validators(demo_store: DemoStore) -> None:
    client = StoreClient(demo_store.url)
    told = client.time()
    assert told is not None
    assert abs((told - dt.datetime.now(dt.UTC)).total_seconds()) < 5
    fresh = client.profile()
    assert fresh is not None
    assert fresh.etag
    assert client.profile(fresh.etag) is None
    client.request_password_reset(number="LF-0000-0000")
    client.close()
    demo_store.close()
    assert StoreClient(demo_store.url).time() is None


def test_credentials_that_open_nothing_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="neither"):
        StoreClient("https://store.example").open_session("LF-1", Credentials(email="a@b.example"))


@pytest.mark.parametrize("url", ["http://store.example", "https://u:p@store.example", "file:///etc/passwd", ""])
def test_only_safe_addresses_are_called(url: str) -> None:
    with pytest.raises(CompanionError) as error:
        StoreClient(url)
    assert error.value.kind is ErrorKind.USAGE
