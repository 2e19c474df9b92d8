"""``companion stores remove``: forget a store."""

from __future__ import annotations

from companion.cli.commands.stores.shown import JSON, line, shown
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser


def add_arguments(parser: Parser) -> None:
    """Describe ``companion stores remove``."""
    parser.add_argument("name", metavar="NAME", help="the store's address, host or name")
    parser.describe(json=JSON, examples=("stores remove store.example.com",), notes="What was bought there stays.")


def run(context: CommandContext) -> int:
    """Forget a store."""
    store = context.owned.stores.remove(context.arguments.name)
    context.output.result(shown(store), f"Forgotten: {line(store)}")
    return EXIT_DONE
