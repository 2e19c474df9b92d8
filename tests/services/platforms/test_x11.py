"""Windows on a real X server: seen, told by their titles, and asked to close."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from companion.domain.pc.facts import WindowState
from companion.services.platforms.linux.platform import linux as linux_services
from tests.kits.waiting import until

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs an X server: apt-get install xvfb"),
]

PROGRAM = """
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
window.setWindowTitle("Inbox")
if sys.argv[1] != "hidden":
    window.show()
print("ready", flush=True)
sys.exit(application.exec())
"""


@pytest.fixture
def program(display):
    running = []

    def start(mode: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
        process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, mode], env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        running.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
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
