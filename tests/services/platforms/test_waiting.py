"""Waiting for processes to end, where they can be watched and where they cannot."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from companion.services.platforms.common.waiting import LOOK_EVERY, wait_for_any
from companion.services.platforms.linux.platform import linux
from tests.kits.processes import ROOT, command


class Machine:
    """Processes that end at moments of a clock which only waiting moves; the calls are counted."""

    def __init__(self, ends: dict[int, float]) -> None:
        self.now = 0.0
        self.ends = ends
        self.waits = self.looks = self.sleeps = 0

    def wait(self, pids: frozenset[int], seconds: float) -> frozenset[int]:
        self.waits += 1
        first = min(self.ends.get(pid, float("inf")) for pid in pids)
        self.now = max(self.now, min(first, self.now + seconds))
        return self._gone(pids)

    def ended(self, pids: frozenset[int]) -> frozenset[int]:
        self.looks += 1
        return self._gone(pids)

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.sleeps += 1
        self.now += seconds

    def _gone(self, pids: frozenset[int]) -> frozenset[int]:
        return frozenset(pid for pid in pids if self.ends.get(pid, float("inf")) <= self.now)

    def run(self, watched: set[int], unwatched: set[int], seconds: float) -> frozenset[int]:
        return wait_for_any(
            frozenset(watched),
            frozenset(unwatched),
            seconds,
            wait=self.wait,
            ended=self.ended,
            sleep=self.sleep,
            clock=lambda: self.now,
        )


def test_a_wait_for_processes_that_cannot_be_watched_takes_its_time():
    machine = Machine({})
    assert machine.run(set(), {1, 2}, 3) == frozenset()
    assert machine.now == 3
    assert (machine.waits, machine.sleeps, machine.looks) == (0, 3 / LOOK_EVERY, 3 / LOOK_EVERY + 1)


def test_the_end_of_a_process_that_cannot_be_watched_is_noticed():
    machine = Machine({2: 1.1})
    assert machine.run(set(), {1, 2}, 60) == {2}
    assert machine.now == 1.25


def test_a_watched_process_ends_the_wait_at_once():
    machine = Machine({1: 1.1})
    assert machine.run({1, 2}, set(), 60) == {1}
    assert (machine.now, machine.waits, machine.looks, machine.sleeps) == (1.1, 1, 0, 0)


@pytest.mark.parametrize("unwatched", [set(), {3}])
def test_nothing_ends(unwatched):
    machine = Machine({})
    assert machine.run({1, 2}, unwatched, 2) == frozenset()
    assert (machine.now, machine.sleeps) == (2, 0)


def test_both_kinds_are_waited_for_together():
    machine = Machine({1: 30.0, 2: 0.6})
    assert machine.run({1}, {2}, 60) == {2}
    assert machine.now == 0.75
    machine = Machine({1: 0.6, 2: 30.0})
    assert machine.run({1}, {2}, 60) == {1}
    assert machine.now == 0.6


def test_a_look_without_a_wait():
    machine = Machine({1: 0.0, 3: 0.0})
    assert machine.run({1, 2}, {3, 4}, 0) == {1, 3}
    assert Machine({}).run({1}, {2}, 0) == frozenset()
    assert Machine({}).run(set(), {2}, 0) == frozenset()
    assert machine.now == 0


def test_a_wait_that_the_system_refuses_takes_its_time_too():
    machine = Machine({})
    refused: list[float] = []

    def refuse(pids: frozenset[int], seconds: float) -> frozenset[int]:
        refused.append(seconds)
        return frozenset()

    machine.wait = refuse  # type: ignore[method-assign]
    assert machine.run({1}, set(), 3) == frozenset()
    assert (machine.now, refused, machine.sleeps) == (3, [3, 0], 1)


def test_nothing_to_wait_for_is_a_wait_all_the_same():
    machine = Machine({})
    assert machine.run(set(), set(), 5) == frozenset()
    assert (machine.now, machine.sleeps) == (5, 1)


@pytest.mark.skipif(sys.platform != "linux" or not hasattr(os, "geteuid"), reason="needs Linux")
def test_a_kernel_that_watches_nothing_is_asked_a_few_times_only(programs):
    """Sandboxes refuse pidfd_open; /proc still says what runs."""
    asked: list[int] = []

    def refuse(pid: int) -> int:
        asked.append(pid)
        raise PermissionError(1, "Operation not permitted")

    refusing = linux(open_pidfd=refuse).processes
    pid = programs.start("firefox")
    assert refusing.wait_for_exit([pid], 0.6) == frozenset()
    assert asked == [pid]
    os.kill(pid, 9)
    assert refusing.wait_for_exit([pid], 10) == {pid}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs the rights to run as another user")
def test_the_end_of_another_users_process_is_waited_for():
    """The waiting process is an ordinary user, the program it waits for is the administrator's."""
    with subprocess.Popen(["/bin/sleep", "3600"]) as theirs:
        waiting = subprocess.Popen(
            command("wait_for_exit", str(theirs.pid)),
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert waiting.stdout is not None
        assert waiting.stdin is not None
        first = json.loads(waiting.stdout.readline())
        assert (first["user"], first["gone"]) == (65534, [])
        assert first["waits"] <= 5
        theirs.kill()
        theirs.wait()
        waiting.stdin.write("\n")
        waiting.stdin.flush()
        assert json.loads(waiting.stdout.readline()) == {"gone": [theirs.pid]}
        waiting.communicate()
    assert waiting.returncode == 0
