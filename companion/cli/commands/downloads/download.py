"""``companion download``: fetch what an order contains."""

from __future__ import annotations

from companion.cli.commands.downloads.results import JSON_KEYS, FetchResult, fetched_lines
from companion.cli.commands.entitlements.seat_check import seat_trouble
from companion.cli.context import CommandContext
from companion.cli.options import order_number, path_named, progress_option
from companion.cli.order_access import read_order
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser
from companion.domain.entitlements.artifacts import choose


def add_arguments(parser: Parser) -> None:
    """Describe ``companion download``."""
    order_number(parser)
    parser.add_argument("artifact", metavar="ARTIFACT", nargs="?", help="the download, if the order has several")
    parser.add_argument("--to", metavar="DIR", type=path_named, help="the folder for the file")
    progress_option(parser)
    parser.describe(
        json=f"{{{JSON_KEYS}, orderNumber, artifactId}}",
        examples=("download LF-5930-2216", "download LF-5930-2216 --to D:\\Setup"),
        notes="A download that was interrupted continues where it stopped when the command is started again.",
    )


def run(context: CommandContext) -> int:
    """Fetch an artifact of an order, going on where an earlier try stopped, and verify it."""
    services, number = context.services, context.order_number()
    order = read_order(context, number)
    artifact = choose(order, context.arguments.artifact, services.platform.name, services.clock(), services.zone)
    trouble = seat_trouble(context, order, artifact)
    if trouble is not None:
        # The file may be fetched all the same: a seat can be freed until it is installed.
        context.output.say(f"{trouble.title}. {trouble.message} {trouble.hint}")
    services.orders.lookup.profile()  # how many connections the store allows
    folder = context.arguments.to.absolute() if context.arguments.to else None
    with interruptible() as cancellation:
        fetched = services.order_downloads.download(
            number,
            artifact.artifact_id,
            cancellation=cancellation,
            progress=context.output.progress,
            folder=folder,
        )
    shown = FetchResult.of(fetched.transferred, number, artifact.artifact_id, services.orders.store)
    context.output.result(shown, *fetched_lines(shown), f"To install it: companion install {number}")
    return EXIT_DONE
