"""Opening web pages and folders in the desktop's own programs, off the GUI thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from companion.domain.core.errors import CompanionError
from companion.ui.state.tasks import TaskRunner

if TYPE_CHECKING:
    from companion.services.platforms.protocol import ProgramLauncher

Failed = Callable[[CompanionError], None]


class Opener(QObject):
    """Lives as long as the program, so that what is opened does not depend on the page that asked for it.

    A failure goes to `failed`, or is shown above the page where there is none.
    """

    def __init__(self, programs: Callable[[], ProgramLauncher], runner: TaskRunner) -> None:
        """`programs` is called in the background."""
        super().__init__()
        self._programs = programs
        self._runner = runner

    def open_url(self, url: str, failed: Failed | None = None) -> None:
        """Open an https page or a settings page."""
        self._runner.run(self, lambda _: self._programs().open_url(url), lambda _: None, failed)

    def open_folder(self, path: Path, failed: Failed | None = None) -> None:
        """Show a file selected in its folder."""
        self._runner.run(self, lambda _: self._programs().open_folder(path), lambda _: None, failed)
