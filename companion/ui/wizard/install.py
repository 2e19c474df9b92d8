"""Steps five and six: the installation, and what to keep."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.entitlements.seats import seat_sentence, seat_use
from companion.domain.installation.ending import InstallationEnding, ending_of, ending_text
from companion.domain.installation.models import InstallationProgress
from companion.domain.installation.relaunch import ClosedProgram, names_of
from companion.domain.store.profile import Stage
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import button, clear, label, row
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.relaunch_notice import reopened_notice
from companion.ui.wizard.job import Job
from companion.ui.wizard.licence_key import LicenceKeyPart
from companion.ui.wizard.live_check_list import LiveCheckList
from companion.ui.wizard.steps import Step

if TYPE_CHECKING:
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations, Installed
    from companion.services.store.orders import Orders

_FETCHABLE = {ErrorCode.FILE_DAMAGED: "Repair", ErrorCode.FILE_MISSING: "Download it again"}
"""Failures that another download puts right, and what the button to it says."""


class InstallStep(Step):
    """Waits until nothing blocks the installer, runs it, and explains how it ended.

    `fetch_again` leads back to the download, which fetches only what is damaged.
    """

    fetch_again = Signal()

    def __init__(
        self, app_state: AppState, orders: Orders, installations: Installations, recovery: Recovery, opener: Opener
    ) -> None:
        super().__init__(
            app_state,
            "Install",
            "The installer refuses while certain programs run, even without a window. This is what it would meet.",
            "Install now",
        )
        self._installations = installations
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
        self._key = LicenceKeyPart(app_state, orders)
        self.content.addWidget(self._key)
        self.content.addWidget(self._check_list)
        self.content.addWidget(self._doing)
        self.content.addWidget(self._bar)

    def enter(self, job: Job) -> None:
        super().enter(job)
        self.heading.setText(f"Install {job.download.name}")
        self._key.show_key(job.order.number, job.licence)
        self._look()

    def depart(self) -> None:
        self._check_list.stop()

    def _look(self) -> None:
        job = self.job
        if job is None or job.fetched is None:
            return
        self._show_running(False)
        installations, grant = self._installations, job.fetched.grant
        needs = partial(installations.requirements, job.profile, job.download, job.folder, grant)
        self._check_list.start(Stage.INSTALL, needs, job.download.artifact_id)

    def _allow(self, free: bool) -> None:
        self.onward.setEnabled(free and (self._task is None or not self._task.running))

    def go_on(self) -> None:
        self._install(older=False)

    def _install(self, *, older: bool) -> None:
        job = self.job
        if job is None or job.fetched is None:
            return
        fetched = job.fetched
        self._check_list.stop()
        self.tell(None)
        self._show_running(True)
        installations = self._installations
        self._task = self.app_state.runner.run(
            self,
            lambda task: installations.install(
                job.order.number,
                job.licence,
                fetched.grant,
                fetched.transferred.path,
                job.profile,
                task.report,
                task.cancellation,
                older=older,
            ),
            self._done,
            self._failed,
            self._show,
        )

    def _show_running(self, running: bool) -> None:
        self._bar.setVisible(running)
        self._doing.setVisible(running)
        self._doing.setText("Starting the installer…")
        self._check_list.setVisible(not running)
        self.onward.setEnabled(False)
        self.back.setEnabled(not running)

    def _show(self, progress: InstallationProgress) -> None:
        self._doing.setText(progress.sentence)

    def _failed(self, error: CompanionError) -> None:
        self._look()
        actions = self.actions_for(error.code)
        if error.code in _FETCHABLE:
            actions = ((_FETCHABLE[error.code], self.fetch_again.emit), *actions)
        if error.code is ErrorCode.OLDER_VERSION:
            actions = (("Install the older version", partial(self._install, older=True)), *actions)
        self.tell_failure(Notice.of_error(error, *actions, closable=False))

    def _done(self, installed: Installed) -> None:
        job = self.job
        if job is None:
            return
        job.installed = installed
        if installed.result.succeeded:
            self.back.setEnabled(True)
            self.app_state.refresh(job.order.number)
            self.advance.emit()
            return
        self._look()
        self.tell_failure(_ending_notice(installed))


def _ending_notice(installed: Installed) -> Notice:
    text = ending_text(installed.result)
    tone = "over" if ending_of(installed.result) is InstallationEnding.INCOMPLETE else "attention"
    return Notice(text.title, text.message, text.hint, tone=tone, closable=False)


class DoneStep(Step):
    """It is installed: the key to copy, the seat, and the programs to open again."""

    def __init__(self, app_state: AppState, orders: Orders, recovery: Recovery) -> None:
        super().__init__(app_state, "It is installed", "", "Finish")
        self._orders, self._recovery = orders, recovery
        self.back.hide()
        self._again = button("", self._reopen)
        self.card.body.insertLayout(self.card.body.indexOf(self.outcome), row(self._again, None))

    def enter(self, job: Job) -> None:
        super().enter(job)
        self._again.hide()
        clear(self.content)
        installed = job.installed
        if installed is None:
            return
        name = job.licence.product_name if job.licence is not None else job.download.name
        self.heading.setText(f"{name} is installed")
        text = ending_text(installed.result)
        self.explanation.setText(text.message)
        if text.hint:
            self.tell(Notice(text.title, text.hint, tone="attention", closable=False))
        licence = installed.licence or job.licence
        if licence is not None:
            key = LicenceKeyPart(self.app_state, self._orders)
            self.content.addWidget(key)
            # Taking a seat tells no key: the order has.
            key.show_key(job.order.number, job.licence or licence)
            use = seat_use(licence, self.app_state.snapshot.seat_id)
            self.content.addWidget(label(seat_sentence(use)))
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
