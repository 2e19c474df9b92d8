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
        self._text = label("", "title", wrap=False)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.addWidget(self._text)
        self.hide()

    def cover(self, sentence: str = "Drop it to add it") -> None:
        """Show it over everything else, with what dropping does."""
        self._text.setText(sentence)
        self.setGeometry(self._window.rect().adjusted(8, 8, -8, -8))
        self.raise_()
        self.show()
