"""What becomes of unfinished downloads when their order or purchase is removed."""

from __future__ import annotations

from collections.abc import Sequence

from companion.cli.context import CommandContext
from companion.cli.terminal.prompts import agrees
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError
from companion.domain.core.text import counted, size_in_words
from companion.domain.transfers.left_downloads import LeftDownload, left_line


def delete_option(parser: Parser) -> None:
    """Deleting what has arrived of unfinished downloads along with what they belong to."""
    parser.add_argument(
        "--delete-downloads", action="store_true", help="delete what has arrived of its unfinished downloads too"
    )


def settle_left(
    context: CommandContext, before: Sequence[LeftDownload]
) -> tuple[tuple[LeftDownload, ...], tuple[str, ...]]:
    """Delete what a removal has left of unfinished downloads, if the person wants that.

    `before` is what was left before the removal. Returns what is still there, and what is said of it.
    """
    left = [each for each in context.owned.left_downloads.found() if each not in before]
    if not left:
        return (), ()
    arrived = size_in_words(sum(each.done for each in left))
    what = f"{counted(len(left), 'unfinished download')} ({arrived})"
    if not (context.arguments.delete_downloads or agrees(f"It leaves {what}. Delete that too?")):
        return tuple(left), (f"Of {what} what has arrived is kept. To see or remove it: companion unfinished",)
    there, said = delete_left(context, left)
    gone = len(left) - len(there)
    return there, (
        *((f"What had arrived of {counted(gone, 'unfinished download')} was deleted.",) if gone else ()),
        *said,
    )


def delete_left(
    context: CommandContext, left: Sequence[LeftDownload]
) -> tuple[tuple[LeftDownload, ...], tuple[str, ...]]:
    """Delete what has arrived of these; returns those that could not be deleted, and why."""
    there, said = [], []
    for each in left:
        try:
            context.owned.left_downloads.remove(each)
        except CompanionError as error:
            there.append(each)
            said.append(f"{each.name} could not be deleted: {error.message} {error.hint}")
    return tuple(there), tuple(said)


def listed(left: Sequence[LeftDownload]) -> tuple[str, ...]:
    """Returns the lines of a list for a person."""
    return tuple(f"  {each.name}{' (kept)' if each.kept else ''}: {left_line(each)}" for each in left)
