"""The Help page: topics and articles, and whom to call about what was bought."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from types import FrameType

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QTextBrowser
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.reminders.history import agenda
from companion.services.app.resources import resource
from companion.services.container.store import Services
from companion.services.platforms import current
from companion.ui.app.application import WindowedProgram
from companion.ui.dialogs.case_file import CaseFileDialog
from companion.ui.navigation import Destination
from companion.ui.support import SUPPORT
from companion.ui.widgets.basic import TitleLink
from tests.kits.cli import UNWANTED
from tests.kits.ui import button, texts_of


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DemoStore]:
    """A store that says no hours for any of its numbers."""
    profile = json.loads(resource("profiles/larkfield.json").read_bytes())
    for entry in profile["support"]["entries"]:
        entry["hours"] = []
    system = current().name.value
    made = DemoStore(
        tmp_path / "store", profile=json.dumps(profile).encode(), system=system, size=2**20, password_cost=2
    )
    yield made
    made.close()


def test_a_number_without_hours_is_not_called_closed(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    add(store.accounts[0])
    program.window.navigate_to(Destination("help", "", SUPPORT))

    def texts() -> list[str]:
        return [shown.text() for shown in program.window.findChildren(QLabel) if shown.isVisible()]

    qtbot.waitUntil(lambda: "Talk to a person" in texts())
    assert "Closed now" not in texts()
    assert "Hours not known" in texts()


def test_what_needs_attention_is_found_in_the_background(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    add(store.accounts[0])
    here: list[str] = []

    def look(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and frame.f_code is agenda.__code__:
            here.append(frame.f_code.co_qualname)

    sys.setprofile(look)
    try:
        program.window.navigate_to(Destination("help"))
        qtbot.waitUntil(lambda: "Talk to a person" in visible_texts(program))
    finally:
        sys.setprofile(None)
    assert not here, "with thousands of orders the window would stand still"


def test_topics_that_are_shown_stay_as_they_are(program: WindowedProgram, qtbot: QtBot) -> None:
    # Making them anew takes longer than all the rest of a visit.
    program.window.navigate_to(Destination("help"))
    page = program.window.current
    qtbot.waitUntil(lambda: bool(page.findChildren(TitleLink)) and not program.runner.busy)
    before = page.findChildren(TitleLink)
    program.window.navigate_to(Destination("settings"))
    program.window.navigate_to(Destination("help"))
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert page.findChildren(TitleLink) == before
    assert all(each.isVisible() for each in before)


def test_a_line_of_a_statement_is_explained(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    add(next(each for each in store.accounts if each.order_number == UNWANTED))
    program.window.navigate_to(Destination("help"))
    page = program.window.current
    field = next(each for each in page.findChildren(QLineEdit) if each.accessibleName().startswith("A line of"))
    button(page, "Explain it").click()
    assert "Type or paste a line of your statement first." in visible_texts(program)
    for line, said in (("LKF*LARKFIELD 65.20", "This is the renewal of"), ("ACME 1.00", "Nothing that you have added")):
        field.setText(line)
        qtbot.keyClick(field, Qt.Key.Key_Return)
        qtbot.waitUntil(partial(_is_said, program, said))
    field.clear()
    assert not any(each.startswith("Nothing that you have") for each in visible_texts(program))


def _is_said(program: WindowedProgram, beginning: str) -> bool:
    return any(each.startswith(beginning) for each in visible_texts(program))


def visible_texts(program: WindowedProgram) -> list[str]:
    return texts_of(program.window.current)


def test_an_article_takes_the_page_and_its_links_lead_on(program: WindowedProgram, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("help"))
    qtbot.waitUntil(lambda: {"Money", "Installing", "Afterwards"} <= set(visible_texts(program)))
    page = program.window.current
    button(page, "Cancel by telephone").click()
    qtbot.waitUntil(lambda: "‹ All topics" in visible_texts(program))
    field = page.findChild(QLineEdit)
    assert not field.isVisible(), "the article takes the place of the topics"
    text = page.findChild(QTextBrowser)
    assert "article:cancel-auto-renewal" in text.toHtml()
    text.anchorClicked.emit(QUrl("article:cancel-auto-renewal"))
    qtbot.waitUntil(lambda: text.accessibleName() == "Switch auto-renewal off")
    button(page, "‹ All topics").click()
    assert field.isVisible()
    assert field.hasFocus()
    assert "‹ All topics" not in visible_texts(program)


def test_what_is_found_is_told_in_whole_sentences(program: WindowedProgram, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("help"))
    page = program.window.current
    page.findChild(QLineEdit).setText("reboot did not help")
    qtbot.waitUntil(lambda: "The installer wants programs to be closed" in visible_texts(program))
    qtbot.waitUntil(lambda: "Money" not in visible_texts(program))
    excerpts = [text for text in visible_texts(program) if text.endswith((".", "…")) and "case file" not in text]
    assert excerpts
    assert not any(text.startswith("…") for text in excerpts)


def choice_of(program: WindowedProgram, name: str) -> QComboBox:
    found = program.window.current.findChildren(QComboBox)
    return next(each for each in found if each.accessibleName() == name and each.isVisible())


def offered(program: WindowedProgram) -> list[str]:
    """Every text of every list on the page."""
    lists = [each for each in program.window.current.findChildren(QComboBox) if each.isVisible()]
    return [each.itemText(place) for each in lists for place in range(each.count())]


def choose(program: WindowedProgram, name: str, text: str) -> None:
    choice = choice_of(program, name)
    choice.activated.emit(choice.findText(text, Qt.MatchFlag.MatchContains))


def test_maker_country_and_product_can_be_chosen(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    add(store.accounts[0])
    program.window.navigate_to(Destination("help", "", SUPPORT))
    qtbot.waitUntil(lambda: "Talk to a person" in visible_texts(program))
    choose(program, "PC", "made by HP")
    assert "+1 206 555 0142" in visible_texts(program)
    assert any("press 1 for downloading and installing" in text for text in visible_texts(program))
    choose(program, "Country", "Germany")
    assert "+49 30 23125417" in visible_texts(program)
    choose(program, "PC", "its maker is not known")
    assert any("Germany" in text for text in visible_texts(program)), "what was chosen before stays chosen"
    choose(program, "Country", "Another country")
    assert "+1 212 555 0187" in visible_texts(program)


def test_a_purchase_of_another_shop_has_the_number_of_the_directory(
    program: WindowedProgram, services: Services, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    add(store.accounts[0])
    values = [(Field.PRODUCT, "Affinity Photo", "Affinity Photo"), (Field.ORDER_NUMBER, "AF-1", "")]
    services.owned.purchases.add(draft_of(values, Source(kind=SourceKind.PERSON), services.clock()))
    program.owned.load()
    program.window.navigate_to(Destination("help", "", SUPPORT))
    # Nothing makes the page anew between the press and what it does.
    qtbot.waitUntil(lambda: any("Affinity Photo" in text for text in offered(program)) and not program.runner.busy)
    choose(program, "What it is about", "Affinity Photo")
    qtbot.waitUntil(lambda: "+44 115 914 2000" in visible_texts(program))
    assert any("as published at https://affinity.serif.com/" in text for text in visible_texts(program))
    button(program.window.current, "Case file…").click()
    qtbot.waitUntil(lambda: bool(program.window.findChildren(CaseFileDialog)))
    dialog = program.window.findChildren(CaseFileDialog)[-1]
    qtbot.waitUntil(lambda: "Affinity Photo" in dialog._lines.toPlainText())
    assert store.accounts[0].order_number not in dialog._text.toPlainText()
    dialog.reject()
