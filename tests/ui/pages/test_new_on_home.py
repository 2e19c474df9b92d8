"""After an order was added, Home names its product and points at its card."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import ADDED, Destination
from tests.kits.ui import texts_of


def _marked(page: QWidget) -> list[QWidget]:
    return [card for card in page.findChildren(QWidget) if card.property("fresh") == "true"]


def _in_sight(card: QWidget, page: Any) -> bool:
    viewport = page._scroll.viewport()
    top = card.mapTo(viewport, QPoint(0, 0)).y()
    return bool(card.isVisible() and 0 <= top < viewport.height() - 40)


@pytest.mark.slow
def test_the_new_product_is_named_scrolled_to_and_marked_for_a_while(
    program: WindowedProgram, store: DemoStore, qtbot: QtBot
) -> None:
    window, done = program.window, list[object]()
    window.resize(window.minimumSize())
    for account in store.accounts[:8]:
        password = Secret(account.order_password)
        program.app_state.add_order(program.app_state, account.order_number, password, done.append, done.append)
    qtbot.waitUntil(lambda: len(done) == 8)
    window.navigate_to(Destination("home"))
    page: Any = window.current
    qtbot.waitUntil(lambda: page._list.count > 3 and not program.runner.busy)
    last = page._list.rows[-1].of[1]
    window.navigate_to(Destination("home", last.order_number, ADDED))
    qtbot.waitUntil(lambda: any(f"{last.product_name} was added" in text for text in texts_of(window)))
    qtbot.waitUntil(lambda: len(_marked(page)) == 1)
    qtbot.waitUntil(lambda: _in_sight(_marked(page)[0], page))
    assert last.order_number in " ".join(texts_of(_marked(page)[0]))
    assert page._unmark.isActive()
    page._unmark.timeout.emit()
    assert _marked(page) == []


def test_of_several_new_orders_none_is_singled_out(program: WindowedProgram, store: DemoStore, qtbot: QtBot) -> None:
    done: list[object] = []
    account = store.accounts[0]
    password = Secret(account.order_password)
    program.app_state.add_order(program.app_state, account.order_number, password, done.append, done.append)
    qtbot.waitUntil(lambda: bool(done))
    program.window.navigate_to(Destination("home", "", ADDED))
    qtbot.waitUntil(lambda: any("The orders were added" in text for text in texts_of(program.window)))
    assert _marked(program.window.current) == []
