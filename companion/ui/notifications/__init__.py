"""Notices outside the window: by the desktop's own daemon, at the tray, or, where neither exists, in the window."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, Protocol


class Message(NamedTuple):
    """A notice. `key` names what it is about: a later one with the same key takes its place.

    `actions` are codes and the texts of their buttons; one that `stays` waits for an answer, one that is `pressing`
    needs attention.
    """

    key: str
    title: str
    body: str
    actions: tuple[tuple[str, str], ...] = ()
    stays: bool = False
    pressing: bool = True


OPENED = "default"
"""The action of pressing the notice itself."""

Pressed = Callable[[str, str], None]
"""Told the key of a message and the code of the action that was pressed, on the GUI thread."""


class Channel(Protocol):
    """One way to show messages. All but `close` is called on the GUI thread and does not block it."""

    def show(self, message: Message, shown: Callable[[bool], None]) -> None:
        """Show a message; `shown` is told whether it is on the screen."""
        ...

    def withdraw(self, key: str) -> None:
        """Take a message away, if it is there."""
        ...

    def close(self) -> None:
        """Take everything away; nothing is pressed any more. May block, and is called off the GUI thread."""
        ...


class Notifications:
    """Shows each message by the first way that works."""

    def __init__(self, *ways: Channel) -> None:
        self._ways = ways

    def show(self, message: Message, shown: Callable[[bool], None] = lambda _: None) -> None:
        """Show a message; `shown` is told whether it is on the screen, in whichever way."""
        self._try(message, self._ways, shown)

    def _try(self, message: Message, ways: tuple[Channel, ...], shown: Callable[[bool], None]) -> None:
        if not ways:
            shown(False)
            return
        ways[0].show(message, lambda worked: shown(True) if worked else self._try(message, ways[1:], shown))

    def withdraw(self, key: str) -> None:
        """Take a message away, by whichever way it was shown."""
        for way in self._ways:
            way.withdraw(key)

    def close(self) -> None:
        """Take everything away, because the buttons will have no effect; may block."""
        for way in self._ways:
            way.close()
