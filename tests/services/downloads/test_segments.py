"""Several connections: only while they help, never against the server's will."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from companion.domain.core.errors import Cancelled
from companion.domain.transfers.models import TransferProgress
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.fetch import unfinished
from tests.kits.downloads import MIB, QUICK, expect, get
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range

Start = Callable[..., FaultyServer]
MANY = msgspec.structs.replace(QUICK, most_connections=8)


@pytest.fixture(scope="module")
def large() -> bytes:
    return random.Random(11).randbytes(16 * MIB + 5)


def throttled(content: bytes) -> Callable[[Request], Reply]:
    """Each connection gets some 4 MiB/s, as on a line that loses packets."""
    return lambda request: replace(serve_range(request, content), pause=64 / 1024 / 4)


@pytest.mark.parametrize("pieces", [None, MIB])
def test_more_connections_where_each_is_slow(start: Start, large: bytes, tmp_path: Path, pieces: int | None) -> None:
    result = get(start(large, throttled(large)).url(), expect(large, pieces=pieces), tmp_path, options=MANY)
    assert result.path.read_bytes() == large
    assert result.connections >= 4
    assert result.bytes_fetched <= len(large) + 2 * MIB


def test_one_connection_unless_more_are_allowed(start: Start, content: bytes, tmp_path: Path) -> None:
    result = get(start(content, throttled(content)).url(), expect(content), tmp_path)
    assert result.connections == 1


@pytest.mark.slow
def test_server_that_allows_one_connection_only(start: Start, large: bytes, tmp_path: Path) -> None:
    def script(request: Request) -> Reply:
        if request.number:
            return Reply("503 Service Unavailable")
        return throttled(large)(request)

    result = get(start(large, script).url(), expect(large), tmp_path, options=MANY)
    assert result.path.read_bytes() == large
    assert result.bytes_fetched == len(large)


def test_server_without_ranges_is_asked_once(start: Start, large: bytes, tmp_path: Path) -> None:
    server = start(large, lambda _: Reply(body=large, pause=64 / 1024 / 8))
    result = get(server.url(), expect(large), tmp_path, options=MANY)
    assert result.path.read_bytes() == large
    assert result.bytes_fetched == len(large)


def test_stopped_with_many_connections_and_taken_up_again(start: Start, large: bytes, tmp_path: Path) -> None:
    server, cancellation = start(large, throttled(large)), Cancellation()

    def watch(value: TransferProgress) -> None:
        if value.connections >= 4 and value.done > 8 * MIB:
            cancellation.cancel()

    with pytest.raises(Cancelled):
        get(server.url(), expect(large), tmp_path, options=MANY, cancellation=cancellation, progress=watch)
    left = unfinished(tmp_path)[0].done
    assert left > 8 * MIB
    server.script = None
    result = get(server.url(), expect(large), tmp_path)
    assert result.path.read_bytes() == large
    assert (result.resumed_from, result.bytes_fetched) == (left, len(large) - left)
