"""A drop-down list whose arrow the style sheet leaves in sight."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QStringListModel, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QListView,
    QSizePolicy,
    QStyle,
    QStyleOptionComboBox,
    QStylePainter,
)

from companion.ui.look.theme import Theme, Themed
from companion.ui.widgets.basic import label, row


class Choice(QComboBox, Themed):
    """Chooses one of a few texts; turning the wheel over it scrolls the page instead of changing anything."""

    def __init__(self, theme: Theme, name: str, texts: Sequence[str], position: int) -> None:
        super().__init__()
        self._theme = theme
        self.setAccessibleName(name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        # Of thousands of texts, `addItems` would make an object each, and each change of font would measure each.
        view = QListView()
        view.setUniformItemSizes(True)
        self.setView(view)
        self.setModel(QStringListModel(texts, self))
        self.setCurrentIndex(position)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def _draw(self) -> None:
        """Draw the list itself; what is chosen ends in "…" where there is no room for all of it."""
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        part = QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()
        whole, mode = self.currentText(), Qt.TextElideMode.ElideRight
        option.currentText = self.fontMetrics().elidedText(whole, mode, room)
        self.setToolTip("" if self.fontMetrics().horizontalAdvance(whole) <= room else whole)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
        painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)
        painter.end()

    def paintEvent(self, _event: QPaintEvent) -> None:
        self._draw()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.muted), 1.6))
        right, middle = self.width() - 18.0, self.height() / 2
        points = [QPointF(right - 4, middle - 2), QPointF(right, middle + 2), QPointF(right + 4, middle - 2)]
        painter.drawPolyline(QPolygonF(points))
        painter.end()


def captioned(caption: str, choice: Choice) -> QHBoxLayout:
    """Returns a choice with words before it.

    On Linux they tell screen readers what it is about: its name is there what is chosen.
    """
    words = label(caption, "muted", wrap=False)
    words.setBuddy(choice)
    made = row(words, spacing=12)
    made.addWidget(choice, 1)
    return made
