"""Labels, buttons, cards and rows in the roles that the style sheet knows."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFontInfo, QGuiApplication, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from companion.domain.core.untrusted.foreign_text import printable
from companion.ui.look.icons import icon
from companion.ui.look.theme import Theme, Themed
from companion.ui.look.zoom import grown
from companion.ui.widgets.spoken import SpokenAs, speak_as

_log = logging.getLogger(__name__)

_LEAST_TITLE = 160
_MARKS = {"ok": "check", "attention": "warning", "over": "cross"}
"""The icon of each tone: a colour alone says nothing to people who cannot see it."""
_BESIDE_MARK = 6
_RING = 2
"""How wide the ring of what has the focus is, and the gap within it, in pixels."""
_HEADINGS = ("title", "heading")


class _ColumnLabel(QLabel):
    """Is as wide as so many characters of its own font, whatever it says."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self._characters = characters
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().averageCharWidth() * self._characters, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()


class _MarkedLabel(QLabel):
    """A text with the mark of its tone before the first line."""

    def __init__(self, mark: str) -> None:
        super().__init__()
        self._mark = mark
        self._make_room()

    def _make_room(self) -> None:
        self.setContentsMargins(self.fontMetrics().height() + _BESIDE_MARK, 0, 0, 0)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._make_room()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        size, text = self.fontMetrics().height(), self.contentsRect()
        lines = self.fontMetrics().boundingRect(text, Qt.TextFlag.TextWordWrap, self.text()).height()
        top = text.top() + max(0, text.height() - lines) // 2
        painter = QPainter(self)
        colour = self.palette().color(QPalette.ColorRole.WindowText).name()
        icon(self._mark, colour).paint(painter, QRect(0, top, size, size))
        painter.end()


def label(
    text: str, role: str = "", *, tone: str = "", wrap: bool = True, selectable: bool = False, columns: int = 0
) -> QLabel:
    """A text in one of the style sheet's roles; never rich text, so that nothing a store says is taken for markup.

    Before a text with a tone stands the mark of that tone, except in chips, whose words are about nothing else.
    Labels that stand below each other are equally wide with the same `columns`, a number of characters.
    """
    mark = _MARKS.get(tone) if role != "chip" else None
    made = _ColumnLabel(columns) if columns else _MarkedLabel(mark) if mark is not None else QLabel()
    if role in _HEADINGS:
        # Before it has a text: what is told to assistive programs once is what it stays to them.
        speak_as(made, SpokenAs.HEADING)
        # Its ring is drawn as a border, for which Qt would move the text to the right.
        made.setIndent(0)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setText(printable(text))
    made.setWordWrap(wrap)
    if wrap:
        # One long word, such as a path, must not push the buttons beside it out of a small window.
        made.setMinimumWidth(1)
    if role:
        made.setProperty("role", role)
    if tone:
        made.setProperty("tone", tone)
    if selectable:
        made.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        # Tab stops only where something can be done; a text does not show that it has the focus.
        made.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
    return made


def shown_or_said(make: Callable[[], QWidget]) -> QWidget:
    """Returns what `make` makes, or in its place one sentence: a part that cannot be shown takes no other with it."""
    try:
        return make()
    except Exception:  # noqa: BLE001 - the rest of the page is useful without this part
        _log.exception("a part of a page could not be shown")
        return label("This part cannot be shown. The log says why; a case file for support holds it.", "muted")


def exact(name: str, role: str = "") -> QLineEdit:
    """A path or digest to be read and copied as it is; what does not fit can be scrolled to. `name` says what it is."""
    made = QLineEdit()
    made.setReadOnly(True)
    made.setAccessibleName(name)
    made.setProperty("role", f"exact {role}".rstrip())
    made.textChanged.connect(lambda: made.home(False))
    return made


def chip(text: str, tone: str = "") -> QLabel:
    """A short word on a coloured ground."""
    made = label(text, "chip", tone=tone, wrap=False)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Maximum)
    return made


class _Primary(QPushButton):
    """A filled button: between it and its ring is a gap, without which the ring would lie on its own colour."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # The style sheet makes the ground of the button its own `Base`.
        painter.setPen(QPen(QGuiApplication.palette().color(QPalette.ColorRole.Base), _RING))
        inset = _RING * 1.5
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(inset, inset, -inset, -inset), 6, 6)
        painter.end()


def button(text: str, clicked: Callable[[], object], role: str = "", *, name: str = "", tip: str = "") -> QPushButton:
    """A push button; `name` is what a screen reader says when that should be more than the text."""
    made = _Primary(printable(text)) if role == "primary" else QPushButton(printable(text))
    made.setCursor(Qt.CursorShape.PointingHandCursor)
    made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    # Enter presses the button that has the focus, as it does in every dialog.
    made.setAutoDefault(True)
    if role:
        made.setProperty("role", role)
    if name:
        made.setAccessibleName(name)
    if tip:
        made.setToolTip(tip)
    made.clicked.connect(lambda: clicked())
    return made


class TitleLink(QPushButton):
    """A card's title that leads on; a long name a store gave ends in "…" where there is no room for all of it."""

    def __init__(self, text: str, clicked: Callable[[], object], *, name: str = "", role: str = "link title") -> None:
        super().__init__(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(True)
        self.setProperty("role", role)
        self.setAccessibleName(name or text)
        self.clicked.connect(lambda: clicked())

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), _LEAST_TITLE), hint.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        room = self.style().subElementRect(QStyle.SubElement.SE_PushButtonContents, option, self).width()
        option.text = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room)
        self.setToolTip("" if option.text == self.text() else self.text())
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        painter.end()


class IconLabel(QLabel, Themed):
    """A picture that only repeats what the text beside it says; `colour` is the name of one of the theme's."""

    def __init__(self, theme: Theme, name: str, colour: str, size: int = 20) -> None:
        super().__init__()
        self._name, self._colour, self._usual = name, colour, size
        speak_as(self, SpokenAs.DECORATION)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        size = round(self._usual * grown(QFontInfo(self.font()).pixelSize()))
        self.setFixedSize(size, size)
        self.setPixmap(icon(self._name, getattr(theme, self._colour)).pixmap(size, size))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self.set_theme(self._theme)


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
        speak_as(self, SpokenAs.GROUP)
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
    """Make a dialog as wide as its buttons need, and as tall as its texts are then.

    Qt asks wrapped texts for their height only once the width is known, and no longer looks at how wide the buttons are
    where a dialog has been given a minimum width.
    """
    layout = dialog.layout()
    if layout is None:
        return
    layout.activate()
    width = max(dialog.width(), dialog.minimumWidth(), layout.totalMinimumSize().width())
    if layout.hasHeightForWidth():
        dialog.resize(width, layout.totalHeightForWidth(width))


def spoken(part: QWidget) -> str:
    """What a screen reader calls a widget."""
    text = part.property("text")
    return part.accessibleName() or (text if isinstance(text, str) else "")


def focusable(part: QWidget | QLayout | None) -> Iterator[QWidget]:
    """What the Tab key stops at within `part`, in the order in which it is read."""
    if part is None:
        return
    if isinstance(part, QWidget):
        put_away = part.isHidden() and part.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide)
        if put_away or not part.isEnabled():
            return
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus:
            yield part
        elif isinstance(part, QScrollArea):
            yield from focusable(part.widget())
        elif (cards := getattr(part, "in_order", None)) is not None:
            # A list without a layout, of which not everything exists.
            for card in cards():
                yield from focusable(card)
        else:
            yield from focusable(part.layout())
        return
    for inner in inside(part):
        yield from focusable(inner)


def inside(layout: QLayout) -> list[QWidget | QLayout]:
    """Returns what lies in `layout`, in order.

    Not by `QLayout.itemAt`: PySide keeps what that returns after Qt has deleted it, takes whatever Qt puts at the same
    address later for it, and the program crashes when that is deleted.
    """
    parent = layout.parentWidget()
    widgets = [each for each in parent.children() if isinstance(each, QWidget)] if parent is not None else []
    layouts = [each for each in layout.children() if isinstance(each, QLayout)]
    places: dict[int, QWidget | QLayout] = {layout.indexOf(each): each for each in widgets}
    places |= {layout.indexOf(each): each for each in layouts}
    return [places[place] for place in sorted(places) if place >= 0]


def discard(widget: QWidget) -> None:
    """Hide and delete a widget."""
    # Of the widget's own window: while a dialog is open, that is not the one with the keyboard.
    focused = widget.window().focusWidget()
    if focused is not None and (focused is widget or widget.isAncestorOf(focused)):
        # Hidden with the focus, it would hand it on to whatever comes next, and the page would jump there.
        focused.clearFocus()
    widget.hide()
    widget.deleteLater()


def clear(layout: QLayout) -> None:
    """Remove and delete everything in `layout`."""
    while (item := layout.takeAt(0)) is not None:
        if (widget := item.widget()) is not None:
            discard(widget)
        elif (inner := item.layout()) is not None:
            clear(inner)
            inner.deleteLater()


def load_widget_types() -> None:
    """Let PySide6 load all kinds of widgets.

    It does so when it is first given one that Qt itself made, and the first page would be 30 ms later for it.
    """
    QScrollArea().viewport()
