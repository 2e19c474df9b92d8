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
from companion.ui.wizard.steps import Step

if TYPE_CHECKING:
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations


class CheckStep(Step):
    """Shows the live board for the download."""

    def __init__(self, app_state: AppState, installations: Installations, recovery: Recovery, opener: Opener) -> None:
        super().__init__(
            app_state,
            "Is this PC ready?",
            "Companion looks for what could damage or block the download. Nothing is changed without asking you.",
            "Continue",
        )
        self._installations = installations
        self._check_list = LiveCheckList(app_state, installations, recovery, opener)
        self._check_list.cleared.connect(self.onward.setEnabled)
        self._network_check = NetworkCheck(app_state, installations)
        self.content.addWidget(self._check_list)
        self.content.addWidget(line())
        self.content.addWidget(self._network_check)

    def enter(self, job: Job) -> None:
        super().enter(job)
        needs = partial(self._installations.requirements, job.profile, job.download, job.folder)
        self._check_list.start(Stage.DOWNLOAD, needs, job.download.artifact_id)
        self._network_check.start(job.profile)

    def depart(self) -> None:
        self._check_list.stop()
        self._network_check.stop()
