"""``companion backup-media``: the backup medium of an order."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.options import order_number, yes_option
from companion.cli.order_access import read_order
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.billing.shipping import (
    BackupOffer,
    backup_button,
    backup_consent,
    backup_offer,
    backup_sentence,
    quoted,
)
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Model
from companion.domain.store.orders import Order


class BackupMediaResult(Model, frozen=True):
    """``backup-media``: what is offered (None: nothing), and whether it was added just now."""

    order_number: str
    offer: BackupOffer | None
    added: bool
    order: Order | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion backup-media``."""
    order_number(parser)
    parser.add_argument(
        "action", metavar="add", nargs="?", choices=["add"], help="add it to the order; without it, show the offer"
    )
    yes_option(parser)
    parser.describe(
        json="{orderNumber, offer: {name, price, final, otherCurrency}, added, order}",
        examples=("backup-media LF-5930-2216", "backup-media LF-5930-2216 add"),
    )


def run(context: CommandContext) -> int:
    """Say what a backup medium is and costs, and add it when asked."""
    services, number = context.services, context.order_number()
    order = read_order(context, number)
    offer = backup_offer(order, services.orders.lookup.profile())
    if offer is not None:
        offer = _with_final_price(context, number, offer)
    added: Order | None = None
    if context.arguments.action == "add":
        if offer is None:
            raise CompanionError(
                ErrorCode.NOT_ELIGIBLE,
                "No backup medium can be added",
                "It is offered for download purchases, and once for each.",
                "Keep a copy of the downloaded file on a USB stick instead.",
            )
        added = _buy(context, number, offer)
    shown = BackupMediaResult(order_number=number, offer=offer, added=added is not None, order=added)
    if added is not None:
        line = f"It is on the order now; the total is {added.total.plain()}."
    else:
        line = backup_sentence(offer, context.formats.money) if offer else "No backup medium is offered for this order."
    context.output.result(shown, line)
    return EXIT_DONE if offer is not None else EXIT_NO


def _with_final_price(context: CommandContext, number: str, offer: BackupOffer) -> BackupOffer:
    """Returns the offer with the final price; without it where only looking and the store cannot be reached."""
    try:
        return quoted(offer, context.services.orders.actions.quote_backup_medium(number))
    except CompanionError as error:
        if error.kind is not ErrorKind.UNREACHABLE or context.arguments.action == "add":
            raise
        return offer


def _buy(context: CommandContext, number: str, offer: BackupOffer) -> Order:
    """Ask at the price that is known, and anew at each other one, until it is agreed to or declined."""
    money, actions = context.formats.money, context.services.orders.actions
    while True:
        context.output.say(f"{backup_sentence(offer, money)} {backup_consent(offer)}")
        confirm(f"{backup_button(offer, money).replace('Add it', 'Add it to the order')}?", yes=context.arguments.yes)
        try:
            return actions.add_backup_medium(number, offer.final)
        except CompanionError as error:
            # With --yes no person has seen the new price.
            if error.code != ErrorCode.PRICE_CHANGED or context.arguments.yes:
                raise
            context.output.say(f"{error.title}. {error.message}")
        offer = quoted(offer, actions.quote_backup_medium(number))
