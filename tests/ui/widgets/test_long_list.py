"""A list of ten thousand cards, of which only those that are looked at exist."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from companion.ui.widgets.basic import focusable
from companion.ui.widgets.lists.long_list import LongList, Row, Rows

MANY = 10_000


class Key:
    """The key of a row, which counts how often it is looked up."""

    looks = 0

    def __init__(self, place: int) -> None:
        self.place = place

    def __hash__(self) -> int:
        Key.looks += 1
        return self.place


class Shelf:
    """A scrolling page with a list on it, and how many cards it has made so far."""

    def __init__(self, qtbot: QtBot) -> None:
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.made: list[str] = []
        self.listed = LongList(self.area, self._card)
        ground = QWidget()
        below = QVBoxLayout(ground)
        below.addWidget(QLabel("Above the list"))
        below.addWidget(self.listed)
        below.addStretch(1)
        self.area.setWidget(ground)
        self.area.resize(500, 600)
        qtbot.addWidget(self.area)
        with qtbot.waitExposed(self.area):
            self.area.show()

    def _card(self, text: str) -> QWidget:
        self.made.append(text)
        card = QWidget()
        lines = QVBoxLayout(card)
        lines.addWidget(QLabel("\n".join([text] * (1 + sum(map(ord, text)) % 3))))
        lines.addWidget(QPushButton(f"Open {text}"))
        return card

    def show(self, texts: list[str]) -> None:
        self.listed.show_rows([Row(key, text, text) for key, text in enumerate(texts)])

    def button(self, text: str) -> QPushButton:
        return next(each for each in self.area.findChildren(QPushButton) if each.text() == f"Open {text}")

    def focused(self) -> str:
        part = QApplication.focusWidget()
        return part.text() if isinstance(part, QPushButton) else ""


@pytest.fixture
def shelf(qtbot: QtBot) -> Shelf:
    made = Shelf(qtbot)
    made.show([f"number {place}" for place in range(MANY)])
    # Cards just out of sight come one after the other.
    qtbot.waitUntil(lambda: not made.listed._later.isActive())
    return made


def test_only_what_is_looked_at_is_made(shelf: Shelf, qtbot: QtBot) -> None:
    assert 0 < len(shelf.made) < 30
    bar = shelf.area.verticalScrollBar()
    assert bar.maximum() > MANY * 40, "the page is as long as if all of them were there"
    bar.setValue(bar.maximum() // 2)
    qtbot.waitUntil(lambda: not shelf.listed._later.isActive())
    assert len(list(shelf.listed.in_order())) < 40, "what is far away has been let go"
    assert len(shelf.made) < 80


def test_a_card_that_has_not_changed_stays(shelf: Shelf) -> None:
    before = dict(enumerate(shelf.listed.in_order()))
    shelf.made.clear()
    shelf.show(["another", *(f"number {place}" for place in range(1, MANY))])
    assert shelf.made == ["another"]
    after = dict(enumerate(shelf.listed.in_order()))
    assert {place for place in before if before[place] is not after[place]} == {0}


def test_the_cards_lie_below_each_other_without_gaps(shelf: Shelf) -> None:
    cards = list(shelf.listed.in_order())
    assert all(below.y() == above.y() + above.height() + 14 for above, below in itertools.pairwise(cards))
    heights = {card.height() for card in cards}
    assert len(heights) > 1, "each is as tall as its text"


def test_a_card_that_grows_moves_what_is_below_it(shelf: Shelf, qtbot: QtBot) -> None:
    first, second, *_ = shelf.listed.in_order()
    before = second.y()
    text = first.findChild(QLabel)
    assert text is not None
    text.setText("a\n" * 9)
    qtbot.waitUntil(lambda: second.y() > before)
    assert second.y() == first.y() + first.height() + 14


def test_the_keyboard_leads_to_every_card(shelf: Shelf, qtbot: QtBot) -> None:
    shelf.button("number 0").setFocus()
    qtbot.waitUntil(lambda: shelf.focused() == "Open number 0")
    qtbot.keyClick(shelf.button("number 0"), Qt.Key.Key_End)
    assert shelf.focused() == f"Open number {MANY - 1}"
    qtbot.keyClick(shelf.button(f"number {MANY - 1}"), Qt.Key.Key_Home)
    assert shelf.focused() == "Open number 0"
    qtbot.keyClick(shelf.button("number 0"), Qt.Key.Key_PageDown)
    onward = shelf.focused()
    assert onward not in ("", "Open number 0")
    qtbot.keyClick(shelf.button(onward.removeprefix("Open ")), Qt.Key.Key_PageUp)
    assert shelf.focused() == "Open number 0"


def test_each_card_tells_which_one_it_is_and_lies_in_reading_order(shelf: Shelf) -> None:
    cards = list(shelf.listed.in_order())
    assert [card.accessibleDescription() for card in cards[:2]] == [f"1 of {MANY}", f"2 of {MANY}"]
    assert [child for child in shelf.listed.children() if child in cards] == cards
    names = [part.text() for part in focusable(shelf.listed) if isinstance(part, QPushButton)]
    assert names == [f"Open number {place}" for place in range(len(cards))]


def test_the_card_with_the_keyboard_is_never_taken_away(shelf: Shelf, qtbot: QtBot) -> None:
    shelf.button("number 1").setFocus()
    bar = shelf.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    qtbot.waitUntil(lambda: not shelf.listed._later.isActive())
    assert shelf.focused() == "Open number 1"


def test_of_a_shorter_list_nothing_is_left_over(shelf: Shelf) -> None:
    bar = shelf.area.verticalScrollBar()
    bar.setValue(bar.maximum())
    shelf.show(["number 0"])
    assert [card.accessibleDescription() for card in shelf.listed.in_order()] == ["1 of 1"]
    shelf.show([])
    assert (list(shelf.listed.in_order()), shelf.listed.height()) == ([], 0)


def test_of_rows_that_were_prepared_only_those_in_sight_are_looked_up(shelf: Shelf) -> None:
    rows = Rows(Row(Key(place), f"prepared {place}", f"prepared {place}") for place in range(MANY))
    Key.looks = 0
    shelf.listed.show_rows(rows)
    assert shelf.listed.rows is rows
    assert "prepared 0" in shelf.made
    assert Key.looks < 1000
    assert shelf.listed.has(rows[-1].key)
