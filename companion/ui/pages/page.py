"""What all pages share."""

from __future__ import annotations

from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout, QScrollArea, QVBoxLayout, QWidget

from companion.ui.desk import Desk
from companion.ui.widgets.basic import clear, label, row

CONTENT_WIDTH = 760
RETURN_RENEWAL = "return-renewal"
"""What a `Destination` to the order page names to give back the last renewal at once."""


class Destination(NamedTuple):
    """Where the person wants to go: a page and what it is about."""

    page: str
    number: str = ""
    item: str = ""


class Page(QWidget):
    """A title and below it, scrolling, what the page shows; `go` asks the window for another page."""

    go = Signal(object)

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__()
        self.desk = desk
        self.setObjectName("page")
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        ground = QWidget()
        ground.setObjectName("page")
        centred = QHBoxLayout(ground)
        centred.setContentsMargins(32, 26, 32, 26)
        inner = QWidget()
        inner.setMaximumWidth(CONTENT_WIDTH)
        self._body = QVBoxLayout(inner)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(14)
        self.title = label(title, "title")
        self._head = row()
        self._head.addWidget(self.title, 1)
        self._body.addLayout(self._head)
        self.content = QVBoxLayout()
        self.content.setSpacing(14)
        self._body.addLayout(self.content)
        self._body.addStretch(1)
        centred.addStretch(1)
        centred.addWidget(inner, 100)
        centred.addStretch(1)
        self._scroll.setWidget(ground)
        outer.addWidget(self._scroll)

    def add_to_head(self, part: QWidget) -> None:
        """Put a part to the right of the title."""
        self._head.addWidget(part)

    def add(self, *parts: QWidget | QLayout) -> None:
        """Put parts below what is there."""
        for part in parts:
            if isinstance(part, QWidget):
                self.content.addWidget(part)
            else:
                self.content.addLayout(part)

    def scroll_to_top(self) -> None:
        """Show the beginning of the page."""
        self._scroll.verticalScrollBar().setValue(0)

    def scroll_to(self, part: QWidget) -> None:
        """Show a part of the page whole, where it fits."""
        self._scroll.ensureWidgetVisible(part, 0, 20)

    def empty(self) -> None:
        """Take everything but the title off the page."""
        clear(self.content)

    def arrive(self, destination: Destination) -> None:
        """Called when the person comes to this page."""

    def leave_page(self) -> None:
        """Called when another page is shown instead."""

    def show_values(self) -> None:
        """Render the desk's snapshot."""
