"""What was closed is opened again: the very same program, once, and nothing else, also after a kill in between."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
import signal
import site
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from companion.domain.core import serialization
from companion.domain.installation.relaunch import RelaunchOutcome
from companion.domain.pc.closing import Patience, Relaunch
from companion.domain.pc.facts import WindowState
from companion.domain.store.profile import Stage
from companion.services.app.cancellation import Cancellation
from companion.services.installation.relaunch import Relauncher
from companion.services.pc.program_closer import ProgramCloser
from companion.services.platforms.linux.platform import linux as linux_services
from companion.services.platforms.linux.processes import LinuxProcesses
from companion.services.platforms.linux.programs import LinuxPrograms
from tests.kits.linux import alive
from tests.kits.processes import ROOT
from tests.kits.waiting import until

WINDOW = """
import sys
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication(sys.argv)
window = QWidget()
window.setWindowTitle(sys.argv[1])
window.show()
sys.exit(application.exec())
"""


@pytest.fixture
def relauncher(linux, tmp_path, clock):
    return Relauncher(tmp_path / "journal", linux, clock)


@pytest.fixture
def closed(programs, relauncher):
    """A program that was noted, and has ended since."""

    def make(name: str = "outlook", *words: str) -> Relaunch:
        path = programs.folder / name
        shutil.copy("/bin/sleep", path)
        program = Relaunch(name=name.title(), arguments=(str(path), *(words or ("3600",))))
        relauncher.remember([program])
        return program

    return make


def endings(found):
    return [(each.name, each.ending) for each in found]


def test_it_is_opened_again_as_it_was_and_only_once(programs, relauncher, closed):
    closed("outlook", "3601")
    assert [waiting.program.name for waiting in relauncher.waiting()] == ["Outlook"]
    assert endings(relauncher.reopen()) == [("Outlook", RelaunchOutcome.OPENED)]
    until(lambda: programs.running("outlook"))
    (pid,) = programs.running("outlook")
    until(lambda: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[1:2] == [b"3601"])
    assert os.getppid() != pid
    assert relauncher.waiting() == ()
    assert relauncher.reopen() == ()
    assert programs.running("outlook") == [pid]


def test_what_the_person_has_opened_meanwhile_is_not_started_a_second_time(programs, relauncher, closed):
    closed()
    pid = programs.start("outlook")
    assert endings(relauncher.reopen()) == [("Outlook", RelaunchOutcome.RUNNING)]
    assert programs.running("outlook") == [pid]


def test_what_runs_again_is_not_even_offered(programs, relauncher, closed):
    closed()
    programs.start("outlook")
    assert relauncher.waiting() == ()
    os.kill(programs.started[-1], signal.SIGKILL)
    assert relauncher.reopen() == ()


def test_two_windows_of_one_program_are_both_opened(programs, relauncher, closed):
    closed("outlook", "3601")
    relauncher.remember([Relaunch(name="Outlook", arguments=(str(programs.folder / "outlook"), "3602"))])
    assert endings(relauncher.reopen()) == [("Outlook", RelaunchOutcome.OPENED)] * 2
    until(lambda: len(programs.running("outlook")) == 2)


@pytest.mark.parametrize(("change", "ending"), [("replace", RelaunchOutcome.CHANGED), ("remove", RelaunchOutcome.GONE)])
def test_another_file_of_that_name_is_never_run(programs, relauncher, closed, tmp_path, change, ending):
    program = closed()
    path, trace = Path(program.arguments[0]), tmp_path / "it-ran"
    path.unlink()
    if change == "replace":
        path.write_text(f'#!/bin/sh\ntouch "{trace}"\n')
        path.chmod(0o755)
    assert endings(relauncher.reopen()) == [("Outlook", ending)]
    assert relauncher.waiting() == ()
    assert not trace.exists()
    assert programs.running("outlook") == []


def test_words_reach_the_program_as_words(programs, relauncher, tmp_path):
    marker, shell = tmp_path / "marker", programs.folder / "shell"
    shutil.copy("/bin/sh", shell)
    odd = f'$(touch "{tmp_path}/evil"); `id` "quoted" & \\ *'
    words = (str(shell), "-c", f'printf %s "$1" >"{marker}"', "sh", odd)
    relauncher.remember([Relaunch(name="Shell", arguments=words)])
    assert endings(relauncher.reopen()) == [("Shell", RelaunchOutcome.OPENED)]
    until(lambda: marker.exists() and marker.read_text() == odd)
    assert not (tmp_path / "evil").exists()


def test_what_must_not_be_written_down_is_not(relauncher, closed, tmp_path):
    closed("outlook", "--password=hunter2-canary")
    assert not [path for path in (tmp_path / "journal").iterdir() if b"hunter2" in path.read_bytes()]
    assert endings(relauncher.reopen()) == [("Outlook", RelaunchOutcome.UNKNOWN)]


def test_nobody_is_asked_about_what_was_closed_yesterday(programs, linux, tmp_path, closed):
    closed()
    later = Relauncher(tmp_path / "journal", linux, lambda: dt.datetime.now(dt.UTC) + dt.timedelta(hours=25))
    assert later.waiting() == ()
    assert later.reopen() == ()


def test_declined_is_declined(programs, relauncher, closed):
    closed()
    relauncher.forget()
    assert relauncher.reopen() == ()


def test_a_disk_that_takes_no_notes_does_not_keep_anything_open(linux, programs, tmp_path, clock):
    (tmp_path / "file").touch()
    Relauncher(tmp_path / "file" / "journal", linux, clock).remember([Relaunch(name="X", arguments=("/bin/sleep",))])


def test_many_at_once_open_it_once(programs, linux, tmp_path, clock, closed):
    closed()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Relauncher(tmp_path / "journal", linux, clock).reopen(), range(8)))
    opened = [each for one in found for each in one if each.ending is RelaunchOutcome.OPENED]
    assert len(opened) == 1
    until(lambda: programs.running("outlook"))
    assert len(programs.running("outlook")) == 1


# Killed in between

CHILD = """
import dataclasses, datetime as dt, os, sys, threading
from pathlib import Path
from companion.services.platforms.linux.platform import linux
from companion.services.platforms.linux.programs import LinuxPrograms
from companion.services.installation.relaunch import Relauncher

class Hangs(LinuxPrograms):
    def launch(self, arguments):
        print("about to open", flush=True)
        threading.Event().wait()

hanging = dataclasses.replace(linux(), programs=Hangs(os.environ))
Relauncher(Path(sys.argv[1]), hanging, lambda: dt.datetime.now(dt.UTC)).reopen()
"""


def test_killed_while_it_opens_it_is_told_and_not_opened_twice(programs, relauncher, closed, tmp_path):
    closed()
    child = subprocess.Popen([sys.executable, "-c", CHILD, tmp_path / "journal"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    with child:
        assert child.stdout.readline() == b"about to open\n"
        os.kill(child.pid, signal.SIGKILL)
    assert endings(relauncher.reopen()) == [("Outlook", RelaunchOutcome.INTERRUPTED)]
    assert programs.running("outlook") == []
    assert relauncher.reopen() == ()


CLOSER = """
import datetime as dt, sys, threading
from pathlib import Path
from companion.domain.core import serialization
from companion.domain.pc.finding import Requirements
from companion.domain.pc.closing import ClosingStep
from companion.domain.store.profile import Profile, Stage
from companion.services.app.cancellation import Cancellation
from companion.domain.pc.closing import Patience
from companion.services.pc.program_closer import ProgramCloser
from companion.services.platforms.linux.platform import linux as linux_services
from companion.services.installation.relaunch import Relauncher

linux = linux_services()
relauncher = Relauncher(Path(sys.argv[1]), linux, lambda: dt.datetime.now(dt.UTC))
rules = serialization.decode(Path(sys.argv[2]).read_bytes(), Profile, source="the test")
needs = Requirements(profile=rules, platform=linux.name)

def on_step(step):
    if step.step is ClosingStep.CLOSED:
        print("closed", flush=True)
        threading.Event().wait()

ProgramCloser(linux, Patience(), relauncher.remember).close(Stage.INSTALL, needs, on_step, Cancellation())
"""


@pytest.mark.desktop
@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs an X server: apt-get install xvfb")
def test_killed_after_closing_a_real_window_it_is_opened_by_the_next_run(
    programs, requirements, home, display, tmp_path, clock, monkeypatch
):
    """A mail program with a window on a real screen; the app that closes it is killed, and the next one opens it."""
    # A copy of Python under another name, which has to be told where its library is.
    program = programs.folder / "outlook"
    shutil.copy(Path(sys.executable).resolve(), program)
    for name, value in {
        "PYTHONHOME": sys.base_prefix,
        "PYTHONPATH": os.pathsep.join([*site.getsitepackages(), str(ROOT)]),
        "LD_LIBRARY_PATH": str(Path(sys.base_prefix, "lib")),
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
    }.items():
        monkeypatch.setenv(name, value)
    (programs.folder / "window.py").write_text(WINDOW)
    linux = linux_services()
    linux.programs.launch([str(program), str(programs.folder / "window.py"), "Inbox"])

    def windows() -> list[tuple[str, ...]]:
        return [process.titles for process in linux.processes.describe(programs.running("outlook")) if process.titles]

    until(lambda: windows() == [("Inbox",)], 30)
    (pid,) = programs.running("outlook")

    needs = tmp_path / "needs.json"
    needs.write_bytes(serialization.encode(requirements(programs.rules("outlook")).profile))
    journal = tmp_path / "journal"
    app = subprocess.Popen([sys.executable, "-c", CLOSER, journal, needs], stdout=subprocess.PIPE)
    assert app.stdout is not None
    with app:
        assert app.stdout.readline() == b"closed\n"
        os.kill(app.pid, signal.SIGKILL)
    assert not alive(pid)

    relauncher = Relauncher(journal, linux, clock)
    assert [closed.program.name for closed in relauncher.waiting()] == ["Outlook"]
    assert endings(relauncher.reopen()) == [("Outlook", RelaunchOutcome.OPENED)]
    until(lambda: windows() == [("Inbox",)], 30)
    assert Relauncher(journal, linux, clock).reopen() == ()


class Dies(BaseException):
    """Stands for the end of the process."""


def test_it_is_written_down_before_it_is_closed(linux, programs, requirements, tmp_path, clock):
    pid = programs.start("outlook")
    relauncher = Relauncher(tmp_path / "journal", linux, clock)

    class Seen(LinuxProcesses):
        """Sees a window where this machine has no screen."""

        def describe(self, pids):
            found = super().describe(pids)
            return tuple(msgspec.structs.replace(each, windows=WindowState.VISIBLE) for each in found)

    class Ends(LinuxPrograms):
        """Ends before anything is asked to close."""

        def close_gently(self, pid, started=None):
            raise Dies

    seen = dataclasses.replace(linux, processes=Seen(os.environ, os.pidfd_open), programs=Ends(os.environ))
    with pytest.raises(Dies):
        ProgramCloser(seen, Patience(), relauncher.remember).close(
            Stage.INSTALL, requirements(programs.rules("outlook")), lambda _: None, Cancellation()
        )
    assert alive(pid)
    assert len(list((tmp_path / "journal").glob("*.json"))) == 1
    assert relauncher.waiting() == (), "it still runs, so there is nothing to open"
