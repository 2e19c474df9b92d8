"""``companion fetch``: fetch a file from any safe address."""

from __future__ import annotations

from companion.cli.commands.downloads.results import JSON_KEYS, FetchResult, fetched_lines, pieces_option, read_pieces
from companion.cli.context import CommandContext
from companion.cli.options import digest, path_named, progress_option, whole
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.core.errors import CompanionError
from companion.domain.transfers.models import Expected, Options


def add_arguments(parser: Parser) -> None:
    """Describe ``companion fetch``."""
    parser.add_argument("url", metavar="URL", help="the https address of the file")
    parser.add_argument("--to", metavar="DIR", type=path_named, required=True, help="the folder for the file")
    parser.add_argument("--name", metavar="FILE", help="the name of the file, if not the server's own")
    parser.add_argument("--size", metavar="BYTES", type=whole(0), help="the size that the file must have")
    parser.add_argument(
        "--max-size",
        metavar="BYTES",
        type=whole(1),
        help="the most bytes to take; 20 GB by default where no server tells the length",
    )
    parser.add_argument("--sha256", metavar="HEX", type=digest, help="the digest that the file must have")
    pieces_option(parser)
    parser.add_argument(
        "--connections",
        metavar="N",
        type=whole(1, 16),
        default=1,
        help="the most connections at a time, up to 16; 1 by default",
    )
    parser.add_argument("--limit-rate", metavar="BYTES", type=whole(1), help="the most bytes per second")
    progress_option(parser)
    parser.describe(
        json=f"{{{JSON_KEYS}}}",
        examples=("fetch https://files.example/setup.exe --to Downloads",),
        notes="A download that was interrupted continues where it stopped when the command is started again.",
    )


def run(context: CommandContext) -> int:
    """Fetch a file from any safe address."""
    from companion.domain.connectors.refused_downloads import explain_refusal
    from companion.domain.mail.origin.platforms import is_edd_download, is_woocommerce_download
    from companion.services.downloads.fetch import fetch as fetch_file
    from companion.services.downloads.transfer.transport import fixed_source

    asked = context.arguments
    context.start_log()
    counted = is_woocommerce_download(asked.url) or is_edd_download(asked.url)
    expected = Expected(
        filename=asked.name,
        size=asked.size,
        sha256=asked.sha256,
        pieces=read_pieces(asked.pieces),
        fixed_address=counted,
    )
    # A shop's link counts its requests: more connections would use it up.
    options = Options(
        most_connections=1 if counted else asked.connections,
        limit_rate=asked.limit_rate,
        most_bytes=asked.max_size,
    )
    try:
        with interruptible() as cancellation:
            done = fetch_file(
                fixed_source(asked.url),
                expected,
                asked.to.absolute(),
                cancellation=cancellation,
                progress=context.output.progress,
                options=options,
            )
    except CompanionError as error:
        raise (explain_refusal(error) if counted else error) from None
    shown = FetchResult.of(done)
    context.output.result(shown, *fetched_lines(shown))
    return EXIT_DONE
