"""The board on the command line: what stands in the way on this PC, looked at once or watched."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from companion.cli.context import CommandContext
from companion.domain.core.model import Instant, Model
from companion.domain.core.text import without_marks
from companion.domain.installation.autostart_holds import BY_HAND, Hold
from companion.domain.pc.closing import Closed
from companion.domain.pc.finding import Finding, Requirements, Severity, moment_in_words
from companion.domain.pc.network_diagnostics import PathReport
from companion.domain.store.profile import Profile, Stage

if TYPE_CHECKING:
    from companion.domain.pc.facts import Facts
    from companion.services.app.cancellation import Cancellation
    from companion.services.container import Local, Services


class Looked(Model, frozen=True):
    """``preflight``: the findings, the gravest first, whether any of them blocks, and what is held back just now."""

    stage: Stage
    at: Instant
    blocked: bool
    findings: tuple[Finding, ...]
    held_back: tuple[Hold, ...] = ()
    path: PathReport | None = None


_MARKS = {
    Severity.BLOCKS: "In the way",
    Severity.WARNS: "Mind this",
    Severity.UNKNOWN: "Not known",
    Severity.FINE: "Fine",
}


def board_options(parser: argparse.ArgumentParser) -> None:
    """What is about to happen, and by which profile it is looked at."""
    stages = [stage.value for stage in Stage]
    parser.add_argument("--stage", choices=stages, default="install", help="what is about to happen (install)")
    parser.add_argument("--profile", metavar="FILE", type=Path, help="a vendor profile, instead of the store's")


class Board:
    """Looks at this PC and closes what is in the way; `services` are those of a store, None without any.

    `job` is the artifact that is installed, or `BY_HAND` where that is not known yet.
    """

    def __init__(
        self, local: Local | Services, services: Services | None, stage: Stage, requirements: Requirements, job: str
    ) -> None:
        self.stage = stage
        self.requirements = requirements
        self.job = job
        self.aftermath = local.aftermath
        self._local = local
        self._services = services

    @classmethod
    def asked_for(cls, context: CommandContext) -> Board:
        """The board of ``--stage`` and ``--profile``; a profile from a file needs no store."""
        stage, profile = Stage(context.arguments.stage), context.profile()
        services = None if context.arguments.profile is not None else context.services
        local = services or context.local
        folder = str(local.places.downloads) if stage is Stage.DOWNLOAD else None
        requirements = Requirements(profile=profile, platform=local.platform.name, destination=folder)
        return cls(local, services, stage, requirements, BY_HAND)

    @property
    def profile(self) -> Profile:
        """Whose rules it looks by."""
        return self.requirements.profile

    def look(self, cancellation: Cancellation) -> Looked:
        """What is found right now."""
        if self._services is not None:
            return self._looked(self._services.installations.look(self.stage, self.requirements, cancellation))
        return self._decide(self._local.preflight.gather(self.stage, self.requirements, cancellation))

    def watch(self, show: Callable[[Looked], None], cancellation: Cancellation) -> None:
        """Call `show` now and at every change until cancelled."""
        self._local.preflight.watch(
            self.stage, self.requirements, lambda facts: show(self._decide(facts)), cancellation
        )

    def walk(self, context: CommandContext, cancellation: Cancellation) -> PathReport | None:
        """Try the way to the store."""
        return context.services.installations.walk_to_store(
            self.profile, lambda step: context.output.step(step, step.sentence), cancellation
        )

    def close(self, context: CommandContext, rule_ids: Iterable[str], cancellation: Cancellation) -> Closed:
        """Close the programs of these rules, by force where ``--force`` allows it, and look out for what comes back."""
        asked = context.arguments
        close = self._local.closing.close if self._services is None else self._services.installations.close_blockers
        return close(
            self.stage, self.requirements, lambda step: context.output.step(step, step.sentence), cancellation,
            force=asked.force, only=rule_ids, watch=float(asked.look_out),
        )  # fmt: skip

    def moment(self, moment: Instant) -> str:
        """A moment as people say it: "08:12"."""
        return moment_in_words(moment, self._local.clock(), self._local.zone)

    def _decide(self, facts: Facts) -> Looked:
        from companion.domain.pc.preflight import findings

        return self._looked(findings(facts, self.requirements, self.stage, self._local.clock(), self._local.zone))

    def _looked(self, rows: tuple[Finding, ...]) -> Looked:
        from companion.domain.pc.preflight import can_continue

        return Looked(
            stage=self.stage,
            at=self._local.clock(),
            blocked=not can_continue(rows),
            findings=rows,
            held_back=self.aftermath.held(),
        )


def board_lines(rows: Sequence[Finding]) -> list[str]:
    """The board in plain lines."""
    lines = []
    for row in rows:
        lines.append(f"{_MARKS[row.severity]}: {row.title}")
        if row.severity is not Severity.FINE:
            lines.append(f"    {row.explanation}")
            lines += [f"    → {remedy.title}. {remedy.explanation}" for remedy in row.remedies]
    return [without_marks(line) for line in lines]


def held_lines(held: Sequence[Hold], moment: Callable[[Instant], str]) -> list[str]:
    """What is held back, and how it is let go."""
    if not held:
        return []
    lines = [f"Kept from starting since {moment(hold.since)}: {hold.entry.name}" for hold in held]
    return [*lines, "    → It may start again after the installation. To put it back now: companion put-back"]


def path_lines(report: PathReport | None) -> list[str]:
    """The way to the store in plain lines."""
    if report is None:
        return []
    lines = ["", f"The way to the store: {report.sentence}"]
    if not report.fine:
        lines.append(f"    → {report.hint}")
    return [*lines, *(f"    {step.sentence}" for step in report.steps)]
