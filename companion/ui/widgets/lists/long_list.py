"""A long list of cards, of which only those that are looked at exist."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import msgspec
from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QMoveEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from companion.ui.widgets.basic import discard, focusable, shown_or_said

_AHEAD = 500
"""Cards exist this far above and below what is seen, in pixels, so that Tab and a turn of the wheel find them made."""
_USUAL = 120
"""The height of a card as long as none has been made, in pixels."""
_AT_ONCE = 2
"""Cards out of sight are made so many at a time: while they are made, the window stands still."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """A card of a list: what tells it apart, everything it shows, and what it is made of.

    As long as what it `shows` is equal to what it showed before, its card is not made anew. All three are values: the
    garbage collector does not look through rows, of which there may be thousands.
    """

    key: Hashable
    shows: object
    of: Any


class Rows(tuple[Row, ...]):
    """The rows of a long list, with the place of each key.

    Made on another thread, they spare the GUI thread going through thousands of keys. Being a tuple, they can be freed
    one at a time (`TaskRunner.let_go`).
    """

    def __init__(self, _: Iterable[Row] = ()) -> None:
        self.places: dict[Hashable, int] = {row.key: place for place, row in enumerate(self)}


class LongList(QWidget):
    """Shows cards below each other within a scrolling page, however many there are.

    A card is some twenty widgets: thousands of them would take seconds to make, and again with each change. So only
    those in sight and a little around exist; a card that has the keyboard always does. Tab and the arrow keys lead
    through all of them, Page Up and Page Down by what is seen, Home and End to the first and the last one. Each card
    tells a screen reader which one of how many it is. `make` makes the card of what a row is made `of`.
    """

    def __init__(self, scroll: QScrollArea, make: Callable[[Any], QWidget], *, spacing: int = 14) -> None:
        super().__init__()
        self._scroll, self._make_of, self._spacing = scroll, make, spacing
        self._rows: Sequence[Row] = ()
        self._places: dict[Hashable, int] = {}
        self._usual = _USUAL
        self._measured: list[int] = []
        self._surplus: list[int] = [0]
        self._placed = True
        self._heights: dict[Hashable, int] = {}
        self._made: dict[Hashable, tuple[object, QWidget]] = {}
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self._make_more)
        scroll.verticalScrollBar().valueChanged.connect(self._make)
        scroll.viewport().installEventFilter(self)
        self.setFixedHeight(0)

    # What is shown

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show a list; of what was shown before, the cards that have not changed stay."""
        self._rows = rows
        self._places = (rows if isinstance(rows, Rows) else Rows(rows)).places
        for key, (shows, card) in tuple(self._made.items()):
            place = self._places.get(key)
            if place is None or rows[place].shows != shows:
                del self._made[key]
                discard(card)
        self._place_all()
        self._make()

    @property
    def rows(self) -> Sequence[Row]:
        """What the list shows, seen or not."""
        return self._rows

    @property
    def count(self) -> int:
        """How many cards the list has, seen or not."""
        return len(self._rows)

    def has(self, key: Hashable) -> bool:
        """Returns whether there is a card of this key, seen or not."""
        return key in self._places

    def card(self, key: Hashable) -> QWidget | None:
        """Returns the card of a key if it exists at the moment."""
        made = self._made.get(key)
        return made[1] if made is not None else None

    def made(self, key: Hashable) -> QWidget | None:
        """Returns the card of a key, made now where it does not exist yet; None where the list has none."""
        place = self._places.get(key)
        if place is not None and key not in self._made:
            self._make_card(place)
            self._measure_all()
        return self.card(key)

    def in_order(self) -> Iterator[QWidget]:
        """Yields the cards that exist, from top to bottom."""
        for key in sorted(self._made, key=self._places.__getitem__):
            yield self._made[key][1]

    # Where the cards are

    def _place_all(self) -> None:
        """Work out where each card is; one that was never made is taken to be as tall as the others are."""
        self._placed = True
        known = {place: tall for key, tall in self._heights.items() if (place := self._places.get(key)) is not None}
        self._usual = sum(known.values()) // len(known) if known else _USUAL
        self._measured = sorted(known)
        surplus = (known[place] - self._usual for place in self._measured)
        self._surplus = list(itertools.accumulate(surplus, initial=0))
        self.setFixedHeight(max(0, self._top(len(self._rows)) - self._spacing))
        for key, (_, card) in self._made.items():
            place = self._places[key]
            card.setGeometry(0, self._top(place), self.width(), known.get(place, self._usual))
            self._number(card, place)

    def _top(self, place: int) -> int:
        """Where a card begins, in pixels: worked out of the few that have been made, not of thousands."""
        return place * (self._usual + self._spacing) + self._surplus[bisect_left(self._measured, place)]

    def _place_at(self, y: int) -> int:
        """Returns the place of the card at `y`, or the nearest one."""
        return max(0, bisect_right(range(len(self._rows)), y, key=self._top) - 1)

    def _measure(self, key: Hashable, card: QWidget) -> bool:
        """Note how tall a card is; returns whether that is news."""
        tall = card.heightForWidth(self.width()) if card.hasHeightForWidth() else card.sizeHint().height()
        news = self._heights.get(key) != tall
        self._heights[key] = tall
        return news

    def _measure_all(self) -> None:
        """Cards have changed their height: what is below them moves, what is seen stays where it is."""
        anchor = self._first_seen()
        before = self._top(anchor) if anchor < len(self._rows) else 0
        news = [self._measure(key, card) for key, (_, card) in self._made.items()]
        if any(news) or not self._placed:
            self._place_all()
            moved = self._top(anchor) - before if anchor < len(self._rows) else 0
            if moved and self._seen()[0] > 0:
                bar = self._scroll.verticalScrollBar()
                bar.setValue(bar.value() + moved)

    def _seen(self) -> tuple[int, int]:
        """From where to where of the list is seen, in pixels."""
        viewport = self._scroll.viewport()
        top = -self.mapTo(viewport, QPoint(0, 0)).y() if viewport.isAncestorOf(self) else 0
        # Of a list that has just become shorter, the end is seen once the page has been laid out.
        top = min(top, max(0, self._top(len(self._rows)) - viewport.height()))
        return top, top + viewport.height()

    def _first_seen(self) -> int:
        return self._place_at(self._seen()[0])

    # Making and dropping

    def _make(self) -> None:
        """Make what is in sight now, and what is around it soon; drop what is far away."""
        while self._make_some(ahead=0, most=len(self._rows)):
            self._measure_all()
        top, bottom = self._seen()
        focused = QApplication.focusWidget()
        for key, (_, card) in tuple(self._made.items()):
            far = card.y() > bottom + 2 * _AHEAD or card.y() + card.height() < top - 2 * _AHEAD
            if far and (focused is None or not card.isAncestorOf(focused)):
                del self._made[key]
                discard(card)
        self._later.start()

    def _make_more(self) -> None:
        if self._make_some(ahead=_AHEAD, most=_AT_ONCE):
            self._measure_all()
            self._later.start()

    def _make_some(self, *, ahead: int, most: int) -> bool:
        """Make cards that are missing within sight and `ahead` of it, at most so many; returns whether any was made."""
        top, bottom = self._seen()
        place = self._place_at(top - ahead)
        made = 0
        while place < len(self._rows) and self._top(place) <= bottom + ahead and made < most:
            if self._rows[place].key not in self._made:
                self._make_card(place)
                made += 1
            place += 1
        if made:
            # Screen readers go through the cards in the order in which they lie over each other.
            for card in self.in_order():
                card.raise_()
        return bool(made)

    def _make_card(self, place: int) -> None:
        row = self._rows[place]
        key, card = row.key, shown_or_said(partial(self._make_of, row.of))
        card.setParent(self)
        self._number(card, place)
        self._made[key] = row.shows, card
        card.ensurePolished()
        self._measure(key, card)
        card.setGeometry(0, self._top(place), self.width(), self._heights[key])
        self._placed &= self._top(place + 1) - self._top(place) == self._heights[key] + self._spacing
        card.show()

    def _number(self, card: QWidget, place: int) -> None:
        said = f"{place + 1} of {len(self._rows)}"
        if card.accessibleDescription() != said:
            card.setAccessibleDescription(said)

    # Events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._later.start()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest:
            # A card has become taller or smaller by itself.
            self._measure_all()
            self._later.start()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._heights.clear()
            self._measure_all()
            self._make()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        self._later.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        focused = QApplication.focusWidget()
        here = next((key for key, (_, card) in self._made.items() if focused and card.isAncestorOf(focused)), None)
        place = self._places[here] if here is not None else 0
        page = self._scroll.viewport().height()
        keys = {
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: len(self._rows) - 1,
            Qt.Key.Key_PageDown: self._place_at(self._top(place) + page),
            Qt.Key.Key_PageUp: self._place_at(self._top(place) - page),
        }
        to = keys.get(Qt.Key(event.key()))
        if to is None or not self._rows:
            super().keyPressEvent(event)
            return
        self._go_to(max(0, to))

    def _go_to(self, place: int) -> None:
        """Give the keyboard to a card that may not exist yet."""
        card = self.made(self._rows[place].key)
        if card is None:
            return
        first = next(focusable(card), None)
        if first is not None:
            first.setFocus(Qt.FocusReason.TabFocusReason)
        self._scroll.ensureWidgetVisible(card, 0, 20)
        self._make()
