"""Whether the program starts with the PC, as the system itself says, and changing that."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from companion.ui.state.tasks import Task, TaskRunner

if TYPE_CHECKING:
    from companion.domain.core.errors import CompanionError
    from companion.services.platforms.protocol import AutostartControl

_log = logging.getLogger(__name__)


class AutostartState(QObject):
    """`starts` is None until the system was asked; `changed` is emitted with each answer.

    `control` returns what asks the system, and `command` what is started at sign-in; both are called in the background.
    """

    changed = Signal()

    def __init__(
        self, control: Callable[[], AutostartControl], command: Callable[[], Sequence[str]], runner: TaskRunner
    ) -> None:
        super().__init__()
        self._control, self._command, self._runner = control, command, runner
        self.starts: bool | None = None

    def load(self) -> None:
        """Put right an entry of ours whose program has moved, and ask the system."""
        control, command = self._control, self._command

        def work(_: Task) -> bool:
            autostart = control()
            if autostart.renew_start_at_login(command()):
                _log.info("the entry that starts the program at sign-in was given its present place")
            return autostart.starts_at_login()

        self._runner.run(self, work, self._show, self._not_known)

    def switch(
        self, owner: QObject, on: bool, done: Callable[[bool], object], failed: Callable[[CompanionError], None]
    ) -> None:
        """Switch it on or off; `done` gets what the system says then, which its own settings can keep off."""
        control, command = self._control, self._command

        def work(_: Task) -> bool:
            autostart = control()
            autostart.start_at_login(command() if on else None)
            return autostart.starts_at_login()

        def show(starts: bool) -> None:
            self._show(starts)
            done(starts)

        self._runner.run(owner, work, show, failed)

    def _show(self, starts: bool) -> None:
        self.starts = starts
        self.changed.emit()

    @staticmethod
    def _not_known(error: CompanionError) -> None:
        _log.warning("whether the program starts at sign-in is not known: %s", error.code)
