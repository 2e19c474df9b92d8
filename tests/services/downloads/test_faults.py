"""Servers and paths that misbehave: a correct file, or a clear failure after which the next run goes on."""

from __future__ import annotations

import datetime as dt
import gzip
import socket
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.transfers.models import Expected, Location, TransferProgress
from companion.services.downloads.fetch import unfinished
from companion.services.downloads.transfer.transport import fixed_source
from companion.services.downloads.transfer.worker import RateLimiter
from tests.kits.downloads import MIB, QUICK, SPLICED, UNKNOWN, arrives, begin, expect, fails, get
from tests.kits.faulty_server import FaultyServer, Reply, Request, Script, serve_range

Start = Callable[..., FaultyServer]
PATIENT = msgspec.structs.replace(QUICK, most_retries=6)


@pytest.fixture(autouse=True, params=["inside the system", pytest.param("through us", marks=pytest.mark.slow)])
def route(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where the system can move bytes by itself, both routes are tried; elsewhere they are the same."""
    before = SPLICED.set(request.param == "inside the system")
    yield
    SPLICED.reset(before)


def first(*replies: Callable[[Request], Reply]) -> Script:
    """Answer the first requests so, and the others well."""
    return lambda request: replies[request.number](request) if request.number < len(replies) else None


def always(reply: Callable[[Request], Reply]) -> Script:
    return reply


def change(server: FaultyServer, content: bytes, etag: str | None) -> FaultyServer:
    """From now on another file is under the same address."""
    server.content, server.etag = content, etag
    return server


EXPECTATIONS = pytest.mark.parametrize(
    "promise",
    [{}, {"digest": False}, {"digest": False, "size": False}, {"pieces": MIB}],
    ids=["sha", "size", "none", "pieces"],
)


@EXPECTATIONS
def test_ranges_ignored(start: Start, content: bytes, tmp_path: Path, promise: dict[str, Any]) -> None:
    wanted = expect(content, **promise)
    server = begin(start(content, lambda _: Reply(headers=[("ETag", '"one"')], body=content)), wanted, tmp_path)
    arrives(get(server.url(), wanted, tmp_path), content)


@pytest.mark.parametrize("etag", ['"two"', 'W/"one"', None])
@pytest.mark.parametrize("promise", [{"digest": False}, {"digest": False, "size": False}])
def test_changed_and_nothing_to_prove_it_begins_anew(
    start: Start, content: bytes, tmp_path: Path, etag: str | None, promise: dict[str, Any]
) -> None:
    wanted = expect(content, **promise)
    server = begin(start(content), wanted, tmp_path)
    changed = bytes(reversed(content))
    arrives(get(change(server, changed, etag).url(), wanted, tmp_path), changed)


@pytest.mark.parametrize("etag", ['"two"', 'W/"one"'])
@pytest.mark.parametrize("pieces", [None, MIB])
def test_changed_against_a_digest_is_said(
    start: Start, content: bytes, tmp_path: Path, etag: str, pieces: int | None
) -> None:
    wanted = expect(content, pieces=pieces)
    server = begin(start(content), wanted, tmp_path)
    error = fails("changed", change(server, bytes(reversed(content)), etag).url(), wanted, tmp_path)
    assert error.kind == "no"
    arrives(get(start(content).url(), wanted, tmp_path), content)


def test_new_promise_voids_the_old_partial(start: Start, content: bytes, tmp_path: Path) -> None:
    server = begin(start(content), expect(content), tmp_path)
    changed = bytes(reversed(content))
    arrives(get(change(server, changed, '"two"').url(), expect(changed), tmp_path), changed)


def test_tags_that_differ_from_machine_to_machine(start: Start, content: bytes, tmp_path: Path) -> None:
    server = begin(start(content), expect(content), tmp_path)
    result = get(change(server, content, '"two"').url(), expect(content), tmp_path)
    arrives(result, content)
    assert result.bytes_fetched == len(content) - 3 * MIB


@EXPECTATIONS
def test_became_shorter(start: Start, content: bytes, tmp_path: Path, promise: dict[str, Any]) -> None:
    wanted = expect(content, **promise)
    short = content[: 2 * MIB]
    server = change(begin(start(content), wanted, tmp_path), short, '"two"')
    if wanted.size is None:
        arrives(get(server.url(), wanted, tmp_path), short)
    else:
        fails("changed", server.url(), wanted, tmp_path)


def shifted(request: Request, content: bytes) -> Reply:
    """Another offset than asked, said openly."""
    asked = request.span
    if asked is None:
        return serve_range(request, content)
    begin = max(0, asked[0] - 4096)
    headers = [("ETag", '"one"'), ("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")]
    return Reply("206 Partial Content", headers, content[begin:])


def multipart(request: Request, content: bytes) -> Reply:
    headers = [("ETag", '"one"'), ("Content-Type", "multipart/byteranges; boundary=x")]
    return Reply("206 Partial Content", headers, b"--x\r\n\r\n" + content[3 * MIB :] + b"\r\n--x--")


def wrong_total(request: Request, content: bytes) -> Reply:
    reply = serve_range(request, content)
    reply.headers = [(name, value.replace(f"/{len(content)}", f"/{len(content) + 9}")) for name, value in reply.headers]
    return reply


def two_ranges(request: Request, content: bytes) -> Reply:
    reply = serve_range(request, content)
    reply.headers.append(("Content-Range", f"bytes 0-99/{len(content)}"))
    return reply


def no_range_named(request: Request, content: bytes) -> Reply:
    reply = serve_range(request, content)
    reply.headers = [each for each in reply.headers if each[0] != "Content-Range"]
    return reply


@pytest.mark.parametrize("fault", [shifted, multipart, two_ranges, no_range_named])
@pytest.mark.parametrize("digest", [True, False])
def test_wrong_ranges_are_never_used(
    start: Start, content: bytes, tmp_path: Path, fault: Callable[[Request, bytes], Reply], digest: bool
) -> None:
    wanted = expect(content, digest=digest)
    server = begin(start(content, first(lambda request: fault(request, content))), wanted, tmp_path)
    result = get(server.url(), wanted, tmp_path)
    arrives(result, content)
    assert (result.retries, result.bytes_fetched) == (1, len(content) - 3 * MIB)


def test_wrong_total_is_another_file(start: Start, content: bytes, tmp_path: Path) -> None:
    server = begin(start(content, lambda each: wrong_total(each, content)), expect(content), tmp_path)
    fails("changed", server.url(), expect(content), tmp_path)


def test_wrong_ranges_for_ever_end_clear(start: Start, content: bytes, tmp_path: Path) -> None:
    server = begin(start(content, lambda each: shifted(each, content)), expect(content), tmp_path)
    fails("wrong-range", server.url(), expect(content), tmp_path)
    assert unfinished(tmp_path)[0].done == 3 * MIB


@pytest.mark.slow
@EXPECTATIONS
@pytest.mark.parametrize(("reset", "chunked"), [(True, False), (False, True)])
def test_cut_again_and_again(
    start: Start, content: bytes, tmp_path: Path, promise: dict[str, Any], reset: bool, chunked: bool
) -> None:
    def cut(request: Request) -> Reply:
        return replace(serve_range(request, content), cut_after=MIB, reset=reset, chunked=chunked)

    result = get(start(content, cut).url(), expect(content, **promise), tmp_path, options=PATIENT)
    arrives(result, content)
    assert result.retries >= 8
    assert result.bytes_fetched <= (1.1 if not reset else 2) * len(content)


def test_cut_without_a_strong_tag_and_digest_never_joins(start: Start, content: bytes, tmp_path: Path) -> None:
    def cut_once(request: Request) -> Reply:
        return replace(serve_range(request, content, None), cut_after=MIB if request.number == 0 else None)

    result = get(start(content, cut_once, etag=None).url(), UNKNOWN, tmp_path)
    arrives(result, content)
    assert result.bytes_fetched == len(content) + MIB


@pytest.mark.parametrize("http", ["1.0", "1.1"])
def test_body_without_length_cut(start: Start, content: bytes, tmp_path: Path, http: str) -> None:
    def cut(request: Request) -> Reply:
        return replace(serve_range(request, content), length=False, http=http, cut_after=2 * MIB)

    arrives(get(start(content, cut).url(), expect(content), tmp_path, options=PATIENT), content)
    arrives(get(start(content, cut).url(), expect(content, digest=False), tmp_path / "2", options=PATIENT), content)
    fails("unprovable", start(content, cut).url(), UNKNOWN, tmp_path / "3")


def test_digest_alone_proves_a_body_without_length(start: Start, content: bytes, tmp_path: Path) -> None:
    wanted = expect(content, size=False)
    server = start(content, lambda _: Reply(body=content, length=False, http="1.0"))
    arrives(get(server.url(), wanted, tmp_path), content)

    def cut(request: Request) -> Reply:
        return Reply(body=content, length=False, cut_after=MIB, close=True)

    fails("corrupt", start(content, cut).url(), wanted, tmp_path / "2")


def test_compressed_on_the_way(start: Start, content: bytes, tmp_path: Path) -> None:
    packed = Reply(headers=[("Content-Encoding", "gzip")], body=gzip.compress(content[:MIB]))
    arrives(get(start(content, first(lambda _: packed)).url(), expect(content), tmp_path), content)
    fails("encoded", start(content, lambda _: packed).url(), UNKNOWN, tmp_path / "2")


@pytest.mark.parametrize("label", ["x-gzip", "gzip", "aws-chunked", "none", "binary", "br, x-unheard-of"])
def test_a_label_of_compression_that_is_not_true(start: Start, content: bytes, tmp_path: Path, label: str) -> None:
    def labelled(request: Request) -> Reply:
        reply = serve_range(request, content)
        return replace(reply, headers=[*reply.headers, ("Content-Encoding", label)])

    server = start(content, labelled)
    arrives(get(server.url(), expect(content), tmp_path), content)
    arrives(get(server.url(), expect(content, size=False), tmp_path / "2"), content)
    arrives(get(server.url(), expect(content, pieces=MIB), tmp_path / "3"), content)
    server.requests.clear()
    begin(server, expect(content), tmp_path / "4")
    arrives(get(server.url(), expect(content), tmp_path / "4"), content)
    if label in ("aws-chunked", "none", "binary"):
        arrives(get(server.url(), UNKNOWN, tmp_path / "5"), content)
    else:
        fails("encoded", server.url(), UNKNOWN, tmp_path / "5")


def test_a_label_of_compression_that_is_true_is_named_as_the_fault(
    start: Start, content: bytes, tmp_path: Path
) -> None:
    """Where only the digest is known, it is the digest that finds out."""
    packed = Reply(headers=[("Content-Encoding", "gzip")], body=gzip.compress(content[:MIB]))
    fails("encoded", start(content, lambda _: packed).url(), expect(content, size=False), tmp_path)


@pytest.mark.slow
@EXPECTATIONS
@pytest.mark.parametrize("ranged", [True, False])
def test_captive_portal(start: Start, content: bytes, tmp_path: Path, promise: dict[str, Any], ranged: bool) -> None:
    page = b"<html>Please log in</html>"
    headers = [("Content-Type", "text/html; charset=utf-8")]

    def portal(request: Request) -> Reply:
        if ranged and request.span:
            named = f"bytes {request.span[0]}-{request.span[0] + len(page) - 1}/{request.span[0] + len(page)}"
            return Reply("206 Partial Content", [*headers, ("Content-Range", named)], page)
        return Reply(headers=headers, body=page)

    wanted = expect(content, **promise)
    server = begin(start(content, portal), wanted, tmp_path)
    fails("portal", server.url(), wanted, tmp_path)
    server.requests.clear()
    server.script = first(portal)
    arrives(get(server.url(), wanted, tmp_path), content)


def test_network_authentication_required_is_a_portal(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, lambda _: Reply("511 Network Authentication Required"))
    fails("portal", server.url(), expect(content), tmp_path)


def test_web_pages_may_be_downloaded_and_files_called_pages(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, lambda _: Reply(headers=[("Content-Type", "text/html")], body=content))
    assert get(server.url("/page.html"), Expected(), tmp_path).path.read_bytes() == content
    arrives(get(server.url(), expect(content), tmp_path / "2"), content)


class Renewed:
    """A store that signs a URL for a few requests at a time."""

    def __init__(self, server: FaultyServer, *, lasts: float | None = None) -> None:
        self.granted = 0
        self._server, self._lasts = server, lasts

    def grant(self) -> Location:
        self.granted += 1
        until = None if self._lasts is None else dt.datetime.now(dt.UTC) + dt.timedelta(seconds=self._lasts)
        return Location(url=self._server.url(f"/setup.bin?signature={self.granted}"), expires_at=until)


@pytest.mark.slow
@pytest.mark.parametrize("status", ["403 Forbidden", "401 Unauthorized", "410 Gone", "400 Bad Request"])
@EXPECTATIONS
def test_signed_url_expires_in_the_middle(
    start: Start, content: bytes, tmp_path: Path, status: str, promise: dict[str, Any]
) -> None:
    served: set[str] = set()

    def script(request: Request) -> Reply:
        if request.path in served:
            return Reply(status)
        served.add(request.path)
        return replace(serve_range(request, content), cut_after=3 * MIB)

    server = start(content, script)
    source = Renewed(server)
    result = get(source, expect(content, **promise), tmp_path)
    arrives(result, content)
    assert (source.granted, result.bytes_fetched) == (3, len(content))
    fixed = fixed_source(server.url("/setup.bin?signature=1"))
    fails("expired", fixed, expect(content), tmp_path / "2")


def test_a_url_past_its_time_is_renewed_before_it_is_used(start: Start, content: bytes, tmp_path: Path) -> None:
    source = Renewed(start(content), lasts=0)
    arrives(get(source, expect(content), tmp_path), content)
    assert source.granted >= 2


def test_refused_although_renewed(start: Start, content: bytes, tmp_path: Path) -> None:
    source = Renewed(start(content, lambda _: Reply("403 Forbidden")))
    fails("expired", source, expect(content), tmp_path)
    fails("not-allowed", start(content, lambda _: Reply("403 Forbidden")).url(), expect(content), tmp_path)
    assert source.granted <= 3


@pytest.mark.slow
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_asked_to_wait(start: Start, content: bytes, tmp_path: Path, status: str) -> None:
    told: list[TransferProgress] = []
    server = start(content, first(lambda _: Reply(status, [("Retry-After", "1")])))
    result = get(server.url(), expect(content), tmp_path, progress=told.append)
    arrives(result, content)
    assert result.seconds >= 1
    waits = [each for each in told if each.state == "waiting"]
    assert waits[0].reason == "The server asks to wait 1 s."
    assert waits[0].wait is not None
    assert 0 < waits[0].wait <= 1


def test_asked_to_wait_too_long(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, lambda _: Reply("429 Too Many Requests", [("Retry-After", "3600")]))
    assert fails("busy", server.url(), expect(content), tmp_path).retry_after == 3600


def test_server_errors_pass(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, first(lambda _: Reply("500 Oops"), lambda _: Reply("502 Bad Gateway")))
    result = get(server.url(), expect(content), tmp_path)
    arrives(result, content)
    assert result.retries == 2
    fails("server", start(content, lambda _: Reply("500 Oops")).url(), expect(content), tmp_path / "2")
    fails("download-not-found", start(content, lambda _: Reply("404 Not Found")).url(), expect(content), tmp_path / "2")


def flipped(request: Request, content: bytes, at: int) -> Reply:
    wrong = bytearray(content)
    wrong[at] ^= 4
    return serve_range(request, bytes(wrong))


@pytest.mark.parametrize("pieces", [None, MIB, 100_000])
def test_one_bit_flipped_on_the_way(start: Start, content: bytes, tmp_path: Path, pieces: int | None) -> None:
    wanted = expect(content, pieces=pieces)
    server = start(content, first(lambda each: flipped(each, content, 6 * MIB)))
    result = get(server.url(), wanted, tmp_path)
    arrives(result, content)
    if pieces:
        assert result.pieces_repaired == 1
        assert result.bytes_fetched <= len(content) + 2 * MIB
    fails("corrupt", start(content, lambda each: flipped(each, content, 6 * MIB)).url(), wanted, tmp_path / "2")
    arrives(get(start(content).url(), wanted, tmp_path / "2"), content)


def test_a_bad_piece_is_fetched_again_over_a_fresh_connection(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, first(lambda each: flipped(each, content, 17)))
    arrives(get(server.url(), expect(content, pieces=MIB), tmp_path), content)
    again = server.requests[1]
    assert again.span == (0, MIB - 1)
    assert again.connection != server.requests[0].connection


@pytest.mark.slow
@pytest.mark.parametrize("promise", [{"digest": False, "size": False}, {"pieces": MIB}])
def test_dribbles(start: Start, content: bytes, tmp_path: Path, promise: dict[str, Any]) -> None:
    wanted = expect(content, **promise)

    def dribble(request: Request) -> Reply:
        return replace(serve_range(request, content), dribble=0.05)

    fails("too-slow", start(content, dribble).url(), wanted, tmp_path)
    arrives(get(start(content, first(dribble)).url(), wanted, tmp_path), content)


@pytest.mark.slow
def test_stalls_open(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, first(lambda each: replace(serve_range(each, content), stall_after=3 * MIB)))
    result = get(server.url(), expect(content), tmp_path)
    arrives(result, content)
    assert result.bytes_fetched == len(content)
    silent = start(content, lambda each: replace(serve_range(each, content), stall_after=0))
    assert fails("too-slow", silent.url(), expect(content), tmp_path / "2").kind == "unreachable"


@pytest.mark.slow
def test_header_that_never_ends(start: Start, content: bytes, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        fails("too-slow", f"http://127.0.0.1:{silent.getsockname()[1]}/setup.bin", expect(content), tmp_path)
    drip = Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + bytes(60_000), dribble=0.05)
    arrives(get(start(content, first(lambda _: drip)).url(), expect(content), tmp_path), content)


@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("promise", [{}, {"digest": False}])
def test_endless_data_past_the_size(
    start: Start, content: bytes, tmp_path: Path, chunked: bool, promise: dict[str, Any]
) -> None:
    wanted = expect(content, **promise)

    def endless(request: Request) -> Reply:
        return Reply(body=content, chunked=chunked, length=False, endless=True, headers=[("ETag", '"one"')])

    if wanted.sha256 is None:
        fails("changed", start(content, endless).url(), wanted, tmp_path)
    else:
        arrives(get(start(content, endless).url(), wanted, tmp_path), content)
    arrives(get(start(content).url(), wanted, tmp_path), content)


def test_another_length_than_promised(start: Start, content: bytes, tmp_path: Path) -> None:
    fails("changed", start(content + b"more").url(), expect(content), tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 8401000\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: a\r\n" * 300 + b"\r\n",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://[::1\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nETag: "\xff\xfe"\r\nContent-Le',
    ],
    ids=["lengths", "negative", "huge", "many", "ssh", "nothing", "chunk", "location", "torn"],
)
def test_nonsense(start: Start, content: bytes, tmp_path: Path, raw: bytes) -> None:
    with pytest.raises(CompanionError) as failed:
        get(start(content, lambda _: Reply(raw=raw)).url(), expect(content), tmp_path)
    assert failed.value.code in (
        ErrorCode.NETWORK,
        ErrorCode.INCONSISTENT_ANSWER,
        ErrorCode.CHANGED,
        ErrorCode.UNSAFE_REDIRECT,
    )
    arrives(get(start(content).url(), expect(content), tmp_path), content)


def test_keep_alive_closed_silently(start: Start, content: bytes, tmp_path: Path) -> None:
    server = start(content, first(lambda _: Reply(raw=b"")))
    arrives(get(server.url(), expect(content), tmp_path), content)


def test_redirects(start: Start, content: bytes, tmp_path: Path) -> None:
    target = start(content)

    def hop(request: Request) -> Reply:
        count = int(request.path.rsplit("/", 1)[-1])
        where = target.url() if count == 0 else f"/hop/{count - 1}"
        return Reply("302 Found", [("Location", where), ("Set-Cookie", "secret=1; Path=/")])

    hops = start(content, hop)
    arrives(get(hops.url("/hop/9"), expect(content), tmp_path), content)
    assert all("cookie" not in each.headers and "authorization" not in each.headers for each in target.requests)
    many = fails("redirects", hops.url("/hop/10"), expect(content), tmp_path / "2")
    assert "more than 10 times" in many.message
    assert "circle" not in f"{many.title} {many.message} {many.hint}"


@pytest.mark.parametrize("back", ["/setup.bin", "setup.bin", "/setup.bin#again", "/a"])
def test_redirects_in_a_circle(start: Start, content: bytes, tmp_path: Path, back: str) -> None:
    """It is one as soon as an address returns, whichever of them."""
    ways = {"/setup.bin": "/a", "/a": "/b", "/b": back}
    loop = start(content, lambda each: Reply("302 Found", [("Location", ways[each.path])]))
    assert "in a circle" in fails("redirects", loop.url(), expect(content), tmp_path).message
    assert len(loop.requests) == 3


@pytest.mark.parametrize(
    "where", ["http://example.com/x", "ftp://127.0.0.1/x", "file:///etc/passwd", "//example.com/x"]
)
def test_unsafe_redirects(start: Start, content: bytes, tmp_path: Path, where: str) -> None:
    server = start(content, lambda _: Reply("302 Found", [("Location", where)]))
    fails("unsafe-redirect", server.url(), expect(content), tmp_path)


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "ftp://example.com/x", "https://a:b@example.com/x", "nonsense"]
)
def test_unsafe_addresses(tmp_path: Path, url: str) -> None:
    fails("unsafe-address", url, expect(b"x"), tmp_path)


@pytest.mark.parametrize("more", [1, MIB, 3 * MIB, None])
@pytest.mark.parametrize("chunked", [True, False])
@pytest.mark.parametrize("digest", [True, False])
def test_more_than_the_pieces_while_the_size_is_not_known(
    start: Start, content: bytes, tmp_path: Path, digest: bool, chunked: bool, more: int | None
) -> None:
    wanted = expect(content, pieces=MIB, size=False, digest=digest)

    def longer(request: Request) -> Reply:
        body = content + bytes(more or 0)
        return Reply(body=body, chunked=chunked, length=False, endless=more is None, headers=[("ETag", '"one"')])

    with pytest.raises(CompanionError) as failed:
        get(start(content, longer).url(), wanted, tmp_path)
    assert failed.value.code in (ErrorCode.CHANGED, ErrorCode.CORRUPT)
    assert not (tmp_path / "setup.bin").exists()
    assert get(start(content).url(), wanted, tmp_path).path.read_bytes() == content


def test_endless_redirect_body_is_not_read(start: Start, content: bytes, tmp_path: Path) -> None:
    def script(request: Request) -> Reply | None:
        if request.number:
            return None
        return Reply("302 Found", [("Location", "/other")], length=False, endless=True)

    arrives(get(start(content, script).url(), expect(content), tmp_path), content)


def test_nobody_listens(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert fails("network", f"http://127.0.0.1:{port}/setup.bin", expect(b"x"), tmp_path).kind == "unreachable"


def test_empty_file(start: Start, tmp_path: Path) -> None:
    arrives(get(start(b"").url(), expect(b""), tmp_path), b"")
    arrives(get(start(b"").url(), UNKNOWN, tmp_path / "2"), b"")


def test_rate_limit(start: Start, content: bytes, tmp_path: Path) -> None:
    options = msgspec.structs.replace(QUICK, limit_rate=8 * MIB)
    result = get(start(content).url(), expect(content), tmp_path, options=options)
    arrives(result, content)
    assert result.seconds > 0.8


def test_a_rate_limit_delays_no_longer_than_it_has_to() -> None:
    assert 59 < RateLimiter(1000).delay(60_000) <= 60
