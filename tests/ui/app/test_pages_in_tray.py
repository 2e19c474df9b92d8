"""In the tray, with the window closed, no page is held that nothing is lost with."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination, Page


def close(program: WindowedProgram, qtbot: QtBot) -> None:
    program.window.has_tray = lambda: True
    with qtbot.waitSignal(program.window.hidden_to_tray):
        program.window.close()


def test_pages_are_let_go_and_come_back_where_the_person_was(program: WindowedProgram, qtbot: QtBot) -> None:
    window = program.window
    pages = [window.page(name) for name in ("home", "orders", "downloads", "reminders", "help", "bought", "stores")]
    window.navigate_to(Destination("orders"))
    close(program, qtbot)
    qtbot.waitUntil(lambda: not any(shiboken6.isValid(page) for page in pages))
    # What they listened to goes on without them.
    program.book.changed.emit()
    program.owned.changed.emit()
    program.app_state.reminders.changed.emit()
    program.app_state.downloads.changed.emit(None)
    window.bring_to_front()
    assert window.isVisible()
    assert window.current is window.page("orders")
    assert window.current not in pages


@pytest.mark.slow
def test_what_was_begun_is_there_when_the_window_comes_back(program: WindowedProgram, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("add"))
    page = program.window.current
    field = page.findChild(QLineEdit)
    assert field is not None
    field.setText("LF-48")
    close(program, qtbot)
    program.window.bring_to_front()
    assert program.window.current is page
    assert field.text() == "LF-48"


def test_the_tray_leads_to_a_page_that_was_let_go(program: WindowedProgram, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("help"))
    close(program, qtbot)
    program.open(Destination("home"))
    assert program.window.current is program.window.page("home")


def test_a_start_in_the_tray_makes_no_page_before_the_window_is_shown(
    qapp: QApplication, qtbot: QtBot, services: Services
) -> None:
    program = WindowedProgram(qapp, services, theme=LIGHT, has_tray=lambda: True)
    qtbot.addWidget(program.window)
    with qtbot.waitSignal(program.owned.changed):
        program.start(in_tray=True)
    qtbot.waitUntil(lambda: program.window.has_navigated and not program.runner.busy)
    assert program.window.findChildren(Page) == []
    # A desktop whose tray has gone shows it in this way too.
    program.window.showMinimized()
    (made,) = program.window.findChildren(Page)
    assert made is program.window.current
    program.close()


def test_a_window_that_comes_back_without_its_tray_has_its_page(program: WindowedProgram, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("orders"))
    before = program.window.current
    close(program, qtbot)
    qtbot.waitUntil(lambda: not shiboken6.isValid(before))
    program.window.showMinimized()
    (made,) = program.window.findChildren(Page)
    assert made is program.window.page("orders")
