"""``companion quit``: the running program is asked to end, for updates and for scripts."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model

_MOST_SECONDS = 60.0


class QuitResult(Model, frozen=True):
    """``quit``: whether Companion was running, and whether it has ended (null: that was not waited for)."""

    running: bool
    ended: bool | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion quit``."""
    parser.add_argument("--wait", action="store_true", help="return only when it has ended; at most a minute")
    parser.describe(
        json="{running, ended}",
        examples=("quit", "quit --wait"),
        notes="Downloads stop in an orderly way and go on at the next start. Exit 0 also when Companion was not "
        "running, 1 when it does not react or has not ended within a minute.",
    )


def run(context: CommandContext) -> int:
    """Ask the program of this folder to quit, as its tray's menu does; wait for its end when that was asked for."""
    from companion.services.app.instance.running_program import ask_to_quit
    from companion.services.container.environment import home_folders

    pid = ask_to_quit(home_folders(context.arguments.home).state)
    if pid is None:
        context.output.result(QuitResult(running=False), "Companion is not running.")
    elif context.arguments.wait:
        _wait_for_end(pid)
        context.output.result(QuitResult(running=True, ended=True), "Companion has ended.")
    else:
        context.output.result(QuitResult(running=True), "Companion is ending. Its downloads go on at the next start.")
    return EXIT_DONE


def _wait_for_end(pid: int) -> None:
    """Raises `CompanionError` ``still-running`` when the process has not ended in time."""
    from companion.services.platforms import current

    if not current().processes.wait_for_exit((pid,), _MOST_SECONDS):
        raise CompanionError(
            ErrorCode.STILL_RUNNING,
            "Companion is still running",
            "It was asked to quit a minute ago and has not ended.",
            "Give it a little longer. If it stays like this, end Companion in the task manager, or restart the PC.",
        )
