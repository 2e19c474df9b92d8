"""What covers the window while something is dragged over it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from companion.ui.widgets.basic import label


class DropHere(QFrame):
    """Covers the window while something is dragged over it, and says what dropping does."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("dropHere")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        words = QVBoxLayout(self)
        words.setContentsMargins(48, 24, 48, 24)
        words.addStretch(1)
        self._text, self._more = label("", "title"), label("")
        for part in (self._text, self._more):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            words.addWidget(part)
        words.addStretch(1)
        self.hide()

    def cover(self, sentence: str, more: str = "") -> None:
        """Show it over everything else, with what dropping does."""
        self._text.setText(sentence)
        self._more.setText(more)
        self._more.setVisible(bool(more))
        self.setGeometry(self._window.rect().adjusted(8, 8, -8, -8))
        self.raise_()
        self.show()
