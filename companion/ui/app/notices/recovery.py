"""What earlier runs left to be told: an installation that went on, and programs that are still closed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from companion.domain.core.text import joined
from companion.domain.installation.autostart_holds import Restored
from companion.domain.installation.recovery import RecoveredInstallation, RecoveryStatus, recovery_message
from companion.domain.installation.relaunch import ClosedProgram, RelaunchResult, names_of
from companion.services.installation.recovery import Recovery, RecoveryResult
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.widgets.notice import Notice, Notices
from companion.ui.widgets.relaunch_notice import reopened_notice

_CLOSED = "closed-programs"
_PUT_BACK = "put-back"


class RecoveryNotices(QObject):
    """Catches up at the start and shows what came of it in `notices`; `important` says that the person waits for it."""

    important = Signal()

    def __init__(
        self, app_state: AppState, recovery: Recovery, notices: Notices, navigate_to: Callable[[Destination], None]
    ) -> None:
        super().__init__()
        self._app_state = app_state
        self._recovery = recovery
        self._notices = notices
        self._navigate_to = navigate_to

    def recover(self) -> None:
        """Do what earlier runs left to do, and tell of it."""
        recovery = self._recovery
        self._app_state.runner.run(self, lambda _: recovery.recover(), self._tell)

    def offer(self) -> None:
        """Offer to open again what is still closed."""
        relauncher = self._recovery.relauncher
        self._app_state.runner.run(self, lambda _: relauncher.waiting(), self._offer)

    def _tell(self, found: RecoveryResult) -> None:
        self._offer(found.closed)
        self._tell_of_entries(found.restored, alone=not found.installations)
        for installation in found.installations:
            self._tell_of(installation)
        if any(each.standing not in (RecoveryStatus.RUNNING, RecoveryStatus.WAITS) for each in found.installations):
            self.important.emit()

    def _tell_of(self, found: RecoveredInstallation) -> None:
        words = recovery_message(found, self._app_state.platform)
        actions: tuple[tuple[str, Callable[[], object]], ...] = ()
        if not words.well and found.standing in (RecoveryStatus.RESTARTED, RecoveryStatus.CUT_OFF):
            again = Destination("install", found.number, found.job) if found.number else Destination("file")
            actions = (("Install again", partial(self._navigate_to, again)),)
        elif words.well and found.number:
            actions = (("Show the order", partial(self._navigate_to, Destination("order", found.number))),)
        tone = "ok" if words.well else "attention"
        notice = Notice(words.title, words.message, words.hint, tone=tone, actions=actions)
        self._notices.show_notice(f"installation-{found.job}", notice)

    def _tell_of_entries(self, restored: Restored, *, alone: bool) -> None:
        if restored.failed:
            notice = Notice(
                "Something could not be switched on again",
                f"{joined(restored.failed)} does not start by itself yet. It is tried again at the next start.",
                "If it stays like this, start Companion once as administrator.",
                tone="attention",
            )
            self._notices.show_notice(_PUT_BACK, notice)
        elif restored.restored and alone:
            starts = "starts" if len(restored.restored) == 1 else "start"
            message = f"{joined(restored.restored)} {starts} when you sign in, as before the installation."
            self._notices.show_notice(_PUT_BACK, Notice("Everything is as it was", message, tone="ok"))

    def _offer(self, closed: tuple[ClosedProgram, ...]) -> None:
        if not closed:
            self._notices.drop(_CLOSED)
            return
        names = names_of(closed)
        several = len({program.program.name for program in closed}) > 1
        title = f"{names} {'were' if several else 'was'} closed for the installation"
        message = "They can be opened again as they were." if several else "It can be opened again as it was."
        notice = Notice(title, message, actions=((f"Open {names} again", self._reopen),))
        notice.closed.connect(self._decline)
        self._notices.show_notice(_CLOSED, notice)

    def _decline(self) -> None:
        relauncher = self._recovery.relauncher
        self._app_state.runner.run(self, lambda _: relauncher.forget(), lambda _: None)

    def _reopen(self) -> None:
        recovery = self._recovery
        self._app_state.runner.run(self, lambda _: recovery.reopen(), self._reopened)

    def _reopened(self, found: tuple[RelaunchResult, ...]) -> None:
        self._notices.drop(_CLOSED)
        notice = reopened_notice(found)
        if notice is not None:
            self._notices.show_notice(_CLOSED, notice)
