"""A switch that shows the store's state and asks before anything changes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontInfo, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QWidget

from companion.ui.look.theme import Theme, Themed
from companion.ui.look.zoom import grown
from companion.ui.widgets.spoken import SpokenAs, speak_as

_WORDS = ("Off", "On")
_TRACK, _HEIGHT = 50, 32
"""How large what is switched is drawn beside its word, in pixels, where the text has its usual size."""


class Switch(QCheckBox, Themed):
    """Looks on or off as it was told; a click or the space bar emits `requested` and leaves it as it is.

    To a screen reader it is a check box with the given name; `consequence` is what its state means, in a sentence.
    """

    requested = Signal(bool)

    def __init__(
        self, theme: Theme, name: str, *, on: bool, consequence: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme
        speak_as(self, SpokenAs.SWITCH)
        self.setAccessibleName(name)
        self.setAccessibleDescription(consequence)
        self.setChecked(on)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        scale = self._scale()
        return QSize(self._word_width() + round(_TRACK * scale), round(_HEIGHT * scale))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, _pos: object) -> bool:
        return True

    def nextCheckState(self) -> None:
        """Ask instead of changing: only the store's answer moves the switch."""
        self.requested.emit(not self.isChecked())

    def _scale(self) -> float:
        return grown(QFontInfo(self.font()).pixelSize())

    def _word_width(self) -> int:
        return max(self.fontMetrics().horizontalAdvance(word) for word in _WORDS) + 8

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self.setFixedSize(self.sizeHint())

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, on, left = self._theme, self.isChecked(), float(self._word_width())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(theme.text if self.isEnabled() else theme.muted))
        words = QRectF(0, 0, left - 4, self.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _WORDS[on])
        painter.translate(left, 0)
        painter.scale(self._scale(), self._scale())
        ground = theme.accent if on else theme.muted
        if not self.isEnabled():
            ground = theme.line
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(QRectF(1, 1, 48, 30), 15, 15)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(ground))
        painter.drawRoundedRect(QRectF(4, 5, 42, 22), 11, 11)
        painter.setBrush(QColor(theme.surface))
        painter.drawEllipse(QRectF(27 if on else 7, 8, 16, 16))
        painter.end()
