"""``companion money``: what was held, charged and refunded."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.options import order_number
from companion.cli.order_access import read_order
from companion.cli.output import EXIT_DONE
from companion.cli.usage import Parser
from companion.domain.billing.charges import (
    Movement,
    TwoCharges,
    charge_ahead_sentence,
    movement_sentence,
    timeline,
    two_charges_sentences,
    why_two_charges,
)
from companion.domain.core.model import Model


class MoneyResult(Model, frozen=True):
    """``money``: every movement, the oldest first, and why there seem to be two charges (None: nothing does).

    `ahead` says when the first charge comes, as long as there is none.
    """

    order_number: str
    movements: tuple[Movement, ...]
    two_charges: TwoCharges | None
    explained: tuple[str, ...]
    statement_descriptor: str
    ahead: str | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion money``."""
    order_number(parser)
    parser.describe(
        json="{orderNumber, movements, twoCharges: {why, movements}, explained, statementDescriptor, ahead}",
        examples=("money LF-5930-2216",),
    )


def run(context: CommandContext) -> int:
    """Show what was held, charged and given back, and why there may seem to be two charges."""
    services, number = context.services, context.order_number()
    order = read_order(context, number)
    profile, now, date = services.orders.lookup.profile(), services.clock(), context.formats.date
    two = why_two_charges(order, profile, now)
    explained = (
        two_charges_sentences(two, profile.policies.payment, date, context.formats.money) if two is not None else ()
    )
    shown = MoneyResult(
        order_number=number,
        movements=timeline(order, profile, now),
        two_charges=two,
        explained=explained,
        statement_descriptor=profile.store.statement_descriptor,
        ahead=charge_ahead_sentence(order, profile, date),
    )
    lines = [movement_sentence(move, date, context.formats.money) for move in shown.movements]
    lines += [shown.ahead] if shown.ahead else []
    lines += ["Why are there two charges?", *(f"  {sentence}" for sentence in explained)] if explained else []
    context.output.result(shown, *(lines or ["Nothing has been charged yet."]))
    return EXIT_DONE
