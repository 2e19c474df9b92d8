"""``companion money``: what was held, charged and refunded, and what a line of a card statement is about."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import password_option
from companion.cli.order_access import order_to_show
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.usage import Parser, usage_error
from companion.domain.billing.charges import (
    Movement,
    TwoCharges,
    charge_ahead_sentence,
    movement_sentence,
    timeline,
    two_charges_sentences,
    why_two_charges,
)
from companion.domain.core.model import Instant, Model
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.overview.card_statement import LONGEST_LINE, StatementMatch
from companion.services.reminders import without_known_orders
from companion.services.support.card_statement import explain_statement


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
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


class StatementResult(Model, frozen=True):
    """``money --statement``: what the line may be about, the surest first, and what to do."""

    line: str
    matches: tuple[StatementMatch, ...]
    explained: tuple[str, ...]


def add_arguments(parser: Parser) -> None:
    """Describe ``companion money``."""
    parser.add_argument("number", metavar="NUMBER", nargs="?", help="the order number")
    parser.add_argument("--statement", metavar="LINE", help="a line of your card statement: what is it about?")
    parser.set_defaults(only_of_a_store=True)
    password_option(parser)
    parser.describe(
        json="{orderNumber, movements, twoCharges: {why, movements}, explained, statementDescriptor, ahead, "
        "readAt, trouble}; with --statement {line, matches: [{kind: hold|charge|renewal|refund|expectedRenewal|price, "
        "certainty: certain|likely|possible, agrees: [name|amount|day], name, store, amount, at, orderNumber, "
        "purchaseId, returnableUntil}], explained}",
        examples=("money LF-5930-2216", 'money --statement "LKF*LARKFIELD 65.20 23 NOV"'),
        notes="A line of a statement is compared with all orders and purchases as they were read last. It is not "
        "kept, and no store is asked. Exit 1 when it fits nothing.",
    )


def run(context: CommandContext) -> int:
    """Show what was held, charged and given back, or explain a line of a card statement."""
    given = context.arguments.number is not None, context.arguments.statement is not None
    if given.count(True) != 1:
        raise usage_error(
            "Name an order, or give a line of your card statement, not both.",
            'companion money NUMBER, or companion money --statement "LKF*LARKFIELD 65.20 23 NOV"',
        )
    return _explain(context) if given[1] else _movements(context)


def _explain(context: CommandContext) -> int:
    owned, line = context.owned, clean_text(context.arguments.statement, LONGEST_LINE)
    if not line:
        raise usage_error("The line of the statement is empty.", "Copy it as the bank prints it, with its amount.")
    others = without_known_orders(owned.library, owned.all_purchases())
    found = explain_statement(owned.library, others, line, owned.clock(), owned.zone)
    date, money = context.formats.date, context.formats.money
    explained = found.sentences(date, money)
    context.output.result(StatementResult(line=line, matches=found.matches, explained=explained), *explained)
    return EXIT_DONE if found.matches else EXIT_NO


def _movements(context: CommandContext) -> int:
    services, number = context.services, context.order_number()
    found = order_to_show(context, number)
    order = found.order
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
        read_at=found.read_at,
        trouble=found.report,
    )
    lines = [movement_sentence(move, date, context.formats.money) for move in shown.movements]
    lines += [shown.ahead] if shown.ahead else []
    lines += ["Why are there two charges?", *(f"  {sentence}" for sentence in explained)] if explained else []
    context.output.result(shown, *found.lines(context), *(lines or ["Nothing has been charged yet."]))
    return found.failed_code
