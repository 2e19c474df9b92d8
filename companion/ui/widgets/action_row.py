"""Buttons beside each other, or below each other where the page is too narrow for their words."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

_ACROSS, _DOWN = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom


class ActionRow(QWidget):
    """Never cuts the words of a button: with large texts, what does not fit beside each other stands below."""

    def __init__(self, *parts: QWidget, spacing: int = 10) -> None:
        super().__init__()
        self._parts, self._spacing = parts, spacing
        self._box = QBoxLayout(_ACROSS, self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(spacing)
        for part in parts:
            self._box.addWidget(part)
        self._box.addStretch(1)

    def minimumSizeHint(self) -> QSize:
        widths = [part.minimumSizeHint().width() for part in self._parts]
        return QSize(max(widths, default=0), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        shown = [part.sizeHint().width() for part in self._parts if not part.isHidden()]
        wanted = sum(shown) + self._spacing * max(0, len(shown) - 1)
        self._box.setDirection(_ACROSS if wanted <= event.size().width() else _DOWN)
