"""The navigation on the left: words beside icons, or icons alone where the window is narrow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from companion.ui.frame.keys import SECTIONS, SETTINGS, Section, in_words
from companion.ui.look.icons import icon, pixmap
from companion.ui.look.theme import Theme, Themed
from companion.ui.widgets.basic import label, row
from companion.ui.widgets.spoken import SpokenAs, speak_as

_WIDE, _NARROW = 200, 56
_BESIDE_WORD = 64
"""What an entry needs beside its word: the icon, and room around both."""
_BESIDE, _ALONE = Qt.ToolButtonStyle.ToolButtonTextBesideIcon, Qt.ToolButtonStyle.ToolButtonIconOnly


class NavigationRail(QFrame, Themed):
    """`asked` names the page whose entry was pressed. To a screen reader it is a list of page tabs."""

    asked = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("navigation")
        speak_as(self, SpokenAs.TABS)
        self.setAccessibleName("Navigation")
        self._buttons: dict[str, QToolButton] = {}
        self._column = QVBoxLayout(self)
        self._column.setSpacing(4)
        self._word = label("Companion", "heading plain", wrap=False)
        self._head = row(self._mark(), self._word, None)
        self._column.addLayout(self._head)
        for section in SECTIONS:
            self._column.addWidget(self._button(section))
        self._column.addStretch(1)
        self._stores = label("", "small")
        self._badge = label("Demo: everything here is invented", "chip", tone="attention")
        self._badge.hide()
        for part in (self._badge, self._stores, self._button(SETTINGS)):
            self._column.addWidget(part)
        self._narrow = True
        self.set_narrow(False)
        self.set_theme(theme)

    @staticmethod
    def _mark() -> QLabel:
        mark = QLabel()
        mark.setPixmap(pixmap("companion", size=30))
        speak_as(mark, SpokenAs.DECORATION)
        return mark

    def _button(self, section: Section) -> QToolButton:
        made = QToolButton()
        speak_as(made, SpokenAs.TAB)
        made.setText(f"  {section.words}")
        made.setAccessibleName(section.words)
        made.setToolTip(f"{section.words} ({in_words(section.keys)})")
        made.setProperty("role", "nav")
        made.setIconSize(QSize(20, 20))
        made.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        made.setCheckable(True)
        made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.clicked.connect(lambda: self.asked.emit(section.page))
        self._buttons[section.page] = made
        return made

    def set_theme(self, theme: Theme) -> None:
        """Draw the icons in the colours of a theme."""
        for name, made in self._buttons.items():
            made.setIcon(icon(name, theme.text))

    def mark(self, page: str) -> None:
        """Show which page is open."""
        for name, made in self._buttons.items():
            made.setChecked(name == page)

    def current(self) -> QWidget | None:
        """The entry of the page that is open."""
        return next((made for made in self._buttons.values() if made.isChecked()), None)

    def name_stores(self, names: Sequence[str], *, demo: bool) -> None:
        """Say which stores are shown, and that they are a demo."""
        self._stores.setText("\n".join(names))
        self._badge.setVisible(demo and not self._narrow)
        self._badge.setProperty("wanted", demo)

    def set_narrow(self, narrow: bool) -> None:
        """Show icons alone, so that a small window keeps its room for the page."""
        if narrow == self._narrow:
            return
        self._narrow = narrow
        self._column.setContentsMargins(*((2, 12, 2, 8) if narrow else (14, 20, 14, 16)))
        self._head.setContentsMargins(*((11, 0, 0, 4) if narrow else (8, 0, 0, 14)))
        for made in self._buttons.values():
            made.setToolButtonStyle(_ALONE if narrow else _BESIDE)
        for part in (self._word, self._stores):
            part.setVisible(not narrow)
        self._badge.setVisible(not narrow and bool(self._badge.property("wanted")))
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        """As wide as its longest word."""
        self.ensurePolished()
        margins = self._column.contentsMargins()
        parts: list[QToolButton | QLabel] = [*self._buttons.values(), self._word]
        words = max(part.fontMetrics().horizontalAdvance(part.text()) for part in parts)
        wide = max(_WIDE, words + _BESIDE_WORD + margins.left() + margins.right())
        self.setFixedWidth(_NARROW if self._narrow else wide)
