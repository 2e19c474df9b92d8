"""A long list of cards, of which only those that are looked at are made."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QScrollArea, QVBoxLayout, QWidget

from companion.ui.widgets.basic import button, clear, focusable, row, shown_or_said

_AT_ONCE = 16
_AHEAD = 600
"""Further cards are made when the end of the list is no further away than this, in pixels."""


class LongList(QWidget):
    """Shows the first cards at once, and further ones as the person scrolls or presses "Show more".

    A card is some twenty widgets: making hundreds of them takes seconds in which the window stands still.
    """

    def __init__(self, scroll: QScrollArea) -> None:
        super().__init__()
        self._bar = scroll.verticalScrollBar()
        self._left: list[Callable[[], QWidget]] = []
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(14)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(14)
        outer.addLayout(self._cards)
        self._more = button("Show more", self._show_more)
        self._shown = 0
        outer.addLayout(row(self._more, None))
        self._bar.valueChanged.connect(self._look)

    def show_cards(self, makers: Sequence[Callable[[], QWidget]]) -> None:
        """Show a list anew; as many cards as were shown before are made at once, so that nothing jumps."""
        clear(self._cards)
        count, self._shown = max(_AT_ONCE, min(self._shown, len(makers))), 0
        self._left = list(makers)
        self._make(count)

    def _make(self, count: int) -> None:
        for maker in self._left[:count]:
            self._cards.addWidget(shown_or_said(maker))
        self._shown += min(count, len(self._left))
        del self._left[:count]
        self._more.setText(f"Show more ({len(self._left)} left)")
        self._more.setVisible(bool(self._left))

    def _look(self, value: int) -> None:
        if self._left and self.isVisible() and value > self._bar.maximum() - _AHEAD:
            self._make(_AT_ONCE)

    def _show_more(self) -> None:
        before = self._cards.count()
        self._make(_AT_ONCE)
        item = self._cards.itemAt(before)
        first = next(focusable(item.widget()), None) if item is not None else None
        if first is not None:
            first.setFocus()
