"""Memory goes back to the system in the pauses, on another thread."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.app.lifetime.spare_memory import SpareMemory
from companion.ui.look.theme import LIGHT
from companion.ui.state.tasks import TaskRunner


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def test_it_is_given_back_on_another_thread(qtbot: QtBot, runner: TaskRunner, window: QWidget) -> None:
    threads: list[int] = []
    SpareMemory(runner, lambda: threads.append(threading.get_ident()), window).return_now()
    qtbot.waitUntil(lambda: len(threads) == 1, timeout=30_000)
    assert threads != [threading.get_ident()]


def test_what_was_asked_for_several_times_is_done_once(qtbot: QtBot, runner: TaskRunner, window: QWidget) -> None:
    times: list[int] = []
    spare = SpareMemory(runner, lambda: times.append(1), window)
    for _ in range(3):
        spare.return_soon()
    spare.return_now()
    qtbot.waitUntil(lambda: times == [1] and not runner.busy, timeout=30_000)
    assert not spare.pending


def test_nothing_is_given_back_after_work_for_the_window_that_is_shown(
    qtbot: QtBot, runner: TaskRunner, window: QWidget
) -> None:
    spare = SpareMemory(runner, lambda: None, window)
    window.show()
    spare.return_if_hidden()
    assert not spare.pending
    window.hide()
    spare.return_if_hidden()
    assert spare.pending
    spare.stop()
    assert not spare.pending


def test_a_start_in_the_tray_gives_back_what_it_took(qapp: QApplication, qtbot: QtBot, services: Services) -> None:
    times: list[int] = []
    program = WindowedProgram(qapp, services, theme=LIGHT, has_tray=lambda: True, give_back=lambda: times.append(1))
    qtbot.addWidget(program.window)
    program.start(in_tray=True)
    qtbot.waitUntil(lambda: times != [], timeout=30_000)
    program.close()
    assert not program.spare_memory.pending


@pytest.mark.slow
def test_the_window_gives_it_back_once_it_is_there_and_again_when_it_is_closed(
    qapp: QApplication, qtbot: QtBot, services: Services
) -> None:
    times: list[int] = []
    program = WindowedProgram(qapp, services, theme=LIGHT, has_tray=lambda: True, give_back=lambda: times.append(1))
    qtbot.addWidget(program.window)
    program.start(in_tray=False)
    qtbot.waitUntil(lambda: times != [], timeout=30_000)
    times.clear()
    program.window.close()
    qtbot.waitUntil(lambda: times != [], timeout=30_000)
    program.close()
