"""What comes at a pipe of Windows is answered by the GUI thread; the pipe itself is tried in the Windows lab."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from companion.ui.app.lifetime.later_starts import PipeListener


def test_a_line_is_answered_on_the_gui_thread(qtbot: QtBot) -> None:
    heard: list[tuple[bytes, bool]] = []

    def hear(line: bytes) -> bytes:
        heard.append((line, threading.current_thread() is threading.main_thread()))
        return b"taken\n"

    owner = QObject()
    listener = PipeListener(owner, hear)
    with ThreadPoolExecutor(2) as pool:
        answers = [pool.submit(listener._pass_on, line) for line in (b"one\n", b"two\n")]
        qtbot.waitUntil(lambda: all(answer.done() for answer in answers))
    assert [answer.result() for answer in answers] == [b"taken\n", b"taken\n"]
    assert sorted(heard) == [(b"one\n", True), (b"two\n", True)]
    listener.close()
