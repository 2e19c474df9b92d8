"""``companion orders remove``: forget an order and its credentials."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Model


class RemoveOrderResult(Model, frozen=True):
    """``orders remove``."""

    order_number: str
    removed: bool


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders remove``."""
    parser.add_argument("number", metavar="NUMBER", help="the order number")
    parser.describe(
        json="{orderNumber, removed}",
        examples=("orders remove LF-5930-2216",),
        notes="Only this PC forgets the order. At the store nothing changes.",
    )


def run(context: CommandContext) -> int:
    """Forget an order; afterwards the keychain does not give its credentials any more."""
    number = context.order_number()
    orders = context.services.orders
    orders.lookup.remove(number)
    proven = orders.lookup.in_keychain(number) is False
    kept = "the keychain holds nothing of it any more" if proven else "its password was never written down"
    context.output.result(
        RemoveOrderResult(order_number=number, removed=True),
        f"Order {number} is forgotten, and {kept}. The order itself is untouched.",
    )
    return EXIT_DONE
