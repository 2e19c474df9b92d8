"""``companion stores add``: a store by its address."""

from __future__ import annotations

from companion.cli.commands.stores.shown import JSON, line, shown
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.terminal.interrupts import interruptible
from companion.cli.usage import Parser


def add_arguments(parser: Parser) -> None:
    """Describe ``companion stores add``."""
    parser.add_argument("address", metavar="ADDRESS", help="the store's address (https://…)")
    parser.describe(
        json=JSON,
        examples=("stores add https://store.example.com",),
        notes="The store is asked once what kind it is. Other stores stay as they are.",
    )


def run(context: CommandContext) -> int:
    """Add a store."""
    context.wait_in_full()
    with interruptible() as cancellation:
        store, no_answer, looks_like = context.owned.stores.add(context.arguments.address, cancellation)
    context.output.result(shown(store), line(store, answered=no_answer is None))
    if looks_like is not None:
        context.output.say(
            f"Be careful: {store.address} only looks like an address of {looks_like}. Enter no password there unless"
            f" you are sure. To forget it: companion stores remove {store.address}"
        )
    if no_answer is not None:
        context.output.say(f"{no_answer.message} Look again with: companion stores add {store.address}")
    return EXIT_DONE
