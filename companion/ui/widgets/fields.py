"""A field that is emptied at once, a field for a password, and a box to be ticked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QLineEdit,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from companion.ui.look.icons import icon
from companion.ui.widgets.basic import button, label, row

_HIDDEN, _SHOWN = QLineEdit.EchoMode.Password, QLineEdit.EchoMode.Normal
_LEAST = 32
"""How high and wide a button within a field is at least, in pixels. Qt's own is 22 × 18 and has no name."""


class ClearableField(QLineEdit):
    """A field with a button that empties it; so does Esc while there is something in it."""

    def __init__(self, name: str, example: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText(example)
        self._clearing = QToolButton(self)
        self._clearing.setProperty("role", "clear")
        self._clearing.setAccessibleName(f"Clear: {name}")
        self._clearing.setToolTip("Clear (Esc)")
        # The keyboard has Esc, and Tab goes on to what the field is for.
        self._clearing.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._clearing.setCursor(Qt.CursorShape.PointingHandCursor)
        self._clearing.clicked.connect(self._empty)
        self._clearing.hide()
        self.setTextMargins(0, 0, _LEAST - 6, 0)
        self.textChanged.connect(lambda text: self._clearing.setVisible(bool(text)))

    def _empty(self) -> None:
        self.clear()
        self.setFocus()

    def event(self, event: QEvent, /) -> bool:
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and self._clears(event):
            event.accept()  # Otherwise Esc would close a notice or leave the page.
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._clears(event):
            self._empty()
            return
        super().keyPressEvent(event)

    def _clears(self, event: QKeyEvent) -> bool:
        return event.key() == Qt.Key.Key_Escape and bool(self.text())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        side = max(_LEAST, self.height() - 4)
        self._clearing.setGeometry(self.width() - side - 2, (self.height() - side) // 2, side, side)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.StyleChange):
            self._clearing.setIcon(icon("cross", self.palette().color(QPalette.ColorRole.PlaceholderText).name()))


class TickBox(QCheckBox):
    """A box to be ticked, with or without words beside it."""

    def __init__(self, text: str = "") -> None:
        super().__init__(text)
        self.setProperty("role", "tick")
        if not text:
            self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.isChecked():
            return
        # The style sheet fills the box; a tick in a file of its own could not have the colour of the theme.
        option = QStyleOptionButton()
        self.initStyleOption(option)
        box: QRect = self.style().subElementRect(QStyle.SubElement.SE_CheckBoxIndicator, option, self)
        painter = QPainter(self)
        role = QPalette.ColorRole.Window if self.isEnabled() else QPalette.ColorRole.PlaceholderText
        icon("check", self.palette().color(role).name()).paint(painter, box)
        painter.end()


class SecretField(QWidget):
    """`line` is the field itself; beside it is the button that shows what is in it."""

    def __init__(self, name: str, example: str = "") -> None:
        super().__init__()
        self._what = name[:1].lower() + name[1:]
        self.line = QLineEdit()
        self.line.setAccessibleName(name)
        self.line.setPlaceholderText(example)
        self.line.setEchoMode(_HIDDEN)
        self.line.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self.line.installEventFilter(self)
        self._look = button("Show", self._toggle, name=f"Show the {self._what}")
        self._look.setAutoDefault(False)
        self._hint = label("Caps Lock is on.", "small", tone="attention")
        self._hint.hide()
        across = row(spacing=8)
        across.addWidget(self.line, 1)
        across.addWidget(self._look)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(2)
        outer.addLayout(across)
        outer.addWidget(self._hint)

    def hide_it(self) -> None:
        """Hide what is in it, as at the beginning."""
        self._show(False)

    def _toggle(self) -> None:
        self._show(self.line.echoMode() is _HIDDEN)

    def _show(self, shown: bool) -> None:
        self.line.setEchoMode(_SHOWN if shown else _HIDDEN)
        self._look.setText("Hide" if shown else "Show")
        self._look.setAccessibleName(f"{self._look.text()} the {self._what}")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line:
            if event.type() is QEvent.Type.FocusOut:
                self._hint.hide()
            elif isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress:
                self._mind_capitals(event)
        return super().eventFilter(watched, event)

    def _mind_capitals(self, event: QKeyEvent) -> None:
        """Qt does not tell whether Caps Lock is on, but a letter does: capital without Shift, or small with it."""
        text = event.text()
        if event.key() == Qt.Key.Key_CapsLock:
            self._hint.hide()
        elif len(text) == 1 and text.isalpha() and text.lower() != text.upper():
            shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._hint.setVisible(text.isupper() != shift)
