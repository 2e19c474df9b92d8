"""``companion orders remove``: forget an order and its credentials."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.core.model import Model


class RemoveOrderResult(Model, frozen=True):
    """``orders remove``: `held` says whether the keychain still holds its password; null when it could not tell."""

    order_number: str
    removed: bool
    held: bool | None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders remove``."""
    parser.add_argument("number", metavar="NUMBER", help="the order number")
    parser.describe(
        json="{orderNumber, removed, held}",
        examples=("orders remove LF-5930-2216",),
        notes="Only this PC forgets the order. At the store nothing changes.",
    )


def run(context: CommandContext) -> int:
    """Forget an order; afterwards the keychain does not give its credentials any more."""
    number = context.order_number()
    orders = context.services.orders
    orders.lookup.remove(number)
    held = orders.lookup.in_keychain(number)
    context.output.result(
        RemoveOrderResult(order_number=number, removed=True, held=held),
        f"Order {number} is forgotten{_proof(context, number, held)} The order itself is untouched.",
    )
    return EXIT_DONE


def _proof(context: CommandContext, number: str, held: bool | None) -> str:
    """What is known of its password; where the keychain could not be searched nothing is claimed."""
    if held is False:
        return ", and the keychain holds nothing of it any more."
    if context.services.orders.lookup.was_kept(number) is False:
        return ", and its password was never written down."
    trouble = context.services.keychain.trouble or "The keychain could not be asked."
    return f" here. {trouble} If a keychain has its password, it is still there."
