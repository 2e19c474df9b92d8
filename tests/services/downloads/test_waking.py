"""After sleep, or on another network: what hung goes on at once."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.kits.downloads import MIB, spawn
from tests.kits.faulty_server import FaultyServer, serve_range
from tests.kits.network_namespace import in_own_network
from tests.kits.waiting import until

Start = Callable[..., FaultyServer]


@pytest.mark.slow
@pytest.mark.parametrize("hangs", ["worker", "wait"])
def test_another_network_wakes_a_whole_transfer(content: bytes, tmp_path: Path, hangs: str) -> None:
    """The worker would hang, or the next attempt wait, for ten minutes."""
    told = in_own_network("moved", tmp_path, hangs)
    assert (told.code, told.right, told.retries) == ("ok", True, 1)
    assert told.fetched == told.size


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
def test_a_process_that_stood_still_wakes(start: Start, content: bytes, tmp_path: Path) -> None:
    """As a computer does whose steady clock goes on in sleep; the worker itself would hang for ten minutes."""
    server = start(
        content, lambda each: None if each.number else replace(serve_range(each, content), stall_after=3 * MIB)
    )
    child = spawn(server, tmp_path, patience=600.0)
    until(lambda: server.sent >= 3 * MIB)
    child.send_signal(signal.SIGSTOP)
    stopped = time.monotonic()
    until(lambda: time.monotonic() - stopped > 5.5)
    assert len(server.requests) == 1
    child.send_signal(signal.SIGCONT)
    said = child.communicate(timeout=60)[0]
    assert said.split()[:3] == ["ok", "0", str(len(content))]
    assert (tmp_path / "setup.bin").read_bytes() == content
