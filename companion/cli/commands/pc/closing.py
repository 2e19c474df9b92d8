"""Closing the programs that block an installation, with the person's consent."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from companion.cli.commands.pc.preflight_check import PreflightCheck
from companion.cli.context import CommandContext
from companion.cli.options import whole, yes_option
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError
from companion.domain.core.text import without_marks
from companion.domain.installation.autostart_holds import Hold
from companion.domain.pc.closing import ClosingResult
from companion.domain.pc.facts import AutostartEntry
from companion.domain.pc.finding import PROGRAMS, Finding, RemedyKind, Severity
from companion.domain.store.profile import BlockerRule, BlockerSeverity

if TYPE_CHECKING:
    from companion.services.app.cancellation import Cancellation


_CLOSING = frozenset({RemedyKind.CLOSE, RemedyKind.CLOSE_AND_HOLD})


@dataclasses.dataclass(frozen=True)
class ClosedPrograms:
    """The programs that were asked to close, what came of it, and what was switched off."""

    programs: tuple[str, ...] = ()
    closed: ClosingResult | None = None
    held: tuple[Hold, ...] = ()


def closing_options(parser: Parser) -> None:
    """How far closing programs may go; each option is the person's consent to what it names."""
    parser.add_argument(
        "--hold", action="store_true", help="also switch off what starts them, until the installation is done"
    )
    parser.add_argument("--force", action="store_true", help="end programs that do not close when asked")
    yes_option(parser)
    parser.add_argument(
        "--look-out",
        metavar="SECONDS",
        type=whole(0, 600),
        default=30,
        help="how long to watch for programs that start again; 30 by default",
    )


def close_programs(
    context: CommandContext, check: PreflightCheck, rows: Sequence[Finding], cancellation: Cancellation
) -> ClosedPrograms:
    """Close the programs of `rows` that block, and with ``--hold`` switch off what starts them; ask first.

    What may be another program of the same name is asked about by itself, and ``--yes`` is no answer to that. Raises
    `CompanionError` ``not-confirmed``, and ``hold-refused`` or ``record-not-written``, after which nothing stays held
    and no program is closed.
    """
    rules = {rule.id: rule for rule in check.profile.blockers}
    wanted = [(row, rules[row.rule_id]) for row in closable(rows, warned=check.is_general) if row.rule_id in rules]
    _explain(context, wanted)
    unsure = [(row, rules[row.rule_id]) for row in doubtful(rows) if row.rule_id in rules]
    # Of what may be in the way of any installer, a store that says nothing about it asks for none to be closed.
    unsure = [(row, rule) for row, rule in unsure if check.is_general or rule.severity is BlockerSeverity.BLOCKS]
    agreed = [(row, rule) for row, rule in unsure if _agreed_to(context, row, rule)]
    wanted += agreed
    if not wanted:
        return ClosedPrograms()
    held = _hold(check, _entries_of(row for row, _ in wanted)) if context.arguments.hold else ()
    pids = frozenset(pid for row, _ in agreed for pid in row.pids)
    closed = check.close(context, [rule.id for _, rule in wanted], pids, cancellation)
    return ClosedPrograms(tuple(dict.fromkeys(rule.name for _, rule in wanted)), closed, held)


def closable(rows: Sequence[Finding], *, warned: bool = False) -> list[Finding]:
    """The findings about programs that surely block, with `warned` also that may, and that this person may close."""
    grave = {Severity.BLOCKS, Severity.WARNS} if warned else {Severity.BLOCKS}
    return [row for row in rows if row.severity in grave and not row.doubtful and _can_be_closed(row)]


def doubtful(rows: Sequence[Finding]) -> list[Finding]:
    """The findings about programs that may be others than the profile means, and that this person may close."""
    return [row for row in rows if row.doubtful and _can_be_closed(row)]


def unsettled(rows: Sequence[Finding], warning: Collection[str] = ()) -> list[Finding]:
    """The findings after which it is not known whether a program blocks; those of rules that only warn block never."""
    unknown = [row for row in rows if row.severity is Severity.UNKNOWN]
    return [row for row in unknown if row.id == PROGRAMS or (row.rule_id is not None and row.rule_id not in warning)]


def only_warning(check: PreflightCheck) -> frozenset[str]:
    """The rules under a store's own that are about programs of which the store says nothing; none without a store."""
    if check.is_general:
        return frozenset()
    return frozenset(rule.id for rule in check.profile.blockers if rule.severity is not BlockerSeverity.BLOCKS)


def _can_be_closed(row: Finding) -> bool:
    return row.rule_id is not None and any(remedy.kind in _CLOSING for remedy in row.remedies)


def _entries_of(rows: Iterable[Finding]) -> tuple[AutostartEntry, ...]:
    """What starts the programs of `rows`, each entry once."""
    return tuple(dict.fromkeys(entry for row in rows for remedy in row.remedies for entry in remedy.entries))


def _hold(check: PreflightCheck, entries: Sequence[AutostartEntry]) -> tuple[Hold, ...]:
    try:
        return check.recovery.hold(entries, check.job)
    except CompanionError:
        # Half of it is not what was agreed to.
        check.recovery.release(check.job)
        raise


def _explain(context: CommandContext, wanted: Sequence[tuple[Finding, BlockerRule]]) -> None:
    """Say what would be closed and what that risks, and go on only with the person's consent."""
    if not wanted:
        return
    force, hold = context.arguments.force, context.arguments.hold
    for row, rule in wanted:
        _describe(context, row, rule)
    how = ", by force if they do not close by themselves" if force else ""
    then = ", and keep them from starting until the installation is done" if hold else ""
    confirm(f"Close these programs{how}{then}?", yes=context.arguments.yes)


def _agreed_to(context: CommandContext, row: Finding, rule: BlockerRule) -> bool:
    """Whether the person agrees to close what may be another program; nothing can agree to it beforehand."""
    _describe(context, row, rule)
    try:
        confirm("Close this program?", yes=False)
    except CompanionError:
        context.output.say("    It was left running: only you can tell which program it is. Close it yourself.")
        return False
    return True


def _describe(context: CommandContext, row: Finding, rule: BlockerRule) -> None:
    force, hold = context.arguments.force, context.arguments.hold
    risk = rule.force_risk or "What is not saved in it would be lost."
    lines = [f"{row.title}.", f"    {row.explanation}", *(f"    What runs: {file}" for file in row.files)]
    lines += [f"    {remedy.explanation}" for remedy in row.remedies if hold and remedy.entries]
    context.output.say(*map(without_marks, lines), *([f"    By force: {risk}"] if force else []))
