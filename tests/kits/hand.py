"""A person's hands at a program on a real desktop: everything by the mouse, or everything by the keyboard.

What is shown is found over AT-SPI, as a screen reader has it; what is done are clicks and keys of the X server.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tests.kits.desktop import Desktop
from tests.kits.screen_reader import Part, ScreenReader
from tests.kits.waiting import repeating, until

_MOST_STEPS = 60
_WHEEL_DOWN, _WHEEL_UP = 5, 4
_BUTTON, _FIELD = "push button", "text"


class Hand(Protocol):
    """What a person does; every input that was lost is repeated until `then` holds."""

    steps: int
    """What was done so far: a press or a field that was filled in counts as one."""

    def press(self, name: str, then: Callable[[], object], role: str = _BUTTON) -> None:
        """Press what has this name."""

    def fill_in(self, name: str, text: str, role: str = _FIELD) -> None:
        """Write `text` into the field with this name, in place of what is in it."""


class _Base:
    def __init__(self, desktop: Desktop, reader: ScreenReader) -> None:
        self.desktop, self.reader = desktop, reader
        self.steps = 0

    def found(self, role: str, name: str) -> Part:
        """Returns what is shown with this role and name, as soon as it can be used."""
        part: list[Part] = []

        def there() -> bool:
            each = self.reader.find(role, name)
            part[:] = [each] if each is not None and "enabled" in each.states else []
            return bool(part)

        until(there, 60)
        return part[0]

    def write(self, part: Part, text: str) -> None:
        """Type into the field that has the keyboard, until it holds as much as was typed."""

        def type_it() -> None:
            self.desktop.tool("key", "--clearmodifiers", "ctrl+a")
            self.desktop.tool("type", "--clearmodifiers", "--delay", "8", text)

        repeating(type_it, lambda: self.reader.length(part) == len(text))


class Mouse(_Base):
    """Scrolls with the wheel to what is out of sight, and clicks."""

    def press(self, name: str, then: Callable[[], object], role: str = _BUTTON) -> None:
        self.steps += 1

        def act() -> None:
            part = self.reader.find(role, name)
            if part is not None and "enabled" in part.states:
                self._click(part)

        self.found(role, name)
        repeating(act, then, every=8)

    def fill_in(self, name: str, text: str, role: str = _FIELD) -> None:
        self.steps += 1
        part = self.found(role, name)

        def has_focus() -> bool:
            now = self.reader.focused()
            return now is not None and now.name == name

        if not has_focus():
            repeating(lambda: self._click(part), has_focus)
        self.write(part, text)

    def _click(self, part: Part) -> None:
        for _ in range(_MOST_STEPS):
            place, seen = self.reader.place(part), self.reader.window_onto(part)
            if seen.holds(place.middle):
                self.desktop.click(*place.middle)
                return
            self.desktop.click(*seen.middle, _WHEEL_DOWN if place.middle[1] >= seen.bottom else _WHEEL_UP)


class Keyboard(_Base):
    """Goes with the Tab key to what is wanted, and presses Enter or the space bar."""

    def press(self, name: str, then: Callable[[], object], role: str = _BUTTON) -> None:
        self.steps += 1
        self.found(role, name)

        def act() -> None:
            if self._go_to(name):
                self.desktop.tool("key", "--clearmodifiers", "space")

        repeating(act, then, every=8)

    def fill_in(self, name: str, text: str, role: str = _FIELD) -> None:
        self.steps += 1
        part = self.found(role, name)
        repeating(lambda: self._go_to(name), lambda: self._has(name))
        self.write(part, text)

    def _has(self, name: str) -> bool:
        now = self.reader.focused()
        return now is not None and now.name == name

    def _go_to(self, name: str) -> bool:
        """Press Tab until what has the keyboard is called so; returns whether that was reached."""
        for _ in range(_MOST_STEPS):
            if self._has(name):
                return True
            self.desktop.tool("key", "--clearmodifiers", "Tab")
        return self._has(name)
