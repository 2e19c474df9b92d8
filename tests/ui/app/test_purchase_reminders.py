"""Dates of purchases of any shop in the running window, without any store: told once, on the page and in the tray."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.reminders.settings import ReminderSettings
from companion.services.container.store import Services, build_window_services
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from companion.ui.notifications import Message, Notifications
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.ui import button, texts_of


class Screen:
    """A desktop that shows every message and remembers it."""

    def __init__(self) -> None:
        self.messages: list[Message] = []

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        self.messages.append(message)
        shown(True)

    def withdraw(self, key: str) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def services(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    made = build_window_services(tmp_path / "own", None, keychain=Keychain(backend=MemoryKeychain()))
    made.reminders.keep_settings(ReminderSettings(quiet=None))
    yield made
    made.close()


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def program(qapp: QApplication, qtbot: QtBot, services: Services, screen: Screen) -> Iterator[WindowedProgram]:
    made = WindowedProgram(qapp, services, theme=LIGHT)
    made.reminding.notifications = Notifications(screen)
    with qtbot.waitSignal(made.app_state.changed):
        made.start(in_tray=False)
    yield made
    made.close()
    made.window.deleteLater()


def test_a_purchase_that_ends_soon_is_told_once_and_stands_on_the_page(
    program: WindowedProgram, services: Services, screen: Screen, qtbot: QtBot
) -> None:
    now = services.clock()
    ends = (now.astimezone(services.zone) + dt.timedelta(days=5)).date()
    values = [(Field.PRODUCT, "Foto 12", "Foto 12"), (Field.EXPIRES, ends.isoformat(), "Foto 12")]
    services.owned.purchases.add(draft_of(values, Source(kind=SourceKind.PERSON), now))
    program.owned.load()
    qtbot.waitUntil(lambda: [message.title for message in screen.messages] == ["Foto 12 runs out in 5 days"])
    program.window.navigate_to(Destination("reminders"))
    page = program.window.page("reminders")
    qtbot.waitUntil(lambda: any("as you noted" in text for text in texts_of(page)))
    assert not [text for text in texts_of(page) if "Order" in text], "there is no order to open"
    program.owned.load()
    qtbot.waitUntil(lambda: "Don't remind me of this" in texts_of(page))
    button(page, "Don't remind me of this").click()
    qtbot.waitUntil(lambda: any("Nothing needs a decision" in text for text in texts_of(page)))
    assert len(screen.messages) == 1
