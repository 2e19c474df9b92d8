"""``companion stores list``: the stores that were added."""

from __future__ import annotations

from companion.cli.commands.stores.shown import JSON, ShownStore, line, shown
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Model


class ListStoresResult(Model, frozen=True):
    """``stores list``."""

    stores: tuple[ShownStore, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion stores list``."""
    parser.describe(json=f"{{stores: [{JSON}]}}", examples=("stores list",), notes="No store is asked.")


def run(context: CommandContext) -> int:
    """Show the stores that were added."""
    found = context.owned.stores.all()
    empty = "No store has been added. Most shops need none: companion add FILE reads their e-mails."
    context.output.result(
        ListStoresResult(stores=tuple(shown(store) for store in found)), *([line(store) for store in found] or [empty])
    )
    return EXIT_DONE
