"""``companion preflight``: what on this PC would block an installation."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import msgspec

from companion.cli.commands.pc.preflight_check import PreflightCheck, PreflightResult, check_options
from companion.cli.commands.pc.text import finding_lines, hold_lines, network_lines
from companion.cli.context import CommandContext
from companion.cli.options import progress_option
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.pc.finding import Severity

if TYPE_CHECKING:
    from companion.services.app.cancellation import Cancellation


def add_arguments(parser: Parser) -> None:
    """Describe ``companion preflight``."""
    check_options(parser)
    parser.add_argument("--watch", action="store_true", help="keep checking until nothing blocks")
    parser.add_argument("--network", action="store_true", help="also check the connection to the store, step by step")
    progress_option(parser)
    parser.describe(
        json="{stage, at, blocked, findings: [{id, severity: blocks|warns|unknown|fine, title, explanation, evidence, "
        "remedies, ruleId, pids}], heldBack: [{entry, since, job}], path: {fine, sentence, hint, steps, between}}",
        examples=(
            "preflight",
            "preflight --stage download --network",
            "preflight --watch",
            "preflight --for setup.exe",
        ),
        notes="Without a store, the rules for installers of any maker apply, which warn of what may block. "
        "Exit 1 when something blocks, or when the connection to the store is broken.",
    )


class _ClearError(Exception):
    """Nothing blocks any more."""


def run(context: CommandContext) -> int:
    """Check this PC, once or until nothing blocks."""
    check = PreflightCheck.asked_for(context)
    with interruptible() as cancellation:
        found = _watched(context, check, cancellation) if context.arguments.watch else check.look(cancellation)
        if context.arguments.network:
            found = msgspec.structs.replace(found, path=check.walk(context, cancellation))
    broken = found.path is not None and not found.path.fine
    lines = (*finding_lines(found.findings), *hold_lines(found.held_back, check.moment), *network_lines(found.path))
    context.output.result(found, *lines)
    return EXIT_NO if found.blocked or broken else EXIT_DONE


def _watched(context: CommandContext, check: PreflightCheck, cancellation: Cancellation) -> PreflightResult:
    last: list[PreflightResult] = []

    def show(found: PreflightResult) -> None:
        last[:] = [found]
        if not found.blocked:
            raise _ClearError
        context.output.event(found)
        rows = [row for row in found.findings if row.severity is Severity.BLOCKS]
        context.output.say(*finding_lines(rows), "Waiting until nothing blocks the installation. Ctrl-C stops.", "")

    with contextlib.suppress(_ClearError):
        check.watch(show, cancellation)
    return last[0]
