"""``companion returns``: return an order or an unwanted renewal."""

from __future__ import annotations

from companion.cli.context import CommandContext
from companion.cli.error_report import ErrorReport
from companion.cli.options import order_number, yes_option
from companion.cli.order_access import ShownOrder, order_to_show, read_order
from companion.cli.output import EXIT_DONE, EXIT_NO
from companion.cli.terminal.prompts import confirm
from companion.cli.usage import Parser
from companion.domain.billing.returns import (
    ReturnOutlook,
    outlook_sentences,
    progress_sentence,
    renewal_return,
    renewal_return_sentences,
    return_outlook,
    return_progress,
    return_steps,
)
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model
from companion.domain.core.untrusted.foreign_text import indented
from companion.domain.core.words.error_words import failure
from companion.domain.store.orders import Order
from companion.domain.store.returns import Return, ReturnReason

_REASONS = {
    "not-wanted": ReturnReason.NOT_WANTED,
    "does-not-work": ReturnReason.DOES_NOT_WORK,
    "unwanted-renewal": ReturnReason.UNWANTED_RENEWAL,
}


class ReturnsResult(Model, frozen=True):
    """``returns``: whether the order can be returned now, in words, and every return so far; `asked` is this run's."""

    order_number: str
    outlook: ReturnOutlook
    explained: tuple[str, ...]
    returns: tuple[Return, ...]
    asked: Return | None = None
    read_at: Instant | None = None
    trouble: ErrorReport | None = None


def add_arguments(parser: Parser) -> None:
    """Describe ``companion returns``."""
    order_number(parser)
    parser.add_argument(
        "action",
        metavar="request|accept-letter",
        nargs="?",
        choices=["request", "accept-letter"],
        help="request a return, or accept its letter; without it, show every return and whether one is possible",
    )
    parser.add_argument(
        "--reason", choices=list(_REASONS), default="not-wanted", help="why it is returned; not-wanted by default"
    )
    yes_option(parser)
    parser.describe(
        json="{orderNumber, outlook, explained, returns, asked, readAt, trouble}",
        examples=(
            "returns LF-5930-2216",
            "returns LF-5930-2216 request --reason unwanted-renewal",
            "returns LF-6014-5529 accept-letter",
        ),
    )


def run(context: CommandContext) -> int:
    """Show every return, request one, or accept its letter."""
    services, number, action = context.services, context.order_number(), context.arguments.action
    read = order_to_show(context, number) if action is None else ShownOrder(read_order(context, number))
    order = read.order
    asked: Return | None = None
    if action == "request":
        reason = _REASONS[context.arguments.reason]
        asked = (
            _return_renewal(context, order)
            if reason is ReturnReason.UNWANTED_RENEWAL
            else _return(context, order, reason)
        )
    elif action == "accept-letter":
        asked = _accept_letter(context, order)
    if asked is not None:
        order = services.orders.lookup.order(number)
    outlook = return_outlook(order, services.orders.lookup.profile(), services.clock(), services.zone)
    said = outlook_sentences(outlook, context.ends, context.formats.money)
    shown = ReturnsResult(
        order_number=number,
        outlook=outlook,
        explained=said,
        returns=order.returns,
        asked=asked,
        read_at=read.read_at,
        trouble=read.report,
    )
    explained = () if asked is not None else said
    context.output.result(shown, *read.lines(context), *explained, *_return_lines(context, order))
    return read.failed_code or (EXIT_DONE if action or outlook.eligible or order.returns else EXIT_NO)


def _return_lines(context: CommandContext, order: Order) -> list[str]:
    services, lines = context.services, []
    date = context.formats.date
    for entry in order.returns:
        progress = return_progress(entry, services.orders.lookup.profile(), services.clock(), services.zone)
        lines.append(f"Return {entry.id}: {progress_sentence(progress, date, context.formats.money)}")
        lines += [f"  {step.words}" for step in return_steps(entry, date)]
        if progress.letter_open and entry.letter is not None:
            lines += [
                "",
                indented(entry.letter.text),
                "",
                f"To accept it: companion returns {order.number} accept-letter",
            ]
    return lines


def _return(context: CommandContext, order: Order, reason: ReturnReason) -> Return:
    services = context.services
    outlook = return_outlook(order, services.orders.lookup.profile(), services.clock(), services.zone)
    said = outlook_sentences(outlook, context.ends, context.formats.money)
    if not outlook.eligible:
        hint = " ".join(said[1:]) or "Support can help: companion support"
        raise CompanionError(ErrorCode.NOT_ELIGIBLE, "It cannot be returned", said[0], hint)
    context.output.say(*said)
    confirm("Ask the store to take it back?", yes=context.arguments.yes)
    if outlook.renewal is not None:
        # The store counts from the renewal, so that is what goes back.
        return services.orders.actions.request_return(order, outlook.renewal.reason, outlook.renewal.subscription_id)
    return services.orders.actions.request_return(order, reason)


def _return_renewal(context: CommandContext, order: Order) -> Return:
    services = context.services
    profile, now, zone = services.orders.lookup.profile(), services.clock(), services.zone
    for plan in order.subscriptions:
        renewal = renewal_return(order, plan, profile, now, zone)
        if renewal is not None:
            context.output.say(*renewal_return_sentences(renewal, context.ends, context.formats.money))
            confirm("Ask for this money back?", yes=context.arguments.yes)
            return services.orders.actions.request_return(order, ReturnReason.UNWANTED_RENEWAL, plan.id)
    raise CompanionError(
        ErrorCode.NOT_ELIGIBLE,
        "There is no renewal to give back",
        "No renewal of this order was charged lately, or its time for returning is over.",
        f"What else can be done: companion returns {order.number}",
    )


def _accept_letter(context: CommandContext, order: Order) -> Return:
    waiting = next((entry for entry in order.returns if entry.letter and entry.letter.accepted_at is None), None)
    if waiting is None or waiting.letter is None:
        raise failure(ErrorCode.NO_LETTER, hint=f"All returns: companion returns {order.number}")
    context.output.say(indented(waiting.letter.text), "")
    confirm("Do you declare this?", yes=context.arguments.yes)
    return context.services.orders.actions.accept_letter(order.number, waiting)
