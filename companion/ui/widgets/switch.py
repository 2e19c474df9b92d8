"""A switch that shows the store's state and asks before anything changes."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from companion.ui.look.theme import Theme


class Switch(QCheckBox):
    """Looks on or off as it was told; a click or the space bar emits `requested` and leaves it as it is.

    To a screen reader it is a check box with the given name.
    """

    requested = Signal(bool)

    def __init__(self, theme: Theme, name: str, *, on: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(name)
        self.setChecked(on)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        return QSize(50, 30)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, _pos: object) -> bool:
        return True

    def nextCheckState(self) -> None:
        """Ask instead of changing: only the store's answer moves the switch."""
        self.requested.emit(not self.isChecked())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(4, 4, 42, 22)
        ground = theme.accent if self.isChecked() else theme.muted
        if not self.isEnabled():
            ground = theme.line
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(QRectF(1, 1, 48, 28), 14, 14)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(track, 11, 11)
        painter.setBrush(QColor(theme.surface))
        painter.drawEllipse(QRectF(27 if self.isChecked() else 7, 7, 16, 16))
        painter.end()
