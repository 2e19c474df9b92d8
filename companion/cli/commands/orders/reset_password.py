"""``companion orders reset-password``: have a new order password sent by e-mail."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser, usage_error
from companion.domain.core.model import Model
from companion.domain.entitlements.order_lookup import tidy_email


class ResetPasswordResult(Model, frozen=True):
    """``orders reset-password``: the store never tells whether it knows the order."""

    asked: bool


def add_arguments(parser: Parser) -> None:
    """Describe ``companion orders reset-password``."""
    parser.add_argument("number", metavar="NUMBER", nargs="?", help="the order number")
    parser.add_argument("--email", metavar="ADDRESS", help="instead: the e-mail address of the order")
    parser.describe(
        json="{asked}",
        examples=("orders reset-password LF-5930-2216", "orders reset-password --email ben@mail.example"),
        notes="The store answers the same whether it knows the order or not.",
    )


def run(context: CommandContext) -> int:
    """Ask the store to e-mail a new order password."""
    context.wait_in_full()
    asked = context.arguments
    if (asked.number is None) == (asked.email is None):
        raise usage_error(
            "An order is named either by its number or by an e-mail address.",
            "Use: companion orders reset-password NUMBER, or --email ADDRESS",
        )
    orders = context.services.orders
    if asked.email is not None:
        orders.lookup.request_password_reset(email=tidy_email(asked.email))
    else:
        orders.lookup.request_password_reset(number=context.order_number())
    context.output.result(
        ResetPasswordResult(asked=True),
        "If the store knows this order, a new order password is on its way by e-mail.",
        "Then open the order with it: companion orders add NUMBER",
    )
    return EXIT_DONE
