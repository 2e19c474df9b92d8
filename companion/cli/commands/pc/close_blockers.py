"""Getting programs out of the way: ``companion close-blockers``, and what ``companion install`` does of it."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from companion.cli.commands.pc.check import Board, board_lines, board_options, held_lines
from companion.cli.context import CommandContext, interruptible
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.parser import common, whole
from companion.cli.prompts import confirm
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.core.text import without_marks
from companion.domain.installation.autostart_holds import Hold
from companion.domain.pc.closing import Closed
from companion.domain.pc.facts import AutostartEntry
from companion.domain.pc.finding import Finding, RemedyKind, Severity
from companion.domain.store.profile import BlockerRule

if TYPE_CHECKING:
    from companion.services.app.cancellation import Cancellation

_CLOSING = frozenset({RemedyKind.CLOSE, RemedyKind.CLOSE_AND_HOLD})


class BlockersClosed(Model, frozen=True):
    """``close-blockers``: which programs were asked to close, what came of it, and what still blocks afterwards.

    `held_back` is what was kept from starting by this command.
    """

    programs: tuple[str, ...]
    closed: Closed | None
    held_back: tuple[Hold, ...]
    blocked: bool
    findings: tuple[Finding, ...]


@dataclasses.dataclass(frozen=True)
class Cleared:
    """What was done to get programs out of the way."""

    programs: tuple[str, ...] = ()
    closed: Closed | None = None
    held: tuple[Hold, ...] = ()


def add_close_blockers(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion close-blockers``."""
    board_options(parser)
    clearing_options(parser)
    common(
        parser,
        close_blockers,
        long=True,
        epilog="JSON: {programs, closed: {gone, left, consentNeeded, cameBack, reopen},\n"
        "heldBack: [{entry, since, job}], blocked, findings}\n"
        "What --hold keeps from starting may start again after the next installation, when Companion is started a\n"
        "day later, or by companion put-back, which also opens again what was closed.",
    )


def clearing_options(parser: argparse.ArgumentParser) -> None:
    """How far getting programs out of the way may go; each of these is the person's consent to what it names."""
    parser.add_argument(
        "--hold", action="store_true", help="also keep what starts them from starting until the installation is done"
    )
    parser.add_argument("--force", action="store_true", help="end by force what does not close by itself")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.add_argument(
        "--look-out", metavar="SECONDS", type=whole(0, 600), default=30, help="how long to look out for what comes back"
    )


def close_blockers(context: CommandContext) -> int:
    """Name what would be closed and the risk, ask, close it and prove that it is gone."""
    board = Board.asked_for(context)
    with interruptible() as cancellation:
        cleared = clear(context, board, board.look(cancellation).findings, cancellation)
        after = board.look(cancellation)
    shown = BlockersClosed(
        programs=cleared.programs,
        closed=cleared.closed,
        held_back=cleared.held,
        blocked=after.blocked,
        findings=after.findings,
    )
    context.output.result(shown, *_closed_lines(shown), *held_lines(cleared.held, board.moment))
    return EXIT_NO if shown.blocked or (cleared.closed is not None and not cleared.closed.succeeded) else EXIT_DONE


def clear(context: CommandContext, board: Board, rows: Sequence[Finding], cancellation: Cancellation) -> Cleared:
    """Close the programs of `rows` that block, and with ``--hold`` keep away what starts them; ask for consent first.

    Raises `CompanionError` ``not-confirmed``, and ``hold-refused`` or ``record-not-written``, after which nothing
    stays held and none is closed.
    """
    rules = {rule.id: rule for rule in board.profile.blockers}
    wanted = [(row, rules[row.rule_id]) for row in closable(rows) if row.rule_id in rules]
    if not wanted:
        return Cleared()
    _explain(context, wanted)
    held = _hold(board, _entries_of(row for row, _ in wanted)) if context.arguments.hold else ()
    closed = board.close(context, [rule.id for _, rule in wanted], cancellation)
    return Cleared(tuple(rule.name for _, rule in wanted), closed, held)


def closable(rows: Sequence[Finding]) -> list[Finding]:
    """The findings about programs that block and that this person may close."""
    return [
        row
        for row in rows
        if row.severity is Severity.BLOCKS and row.rule_id and any(remedy.kind in _CLOSING for remedy in row.remedies)
    ]


def _entries_of(rows: Iterable[Finding]) -> tuple[AutostartEntry, ...]:
    """What starts the programs of `rows`, each entry once."""
    return tuple(dict.fromkeys(entry for row in rows for remedy in row.remedies for entry in remedy.entries))


def _hold(board: Board, entries: Sequence[AutostartEntry]) -> tuple[Hold, ...]:
    try:
        return board.aftermath.hold_back(entries, board.job)
    except CompanionError:
        # Half of it is not what was agreed to.
        board.aftermath.release(board.job)
        raise


def _explain(context: CommandContext, wanted: Sequence[tuple[Finding, BlockerRule]]) -> None:
    """Say what would be closed and what that risks, and go on only with the person's consent."""
    force, hold = context.arguments.force, context.arguments.hold
    for row, rule in wanted:
        risk = rule.force_risk or "What is not saved in it would be lost."
        lines = [f"{row.title}.", f"    {row.explanation}"]
        lines += [f"    {remedy.explanation}" for remedy in row.remedies if hold and remedy.entries]
        context.output.say(*map(without_marks, lines), *([f"    By force: {risk}"] if force else []))
    how = ", by force if they do not close by themselves" if force else ""
    then = ", and keep them from starting until the installation is done" if hold else ""
    confirm(f"Close these programs{how}{then}?", yes=context.arguments.yes)


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
