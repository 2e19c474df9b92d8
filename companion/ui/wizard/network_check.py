"""The connection to the store, checked step by step: what works, what fails, and what stands in between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.pc.network_diagnostics import NetworkReport, StepResult, StepState
from companion.domain.store.profile import Profile
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import IconLabel, button, clear, column, label, row
from companion.ui.widgets.notice import Notice

if TYPE_CHECKING:
    from companion.services.installation.workflow import Installations

_ICONS = {
    StepState.FINE: ("check", "ok"),
    StepState.FAILED: ("cross", "over"),
    StepState.SKIPPED: ("question", "muted"),
}


class NetworkCheck(QWidget):
    """Checks the connection once; a failure is a warning, because a download copes with much."""

    def __init__(self, app_state: AppState, installations: Installations) -> None:
        super().__init__()
        self._app_state, self._installations = app_state, installations
        self._task: Task | None = None
        self._profile: Profile | None = None
        self._outcome = column(spacing=6)
        self._steps = QWidget()
        self._rows = column(spacing=4)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._steps.setLayout(self._rows)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(label("Connection to the store", "strong"))
        outer.addLayout(self._outcome)
        outer.addWidget(self._steps)

    def start(self, profile: Profile) -> None:
        """Begin to check."""
        self.stop()
        self._profile = profile
        clear(self._outcome)
        clear(self._rows)
        self._outcome.addWidget(label("Checking the connection…", "muted"))
        installations = self._installations
        self._task = self._app_state.runner.run(
            self,
            lambda task: installations.check_network(profile, task.report, task.cancellation),
            self._show,
            failed=self._fail,
        )

    def stop(self) -> None:
        """Stop checking."""
        if self._task is not None:
            self._task.cancel()

    def _show(self, report: NetworkReport | None) -> None:
        clear(self._outcome)
        if report is None:
            self._outcome.addWidget(label("The store offers no test file, so it is not tried beforehand.", "muted"))
            return
        if report.fine:
            self._outcome.addWidget(label(report.sentence))
            self._outcome.addLayout(row(button("Show the steps", self._steps.show, "link"), None))
        else:
            between = f"In between: {' and '.join(report.between)}." if report.between else ""
            words = f"{report.hint} {between}".strip()
            again = (("Check again", self._again),)
            self._outcome.addWidget(
                Notice(report.sentence, words, tone="attention", actions=again, closable=False)
            )  # fmt: skip
        self._steps.setVisible(not report.fine)
        for step in report.steps:
            self._rows.addLayout(self._row(step))

    def _row(self, step: StepResult) -> QHBoxLayout:
        name, tone = _ICONS[step.state]
        mark = IconLabel(self._app_state.theme, name, tone, 18)
        line = row(mark, spacing=10)
        line.addWidget(label(step.sentence), 1)
        return line

    def _again(self) -> None:
        if self._profile is not None:
            self.start(self._profile)

    def _fail(self, error: CompanionError) -> None:
        clear(self._outcome)
        self._outcome.addWidget(Notice.of_error(error, closable=False))
