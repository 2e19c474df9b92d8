"""Steps two and three: this PC is checked, the installer runs, and what came of it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from companion.domain.core.errors import CompanionError
from companion.domain.installation.files.checks import rules_for, runs_alone
from companion.domain.installation.proof.installation import (
    CheckedFile,
    FileInstallation,
    installation_error,
    installation_text,
)
from companion.domain.pc.finding import Requirements
from companion.domain.store.profile import Stage
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import button, clear, row
from companion.ui.widgets.notice import Notice
from companion.ui.wizard.installing import EndStep, InstallerStep

if TYPE_CHECKING:
    from companion.services.installation.file_installer import FileInstaller
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations


class FileInstallStep(InstallerStep):
    """Shows what may block the installer, runs it, and explains how it ended; `done` is set when it did."""

    def __init__(
        self,
        app_state: AppState,
        installer: FileInstaller,
        installations: Installations,
        recovery: Recovery,
        opener: Opener,
    ) -> None:
        words = "Many installers refuse while certain programs run, even without a window. This is what it would meet."
        super().__init__(app_state, words, installations, recovery, opener)
        self._installer, self._opener = installer, opener
        self.file: CheckedFile | None = None
        self.done: FileInstallation | None = None
        self._bought = button("Show your key", self._show_purchase, "link", tip="The installer may ask for it")
        self._purchase = ""
        self.content.addLayout(row(self._bought, None))

    def begin(self, file: CheckedFile, purchase: str = "") -> None:
        """Look at this PC for the installer of `file`, and go on looking; `purchase` is the id of what was bought."""
        self.file, self.done = file, None
        self._purchase = purchase
        self._bought.setVisible(bool(purchase))
        clear(self.outcome)
        self.heading.setText(f"Install {file.found.product_name or file.name}")
        self._look()

    def begin_again(self) -> None:
        """Go on looking after another page was shown."""
        self._look()

    def _look(self) -> None:
        file = self.file
        if file is None or self.running:
            return
        self.show_running(False)
        self._check_list.start(Stage.INSTALL, partial(self._requirements, file), file.job)

    def _requirements(self, file: CheckedFile) -> Requirements:
        from companion.services.pc.general_rules import general_rules

        platform = self.app_state.platform
        rules = rules_for(file.found, file.size, general_rules(), platform)
        return Requirements(profile=rules, platform=platform, alone=runs_alone(file.found))

    def go_on(self) -> None:
        self._install(older=False)

    def _install(self, *, older: bool) -> None:
        file, installer = self.file, self._installer
        if file is None or self.running:
            return
        self.run(lambda task: _install(installer, file, task, older=older), self._ended, self._failed)

    def _failed(self, error: CompanionError) -> None:
        self._task = None
        self._look()
        self.tell(Notice.of_error(error, *self.ways_on(error, partial(self._install, older=True)), closable=False))

    def _ended(self, done: FileInstallation) -> None:
        self._task, self.done = None, done
        self.back.setEnabled(True)
        error = installation_error(done)
        if error is None:
            self.advance.emit()
            return
        self._look()
        actions = self.actions_for(error.code)
        if done.log is not None:
            actions = (("Show the installer's log", partial(self._show_log, Path(done.log))), *actions)
        self.tell(Notice.of_error(error, *actions, closable=False))

    def _show_purchase(self) -> None:
        # An installer that runs goes on meanwhile, and coming back shows it.
        self.navigation_requested.emit(Destination("purchase", self._purchase))

    def _show_log(self, log: Path) -> None:
        self._opener.open_folder(log, lambda error: self.tell(Notice.of_error(error)))


def _install(installer: FileInstaller, file: CheckedFile, task: Task, *, older: bool) -> FileInstallation:
    from companion.services.pc.general_rules import general_rules

    return installer.install(file, general_rules(), task.report, task.cancellation, older=older)


class FileDoneStep(EndStep):
    """What came of it, and the programs to open again."""

    def show_end(self, done: FileInstallation) -> None:
        """Show how it ended."""
        self.begin_end()
        text = installation_text(done)
        self.heading.setText(text.title)
        self.explanation.setText(text.message)
        self.tell(Notice("What to do now", text.hint, closable=False) if text.hint else None)
        self.offer_to_reopen()
