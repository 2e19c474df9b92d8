"""What the installation of an order's download and that of a file have in common: waiting, running, opening again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtWidgets import QProgressBar, QWidget

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.installation.models import InstallationProgress
from companion.domain.installation.relaunch import ClosedProgram, names_of
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import button, clear, label, row
from companion.ui.widgets.relaunch_notice import reopened_notice
from companion.ui.wizard.live_check_list import LiveCheckList
from companion.ui.wizard.steps import Step

if TYPE_CHECKING:
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations

T = TypeVar("T")
Action = tuple[str, Callable[[], object]]


class InstallerStep(Step):
    """Waits until nothing blocks an installer, and shows it at work; the subclass runs it."""

    def __init__(
        self,
        app_state: AppState,
        explanation: str,
        installations: Installations,
        recovery: Recovery,
        opener: Opener,
        *above: QWidget,
    ) -> None:
        """`above` stands before what is found on this PC."""
        super().__init__(app_state, "Install", explanation, "Install now")
        self._task: Task | None = None
        self._check_list = LiveCheckList(app_state, installations, recovery, opener)
        self._check_list.cleared.connect(self._allow)
        self._bar = QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName("Installing")
        self._doing = label("", "strong")
        self._bar.hide()
        self._doing.hide()
        for part in (*above, self._check_list, self._doing, self._bar):
            self.content.addWidget(part)

    @property
    def running(self) -> bool:
        """Whether the installer is at work."""
        return self._task is not None and self._task.running

    def depart(self) -> None:
        self._check_list.stop()

    def run(
        self, work: Callable[[Task], T], done: Callable[[T], None], failed: Callable[[CompanionError], None]
    ) -> None:
        """Run the installer by `work`, which tells of its progress."""
        self._check_list.stop()
        self.tell(None)
        self.show_running(True)
        self._task = self.app_state.runner.run(self, work, done, failed, self._show)

    def show_running(self, running: bool) -> None:
        """Show the installer at work, or what is found on this PC."""
        self._bar.setVisible(running)
        self._doing.setVisible(running)
        self._doing.setText("Starting the installer…")
        self._check_list.setVisible(not running)
        self.allow(False)
        self.back.setEnabled(not running)

    def ways_on(self, error: CompanionError, install_older: Callable[[], object]) -> tuple[Action, ...]:
        """Returns what can be done about a failure."""
        ways = self.actions_for(error.code)
        if error.code is ErrorCode.OLDER_VERSION:
            ways = (("Install the older version", install_older), *ways)
        return ways

    def _allow(self, free: bool) -> None:
        self.allow(free and not self.running)

    def _show(self, progress: InstallationProgress) -> None:
        self._doing.setText(progress.sentence)


class EndStep(Step):
    """What came of it, and the programs to open again."""

    def __init__(self, app_state: AppState, recovery: Recovery) -> None:
        super().__init__(app_state, "It is installed", "", "Finish")
        self._recovery = recovery
        self.back.hide()
        self._again = button("", self._reopen)
        self.card.body.insertLayout(self.card.body.indexOf(self.outcome), row(self._again, None))

    def begin_end(self) -> None:
        """Take away what stood here before."""
        self._again.hide()
        clear(self.content)

    def offer_to_reopen(self) -> None:
        """Offer to open again what was closed for the installation, where something was."""
        recovery = self._recovery
        self.app_state.runner.run(self, lambda _: recovery.relauncher.waiting(), self._offer)

    def _offer(self, closed: tuple[ClosedProgram, ...]) -> None:
        if closed:
            self._again.setText(f"Open {names_of(closed)} again")
            self._again.show()

    def _reopen(self) -> None:
        self._again.hide()
        recovery = self._recovery
        self.app_state.runner.run(self, lambda _: recovery.reopen(), lambda found: self.tell(reopened_notice(found)))
