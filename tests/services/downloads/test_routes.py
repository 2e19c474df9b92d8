"""The way to the server: dead addresses, proxies, certificates, and what must not be seen on it."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError
from companion.services.downloads.fetch import unfinished
from companion.services.http.happy_eyeballs import AddressInfo, connect_first, interleave
from tests.kits.downloads import MIB, expect, get
from tests.kits.faulty_server import FaultyServer, Reply, Request, serve_range
from tests.kits.network_namespace import in_own_network

Start = Callable[..., FaultyServer]


def info(family: socket.AddressFamily, host: str, port: int) -> AddressInfo:
    where: object = (host, port) if family == socket.AF_INET else (host, port, 0, 0)
    return family, socket.SOCK_STREAM, 0, "", where


@pytest.fixture
def black_hole() -> Iterator[Callable[[], int]]:
    """An address on loopback whose connections hang: its queue is full."""
    with contextlib.ExitStack() as stack:

        def make() -> int:
            listener = stack.enter_context(socket.create_server(("127.0.0.2", 0), backlog=0))
            port = int(listener.getsockname()[1])
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                filler.connect_ex(("127.0.0.2", port))
            with socket.socket() as probe:
                probe.settimeout(0.3)
                try:
                    probe.connect(("127.0.0.2", port))
                except TimeoutError:
                    return port
            pytest.skip("this system accepts connections beyond the queue")

        yield make


def test_a_dead_address_costs_a_moment(black_hole: Callable[[], int]) -> None:
    dead = info(socket.AF_INET, "127.0.0.2", black_hole())
    with socket.create_server(("127.0.0.1", 0)) as alive:
        good = info(socket.AF_INET, "127.0.0.1", alive.getsockname()[1])
        began = time.monotonic()
        connect_first([dead, dead, good], 60).close()
        assert 0.2 < time.monotonic() - began < 50  # The limit of one attempt would be sixty seconds.
        with pytest.raises(TimeoutError):
            connect_first([dead], 0.3)


def test_a_refused_address_costs_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as alive, socket.create_server(("127.0.0.1", 0)) as closed:
        refused = info(socket.AF_INET, "127.0.0.1", closed.getsockname()[1])
        closed.close()
        began = time.monotonic()
        # Waiting for each would take a minute.
        connect_first([refused] * 240 + [info(socket.AF_INET, "127.0.0.1", alive.getsockname()[1])], 60).close()
        assert time.monotonic() - began < 50
        with pytest.raises(ConnectionRefusedError):
            connect_first([refused], 10)


@pytest.mark.slow
@pytest.mark.parametrize("which", ["alive", "dead"])
def test_a_black_hole_in_a_whole_download(tmp_path: Path, which: str) -> None:
    told = in_own_network("black-hole", tmp_path, which)
    if which == "alive":
        assert (told.code, told.right, told.fetched, told.retries, told.reasons) == ("ok", True, told.size, 0, [])
        assert told.seconds < 50, "the limit of one attempt"
    else:
        assert (told.code, told.reasons) == ("network", [])
        assert 0.9 < told.seconds < 30


def test_families_take_turns() -> None:
    six, four = info(socket.AF_INET6, "::1", 1), info(socket.AF_INET, "127.0.0.1", 1)
    assert interleave([six, six, four, four]) == [six, four, six, four]


CANARY = "c4n4ry"


def test_no_secret_reaches_log_or_disk(
    start: Start, content: bytes, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    # Whatever ran before in this process may have quietened the library that logs whole addresses.
    caplog.set_level(logging.DEBUG, logger="urllib3")
    seen: list[bytes] = []

    def script(request: Request) -> Reply:
        seen.extend(path.read_bytes() for path in tmp_path.glob("*.journal"))
        if request.number == 0:
            return Reply("302 Found", [("Location", f"/setup.bin?sig={CANARY}&token={CANARY}")])
        if request.number > 6:
            return Reply("403 Forbidden")
        return replace(serve_range(request, content), cut_after=MIB)

    with pytest.raises(CompanionError) as failed:
        get(start(content, script).url(f"/setup.bin?sig={CANARY}"), expect(content), tmp_path)
    assert any("127.0.0.1" in record.getMessage() for record in caplog.records)
    assert seen
    said = [caplog.text, str(vars(failed.value)), repr(failed.value), repr(unfinished(tmp_path))]
    assert not [text for text in said if CANARY in text]
    left = [path for path in tmp_path.iterdir() if path.suffix != ".part"]
    assert left
    assert not [path for path in left if CANARY.encode() in path.read_bytes()]
    assert not [text for text in seen if CANARY.encode() in text]


PROXY_CHILD = """
import sys
from pathlib import Path
from companion.domain.transfers.models import Expected, Options
from companion.services.downloads.fetch import fetch
from companion.services.downloads.transfer.transport import fixed_source
from companion.services.app.cancellation import Cancellation
from companion.domain.core.errors import CompanionError
try:
    fetch(fixed_source("https://shop.test/setup.bin"), Expected(filename="setup.bin"),
        Path(sys.argv[1]), cancellation=Cancellation(), progress=lambda _: None, options=Options(most_retries=0))
except CompanionError as error:
    print(error.code)
"""


@pytest.mark.parametrize(
    ("status", "code"), [("407 Proxy Authentication Required", "proxy-login"), ("502 Bad Gateway", "network")]
)
def test_proxy_that_refuses(start: Start, tmp_path: Path, status: str, code: str) -> None:
    proxy = start(b"", lambda _: Reply(status))
    with_login = f"http://user:{CANARY}@127.0.0.1:{proxy.port}"
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    child = subprocess.run(
        [sys.executable, "-c", PROXY_CHILD, str(tmp_path)],
        env={**kept, "https_proxy": with_login},
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.strip() == code
    assert CANARY not in child.stdout + child.stderr
    assert proxy.requests[0].path == "shop.test:443"
    assert proxy.requests[0].headers["proxy-authorization"].startswith("Basic ")
