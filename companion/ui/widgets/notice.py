"""The one place where errors and news are shown: title, message, what to do now."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError, ErrorKind
from companion.domain.transfers.queue import DownloadFailure
from companion.ui.widgets.action_row import ActionRow
from companion.ui.widgets.basic import button, discard, focusable, label, spoken
from companion.ui.widgets.spoken import SpokenAs, announcer, speak_as


def details_of(failure: CompanionError | DownloadFailure) -> str:
    """What support should be told of a failure, word for word."""
    return f"{failure.title}\n{failure.message}\n{failure.hint}\nCode: {failure.code}"


class Notice(QFrame):
    """One notice with its actions; `closed` is emitted when the person puts it away.

    A screen reader announces it as soon as it is shown, unless it is a `standing` part of its page.
    `details` are what "Copy details" puts on the clipboard; without them there is no such button.
    """

    closed = Signal()

    def __init__(
        self,
        title: str,
        message: str,
        hint: str = "",
        *,
        tone: str = "",
        actions: tuple[tuple[str, Callable[[], object]], ...] = (),
        closable: bool = True,
        details: str = "",
        standing: bool = False,
    ) -> None:
        super().__init__()
        self._closable, self._told, self._urgent = closable, standing, tone == "over"
        self._made_of = (tone, closable, details, tuple(text for text, _ in actions))
        self.setObjectName("notice")
        speak_as(self, SpokenAs.GROUP)
        self.setProperty("tone", tone)
        self.setAccessibleName(title)
        self.setAccessibleDescription(f"{message} {hint}".strip())
        outer = QHBoxLayout(self)
        outer.setContentsMargins(16, 12, 10, 12)
        self._words = words = QVBoxLayout()
        words.setSpacing(3)
        words.addWidget(label(title, "strong", tone=tone))
        words.addWidget(label(message, selectable=True))
        if hint:
            words.addWidget(label(hint))
        self._lines = words.count()
        buttons = [button(text, clicked) for text, clicked in actions]
        if details:
            buttons.append(_copying(details))
        if buttons:
            words.addSpacing(4)
            words.addWidget(ActionRow(*buttons))
        outer.addLayout(words, 1)
        if closable:
            outer.addWidget(button("Close", self.closed.emit, "link"), 0, Qt.AlignmentFlag.AlignTop)

    @property
    def closable(self) -> bool:
        """Whether the person can put it away."""
        return self._closable

    @property
    def words(self) -> str:
        """Everything it says, as it is read aloud."""
        title = self.accessibleName()
        return f"{title}{'' if title.endswith(('.', '?', '!')) else '.'} {self.accessibleDescription()}"

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._told:
            self._told = True
            announcer.announce(self, self.words, urgent=self._urgent)

    @property
    def says(self) -> object:
        """What a person sees and can do; it is equal where that is the same."""
        return self.words, self._made_of

    def take_place_of(self, older: Notice) -> None:
        """What was announced in the same words a moment ago is not announced again."""
        self._told = self._told or older.words == self.words

    def add_line(self, text: str) -> None:
        """Say one thing more, above the buttons."""
        self._words.insertWidget(self._lines, label(text, "strong", selectable=True))
        self._lines += 1
        self.setAccessibleDescription(f"{self.accessibleDescription()} {text}")

    @classmethod
    def of_error(
        cls, error: CompanionError, *actions: tuple[str, Callable[[], object]], closable: bool = True
    ) -> Notice:
        """The notice of a failure; what the network did is no alarm."""
        tone = "attention" if error.kind is ErrorKind.UNREACHABLE else "over"
        # What was mistyped is no matter for support.
        details = "" if error.kind is ErrorKind.USAGE else details_of(error)
        return cls(
            error.title, error.message, error.hint, tone=tone, actions=actions, closable=closable, details=details
        )  # fmt: skip


def _copying(details: str) -> QPushButton:
    made = button("Copy details", lambda: copy(), "link")

    def copy() -> None:
        QGuiApplication.clipboard().setText(details)
        made.setText("Copied")

    return made


class Notices(QWidget):
    """Where notices stand: newest on top, the same one only once, at most three beside those that last.

    `left` is emitted when a notice goes that had the keyboard.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._shown: list[tuple[str, Notice]] = []
        self._lasting: set[str] = set()
        self.hide()

    @property
    def empty(self) -> bool:
        """Whether there is none."""
        return not self._shown

    def show_notice(self, key: str, notice: Notice, *, lasting: bool = False) -> None:
        """Show `notice` in place of an older one with the same `key`; a `lasting` one makes no room for later ones."""
        held = ""
        for old_key, older in self._shown:
            if old_key == key:
                notice.take_place_of(older)
                held = _name_of_focused(older)
        self._take_off(key)
        passing = [old_key for old_key, _ in self._shown if old_key not in self._lasting]
        for old_key in passing[2:]:
            self.drop(old_key)
        if lasting:
            self._lasting.add(key)
        self._shown.insert(0, (key, notice))
        self._layout.insertWidget(0, notice)
        notice.closed.connect(lambda: self.drop(key))
        self.show()
        if held:
            notice.show()  # The layout shows it only later, and what is not seen takes no keyboard.
            again = next((part for part in focusable(notice) if spoken(part) == held), None)
            if again is None:
                self.left.emit()
            else:
                again.setFocus(Qt.FocusReason.OtherFocusReason)

    def show_error(self, error: CompanionError, *actions: tuple[str, Callable[[], object]]) -> None:
        """Show a failure."""
        self.show_notice(error.code, Notice.of_error(error, *actions))

    def drop(self, key: str) -> None:
        """Put a notice away."""
        had_keyboard = self._take_off(key)
        self.setVisible(bool(self._shown))
        if had_keyboard:
            self.left.emit()

    def _take_off(self, key: str) -> bool:
        """Delete a notice; returns whether it had the keyboard."""
        self._lasting.discard(key)
        had_keyboard = False
        for entry in [entry for entry in self._shown if entry[0] == key]:
            self._shown.remove(entry)
            had_keyboard = had_keyboard or bool(_name_of_focused(entry[1]))
            discard(entry[1])
        return had_keyboard

    def close_newest(self) -> bool:
        """Put the newest notice away that can be; returns whether there was one."""
        for _, notice in self._shown:
            if notice.closable:
                notice.closed.emit()
                return True
        return False

    def holds(self, notice: Notice) -> bool:
        """Whether this notice is shown."""
        return any(shown is notice for _, shown in self._shown)

    def shows(self, key: str) -> bool:
        """Whether a notice with this key is shown."""
        return any(shown == key for shown, _ in self._shown)

    def clear(self) -> None:
        """Put all notices away."""
        for key, _ in tuple(self._shown):
            self.drop(key)


def _name_of_focused(notice: Notice) -> str:
    """Returns what the part of a notice is called that has the keyboard; empty where none has it."""
    focused = notice.window().focusWidget()
    return spoken(focused) if focused is not None and notice.isAncestorOf(focused) else ""


class NoticeShelf(QScrollArea):
    """Holds notices above the pages and leaves most of the window to these: what does not fit is scrolled to."""

    def __init__(self, notices: Notices) -> None:
        super().__init__()
        self._notices = notices
        self.setWidget(notices)
        notices.setVisible(not notices.empty)  # Qt has shown it.
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        notices.installEventFilter(self)
        self.fit()

    def fit(self) -> None:
        """Be as tall as the notices are, and at most two fifths of the window."""
        self.setVisible(not self._notices.empty)
        if not self._notices.empty:
            # Only here: to return the viewport, which Qt has made, PySide6 loads every kind of widget.
            # Less than nothing, while the first of them is being put in.
            tall = max(0, self._notices.heightForWidth(self.viewport().width()))
            self.setFixedHeight(min(tall, self.window().height() * 2 // 5))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.fit()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()
