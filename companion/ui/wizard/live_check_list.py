"""The live board: what stands in the way on this PC. Rows turn by themselves; there is no "Retry"."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.core.text import counted, joined, without_marks
from companion.domain.pc.closing import ClosingProgress, ClosingResult
from companion.domain.pc.facts import AutostartEntry
from companion.domain.pc.preflight import Finding, Remedy, RemedyKind, Requirements, Severity, can_continue
from companion.domain.store.profile import Stage
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import IconLabel, button, clear, column, label, row
from companion.ui.widgets.fold import Fold
from companion.ui.widgets.held import when_let_go
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask
from companion.ui.widgets.spoken import announcer

if TYPE_CHECKING:
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations

ICONS = {
    Severity.BLOCKS: ("cross", "over"),
    Severity.WARNS: ("warning", "attention"),
    Severity.UNKNOWN: ("question", "muted"),
    Severity.FINE: ("check", "ok"),
}
_TOP = Qt.AlignmentFlag.AlignTop
_GRAVE = (Severity.BLOCKS, Severity.WARNS)
_CLOSES = (RemedyKind.CLOSE, RemedyKind.CLOSE_AND_HOLD)
_ACTS = (*_CLOSES, RemedyKind.HOLD_AND_RESTART)


class LiveCheckList(QWidget):
    """Watches one stage from `start` to `stop`; `cleared` tells whenever the way becomes free or blocked."""

    cleared = Signal(bool)

    def __init__(self, app_state: AppState, installations: Installations, recovery: Recovery, opener: Opener) -> None:
        super().__init__()
        self._app_state, self._installations = app_state, installations
        self._recovery, self._opener = recovery, opener
        self._stage = Stage.DOWNLOAD
        self._requirements: Requirements | None = None
        self._job = ""
        self._watching: Task | None = None
        self._closing: Task | None = None
        self._rows: dict[str, tuple[Finding, FindingRow]] = {}
        self._findings: tuple[Finding, ...] | None = None
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._summary = label("", "strong")
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        self._news = QVBoxLayout()
        self._layout.addWidget(self._summary)
        self._layout.addLayout(self._news)
        self._layout.addLayout(self._list)
        self._passed = Fold()
        self._passed.hide()
        self._layout.addWidget(self._passed)

    def start(self, stage: Stage, requirements: Callable[[], Requirements], job: str) -> None:
        """Begin to look, and go on looking; `job` is the artifact for which programs may be held back.

        `requirements` is called on another thread, because it looks at the disk.
        """
        self.stop()
        self._stage, self._requirements, self._job = stage, None, job
        self._rows.clear()
        clear(self._list)
        clear(self._passed.inside)
        self._passed.hide()
        clear(self._news)
        self._summarise("Checking this PC…")
        self.cleared.emit(False)
        self._watching = self._app_state.runner.run(self, lambda _: requirements(), self._watch, failed=self._fail)

    def _watch(self, requirements: Requirements) -> None:
        self._requirements = requirements
        installations, stage = self._installations, self._stage
        self._watching = self._app_state.runner.run(
            self,
            lambda task: installations.watch(stage, requirements, task.report, task.cancellation),
            lambda _: None,
            failed=self._fail,
            progress=self.show_findings,
        )

    def stop(self) -> None:
        """Stop looking."""
        self._findings = None
        for task in (self._watching, self._closing):
            if task is not None:
                task.cancel()
        self._watching = self._closing = None

    def show_findings(self, findings: tuple[Finding, ...]) -> None:
        """Render the findings, as soon as the person holds no button of them down."""
        self._findings = findings
        when_let_go(self, self._render)

    def _render(self) -> None:
        """Put the newest findings on the list, those without a fault folded; rows that did not change stay."""
        findings = self._findings
        if findings is None:
            return
        wanted = {finding.id for finding in findings}
        for identity in [identity for identity in self._rows if identity not in wanted]:
            self._take_away(identity)
        told = [finding for finding in findings if finding.severity is not Severity.FINE]
        self._place(self._list, sorted(told, key=lambda found: found.severity is Severity.UNKNOWN))
        passed = [finding for finding in findings if finding.severity is Severity.FINE]
        self._place(self._passed.inside, passed)
        self._passed.call(f"{counted(len(passed), 'check')} passed")
        self._passed.setVisible(bool(passed))
        blocking = sum(finding.severity is Severity.BLOCKS for finding in findings)
        free = can_continue(findings)
        if free and any(finding.severity is Severity.UNKNOWN for finding in findings):
            self._summarise("Nothing is known to stand in the way, but not everything could be checked.")
        elif free:
            self._summarise("Nothing stands in the way.")
        else:
            things = "One thing stands" if blocking == 1 else f"{blocking} things stand"
            self._summarise(f"{things} in the way. This page changes by itself as soon as that is cleared.")
        self.cleared.emit(free)

    def _place(self, layout: QVBoxLayout, findings: list[Finding]) -> None:
        for position, finding in enumerate(findings):
            known = self._rows.get(finding.id)
            if known is not None and known[0] == finding and layout.indexOf(known[1]) == position:
                continue
            if known is not None:
                self._take_away(finding.id)
            made = FindingRow(self._app_state, finding, self._act)
            self._rows[finding.id] = (finding, made)
            layout.insertWidget(position, made)

    def _summarise(self, sentence: str) -> None:
        if sentence != self._summary.text():
            self._summary.setText(sentence)
            announcer.announce(self, sentence)

    def _take_away(self, identity: str) -> None:
        _, old = self._rows.pop(identity)
        for layout in (self._list, self._passed.inside):
            layout.removeWidget(old)
        old.hide()
        old.deleteLater()

    def _fail(self, error: CompanionError) -> None:
        clear(self._news)
        self._news.addWidget(Notice.of_error(error, closable=False))

    # Remedies

    def _act(self, finding: Finding, remedy: Remedy) -> None:
        if remedy.kind in _CLOSES:
            self._ask_to_close(finding, remedy, force=False)
        elif remedy.kind is RemedyKind.HOLD_AND_RESTART:
            self._ask_to_hold(finding, remedy)
        elif remedy.target is not None:
            self._opener.open_url(remedy.target, self._fail)

    def _ask_to_hold(self, finding: Finding, remedy: Remedy) -> None:
        names = joined([f"“{entry.name}”" for entry in remedy.entries])
        ask(
            self.window(),
            remedy.title,
            f"{finding.title}. Switch off {names} until the installation is done?",
            (without_marks(remedy.explanation), "You restart the PC yourself, when your work is saved."),
            "Switch off",
            "Leave it on",
            partial(self._hold, remedy.entries, names),
        )

    def _hold(self, entries: tuple[AutostartEntry, ...], names: str) -> None:
        recovery = self._recovery
        self._closing = self._app_state.runner.run(
            self, lambda _: recovery.hold_over_restart(entries), lambda _: self._held(names), failed=self._fail
        )

    def _held(self, names: str) -> None:
        clear(self._news)
        text = f"{names} is switched off. Save your work and restart the PC: Companion opens again by itself, and your "
        text += "downloads are kept. What was switched off is switched on again after the installation."
        self._news.addWidget(Notice("Restart the PC now", text, tone="attention"))

    def _ask_to_close(self, finding: Finding, remedy: Remedy, *, force: bool) -> None:
        hold = remedy.entries if remedy.kind is RemedyKind.CLOSE_AND_HOLD else ()
        ask(
            self.window(),
            remedy.title,
            f"{finding.title}. {'End it by force' if force else 'Close it now'}?",
            tuple(map(without_marks, _consequences(finding, remedy))),
            "End it by force" if force else "Close it",
            "Leave it open",
            partial(self._close, finding, force, hold),
        )

    def _close(self, finding: Finding, force: bool, hold: tuple[AutostartEntry, ...]) -> None:
        requirements = self._requirements
        if requirements is None or (self._closing is not None and self._closing.running):
            return
        only = None if finding.rule_id is None else (finding.rule_id,)
        installations, recovery = self._installations, self._recovery
        stage, job = self._stage, self._job
        agreed = finding.pids if finding.doubtful else ()

        def work(task: Task) -> ClosingResult:
            if hold:
                recovery.hold(hold, job)
            return installations.close_blockers(
                stage, requirements, task.report, task.cancellation, force=force, only=only, agreed=agreed
            )

        self._closing = self._app_state.runner.run(
            self,
            work,
            partial(self._closed, finding),
            failed=self._fail,
            progress=self._show_closing,
        )

    def _show_closing(self, progress: ClosingProgress) -> None:
        clear(self._news)
        self._news.addWidget(Notice(f"Closing {progress.name}", without_marks(progress.sentence), closable=False))

    def _closed(self, finding: Finding, closed: ClosingResult) -> None:
        clear(self._news)
        for back in closed.came_back:
            self._news.addWidget(Notice(f"{back.name} started again", without_marks(back.sentence), tone="attention"))
        if closed.consent_needed:
            names = joined(closed.consent_needed)
            one = len(closed.consent_needed) == 1
            self._news.addWidget(
                Notice(
                    f"{names} {'does' if one else 'do'} not close by {'itself' if one else 'themselves'}",
                    "It was asked to close twice and is still running. Look for a window that waits for an answer.",
                    _risk(self._requirements, finding),
                    tone="attention",
                    actions=(("End it by force…", partial(self._consent, finding)),),
                )
            )

    def _consent(self, finding: Finding) -> None:
        remedy = next((found for found in finding.remedies if found.kind in _CLOSES), None)
        if remedy is not None:
            risk = _risk(self._requirements, finding) or remedy.explanation
            forced = Remedy(kind=remedy.kind, title="End it by force", explanation=risk)
            self._ask_to_close(finding, forced, force=True)


def _consequences(finding: Finding, remedy: Remedy) -> tuple[str, ...]:
    """What is said before a program is closed: what the files are by their own words, and what closing means."""
    doubt = (finding.explanation,) if finding.doubtful else ()
    return (*(f"What runs: {file}" for file in finding.files), *doubt, remedy.explanation)


def _risk(requirements: Requirements | None, finding: Finding) -> str:
    """What is at stake when the program of `finding` is ended by force, in the profile's words."""
    rules = requirements.profile.blockers if requirements is not None else ()
    return next((rule.force_risk or "" for rule in rules if rule.id == finding.rule_id), "")


class FindingRow(QFrame):
    """One finding: how grave, what, why, and the ways out."""

    def __init__(self, app_state: AppState, finding: Finding, act: Callable[[Finding, Remedy], None]) -> None:
        super().__init__()
        name, tone = ICONS[finding.severity]
        self.setAccessibleName(f"{finding.title}: {finding.severity.value}")
        outer = row(spacing=12)
        outer.setContentsMargins(0, 4, 0, 4)
        mark = IconLabel(app_state.theme, name, tone)
        words = column(label(finding.title, "strong" if finding.severity in _GRAVE else ""), spacing=2)
        if finding.severity is not Severity.FINE:
            role = "muted" if finding.severity is Severity.UNKNOWN else ""
            words.addWidget(label(without_marks(finding.explanation), role, selectable=True))
            for remedy in finding.remedies:
                words.addLayout(self._way_out(finding, remedy, act))
            if finding.evidence:
                words.addLayout(self._evidence(finding))
        outer.addWidget(mark)
        outer.setAlignment(mark, _TOP)
        outer.addLayout(words, 1)
        self.setLayout(outer)

    @staticmethod
    def _way_out(finding: Finding, remedy: Remedy, act: Callable[[Finding, Remedy], None]) -> QVBoxLayout:
        if remedy.kind in _ACTS or remedy.target is not None:
            clicked = partial(act, finding, remedy)
            role = "primary" if remedy.kind is RemedyKind.CLOSE and finding.severity is Severity.BLOCKS else ""
            return column(row(button(remedy.title, clicked, role, tip=without_marks(remedy.explanation)), None))
        return column(label(without_marks(f"{remedy.title}: {remedy.explanation}"), "muted"))

    @staticmethod
    def _evidence(finding: Finding) -> QVBoxLayout:
        details = label("\n".join(finding.evidence), "small", selectable=True)
        details.hide()

        def toggle() -> None:
            details.setVisible(details.isHidden())
            more.setText("Hide details" if details.isVisible() else "Show details")

        more = button("Show details", toggle, "link", name=f"Details of: {finding.title}")
        return column(row(more, None), details, spacing=0)
