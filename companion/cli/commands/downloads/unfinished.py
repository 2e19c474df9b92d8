"""``companion unfinished``: what is left of downloads whose order or purchase is gone, listed and removed."""

from __future__ import annotations

from companion.cli.commands.downloads.left_over import delete_left, listed
from companion.cli.context import CommandContext
from companion.cli.options import yes_option
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.core.model import Model
from companion.domain.core.text import counted
from companion.domain.transfers.left_downloads import LeftDownload

_ABOUT = "Unfinished downloads whose order or purchase is not on this PC:"
_KEEPING = "Each goes on where it stopped when its order is added again. To delete them: companion unfinished --remove"


class UnfinishedResult(Model, frozen=True):
    """``unfinished``: what is there, and how many were removed (null: it was only listed)."""

    unfinished: tuple[LeftDownload, ...]
    removed: int | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion unfinished``."""
    parser.add_argument("--remove", action="store_true", help="delete what has arrived of them")
    yes_option(parser)
    parser.describe(
        json="{unfinished: [{name, folder, done, size, kept}], removed}",
        examples=("unfinished", "unfinished --remove"),
        notes="Those of orders and purchases that are on this PC are not listed: they go on with companion download. "
        "Those that you chose to keep in the window are listed and not removed. Exit 1 when one could not be removed.",
    )


def run(context: CommandContext) -> int:
    """List them; with ``--remove`` delete them after asking."""
    found = context.owned.left_downloads.found()
    chosen = [each for each in found if not each.kept]
    if not context.arguments.remove or not chosen:
        lines = (_ABOUT, *listed(found), _KEEPING) if found else ("No unfinished download is left of what is gone.",)
        context.output.result(UnfinishedResult(unfinished=found), *lines)
        return EXIT_DONE
    context.output.say(_ABOUT, *listed(chosen))
    confirm("Delete what has arrived of them?", yes=context.arguments.yes)
    there, said = delete_left(context, chosen)
    gone = len(chosen) - len(there)
    rest = tuple(each for each in found if each.kept or each in there)
    deleted = f"What had arrived of {counted(gone, 'unfinished download')} was deleted."
    context.output.result(UnfinishedResult(unfinished=rest, removed=gone), deleted, *said)
    return EXIT_NO if there else EXIT_DONE
