"""Notices at the tray icon: on Windows 10 and 11 the system shows them as its own notifications."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QSystemTrayIcon

from companion.ui.look.icons import icon
from companion.ui.notifications import OPENED, Message, Pressed

# Windows cuts titles and texts there (NOTIFYICONDATAW, in UTF-16 units).
_MOST_TITLE, _MOST_BODY = 63, 255
_SHORT, _LONG = 10_000, 30_000


class BalloonChannel(QObject):
    """Shows messages at the tray; they have no buttons, so pressing one opens what it is about."""

    def __init__(self, tray: QSystemTrayIcon, pressed: Pressed) -> None:
        super().__init__()
        self._tray = tray
        self._told = pressed
        self._key = ""
        tray.messageClicked.connect(self._clicked)

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        """Show a message, if the icon is there."""
        if not (self._tray.isVisible() and QSystemTrayIcon.isSystemTrayAvailable() and self._tray.supportsMessages()):
            shown(False)
            return
        self._key = message.key
        title, body = cut(message.title, _MOST_TITLE), cut(message.body, _MOST_BODY)
        self._tray.showMessage(title, body, icon("companion"), _LONG if message.stays else _SHORT)
        shown(True)

    def withdraw(self, key: str) -> None:
        """A balloon goes by itself; only its press no longer counts."""
        if key == self._key:
            self._key = ""

    def close(self) -> None:
        """Balloons go with the icon."""
        self._key = ""

    def _clicked(self) -> None:
        if self._key:
            self._told(self._key, OPENED)


def cut(text: str, most: int) -> str:
    """`text` with at most so many UTF-16 units, cut between words and never within a sign."""
    if len(text.encode("utf-16-le")) // 2 <= most:
        return text
    kept = text.encode("utf-16-le")[: (most - 1) * 2].decode("utf-16-le", "ignore")
    words = kept.rpartition(" ")[0] if " " in kept[len(kept) // 2 :] else kept
    return f"{words}…"
