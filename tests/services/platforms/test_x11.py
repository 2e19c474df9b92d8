"""Windows on a real X server: seen, told by their titles, and asked to close."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from companion.domain.pc.facts import WindowState
from companion.services.platforms.linux.platform import linux as linux_services
from companion.services.platforms.linux.x11_owners import ProgramsOwnWords, inner_number
from tests.kits.waiting import until

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs an X server: apt-get install xvfb"),
]

PROGRAM = """
import os
import sys
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    def closeEvent(self, event: QCloseEvent) -> None:
        if sys.argv[1] == "asks" and self.windowTitle() == "Inbox":
            self.setWindowTitle("Save changes?")
            event.ignore()
application = QApplication(sys.argv)
application.setQuitOnLastWindowClosed(True)
window = Window()
window.setWindowTitle("Inbox\\u202egpj\\x1b[31m\\nCall us" if sys.argv[1] == "hostile" else "Inbox")
if sys.argv[1] != "hidden":
    window.show()
print("ready", os.getpid(), flush=True)
sys.exit(application.exec())
"""


@pytest.fixture
def program(display):
    running = []

    def start(mode: str, *before: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        process = subprocess.Popen(
            [*before, sys.executable, "-c", PROGRAM, mode],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        running.append(process)
        assert process.stdout is not None
        ready, number = process.stdout.readline().split()
        assert ready == b"ready"
        process.number_of_its_own = int(number)  # type: ignore[attr-defined]
        return process

    yield start
    for process in running:
        process.kill()
        process.communicate()


@pytest.fixture
def linux(display):
    return linux_services(
        {**{name: value for name, value in os.environ.items() if name != "WAYLAND_DISPLAY"}, "DISPLAY": display}
    )


def seen(linux, process):
    return linux.processes.describe([process.pid])[0]


def test_a_window_is_seen_with_its_title_and_closes_when_asked(linux, program):
    process = program("shows")
    until(lambda: seen(linux, process).windows is WindowState.VISIBLE)
    assert seen(linux, process).titles == ("Inbox",)
    assert linux.programs.close_gently(process.pid) == 1
    assert process.wait(10) == 0


def test_nothing_in_a_title_acts(linux, program):
    process = program("hostile")
    until(lambda: seen(linux, process).titles)
    (title,) = seen(linux, process).titles
    assert title.startswith("Inbox\ufffdgpj\ufffd[31m")
    assert title.endswith("Call us")
    assert not any(sign in title for sign in "\u202e\x1b\n")


def test_a_question_shows_as_another_title(linux, program):
    process = program("asks")
    until(lambda: seen(linux, process).titles == ("Inbox",))
    linux.programs.close_gently(process.pid)
    until(lambda: seen(linux, process).titles == ("Save changes?",))
    assert process.poll() is None
    linux.programs.close_gently(process.pid)
    assert process.wait(10) == 0


def test_a_program_without_a_window_on_this_screen_has_none(linux, program):
    process = program("hidden")
    assert seen(linux, process).windows in (WindowState.NONE, WindowState.HIDDEN)
    assert seen(linux, process).titles == ()


def test_a_screen_that_is_not_there_leaves_windows_unknown_or_none(program):
    process = program("hidden")
    nowhere = linux_services({"DISPLAY": ":9876"})
    assert seen(nowhere, process).windows is WindowState.UNKNOWN
    assert nowhere.programs.close_gently(process.pid) == 0


_SANDBOX = ["unshare", "--pid", "--fork", "--kill-child"]
sandboxes = pytest.mark.skipif(
    shutil.which("unshare") is None or subprocess.run([*_SANDBOX, "true"], capture_output=True).returncode != 0,
    reason="needs a namespace of process numbers, as root",
)


def _inside(process: subprocess.Popen[bytes]) -> int:
    """The program below `unshare`, by its number here."""
    return int(Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()[0])


@sandboxes
def test_a_sandboxed_programs_window_is_its_own(linux, program):
    """In its own view the program has another number, and says that one of itself."""
    process = program("shows", *_SANDBOX)
    inside = _inside(process)
    assert process.number_of_its_own != inside
    until(lambda: linux.processes.describe([inside])[0].windows is WindowState.VISIBLE)
    assert linux.processes.describe([inside])[0].titles == ("Inbox",)
    assert linux.programs.close_gently(inside) == 1
    assert process.wait(10) == 0


@sandboxes
def test_a_number_of_another_world_closes_no_strangers_window(linux, program):
    """A program here has the number that the sandboxed one has in its own view: the window is not its window."""
    with subprocess.Popen(["/bin/sleep", "60"], env={**os.environ, "DISPLAY": ":0"}) as innocent:
        try:
            next_number = f'echo {innocent.pid - 1} >/proc/sys/kernel/ns_last_pid; "$@"; exit $?'
            process = program("shows", *_SANDBOX, "sh", "-c", next_number, "sh")
            if process.number_of_its_own != innocent.pid:
                pytest.skip("the kernel gave another number")
            until(lambda: len(_titles(linux)) > 0)
            seen_here = linux.processes.describe([innocent.pid])[0]
            assert seen_here.windows is not WindowState.VISIBLE
            assert seen_here.titles == ()
            assert linux.programs.close_gently(innocent.pid) == 0
            assert process.poll() is None
        finally:
            innocent.kill()


def _titles(linux) -> list[str]:
    """The titles of all windows on the screen, of every program."""
    pids = [each.pid for each in linux.processes.list_processes()]
    return [title for process in linux.processes.describe(pids) for title in process.titles]


def test_a_program_is_believed_only_where_its_number_is_the_only_one(program):
    """Without the server's knowledge: by the number that a process has in its own view, on this machine."""
    own, here = os.getpid(), socket.gethostname()
    words = ProgramsOwnWords()
    assert words.owner(own, here) == own
    assert words.owner(own, "another-machine") is None
    assert words.owner(own, "") is None
    assert words.owner(2**22 + 1, here) is None


@sandboxes
def test_two_processes_that_say_the_same_number_are_both_unknown():
    """The first process of a sandbox is number 1 there, as the system's first process is here."""
    with subprocess.Popen([*_SANDBOX, "sleep", "60"]) as sandbox:
        try:
            until(lambda: Path(f"/proc/{sandbox.pid}/task/{sandbox.pid}/children").read_text().strip())
            assert inner_number(Path(f"/proc/{_inside(sandbox)}")) == 1
            assert ProgramsOwnWords().owner(1, socket.gethostname()) is None
        finally:
            os.kill(_inside(sandbox), signal.SIGKILL)
