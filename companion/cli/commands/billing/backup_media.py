"""``companion backup-media``: the backup medium of an order."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.options import order_number, yes_option
from companion.cli.order_access import read_order
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.billing.shipping import BackupOffer, backup_offer, backup_sentence
from companion.domain.core.errors import CompanionError, ErrorCode
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
        json="{orderNumber, offer: {name, price}, added, order}",
        examples=("backup-media LF-5930-2216", "backup-media LF-5930-2216 add"),
    )


def run(context: CommandContext) -> int:
    """Say what a backup medium is and costs, and add it when asked."""
    services, number = context.services, context.order_number()
    order = read_order(context, number)
    offer = backup_offer(order, services.orders.lookup.profile())
    added: Order | None = None
    if context.arguments.action == "add":
        if offer is None:
            raise CompanionError(
                ErrorCode.NOT_ELIGIBLE,
                "No backup medium can be added",
                "It is offered for download purchases, and once for each.",
                "Keep a copy of the downloaded file on a USB stick instead.",
            )
        context.output.say(backup_sentence(offer, context.formats.money))
        confirm("Add it to the order?", yes=context.arguments.yes)
        added = services.orders.actions.add_backup_medium(number)
    shown = BackupMediaResult(order_number=number, offer=offer, added=added is not None, order=added)
    if added is not None:
        line = f"It is on the order now; the total is {added.total.plain()}."
    else:
        line = backup_sentence(offer, context.formats.money) if offer else "No backup medium is offered for this order."
    context.output.result(shown, line)
    return EXIT_DONE if offer is not None else EXIT_NO
