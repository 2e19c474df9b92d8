"""What all pages share."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import shiboken6
from PySide6.QtCore import QEvent, QPoint, Qt, QTimer, Signal, SignalInstance
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractSlider,
    QBoxLayout,
    QFrame,
    QHBoxLayout,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from companion.ui.look.zoom import grown
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import button, clear, focusable, label, row, spoken
from companion.ui.widgets.held import LOOK_AGAIN_MS, is_held
from companion.ui.widgets.lists.long_list import LongList
from companion.ui.widgets.question import Question

if TYPE_CHECKING:
    from companion.domain.reminders.due import Reminder
    from companion.domain.reminders.text import ReminderAction

_CONTENT_WIDTH = 760
"""How wide a page's content becomes with texts of the usual size, in pixels."""
_NARROW = 560
_BESIDE_TITLE = 48
"""What stays free between a title and what stands beside it."""
_ROOM, _LITTLE_ROOM = (32, 26, 32, 26), (8, 12, 8, 12)
"""What is left free around a page's content: left, top, right, bottom."""
RETURN_RENEWAL = "return-renewal"
"""What a `Destination` to the order page names to give back the last renewal at once."""
READ_LETTER = "read-letter"
"""What a `Destination` to the order page names to read the letter that a refund waits for."""
FREE_SEAT = "free-seat"
"""What a `Destination` to the order page names to show the PCs of a licence that has no seat left."""
SWITCH_OFF = "switch-off:"
"""What the item of a `Destination` to the order page begins with to ask about auto-renewal; then the subscription."""
ADDED, SESSION_ONLY = "added", "session-only"
"""What the item of a `Destination` to Home says of the order that has just been added: kept, or for now only."""
EXTEND = "extend"
"""What a `Destination` to the order page names to show its downloads, which can be asked for again there."""

_SCROLLS: dict[int, QAbstractSlider.SliderAction] = {
    Qt.Key.Key_PageUp: QAbstractSlider.SliderAction.SliderPageStepSub,
    Qt.Key.Key_PageDown: QAbstractSlider.SliderAction.SliderPageStepAdd,
    Qt.Key.Key_Home: QAbstractSlider.SliderAction.SliderToMinimum,
    Qt.Key.Key_End: QAbstractSlider.SliderAction.SliderToMaximum,
}


class Destination(NamedTuple):
    """Where the person wants to go: a page and what it is about.

    `store` is the address of the store whose page it is; empty on pages of all stores, and for the store of the page
    that leads there.
    """

    page: str
    number: str = ""
    item: str = ""
    store: str = ""


def destination_of(action: ReminderAction, reminder: Reminder) -> Destination:
    """The page on which an action is done."""
    from companion.domain.reminders.text import ReminderAction

    number = reminder.subject.order_number
    if reminder.subject.purchase is not None:
        return Destination("purchase", reminder.subject.purchase.id)
    if action is ReminderAction.DOWNLOAD_NOW:
        return Destination("install", number, reminder.subject.about)
    if action is ReminderAction.GET_SUPPORT:
        return Destination("help", number)
    item = {
        ReminderAction.RENEW: "renew",
        ReminderAction.ASK_FOR_RETURN: "return",
        ReminderAction.READ_LETTER: READ_LETTER,
        ReminderAction.TURN_OFF_AUTO_RENEWAL: SWITCH_OFF + reminder.subject.about,
    }.get(action, "")
    return Destination("order", number, item)


def content_width(part: QWidget) -> int:
    """Returns how wide content becomes: as many words stand in a line whatever the size of the text of `part`."""
    part.ensurePolished()
    return round(_CONTENT_WIDTH * grown(part.fontInfo().pixelSize()))


def centred(part: QWidget) -> QHBoxLayout:
    """`part` in the middle of a wide window, and as wide as a small one; see `content_width`."""
    part.setMaximumWidth(content_width(part))
    made = QHBoxLayout()
    made.addStretch(1)
    made.addWidget(part, 1000)
    made.addStretch(1)
    return made


class _Scroll(QScrollArea):
    """Scrolls a page up and down."""

    bar_changed = Signal(int)
    """The scroll bar takes so many pixels of the width; none while everything fits."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Called with the size of what is beside the scroll bar."""
        super().resizeEvent(event)
        self.bar_changed.emit(self.width() - event.size().width())


class Page(QWidget):
    """A title and below it, scrolling, what the page shows; `navigation_requested` asks the window for another page."""

    navigation_requested = Signal(object)
    back_requested = Signal()

    def __init__(self, app_state: AppState, title: str) -> None:
        super().__init__()
        self.app_state = app_state
        self._stale = True
        self._heard: list[tuple[SignalInstance, Callable[..., object]]] = []
        self._arriving = False
        self._awaited: list[Task] = []
        self._look_again = QTimer(self, singleShot=True, interval=LOOK_AGAIN_MS)
        self._look_again.timeout.connect(self._show_when_free)
        self.setObjectName("page")
        self.setAccessibleName(title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._scroll = _Scroll()
        self._scroll.bar_changed.connect(self._make_room)
        self._bar = 0
        self._find: Callable[[], QWidget | None] | None = None
        self._focus_name = ""
        bar = self._scroll.verticalScrollBar()
        bar.rangeChanged.connect(lambda *_: self._show_found())
        bar.actionTriggered.connect(lambda _: self._let_go())
        ground = QWidget()
        ground.setObjectName("page")
        self._inner = inner = QWidget()
        self._footer: QWidget | None = None
        self._across = across = centred(inner)
        across.setContentsMargins(*_ROOM)
        ground.setLayout(across)
        self._body = QVBoxLayout(inner)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(14)
        self._way_back = button("", self.back_requested.emit, "link")
        self._way_back.hide()
        self._body.addWidget(self._way_back)
        self.title = label(title, "title")
        self._head = row()
        self._head.addWidget(self.title, 1)
        self._beside = row()
        self._head.addLayout(self._beside)
        self._body.addLayout(self._head)
        self.content = QVBoxLayout()
        self.content.setSpacing(14)
        self._body.addLayout(self.content)
        self._body.addStretch(1)
        self._scroll.setWidget(ground)
        self._outer = outer
        outer.addWidget(self._scroll, 1)

    def lead_back(self, words: str) -> None:
        """Show the way back to the page that is called so, above the title; none where `words` are empty."""
        self._way_back.setText(f"‹ {words}")
        self._way_back.setAccessibleName(f"Back to {words}")
        self._way_back.setVisible(bool(words))

    def add_to_head(self, part: QWidget) -> None:
        """Put a part to the right of the title, or below it where both do not fit."""
        self._beside.addWidget(part)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._fit()

    def _make_room(self, bar: int) -> None:
        self._bar = bar
        self._fit()

    def _fit(self) -> None:
        left, top, right, bottom = _LITTLE_ROOM if self.width() < _NARROW else _ROOM
        # The scroll bar lies in the free room, so that a page is as wide with it as without it.
        self._across.setContentsMargins(left, top, max(0, right - self._bar), bottom)
        title = self.title.fontMetrics().horizontalAdvance(self.title.text()) + _BESIDE_TITLE
        most = content_width(self)
        for part in filter(None, (self._inner, self._footer)):
            part.setMaximumWidth(most)
        width = min(most, self.width() - left - right)
        fits = title + self._beside.sizeHint().width() <= width
        across, down = QBoxLayout.Direction.LeftToRight, QBoxLayout.Direction.TopToBottom
        self._head.setDirection(across if fits else down)
        self._beside.setAlignment(Qt.AlignmentFlag.AlignRight if fits else Qt.AlignmentFlag.AlignLeft)

    def add_footer(self, part: QWidget) -> None:
        """Put a part below the page, where it stays in sight however long the page is."""
        self._footer = part
        frame = QFrame()
        frame.setObjectName("footer")
        across = centred(part)
        across.setContentsMargins(32, 10, 32, 12)
        frame.setLayout(across)
        self._outer.addWidget(frame)

    def take_focus(self) -> None:
        """Give the keyboard to where this page begins: its title, unless a page says otherwise."""
        self.title.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def scroll_by_key(self, key: int) -> bool:
        """Scroll as PageUp, PageDown, Home and End ask; returns whether `key` was one of them."""
        action = _SCROLLS.get(key)
        if action is None:
            return False
        self._scroll.verticalScrollBar().triggerAction(action)
        return True

    def long_list(self, make: Callable[[Any], QWidget], *, spacing: int = 14) -> LongList:
        """Returns a list whose cards exist while they are seen on this page; `make` makes one of what a row is `of`."""
        return LongList(self._scroll, make, spacing=spacing)

    def add(self, *parts: QWidget | QLayout) -> None:
        """Put parts below what is there."""
        for part in parts:
            if isinstance(part, QWidget):
                self.content.addWidget(part)
            else:
                self.content.addLayout(part)

    def scroll_to_top(self) -> None:
        """Show the beginning of the page."""
        self._let_go()
        self._scroll.verticalScrollBar().setValue(0)

    def scroll_to(self, part: QWidget) -> None:
        """Show a part of the page whole, where it fits."""
        self._let_go()
        self._scroll.ensureWidgetVisible(part, 0, 20)

    def keep_in_sight(self, find: Callable[[], QWidget | None]) -> None:
        """Show the part that `find` gives, also while the page is still being made, until the person scrolls."""
        self._find = find
        self._show_found()

    def _show_found(self) -> None:
        part = self._find() if self._find is not None else None
        if part is None or not shiboken6.isValid(part) or not self.isAncestorOf(part):
            return
        self._scroll.ensureWidgetVisible(part, 0, 20)
        if part.height() > self._scroll.viewport().height() - 40:
            # Of what is taller than the window, the beginning.
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.value() + part.mapTo(self._scroll, QPoint(0, 0)).y() - 20)

    def _let_go(self) -> None:
        self._find = None

    @contextlib.contextmanager
    def keeping_focus(self) -> Iterator[None]:
        """Make the page anew, and leave the keyboard at the button where it was, also while a dialog is open over it.

        The page may be made anew several times before it is laid out, so the name is kept until the keyboard is back.
        """
        focused = self.window().focusWidget()
        if focused is not None and self.isAncestorOf(focused):
            self._focus_name = spoken(focused)
        name = self._focus_name
        yield
        again = next((part for part in focusable(self) if spoken(part) == name), None) if name else None
        if again is not None:
            # It takes the focus only once it is shown, which is when the page has been laid out.
            QTimer.singleShot(0, again, lambda: self._focus_again(again))
        elif name and self._focus_name == name:
            # What had it is gone: Qt would give the keyboard to any button outside the page.
            QTimer.singleShot(0, self.title, self._focus_title)

    def _focus_title(self) -> None:
        now = self.window().focusWidget()
        if self.isVisible() and (now is None or not self.isAncestorOf(now)):
            self.title.setFocus(Qt.FocusReason.OtherFocusReason)

    def _focus_again(self, part: QWidget) -> None:
        self._focus_name = ""
        part.setFocus()

    def empty(self) -> None:
        """Take everything but the title off the page."""
        clear(self.content)

    def arrive(self, destination: Destination) -> None:
        """Called when the person comes to this page."""

    def leave_page(self) -> None:
        """Called when another page is shown instead."""

    def holds_work(self) -> bool:
        """Whether the page holds what the person would miss: then it is kept while the window is closed."""
        return False

    # What is shown

    def follow(self, *signals: SignalInstance) -> None:
        """Render anew whenever one of these is emitted: at once where the page is seen, else when it is next shown."""
        for signal in signals:
            self.listen(signal, self._values_changed)

    def listen(self, signal: SignalInstance, slot: Callable[..., object]) -> None:
        """Call `slot` whenever a signal of what outlives this page is emitted, until `retire`."""
        signal.connect(slot)
        self._heard.append((signal, slot))

    def retire(self) -> None:
        """Listen to nothing any more: the page is about to be deleted."""
        for signal, slot in self._heard:
            signal.disconnect(slot)
        self._heard.clear()

    def _values_changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self._show_when_free()

    def await_answer(self, task: Task) -> None:
        """Leave the page as it is until work has ended whose outcome goes to a part of it."""
        self._awaited.append(task)

    def _show_when_free(self) -> None:
        if self._stale and self._in_use():
            self._look_again.start()
        elif self._stale and self.isVisible():
            self.show_values()

    def _in_use(self) -> bool:
        """Whether the person would lose what they are doing if the parts of the page were replaced now.

        They hold a button down, have a question before them that one of the parts asked, or wait for an answer.
        """
        self._awaited = [task for task in self._awaited if task.running]
        asked = any(part.isVisible() for part in self.window().findChildren(Question))
        return is_held(self) or asked or bool(self._awaited)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.catch_up()

    def catch_up(self) -> None:
        """Render what has changed while the page was not seen, unless it is rendered on arrival anyway."""
        if self._stale and not self._arriving:
            self.show_values()

    @contextlib.contextmanager
    def arriving(self) -> Iterator[None]:
        """While it is being gone to, a page is rendered once: for where the person goes."""
        self._arriving = True
        try:
            yield
        finally:
            self._arriving = False
        self.catch_up()

    def show_values(self) -> None:
        """Render what is known now."""
        self._stale = False
        with self.keeping_focus():
            self.render_values()

    def render_values(self) -> None:
        """Put what is known now on the page; called by `show_values`."""
