"""Labels, buttons, cards and rows in the roles that the style sheet knows."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from companion.ui.icons import icon


def label(text: str, role: str = "", *, tone: str = "", wrap: bool = True, selectable: bool = False) -> QLabel:
    """A text in one of the style sheet's roles; never rich text, so that nothing a store says is taken for markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if tone:
        made.setProperty("tone", tone)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
    return made


def chip(text: str, tone: str = "") -> QLabel:
    """A short word on a coloured ground."""
    made = label(text, "chip", tone=tone, wrap=False)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return made


def button(text: str, clicked: Callable[[], object], role: str = "", *, name: str = "", tip: str = "") -> QPushButton:
    """A push button; `name` is what a screen reader says when that should be more than the text."""
    made = QPushButton(text)
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if role:
        made.setProperty("role", role)
    if name:
        made.setAccessibleName(name)
    if tip:
        made.setToolTip(tip)
    made.clicked.connect(lambda: clicked())
    return made


def icon_label(name: str, colour: str, size: int = 20) -> QLabel:
    """A picture that only repeats what the text beside it says."""
    made = QLabel()
    made.setPixmap(icon(name, colour).pixmap(size, size))
    made.setFixedSize(size, size)
    return made


def restyle(widget: QWidget, **properties: object) -> None:
    """Change the properties the style sheet looks at, and let it look again."""
    for name, value in properties.items():
        widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


class Card(QFrame):
    """A white surface with rounded corners; its parts stand below each other in `body`."""

    def __init__(self, *, spacing: int = 10) -> None:
        super().__init__()
        self.setObjectName("card")
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(22, 18, 22, 18)
        self.body.setSpacing(spacing)

    def add(self, *parts: QWidget | QLayout) -> None:
        """Add parts below the ones that are there."""
        for part in parts:
            if isinstance(part, QWidget):
                self.body.addWidget(part)
            else:
                self.body.addLayout(part)


def line() -> QFrame:
    """A thin line between parts of a card."""
    made = QFrame()
    made.setObjectName("line")
    return made


def row(*parts: QWidget | None, spacing: int = 10) -> QHBoxLayout:
    """Parts beside each other; None is the stretch that pushes what follows to the right."""
    made = QHBoxLayout()
    made.setSpacing(spacing)
    for part in parts:
        if part is None:
            made.addStretch(1)
        else:
            made.addWidget(part)
    return made


def column(*parts: QWidget | QLayout, spacing: int = 4) -> QVBoxLayout:
    """Parts below each other."""
    made = QVBoxLayout()
    made.setSpacing(spacing)
    for part in parts:
        if isinstance(part, QWidget):
            made.addWidget(part)
        else:
            made.addLayout(part)
    return made


def facts_grid(facts: Iterable[tuple[str, str]]) -> QGridLayout:
    """Names and values below each other, in two columns."""
    grid = QGridLayout()
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for place, (name, value) in enumerate(facts):
        grid.addWidget(label(name, "muted", wrap=False), place, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(value, selectable=True), place, 1)
    return grid


def fit_height(dialog: QDialog) -> None:
    """Make a dialog as tall as its texts are at its width: Qt asks wrapped texts for their height only then."""
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    width = max(dialog.width(), dialog.minimumWidth())
    if layout.hasHeightForWidth():
        dialog.resize(width, layout.totalHeightForWidth(width))


def clear(layout: QLayout) -> None:
    """Remove and delete everything in `layout`."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            widget.hide()
            widget.deleteLater()
        elif (inner := item.layout()) is not None:
            clear(inner)
            inner.deleteLater()
