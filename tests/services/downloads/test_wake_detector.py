"""After sleep, or on another network: what hung goes on at once."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from companion.services.downloads.transfer.wake_detector import WakeDetector
from tests.kits.downloads import MIB, spawn
from tests.kits.faulty_server import FaultyServer, serve_range
from tests.kits.network_namespace import in_own_network
from tests.kits.waiting import until

Start = Callable[..., FaultyServer]


class Clocks:
    """Both clocks of a computer that sleeps; `stops` tells whether the steady one stops meanwhile."""

    def __init__(self, *, stops: bool) -> None:
        self.wall, self.steady = 1_790_000_000.0, 5000.0
        self._stops = stops

    def work(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += seconds

    def sleep(self, seconds: float) -> None:
        self.wall += seconds
        self.steady += 0.0 if self._stops else seconds


@pytest.mark.parametrize("stops", [True, False])
def test_sleep_is_noticed_once(stops: bool) -> None:
    clocks = Clocks(stops=stops)
    detector = WakeDetector(lambda: clocks.wall, lambda: clocks.steady)
    for _ in range(3):
        for _ in range(100):
            clocks.work(0.1)
            assert not detector.woke()
        clocks.sleep(3600)
        assert detector.woke()
        assert not detector.woke()


def test_a_clock_that_is_put_right_is_no_sleep() -> None:
    clocks = Clocks(stops=True)
    detector = WakeDetector(lambda: clocks.wall, lambda: clocks.steady)
    for correction in (3.0, -3.0, -86400.0, 4.9):
        clocks.work(0.1)
        clocks.wall += correction
        assert not detector.woke()


@pytest.mark.parametrize("hangs", ["worker", "wait"])
def test_another_network_wakes_a_whole_transfer(content: bytes, tmp_path: Path, hangs: str) -> None:
    """The worker would hang, or the next attempt wait, for ten minutes."""
    told = in_own_network("moved", tmp_path, hangs)
    assert (told.code, told.right, told.retries) == ("ok", True, 1)
    assert told.fetched == told.size


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="stops a process by a signal")
def test_a_process_that_stood_still_wakes(start: Start, content: bytes, tmp_path: Path) -> None:
    """As a computer does whose steady clock goes on in sleep; the worker itself would hang for 15 seconds."""
    server = start(
        content, lambda each: None if each.number else replace(serve_range(each, content), stall_after=3 * MIB)
    )
    child = spawn(server, tmp_path)
    until(lambda: server.sent >= 3 * MIB)
    child.send_signal(signal.SIGSTOP)
    stopped = time.monotonic()
    until(lambda: time.monotonic() - stopped > 5.5)
    assert len(server.requests) == 1
    child.send_signal(signal.SIGCONT)
    said = child.communicate(timeout=30)[0]
    assert time.monotonic() - stopped < 5.5 + 5
    assert said.split()[:3] == ["ok", "0", str(len(content))]
    assert (tmp_path / "setup.bin").read_bytes() == content
