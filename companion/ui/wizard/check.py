"""Step two: is this PC ready to download?"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from companion.domain.store.profile import Stage
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.widgets.basic import line
from companion.ui.wizard.job import Job
from companion.ui.wizard.live_check_list import LiveCheckList
from companion.ui.wizard.network_check import NetworkCheck
from companion.ui.wizard.seat_check import SeatCheck
from companion.ui.wizard.steps import Step

if TYPE_CHECKING:
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations
    from companion.services.store.orders import Orders


class CheckStep(Step):
    """Shows the live board for the download."""

    def __init__(
        self, app_state: AppState, orders: Orders, installations: Installations, recovery: Recovery, opener: Opener
    ) -> None:
        super().__init__(
            app_state,
            "Is this PC ready?",
            "Companion looks for what could damage or block the download. Nothing is changed without asking you.",
            "Continue",
        )
        self._installations = installations
        self._check_list = LiveCheckList(app_state, installations, recovery, opener)
        self._is_free = False
        self._check_list.cleared.connect(self._cleared)
        self._seats = SeatCheck(app_state, orders)
        self._seats.cleared.connect(self._allow)
        self.content.addWidget(self._seats)
        self._network_check = NetworkCheck(app_state, installations)
        self.content.addWidget(self._check_list)
        self.content.addWidget(line())
        self.content.addWidget(self._network_check)

    def _cleared(self, free: bool) -> None:
        self._is_free = free
        self._allow()

    def _allow(self) -> None:
        self.allow(self._is_free and self._seats.is_clear)

    def enter(self, job: Job) -> None:
        super().enter(job)
        needs = partial(self._installations.requirements, job.profile, job.download, job.folder)
        self._check_list.start(Stage.DOWNLOAD, needs, job.download.artifact_id)
        self._network_check.start(job.profile)
        self._seats.start(job)

    def depart(self) -> None:
        self._check_list.stop()
        self._network_check.stop()
