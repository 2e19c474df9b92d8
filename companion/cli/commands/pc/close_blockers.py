"""``companion close-blockers``: close the programs that block an installation."""

from __future__ import annotations

from companion.cli.commands.pc.closing import close_programs, closing_options, only_warning, unsettled
from companion.cli.commands.pc.preflight_check import PreflightCheck, check_options
from companion.cli.commands.pc.text import finding_lines, hold_lines
from companion.cli.context import CommandContext
from companion.cli.options import progress_option
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.core.model import Model
from companion.domain.installation.autostart_holds import Hold
from companion.domain.pc.closing import ClosingResult
from companion.domain.pc.finding import Finding, Severity

_UNKNOWN = "Whether anything still blocks the installation is not known."


class CloseBlockersResult(Model, frozen=True):
    """``close-blockers``: which programs were asked to close, what came of it, and what still blocks afterwards.

    `held_back` has the automatic starts that this command paused; `unknown` says that a program may block all the
    same, because it could not be read or may be another one of that name.
    """

    programs: tuple[str, ...]
    closed: ClosingResult | None
    held_back: tuple[Hold, ...]
    blocked: bool
    findings: tuple[Finding, ...]
    unknown: bool = False


def add_arguments(parser: Parser) -> None:
    """Describe ``companion close-blockers``."""
    check_options(parser)
    closing_options(parser)
    progress_option(parser)
    parser.describe(
        json="{programs, closed: {gone, left, consentNeeded, cameBack, reopen}, heldBack: [{entry, since, job}], "
        "blocked, findings, unknown}",
        examples=("close-blockers", "close-blockers --hold"),
        notes="Without a store, what may block an installer of any maker is closed. "
        "Exit 1 also when it is not known whether a program blocks. A program that may be another one of the "
        "same name is asked about by itself; --yes does not close it. What --hold switches off is switched on again "
        "after the next installation, when Companion starts a day later, or by companion put-back, which also opens "
        "again what was closed.",
    )


def run(context: CommandContext) -> int:
    """Name what would be closed and the risk, ask, close it and prove that it is gone."""
    check = PreflightCheck.asked_for(context)
    with interruptible() as cancellation:
        closing = close_programs(context, check, check.look(cancellation).findings, cancellation)
        after = check.look(cancellation)
    shown = CloseBlockersResult(
        programs=closing.programs,
        closed=closing.closed,
        held_back=closing.held,
        blocked=after.blocked,
        findings=after.findings,
        unknown=bool(open_ones := unsettled(after.findings, only_warning(check))),
    )
    context.output.result(shown, *_closed_lines(shown, open_ones), *hold_lines(closing.held, check.moment))
    failed = closing.closed is not None and not closing.closed.succeeded
    return EXIT_NO if shown.blocked or shown.unknown or failed else EXIT_DONE


def _closed_lines(shown: CloseBlockersResult, open_ones: list[Finding]) -> list[str]:
    lines = []
    if shown.closed is not None:
        lines += [back.sentence for back in shown.closed.came_back]
        for name in shown.closed.consent_needed:
            lines.append(f"{name} did not close. Save your work in it; --force then ends it.")
    if shown.unknown and not shown.blocked:
        return [*lines, _UNKNOWN, *finding_lines(open_ones)]
    if not shown.blocked:
        done = "It is closed and stays closed" if shown.closed else "There was nothing to close"
        return [*lines, f"{done}: nothing blocks the installation."]
    return [*lines, *finding_lines([row for row in shown.findings if row.severity is Severity.BLOCKS])]
