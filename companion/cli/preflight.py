"""``companion preflight`` and ``close-blockers``: what on this PC is in the way, and getting it out of the way."""

from __future__ import annotations

import argparse
import contextlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from companion.cli.arguments import common, whole
from companion.cli.asking import confirm
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.run import Run, interruptible
from companion.domain.closing import Closed
from companion.domain.findings import Finding, RemedyKind, Requirements, Severity
from companion.domain.network_path import PathReport
from companion.domain.profile import BlockerRule, Profile, Stage
from companion.domain.wire import Instant, Value
from companion.domain.wording import without_marks

if TYPE_CHECKING:
    from companion.domain.facts import Facts
    from companion.services.cancellation import Cancellation


class Looked(Value, frozen=True):
    """``preflight``: the findings, the gravest first, and whether any of them blocks."""

    stage: Stage
    at: Instant
    blocked: bool
    findings: tuple[Finding, ...]
    path: PathReport | None = None


class BlockersClosed(Value, frozen=True):
    """``close-blockers``: which programs were asked to close, what came of it, and what still blocks afterwards."""

    programs: tuple[str, ...]
    closed: Closed | None
    blocked: bool
    findings: tuple[Finding, ...]


_MARKS = {
    Severity.BLOCKS: "In the way",
    Severity.WARNS: "Mind this",
    Severity.UNKNOWN: "Not known",
    Severity.FINE: "Fine",
}
_CLOSING = frozenset({RemedyKind.CLOSE, RemedyKind.CLOSE_AND_HOLD})


def add_preflight(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion preflight``."""
    _looking(parser)
    parser.add_argument("--watch", action="store_true", help="go on looking until nothing is in the way")
    parser.add_argument("--network", action="store_true", help="also try the way to the store, step by step")
    common(
        parser,
        look,
        long=True,
        epilog="JSON: {stage, at, blocked, findings: [{id, severity: blocks|warns|unknown|fine, title, explanation,\n"
        "evidence, remedies, ruleId, pids}], path: {fine, sentence, hint, steps, between}}\n"
        "Exit 1 when something blocks, or when the way to the store is broken.",
    )


def add_close_blockers(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion close-blockers``."""
    _looking(parser)
    parser.add_argument("--force", action="store_true", help="end by force what does not close by itself")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument(
        "--look-out", metavar="SECONDS", type=whole(0, 600), default=30, help="how long to look out for what comes back"
    )
    common(
        parser,
        close_blockers,
        long=True,
        epilog="JSON: {programs, closed: {gone, left, consentNeeded, cameBack, reopen}, blocked, findings}",
    )


def _looking(parser: argparse.ArgumentParser) -> None:
    stages = [stage.value for stage in Stage]
    parser.add_argument("--stage", choices=stages, default="install", help="what is about to happen (install)")
    parser.add_argument("--profile", metavar="FILE", type=Path, help="a vendor profile, instead of the store's")


class Board:
    """Looks at this PC by the profile of the store, or by one from a file without any store."""

    def __init__(self, run: Run) -> None:
        self.stage = Stage(run.arguments.stage)
        self.profile: Profile = run.profile()
        self._services = None if run.arguments.profile is not None else run.services
        local = self._services or run.local
        self.platform, self._clock, self._zone = local.platform, local.clock, local.zone
        self._preflight = local.preflight
        folder = str(local.places.downloads) if self.stage is Stage.DOWNLOAD else None
        self.requirements = Requirements(profile=self.profile, platform=self.platform.name, destination=folder)

    def look(self, cancellation: Cancellation) -> Looked:
        """What is found right now."""
        if self._services is not None:
            return self._looked(self._services.installations.look(self.stage, self.requirements, cancellation))
        return self._decide(self._preflight.gather(self.stage, self.requirements, cancellation))

    def watch(self, show: Callable[[Looked], None], cancellation: Cancellation) -> None:
        """Call `show` now and at every change until cancelled."""
        self._preflight.watch(self.stage, self.requirements, lambda facts: show(self._decide(facts)), cancellation)

    def walk(self, run: Run, cancellation: Cancellation) -> PathReport | None:
        """Try the way to the store."""
        return run.services.installations.walk_to_store(
            self.profile, lambda step: run.output.step(step, step.sentence), cancellation
        )

    def _decide(self, facts: Facts) -> Looked:
        from companion.domain.preflight import findings

        return self._looked(findings(facts, self.requirements, self.stage, self._clock(), self._zone))

    def _looked(self, rows: tuple[Finding, ...]) -> Looked:
        from companion.domain.preflight import can_continue

        return Looked(stage=self.stage, at=self._clock(), blocked=not can_continue(rows), findings=rows)


class _ClearError(Exception):
    """Nothing is in the way any more."""


def look(run: Run) -> int:
    """Look at this PC, once or until nothing is in the way."""
    board = Board(run)
    with interruptible() as cancellation:
        found = _watched(run, board, cancellation) if run.arguments.watch else board.look(cancellation)
        if run.arguments.network:
            found = msgspec.structs.replace(found, path=board.walk(run, cancellation))
    broken = found.path is not None and not found.path.fine
    run.output.result(found, *board_lines(found.findings), *path_lines(found.path))
    return EXIT_NO if found.blocked or broken else EXIT_DONE


def _watched(run: Run, board: Board, cancellation: Cancellation) -> Looked:
    last: list[Looked] = []

    def show(found: Looked) -> None:
        last[:] = [found]
        if not found.blocked:
            raise _ClearError
        run.output.event(found)
        rows = [row for row in found.findings if row.severity is Severity.BLOCKS]
        run.output.say(*board_lines(rows), "Waiting until nothing is in the way; Ctrl-C stops.", "")

    with contextlib.suppress(_ClearError):
        board.watch(show, cancellation)
    return last[0]


def board_lines(rows: Sequence[Finding]) -> list[str]:
    """The board in plain lines."""
    lines = []
    for row in rows:
        lines.append(f"{_MARKS[row.severity]}: {row.title}")
        if row.severity is not Severity.FINE:
            lines.append(f"    {row.explanation}")
            lines += [f"    → {remedy.title}. {remedy.explanation}" for remedy in row.remedies]
    return [without_marks(line) for line in lines]


def path_lines(report: PathReport | None) -> list[str]:
    """The way to the store in plain lines."""
    if report is None:
        return []
    lines = ["", f"The way to the store: {report.sentence}"]
    if not report.fine:
        lines.append(f"    → {report.hint}")
    return [*lines, *(f"    {step.sentence}" for step in report.steps)]


def close_blockers(run: Run) -> int:
    """Name what would be closed and the risk, ask, close it and prove that it is gone."""
    board = Board(run)
    with interruptible() as cancellation:
        wanted = closable(board.look(cancellation).findings)
        rules = {rule.id: rule for rule in board.profile.blockers}
        programs = [rules[row.rule_id] for row in wanted if row.rule_id in rules]
        closed: Closed | None = None
        if programs:
            _explain(run, wanted, programs)
            closed = _close(run, board, programs, cancellation)
        after = board.look(cancellation)
    shown = BlockersClosed(
        programs=tuple(rule.name for rule in programs), closed=closed, blocked=after.blocked, findings=after.findings
    )
    run.output.result(shown, *_closed_lines(shown))
    return EXIT_NO if shown.blocked or (closed is not None and not closed.succeeded) else EXIT_DONE


def _explain(run: Run, wanted: Sequence[Finding], programs: Sequence[BlockerRule]) -> None:
    """Say what would be closed and what that risks, and go on only with the person's consent."""
    force = run.arguments.force
    for row, rule in zip(wanted, programs, strict=True):
        risk = rule.force_risk or "What is not saved in it would be lost."
        run.output.say(f"{row.title}.", f"    {row.explanation}", *([f"    By force: {risk}"] if force else []))
    question = (
        "Close these programs, by force if they do not close by themselves?" if force else "Close these programs?"
    )
    confirm(question, yes=run.arguments.yes)


def _close(run: Run, board: Board, programs: Sequence[BlockerRule], cancellation: Cancellation) -> Closed:
    from companion.services.closing import Closing, Patience

    closing = Closing(board.platform, Patience(watch=float(run.arguments.look_out)))
    return closing.close(
        board.stage,
        board.requirements,
        lambda step: run.output.step(step, step.sentence),
        cancellation,
        force=run.arguments.force,
        only=[rule.id for rule in programs],
    )


def closable(rows: Sequence[Finding]) -> list[Finding]:
    """The findings about programs that block and that this person may close."""
    return [
        row
        for row in rows
        if row.severity is Severity.BLOCKS and row.rule_id and any(remedy.kind in _CLOSING for remedy in row.remedies)
    ]


def _closed_lines(shown: BlockersClosed) -> list[str]:
    lines = []
    if shown.closed is not None:
        lines += [back.sentence for back in shown.closed.came_back]
        for name in shown.closed.consent_needed:
            lines.append(f"{name} does not close by itself. Save your work in it; --force then ends it.")
    if not shown.blocked:
        done = "It is closed and stays closed" if shown.closed else "There was nothing to close"
        return [*lines, f"{done}: nothing is in the way."]
    return [*lines, *board_lines([row for row in shown.findings if row.severity is Severity.BLOCKS])]
