"""Parts below each other that stay as they are for as long as they show the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtWidgets import QVBoxLayout, QWidget

from companion.ui.widgets.basic import discard


class Part(NamedTuple):
    """A part of a page: what tells it apart, a value for everything it shows, and what makes it."""

    key: str
    shows: object
    make: Callable[[], QWidget]


class KeptParts(QVBoxLayout):
    """Shows parts, and makes anew only those that show something else than before.

    A part that is made anew loses what the person holds down or has begun to read, and takes time.
    """

    def __init__(self, spacing: int = 14) -> None:
        super().__init__()
        self.setSpacing(spacing)
        self._made: dict[str, tuple[object, QWidget]] = {}

    def show_parts(self, parts: Sequence[Part]) -> None:
        """Show these parts, in an order that is always the same, and take all others away."""
        wanted = {part.key for part in parts}
        for key in [key for key in self._made if key not in wanted]:
            self._take_away(key)
        for position, part in enumerate(parts):
            made = self._made.get(part.key)
            if made is not None and made[0] == part.shows:
                continue
            if made is not None:
                self._take_away(part.key)
            widget = part.make()
            self._made[part.key] = part.shows, widget
            self.insertWidget(position, widget)

    def _take_away(self, key: str) -> None:
        _, widget = self._made.pop(key)
        self.removeWidget(widget)
        discard(widget)
