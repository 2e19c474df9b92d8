"""Messages in the window, for desktops that have neither notices nor a tray."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from companion.ui.notifications import Message, Pressed
from companion.ui.widgets.notice import Notice, Notices


class WindowChannel:
    """Shows messages above the page, with all their buttons."""

    def __init__(self, notices: Notices, pressed: Pressed) -> None:
        self._notices = notices
        self._told = pressed
        self._keys: set[str] = set()

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        """Show a message; it waits there until the window is looked at."""
        actions = tuple((text, partial(self._pressed, message.key, code)) for code, text in message.actions)
        self._keys.add(message.key)
        tone = "attention" if message.pressing else ""
        self._notices.show_notice(message.key, Notice(message.title, message.body, tone=tone, actions=actions))
        shown(True)

    def withdraw(self, key: str) -> None:
        """Put a message away."""
        if key in self._keys:
            self._keys.discard(key)
            self._notices.drop(key)

    def close(self) -> None:
        """The window goes with everything in it."""

    def _pressed(self, key: str, code: str) -> None:
        self.withdraw(key)
        self._told(key, code)
