"""Speed over time: a calm picture of how a download goes."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from companion.ui.look.format import Format
from companion.ui.look.theme import Theme, Themed

_MOST_SAMPLES = 180


class SpeedGraph(QWidget, Themed):
    """The last minutes of a download, one sample for each report; rates in bytes per second."""

    def __init__(self, theme: Theme, form: Format) -> None:
        super().__init__()
        self._theme, self._form = theme, form
        self._rates: deque[float] = deque(maxlen=_MOST_SAMPLES)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Speed over time")

    def sizeHint(self) -> QSize:
        return QSize(300, 64)

    def clear(self) -> None:
        """Begin a new picture."""
        self._rates.clear()
        self.update()

    def add(self, rate: float) -> None:
        """Add the present speed; a pause or a wait is a speed of zero."""
        self._rates.append(max(0.0, rate))
        said = f"Now {self._form.rate(rate)}, at most {self._form.rate(max(self._rates))}"
        self.setAccessibleDescription(said)
        self.setToolTip(said)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width, height = float(self.width()), float(self.height())
        painter.setPen(QPen(QColor(self._theme.line), 1))
        painter.drawLine(QPointF(0, height - 1), QPointF(width, height - 1))
        top = max(self._rates, default=0.0)
        if len(self._rates) < 2 or top <= 0:
            return
        step = width / (_MOST_SAMPLES - 1)
        first = width - step * (len(self._rates) - 1)
        outline = QPainterPath()
        for number, rate in enumerate(self._rates):
            point = QPointF(first + number * step, height - 2 - rate / top * (height - 8))
            if number:
                outline.lineTo(point)
            else:
                outline.moveTo(point)
        ground = QPainterPath(outline)
        ground.lineTo(width, height - 1)
        ground.lineTo(first, height - 1)
        ground.closeSubpath()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.info_ground))
        painter.drawPath(ground)
        painter.setPen(QPen(QColor(self._theme.accent), 2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(outline)
