"""Notices with buttons by the desktop's own daemon (Linux)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from PySide6.QtCore import QObject

from companion.services.pc.desktop_notifications import DesktopNotifications
from companion.ui.notifications import Message, Pressed
from companion.ui.state.tasks import TaskRunner

# Daemons count from one; far above, an id of ours meets no other program's.
_OUR_IDS = 2**30


class DesktopChannel(QObject):
    """Shows messages through the session bus, on worker threads."""

    def __init__(self, runner: TaskRunner, pressed: Pressed) -> None:
        super().__init__()
        self._runner = runner
        self._told = pressed
        self._keys: dict[int, str] = {}
        self._desktop = DesktopNotifications(
            lambda identity, action: runner.post(lambda: self._pressed(identity, action)),
            lambda identity: runner.post(lambda: self._closed(identity)),
        )

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        """Show a message; an id that follows from its key lets it replace the same one of an earlier run."""
        replaces = next((known for known, key in self._keys.items() if key == message.key), _identity(message.key))

        def work(_: object) -> int:
            return self._desktop.show(
                message.title, message.body, message.actions, replaces=replaces, stays=message.stays
            )

        def done(identity: int) -> None:
            self._keys[identity] = message.key
            shown(True)

        self._runner.run(self, work, done, lambda _: shown(False))

    def withdraw(self, key: str) -> None:
        """Take a message away."""
        for identity in [known for known, other in self._keys.items() if other == key]:
            del self._keys[identity]
            self._take_away(identity)

    def close(self) -> None:
        """Take everything away: buttons that nothing answers would be a lie."""
        for identity in self._keys:
            self._desktop.withdraw(identity)
        self._keys.clear()
        self._desktop.close()

    def _take_away(self, identity: int) -> None:
        self._runner.run(self, lambda _: self._desktop.withdraw(identity), lambda _: None)

    def _closed(self, identity: int) -> None:
        self._keys.pop(identity, None)

    def _pressed(self, identity: int, action: str) -> None:
        key = self._keys.get(identity)
        if key is not None:
            self._told(key, action)


def _identity(key: str) -> int:
    return _OUR_IDS + int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % _OUR_IDS
