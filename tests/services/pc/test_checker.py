"""Looking at this very machine: real processes, time limits, and the board that turns by itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import subprocess
import threading

import pytest

from companion.domain.core.errors import Cancelled
from companion.domain.pc.facts import Fact, WindowState
from companion.domain.pc.preflight import Severity, can_continue, findings
from companion.domain.store.profile import Stage
from companion.services.app.cancellation import Cancellation
from companion.services.pc.checker import Preflight
from companion.services.platforms.linux.processes import LinuxProcesses
from companion.services.platforms.linux.system import LinuxSystem
from tests.kits.linux import alive, autostart
from tests.kits.waiting import until


def rows_of(facts, needs):
    return {row.id: row for row in findings(facts, needs, Stage.INSTALL, dt.datetime.now(dt.UTC), dt.UTC)}


@pytest.mark.parametrize("name", ["chromium", "firefox", "outlook", "a-name-longer-than-the-kernel-keeps"])
def test_a_windowless_program_is_found_with_its_autostart_entry(linux, programs, requirements, clock, home, name):
    pid = programs.start(name)
    autostart(home, "MailHelper", f"{programs.folder / name} 3600")
    needs = requirements(programs.rules(name))
    row = rows_of(Preflight(linux, clock).gather(Stage.INSTALL, needs), needs)[f"program:{name}"]
    assert row.severity is Severity.BLOCKS
    assert row.pids == (pid,)
    assert "is running without a window since" in row.explanation
    assert "It starts when you sign in: entry *MailHelper*." in row.explanation


def test_the_described_process_is_the_real_one(linux, programs):
    pid = programs.start("firefox")
    found = linux.processes.describe([pid])[0]
    assert found.path == str(programs.folder / "firefox")
    assert found.arguments == (found.path, "3600")
    assert found.windows is WindowState.NONE
    assert abs((dt.datetime.now(dt.UTC) - found.started).total_seconds()) < 30


def test_children_of_this_process_are_never_matched(linux, programs, requirements, clock):
    programs.start("firefox")  # makes the copy
    child = subprocess.Popen([programs.folder / "firefox", "3600"])
    try:
        until(lambda: child.pid in {seen.pid for seen in linux.processes.list_processes() if seen.name == "firefox"})
        needs = requirements(programs.rules("firefox"))
        row = rows_of(Preflight(linux, clock).gather(Stage.INSTALL, needs), needs)["program:firefox"]
        assert child.pid not in row.pids
    finally:
        child.kill()
        child.wait()


def test_a_dead_process_that_nobody_has_buried_does_not_run(linux, programs):
    programs.start("firefox")
    child = subprocess.Popen([programs.folder / "firefox", "0"])
    until(lambda: not alive(child.pid))
    assert child.pid not in {process.pid for process in linux.processes.describe([child.pid])}
    assert linux.processes.wait_for_exit([child.pid], 0) == {child.pid}
    child.wait()


class Odd(LinuxSystem):
    """A machine on which some probes misbehave."""

    def __init__(self, release: threading.Event) -> None:
        super().__init__(os.environ)
        self.release = release
        self.hangs = 0

    def antivirus(self):
        self.hangs += 1
        self.release.wait()
        return Fact.known(())

    def power(self):
        raise PermissionError(13, "Permission denied")

    def machine(self):
        raise ZeroDivisionError("a bug")


@pytest.fixture
def odd(linux):
    release = threading.Event()
    yield dataclasses.replace(linux, system=Odd(release))
    release.set()


def test_a_probe_that_hangs_or_fails_is_unknown_and_blocks_nothing(odd, requirements, clock):
    # The probe hangs for as long as the test runs: without a limit this would not return.
    facts = Preflight(odd, clock, limit=0.3).gather(Stage.INSTALL, requirements())
    assert (odd.system.hangs, odd.system.release.is_set()) == (1, False)
    assert facts.antivirus == Fact.unknown("it did not answer within 0.3 seconds")
    assert facts.power == Fact.unknown("the system refused (Permission denied)")
    assert facts.machine == Fact.unknown("the look at it failed (ZeroDivisionError)")
    assert facts.system.value is not None
    assert can_continue(tuple(rows_of(facts, requirements()).values()))


def test_a_hanging_probe_is_not_started_again_while_it_hangs(odd, requirements, clock):
    preflight = Preflight(odd, clock, limit=0.2)
    preflight.gather(Stage.INSTALL, requirements())
    facts = preflight.gather(Stage.INSTALL, requirements())
    assert facts.antivirus == Fact.unknown("an earlier look at it still hangs")
    assert odd.system.hangs == 1
    odd.system.release.set()
    until(lambda: preflight.gather(Stage.INSTALL, requirements()).antivirus.value == ())


def test_gathering_can_be_cancelled(odd, requirements, clock):
    cancellation = Cancellation()
    cancellation.cancel()
    with pytest.raises(Cancelled):
        Preflight(odd, clock).gather(Stage.INSTALL, requirements(), cancellation)


def test_the_clock_is_compared_with_the_stores(linux, requirements, clock):
    ahead = Preflight(linux, clock, store_clock=lambda: clock() - dt.timedelta(hours=2))
    assert ahead.gather(Stage.INSTALL, requirements()).clock_offset.value == pytest.approx(7200, abs=5)
    silent = Preflight(linux, clock, store_clock=lambda: None)
    assert silent.gather(Stage.INSTALL, requirements()).clock_offset.value is None


def test_a_folder_is_tried_by_writing_to_it(linux, requirements, clock, tmp_path):
    facts = Preflight(linux, clock).gather(Stage.DOWNLOAD, requirements(destination=str(tmp_path / "new" / "deep")))
    assert facts.writable.value is True
    assert list(tmp_path.glob(".companion-*")) == []
    facts = Preflight(linux, clock).gather(Stage.DOWNLOAD, requirements(destination="/proc"))
    assert facts.writable.value is False


def test_who_holds_a_file_is_found(linux, programs, requirements, clock, tmp_path):
    held = tmp_path / "core.dll"
    held.touch()
    pid = programs.start("editor", script=f'exec 9<"{held}"; while :; do /bin/sleep 1; done')
    until(lambda: linux.processes.held_files([str(held)]).value)
    facts = Preflight(linux, clock).gather(Stage.INSTALL, requirements(files=(str(held), str(tmp_path / "absent"))))
    assert [found.path for found in facts.held_files.value or ()] == [str(held)]
    assert pid in next(iter(facts.held_files.value or ())).pids


class Unwatchable(LinuxProcesses):
    """A machine that shows a program and refuses to watch it: a wait returns at once."""

    def __init__(self, cancellation: Cancellation, looks: int) -> None:
        super().__init__(os.environ, os.pidfd_open)
        self.cancellation = cancellation
        self.looks_left = looks
        self.waits: list[float] = []

    def process_lister(self, names):
        look = super().process_lister(names)

        def counted():
            self.looks_left -= 1
            if self.looks_left <= 0:
                self.cancellation.cancel()
            return look()

        return counted

    def wait_for_exit(self, pids, seconds):
        self.waits.append(seconds)
        return frozenset()


def test_watching_a_program_that_cannot_be_watched_does_not_spin(linux, programs, requirements, clock):
    programs.start("firefox")
    cancellation = Cancellation()
    machine = Unwatchable(cancellation, looks=2)
    with pytest.raises(Cancelled):
        Preflight(dataclasses.replace(linux, processes=machine), clock).watch(
            Stage.INSTALL, requirements(programs.rules("firefox")), lambda facts: None, cancellation
        )
    # One second lies before each look for newcomers, and each wait within it takes a fifth of that.
    assert 2 <= len(machine.waits) <= 12


class Watcher:
    """Runs `watch` on a thread and keeps what it tells."""

    def __init__(self, preflight: Preflight, needs) -> None:
        self.needs = needs
        self.told: list[set[int]] = []
        self.cancellation = Cancellation()
        self.thread = threading.Thread(target=self._run, args=(preflight,))
        self.thread.start()

    def _run(self, preflight: Preflight) -> None:
        with pytest.raises(Cancelled):
            preflight.watch(Stage.INSTALL, self.needs, self._note, self.cancellation)

    def _note(self, facts) -> None:
        rows = rows_of(facts, self.needs).values()
        self.told.append({pid for row in rows for pid in row.pids})

    def stop(self) -> None:
        self.cancellation.cancel()
        self.thread.join(10)
        assert not self.thread.is_alive()


class Noted(LinuxProcesses):
    """Notes when a wait saw processes end, and each list of processes after it."""

    def __init__(self) -> None:
        super().__init__(os.environ, os.pidfd_open)
        self.events: list[str] = []

    def wait_for_exit(self, pids, seconds):
        ended = super().wait_for_exit(pids, seconds)
        self.events += ["ended"] if ended else []
        return ended

    def process_lister(self, names):
        look = super().process_lister(names)

        def noted():
            self.events.append("look")
            return look()

        return noted


def test_the_board_turns_by_itself_when_a_program_ends_and_when_one_comes(linux, programs, requirements, clock):
    first = programs.start("firefox")
    processes = Noted()
    preflight = Preflight(dataclasses.replace(linux, processes=processes), clock)
    watcher = Watcher(preflight, requirements(programs.rules("firefox")))
    try:
        until(lambda: watcher.told and watcher.told[-1] == {first})
        os.kill(first, 9)
        until(lambda: watcher.told[-1] == set())
        # The end itself was waited for, and the next look told of it.
        assert processes.events.count("ended") == 1
        assert processes.events[processes.events.index("ended") + 1] == "look"
        second = programs.start("firefox")
        until(lambda: watcher.told[-1] == {second})
    finally:
        watcher.stop()
    assert watcher.told == [{first}, set(), {second}]
