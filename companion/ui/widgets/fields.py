"""A field for a password: hidden unless the person looks, with a hint while Caps Lock is on."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from companion.ui.widgets.basic import button, label, row

_HIDDEN, _SHOWN = QLineEdit.EchoMode.Password, QLineEdit.EchoMode.Normal


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
