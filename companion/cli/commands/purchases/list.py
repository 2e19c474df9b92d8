"""``companion purchases list``: everything that is owned."""

from __future__ import annotations

from companion.cli.commands.purchases.shown import JSON, ShownPurchase, listed, one_line
from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Model


class ListPurchasesResult(Model, frozen=True):
    """``purchases list``."""

    purchases: tuple[ShownPurchase, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion purchases list``."""
    parser.describe(json=f"{{purchases: [{JSON}]}}", examples=("purchases list",), notes="No store is asked.")


def run(context: CommandContext) -> int:
    """Show everything that is owned, without asking a store."""
    context.owned.mirror.run()
    found = context.owned.purchases.all()
    lines = [one_line(purchase, context.owned.clock(), context.owned.zone) for purchase in found]
    empty = "Nothing has been added yet. Add an e-mail of a purchase: companion add FILE"
    context.output.result(ListPurchasesResult(purchases=listed(found)), *(lines or [empty]))
    return EXIT_DONE
