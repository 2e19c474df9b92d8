"""Reminders of many downloads that close."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from tests.kits.ui import texts_of

FAMILY, RENEWED, AHEAD = "LF-5930-2216", "LF-5847-7721", "LF-6127-3084"


@pytest.mark.slow
def test_they_are_one_card_and_each_can_be_downloaded(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    for account in store.accounts:
        if account.order_number in (FAMILY, RENEWED, AHEAD):
            add(account)
    window = program.window
    window.navigate_to(Destination("reminders"))
    page = window.current
    title = "3 downloads are still open; the first closes in 9 days"
    qtbot.waitUntil(lambda: title in texts_of(page))
    buttons = [each for each in page.findChildren(QAbstractButton) if each.text() == "Download now…"]
    assert len(buttons) == 3
    name = next(each for each in buttons if FAMILY in each.accessibleName())
    name.click()
    assert (window.there.page, window.there.number) == ("install", FAMILY)
