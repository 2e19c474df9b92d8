"""``companion purchases download``: fetch what was bought, by the link of its e-mail."""

from __future__ import annotations

from companion.cli.commands.downloads.results import JSON_KEYS, FetchResult, fetched_lines
from companion.cli.context import CommandContext
from companion.cli.options import path_named, progress_option, whole
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases download``."""
    parser.add_argument("id", metavar="ID", help="the purchase's id, or its first characters")
    parser.add_argument("name", metavar="NAME", nargs="?", help="the download, if the purchase has several")
    parser.add_argument("--to", metavar="DIR", type=path_named, required=True, help="the folder for the file")
    parser.add_argument("--limit-rate", metavar="BYTES", type=whole(1), help="the most bytes per second")
    progress_option(parser)
    parser.describe(
        json=f"{{{JSON_KEYS}}}",
        examples=("purchases download 3f9a2c --to Downloads", 'purchases download 3f9a2c "Harbour Suite" --to .'),
        notes="Many shops count downloads: the link is opened once, and an interrupted download is continued.",
    )


def run(context: CommandContext) -> int:
    """Fetch a download of a purchase."""
    context.wait_in_full()
    asked = context.arguments
    with interruptible() as cancellation:
        done = context.owned.asking.downloads.download(
            asked.id,
            asked.name,
            asked.to.absolute(),
            cancellation=cancellation,
            progress=context.output.progress,
            limit_rate=asked.limit_rate,
        )
    shown = FetchResult.of(done)
    context.output.result(shown, *fetched_lines(shown))
    return EXIT_DONE
