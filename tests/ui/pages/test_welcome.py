"""The first start of a person who knows no store."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.pages.bought.confirm import ConfirmCard
from companion.ui.pages.bought.dropped import taken
from companion.ui.pages.welcome import WelcomePage
from companion.ui.widgets.basic import focusable
from tests.kits.mails import ORDER_MAIL
from tests.kits.ui import button, texts_of


@pytest.fixture
def page(fresh: WindowedProgram, qtbot: QtBot) -> WelcomePage:
    qtbot.waitUntil(lambda: isinstance(fresh.window.current, WelcomePage))
    found = fresh.window.current
    assert isinstance(found, WelcomePage)
    return found


def _ask_for(page: WelcomePage, text: str) -> QLineEdit:
    field = next(made for made in page.findChildren(QLineEdit) if made.accessibleName().startswith("Name or address"))
    field.setText(text)
    button(page, "Add the store").click()
    return field


def test_it_offers_three_ways_and_begins_at_the_first(page: WelcomePage) -> None:
    headings = [text for text in texts_of(page) if text.startswith(("Drop or paste", "Type the", "Try it"))]
    assert headings == [
        "Drop or paste the confirmation e-mail",
        "Type the store's name or address",
        "Try it with the demo store",
    ]
    assert next(focusable(page)) is page._entry.box


def test_a_pasted_e_mail_is_looked_at(fresh: WindowedProgram, page: WelcomePage, qtbot: QtBot) -> None:
    page._entry.box.setPlainText(ORDER_MAIL)
    button(page, "Look at it").click()
    qtbot.waitUntil(lambda: fresh.window.current.findChild(ConfirmCard) is not None)


def test_an_e_mail_is_dropped_on_it(fresh: WindowedProgram, page: WelcomePage, tmp_path: Path, qtbot: QtBot) -> None:
    (tmp_path / "order.eml").write_text(ORDER_MAIL, encoding="utf-8")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / "order.eml"))])
    fresh.window.add_dropped(taken(data))
    qtbot.waitUntil(lambda: fresh.window.current.findChild(ConfirmCard) is not None)


def test_a_store_with_orders_leads_to_adding_one(
    fresh: WindowedProgram, page: WelcomePage, demo_store: DemoStore, qtbot: QtBot
) -> None:
    _ask_for(page, demo_store.url)
    qtbot.waitUntil(lambda: fresh.window.current.accessibleName() == "Add an order")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("larkfield", "This name is not known"),
        ("http://store.example", "A store must use https"),
        ("http://127.0.0.1:9", "The store cannot be reached. No answer came from 127.0.0.1:9"),
        ("", "Nothing was typed yet"),
    ],
)
def test_what_is_wrong_with_a_store_is_said_whole(page: WelcomePage, typed: str, said: str, qtbot: QtBot) -> None:
    page.window().resize(page.window().minimumSize())
    _ask_for(page, typed)
    qtbot.waitUntil(lambda: any(said in text for text in texts_of(page)))
    area: Any = page._scroll
    inside = area.widget()
    assert inside.minimumSizeHint().width() <= area.viewport().width()
    qtbot.waitUntil(lambda: inside.height() >= inside.layout().totalHeightForWidth(inside.width()))


def test_an_old_error_is_gone_after_another_page(fresh: WindowedProgram, page: WelcomePage, qtbot: QtBot) -> None:
    field = _ask_for(page, "larkfield")
    qtbot.waitUntil(lambda: any("not known" in text for text in texts_of(page)))
    fresh.window.navigate_to(Destination("help"))
    fresh.window.navigate_to(Destination("welcome"))
    assert field.property("invalid") == "false"
    assert not any("not known" in text for text in texts_of(page))


def test_the_demo_is_started_by_its_card(fresh: WindowedProgram, qtbot: QtBot) -> None:
    asked: list[str] = []
    made = WelcomePage(fresh.app_state, fresh.owned, lambda _: None, lambda: asked.append("demo"))
    qtbot.addWidget(made)
    button(made, "Try the demo").click()
    assert asked == ["demo"]


def test_a_press_with_nothing_typed_says_what_is_missing(page: WelcomePage, qtbot: QtBot) -> None:
    said = "Nothing was pasted or typed yet"
    button(page, "Look at it").click()
    assert said in texts_of(page)
    page._entry.box.setPlainText("O")
    qtbot.waitUntil(lambda: said not in texts_of(page))
