"""One program per person: later starts hand over, locks of the dead are taken over, signals end it in order."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.app.instance.running_program import StartRequest, is_private
from companion.ui.app.lifetime.resume_signal import ResumeSignal
from companion.ui.app.lifetime.shutdown import ShutdownSignals
from companion.ui.app.lifetime.single_instance import SingleInstance

_SECOND = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from companion.domain.core.errors import CompanionError
from companion.services.app.instance.running_program import StartRequest
from companion.ui.app.lifetime.single_instance import SingleInstance
application = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]), patience_ms=1000)
try:
    request = StartRequest(tray=True, store="https://other.example", pressed="unknown")
    sys.stdout.write("first" if instance.begin(request) else "handed over")
except CompanionError as error:
    sys.stdout.write(error.code)
"""

_HOLDER = """
import sys
from PySide6.QtCore import QLockFile
lock = QLockFile(sys.argv[1])
lock.setStaleLockTime(0)
assert lock.tryLock(0)
sys.stdout.write("held\\n")
sys.stdout.flush()
sys.stdin.readline()
"""


@pytest.fixture
def first(qapp: QApplication, tmp_path: Path) -> Iterator[SingleInstance]:
    made = SingleInstance(tmp_path)
    assert made.begin(StartRequest())
    yield made
    made.end()


def second(state: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", _SECOND, str(state)], stdout=subprocess.PIPE, text=True)


def test_a_second_start_hands_its_wishes_over(first: SingleInstance, tmp_path: Path, qtbot: QtBot) -> None:
    heard: list[StartRequest] = []
    first.asked.connect(heard.append)
    started = [second(tmp_path) for _ in range(3)]
    qtbot.waitUntil(lambda: all(each.poll() is not None for each in started))
    assert [each.communicate()[0] for each in started] == ["handed over"] * 3
    assert heard == [StartRequest(tray=True, store="https://other.example", pressed="unknown")] * 3


def test_another_folder_is_another_program(first: SingleInstance, tmp_path: Path) -> None:
    started = second(tmp_path / "another")
    assert started.communicate(timeout=20)[0] == "first"


def test_after_the_first_has_ended_the_next_is_the_first(qapp: QApplication, tmp_path: Path) -> None:
    instance = SingleInstance(tmp_path)
    assert instance.begin(StartRequest())
    instance.end()
    assert second(tmp_path).communicate(timeout=20)[0] == "first"


def _hold(folder: Path) -> subprocess.Popen[str]:
    """Another process, which holds the lock."""
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLDER, str(folder / "running.lock")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


@pytest.mark.skipif(os.name != "posix", reason="Windows does not let a lock that is held be removed")
def test_a_lock_behind_which_nobody_listens_is_taken_over(qapp: QApplication, tmp_path: Path) -> None:
    """As after a crash, when another program has got the process id."""
    holder = _hold(tmp_path)
    instance = SingleInstance(tmp_path, patience_ms=300)
    assert instance.begin(StartRequest())
    instance.end()
    holder.communicate("\n", timeout=20)


def test_a_killed_program_leaves_nothing_that_hinders(qapp: QApplication, tmp_path: Path) -> None:
    holder = _hold(tmp_path)
    holder.kill()
    holder.communicate(timeout=20)
    assert (tmp_path / "running.lock").exists()
    instance = SingleInstance(tmp_path)
    assert instance.begin(StartRequest())
    instance.end()


def test_a_first_one_that_does_not_react_is_said(first: SingleInstance, tmp_path: Path) -> None:
    """Its window hangs: it is listening, as the system sees it, and never answers."""
    other = SingleInstance(tmp_path, patience_ms=300)
    with pytest.raises(CompanionError) as failed:
        other.begin(StartRequest())
    assert failed.value.code == ErrorCode.NOT_ANSWERING


@pytest.mark.slow
@pytest.mark.parametrize(
    "said",
    [
        b"\n",
        b"not json\n",
        b'{"tray": "yes"}\n',
        b"\xff\xfe\n",
        b"[" * 5000 + b"\n",
        b'{"store": "' + b"x" * 3000 + b'"}\n',
    ],
)
def test_nonsense_from_somebody_else_is_not_heard(
    first: SingleInstance, tmp_path: Path, qtbot: QtBot, said: bytes
) -> None:
    heard: list[StartRequest] = []
    first.asked.connect(heard.append)
    socket = QLocalSocket()
    socket.connectToServer(first.address or "")
    assert socket.waitForConnected(5000)
    socket.write(said)
    socket.flush()
    started = second(tmp_path)
    qtbot.waitUntil(lambda: started.poll() is not None)
    assert started.communicate()[0] == "handed over"
    assert len(heard) == 1
    socket.abort()


@pytest.mark.skipif(os.name != "posix", reason="the socket's file has a mode")
def test_nobody_else_may_speak_to_it(first: SingleInstance, tmp_path: Path) -> None:
    assert (tmp_path / "running.socket").stat().st_mode & 0o077 == 0


def test_a_folder_with_a_very_long_name_is_no_hindrance(qtbot: QtBot, tmp_path: Path) -> None:
    state = tmp_path / ("long" * 40)
    instance = SingleInstance(state)
    assert instance.begin(StartRequest())
    address = Path(instance.address or "")
    if os.name == "posix":
        assert is_private(address.parent), "no other user can take the name, or speak to it"
    started = second(state)
    qtbot.waitUntil(lambda: started.poll() is not None)
    assert started.communicate()[0] == "handed over"
    instance.end()
    assert not address.exists()


def test_a_folder_that_cannot_be_written_is_left_for_the_library_to_tell(qapp: QApplication, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert SingleInstance(tmp_path / "file" / "state").begin(StartRequest())


@pytest.mark.skipif(os.name != "posix", reason="sends itself a POSIX signal")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_program_in_order(qapp: QApplication, qtbot: QtBot, number: signal.Signals) -> None:
    before = signal.getsignal(number)
    endings = ShutdownSignals(qapp)
    with qtbot.waitSignal(endings.told):
        os.kill(os.getpid(), number)
    endings.close()
    assert signal.getsignal(number) is before


def test_only_waking_up_is_told_not_falling_asleep(qtbot: QtBot) -> None:
    wakeups = ResumeSignal()
    with qtbot.assertNotEmitted(wakeups.woke):
        wakeups.heard(True)
    with qtbot.waitSignal(wakeups.woke):
        wakeups.heard(False)


def test_locks_are_qts_own(first: SingleInstance, tmp_path: Path) -> None:
    assert not QLockFile(str(tmp_path / "running.lock")).tryLock(0)
