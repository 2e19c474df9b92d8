"""What ``companion install`` does around an installation, of an order's download or of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from companion.cli.commands.pc.closing import ClosedPrograms, close_programs
from companion.cli.commands.pc.preflight_check import PreflightCheck
from companion.cli.commands.pc.text import installation_lines, restored_lines
from companion.cli.context import CommandContext
from companion.domain.pc.finding import Finding

if TYPE_CHECKING:
    from companion.services.app.cancellation import Cancellation
    from companion.services.container.local import Local
    from companion.services.container.store import Services


def catch_up(context: CommandContext, local: Local | Services) -> None:
    """Do what an earlier run could not finish, and say what came of it."""
    found = local.recovery.recover()
    context.output.say(*installation_lines(found.installations, local.platform.name), *restored_lines(found.restored))


def clear_the_way(
    context: CommandContext, check: PreflightCheck, cancellation: Cancellation
) -> tuple[tuple[Finding, ...], ClosedPrograms]:
    """Returns what is found on this PC, after what was allowed to be closed is closed, and what was closed."""
    rows = check.look(cancellation).findings
    if not (context.arguments.close or context.arguments.hold):
        return rows, ClosedPrograms()
    closing = close_programs(context, check, rows, cancellation)
    return (check.look(cancellation).findings if closing.closed else rows), closing
