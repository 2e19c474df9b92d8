"""A line that stands for parts which are rarely wanted, and shows them when it is pressed."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSizePolicy, QToolButton, QVBoxLayout, QWidget

from companion.ui.widgets.spoken import SpokenAs, speak_as

_CLOSED, _OPEN = "▸", "▾"


class Fold(QWidget):
    """Parts in `inside`, below a line that is pressed to show or hide them; closed at first."""

    def __init__(self, *, spacing: int = 8) -> None:
        super().__init__()
        self._line = line = QToolButton()
        speak_as(line, SpokenAs.FOLD)
        line.setProperty("role", "fold")
        line.setCheckable(True)
        line.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        line.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        line.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        line.setCursor(Qt.CursorShape.PointingHandCursor)
        line.toggled.connect(self._open)
        self._ground = QWidget()
        self.inside = QVBoxLayout(self._ground)
        self.inside.setContentsMargins(0, 0, 0, 0)
        self.inside.setSpacing(spacing)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(spacing)
        outer.addWidget(line)
        outer.addWidget(self._ground)
        self._ground.hide()

    @property
    def line(self) -> QToolButton:
        """What is pressed."""
        return self._line

    @property
    def is_open(self) -> bool:
        """Whether the parts are shown."""
        return self._line.isChecked()

    def call(self, text: str) -> None:
        """Say on the line what the parts are."""
        self._line.setAccessibleName(text)
        self._line.setText(f"{text}  {_OPEN if self.is_open else _CLOSED}")

    def _open(self, is_open: bool) -> None:
        self.call(self._line.accessibleName())
        self._ground.setVisible(is_open)
