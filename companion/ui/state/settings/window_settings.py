"""What the window remembers of itself between starts: where it was, and what has been explained already."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QObject

from companion.domain.core.errors import CompanionError
from companion.ui.state.tasks import TaskRunner

_log = logging.getLogger(__name__)

GEOMETRY = "windowGeometry"
CLOSING_EXPLAINED = "closingToTrayExplained"
NO_TRAY_EXPLAINED = "noTrayExplained"
START_ASKED = "startWithPcAsked"
CLOSING = "closingTheWindow"
"""What closing the window does: `STAYS` (also where nothing was chosen) or `ENDS`."""
STAYS, ENDS = "stays", "ends"
THEME = "theme"
"""The name of the theme that was chosen; empty, or nothing, for the system's."""
TEXT_SIZE = "textSize"
"""How large texts are, in percent of what the system asks for."""
_NAMES = (CLOSING, GEOMETRY, CLOSING_EXPLAINED, NO_TRAY_EXPLAINED, START_ASKED, THEME, TEXT_SIZE)


class SettingStore(Protocol):
    """Keeps settings by name; every call may block."""

    def setting(self, name: str) -> str | None:
        """Returns the remembered value of a setting, or None."""

    def remember_setting(self, name: str, value: str | None) -> None:
        """Remember a setting; None forgets it."""


class WindowSettings(QObject):
    """Holds the values in memory; reading and writing happen in the background."""

    def __init__(self, store: SettingStore, runner: TaskRunner) -> None:
        super().__init__()
        self._store = store
        self._runner = runner
        self._values: dict[str, str] = {}

    def load(self, done: Callable[[], None]) -> None:
        """Read everything; `done` is called also when nothing could be read, because the window must open."""

        def show(found: dict[str, str]) -> None:
            self._values = found | self._values
            done()

        def fail(error: CompanionError) -> None:
            self._runner.unhandled.emit(error)
            done()

        self._runner.run(self, lambda _: self._read(), show, fail)

    def value(self, name: str) -> str | None:
        """Returns what is remembered under this name, or None."""
        return self._values.get(name)

    def remember(self, name: str, value: str) -> None:
        """Remember a value; a disk that cannot be written must not keep the window from working."""
        if self._values.get(name) == value:
            return
        self._values[name] = value
        self._runner.run(self, lambda _: self.write(name), lambda _: None, _note_failure)

    def write(self, name: str) -> None:
        """Write the value of this name, if there is one; blocks. Raises `CompanionError`."""
        value = self._values.get(name)
        if value is not None:
            self._store.remember_setting(name, value)

    def _read(self) -> dict[str, str]:
        found = ((name, self._store.setting(name)) for name in _NAMES)
        return {name: value for name, value in found if value is not None}


def _note_failure(error: CompanionError) -> None:
    _log.warning("a setting of the window was not kept: %s", error.code)
