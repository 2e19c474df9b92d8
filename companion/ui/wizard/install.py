"""Steps five and six: the installation, and what to keep."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.entitlements.seats import seat_sentence, seat_use
from companion.domain.installation.ending import InstallationEnding, ending_of, ending_text
from companion.domain.store.profile import Stage
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.widgets.basic import label
from companion.ui.widgets.notice import Notice
from companion.ui.wizard.installing import EndStep, InstallerStep
from companion.ui.wizard.job import Job
from companion.ui.wizard.licence_key import LicenceKeyPart

if TYPE_CHECKING:
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations, Installed
    from companion.services.store.orders import Orders

_FETCHABLE = {ErrorCode.FILE_DAMAGED: "Repair", ErrorCode.FILE_MISSING: "Download it again"}
"""Failures that another download puts right, and what the button to it says."""


class InstallStep(InstallerStep):
    """Waits until nothing blocks the installer, runs it, and explains how it ended.

    `fetch_again` leads back to the download, which fetches only what is damaged.
    """

    fetch_again = Signal()

    def __init__(
        self, app_state: AppState, orders: Orders, installations: Installations, recovery: Recovery, opener: Opener
    ) -> None:
        key = LicenceKeyPart(app_state, orders)
        words = "The installer refuses while certain programs run, even without a window. This is what it would meet."
        super().__init__(app_state, words, installations, recovery, opener, key)
        self._key, self._installations = key, installations

    def enter(self, job: Job) -> None:
        super().enter(job)
        self.heading.setText(f"Install {job.download.name}")
        self._key.show_key(job.order.number, job.licence)
        self._look()

    def _look(self) -> None:
        job = self.job
        if job is None or job.fetched is None:
            return
        self.show_running(False)
        installations, grant = self._installations, job.fetched.grant
        needs = partial(installations.requirements, job.profile, job.download, job.folder, grant)
        self._check_list.start(Stage.INSTALL, needs, job.download.artifact_id)

    def go_on(self) -> None:
        self._install(older=False)

    def _install(self, *, older: bool) -> None:
        job = self.job
        if job is None or job.fetched is None:
            return
        fetched, installations = job.fetched, self._installations
        self.run(
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
        )

    def _failed(self, error: CompanionError) -> None:
        self._look()
        actions = self.ways_on(error, partial(self._install, older=True))
        if error.code in _FETCHABLE:
            actions = ((_FETCHABLE[error.code], self.fetch_again.emit), *actions)
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


class DoneStep(EndStep):
    """It is installed: the key to copy, the seat, and the programs to open again."""

    def __init__(self, app_state: AppState, orders: Orders, recovery: Recovery) -> None:
        super().__init__(app_state, recovery)
        self._orders = orders

    def enter(self, job: Job) -> None:
        super().enter(job)
        self.begin_end()
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
            key = LicenceKeyPart(self.app_state, self._orders, "The program")
            self.content.addWidget(key)
            # Taking a seat tells no key: the order has.
            key.show_key(job.order.number, job.licence or licence)
            use = seat_use(licence, self.app_state.snapshot.seat_id)
            self.content.addWidget(label(seat_sentence(use)))
        self.offer_to_reopen()
