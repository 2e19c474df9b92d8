"""The page of reminders keeps what has not changed, and shows at once what has."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.reminders.settings import ReminderSettings
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from tests.kits.ui import texts_of

Add = Callable[[Account], None]
AHEAD = "Dates ahead"


def card(program: WindowedProgram, heading: str) -> QWidget:
    labels = program.window.current.findChildren(QLabel)
    found = next(each for each in labels if each.text() == heading and each.isVisible()).parentWidget()
    assert found is not None
    return found


def settles(program: WindowedProgram, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not program.runner.busy)


@pytest.fixture
def page(program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot) -> QWidget:
    add(store.accounts[0])
    program.window.navigate_to(Destination("reminders"))
    qtbot.waitUntil(lambda: AHEAD in texts_of(program.window.current))
    settles(program, qtbot)
    return program.window.current


def test_what_shows_the_same_stays_when_everything_is_read_again(
    program: WindowedProgram, page: QWidget, qtbot: QtBot
) -> None:
    before = card(program, AHEAD)
    program.app_state.changed.emit()
    settles(program, qtbot)
    assert card(program, AHEAD) is before
    program.app_state.reminders.keep_settings(ReminderSettings(muted=True))
    qtbot.waitUntil(lambda: "Reminders are muted" in texts_of(page))
    settles(program, qtbot)
    assert card(program, AHEAD) is before


def test_a_new_date_and_other_settings_are_shown(
    program: WindowedProgram, page: QWidget, store: DemoStore, add: Add, qtbot: QtBot
) -> None:
    before = texts_of(card(program, AHEAD))
    add(store.accounts[1])
    program.window.navigate_to(Destination("reminders"))
    qtbot.waitUntil(lambda: texts_of(card(program, AHEAD)) != before)
    program.window.navigate_to(Destination("reminders", item="settings"))
    qtbot.waitUntil(lambda: AHEAD not in texts_of(page))
    program.window.navigate_to(Destination("reminders"))
    qtbot.waitUntil(lambda: AHEAD in texts_of(page))
