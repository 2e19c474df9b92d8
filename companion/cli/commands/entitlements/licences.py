"""``companion licences`` and ``companion auto-renew``: until when things run, and what will be charged."""

from __future__ import annotations

import argparse

from companion.cli.context import CommandContext
from companion.cli.output import EXIT_DONE, EXIT_NO, EXIT_UNREACHABLE, Trouble
from companion.cli.parser import common, order_number
from companion.cli.prompts import confirm
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Instant, Model
from companion.domain.overview.product_cards import ProductCard
from companion.domain.store.orders import Licence, Order, Receipt, Subscription


class Licences(Model, frozen=True):
    """``licences``: one card per licence, the most urgent first; `troubles` are orders that could not be read anew."""

    at: Instant
    licences: tuple[ProductCard, ...]
    troubles: tuple[Trouble, ...] = ()


class Switched(Model, frozen=True):
    """``auto-renew``: `subscription` is what the store says afterwards; `receipt` is None when nothing changed."""

    order_number: str
    licence_id: str
    product_name: str
    changed: bool
    explained: tuple[str, ...]
    subscription: Subscription
    receipt: Receipt | None


def add_licences(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion licences``."""
    common(
        parser,
        show_licences,
        epilog="JSON: {at, licences: [{orderNumber, licenceId, productName, standing, expiresAt, daysLeft, autoRenew, "
        "nextCharge, window, seats, action, …}], troubles}",
    )


def add_auto_renew(parser: argparse.ArgumentParser) -> None:
    """Describe ``companion auto-renew``."""
    order_number(parser)
    parser.add_argument("licence", metavar="LICENCE", nargs="?", help="the licence, if the order has several")
    parser.add_argument("switch", metavar="on|off", choices=["on", "off"], help="what it shall be")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    common(
        parser,
        switch_auto_renew,
        epilog="JSON: {orderNumber, licenceId, productName, changed, explained, subscription, receipt}",
    )


def show_licences(context: CommandContext) -> int:
    """Read every order anew and show its licences; what cannot be read is shown as it was last seen."""
    from companion.domain.overview.product_cards import product_cards

    services = context.services
    profile = services.orders.profile()
    troubles: list[tuple[str, CompanionError]] = []
    for number in services.orders.numbers():
        try:
            services.orders.refresh(number)
        except CompanionError as error:
            troubles.append((number, error))
            if error.code == ErrorCode.STORE_UNREACHABLE:
                break
    now = services.clock()
    cards = product_cards(
        services.orders.read(),
        profile,
        now,
        services.zone,
        this_seat=services.this_pc.seat_id,
        downloaded=frozenset(file.artifact for file in services.purchases.files()),
    )
    shown = Licences(at=now, licences=cards, troubles=tuple(Trouble.of(error, number) for number, error in troubles))
    lines = [line for card in cards for line in _card_lines(context, card)]
    context.output.result(
        shown, *(lines or ["There are no licences here yet. Add an order: companion orders add NUMBER"])
    )
    for trouble in shown.troubles:
        context.output.say(f"Order {trouble.order_number} was not read anew. {trouble.message} {trouble.hint}")
    if not troubles:
        return EXIT_DONE
    return EXIT_UNREACHABLE if any(error.kind is ErrorKind.UNREACHABLE for _, error in troubles) else EXIT_NO


def _card_lines(context: CommandContext, card: ProductCard) -> list[str]:
    from companion.domain.core.text import plain_date, plain_money
    from companion.domain.entitlements.download_access import window_sentence
    from companion.domain.entitlements.licences import Standing
    from companion.domain.entitlements.seats import seat_words
    from companion.domain.overview.product_cards import charge_sentence, status_sentence

    date = plain_date(context.services.zone)
    lines = [
        f"{card.product_name}  (order {card.order_number}, licence {card.licence_id})",
        f"  {status_sentence(card, date)}",
    ]
    if card.standing is Standing.REFUNDED:
        return lines
    return [
        *lines,
        f"  {charge_sentence(card, date, plain_money)}",
        f"  {window_sentence(card.window, date)}",
        f"  Seats: {seat_words(card.seats)}.",
    ]


def switch_auto_renew(context: CommandContext) -> int:
    """Say what switching will do, ask, do it, and show the receipt and what the store says afterwards."""
    from companion.domain.billing.auto_renewal import preview_sentences, preview_switch, receipt_lines
    from companion.domain.core.text import plain_date, plain_moment, plain_money

    services, number, on = context.services, context.number(), context.arguments.switch == "on"
    order = context.opened(number, lambda: services.orders.order(number))
    licence, plan = _renewable(order, context.arguments.licence)
    preview = preview_switch(plan, licence, on, services.orders.profile(), services.clock(), services.zone)
    date = plain_date(services.zone)
    said = preview_sentences(preview, date, plain_money)
    if preview.refusal is not None:
        raise CompanionError(
            ErrorCode.NOT_SWITCHABLE, "Auto-renewal cannot be switched", said[0], " ".join(said[1:]) or _RENEW
        )
    receipt: Receipt | None = None
    if preview.changes:
        context.output.say(*said)
        confirm(f"Switch auto-renewal {context.arguments.switch}?", yes=context.arguments.yes)
        order, receipt = services.orders.switch_auto_renew(number, plan, on)
        if not on:
            services.reminders.told_by_switching_off(number, licence.id)
        licence, plan = _renewable(order, licence.id)
    shown = Switched(
        order_number=number, licence_id=licence.id, product_name=licence.product_name, changed=receipt is not None,
        explained=said, subscription=plan, receipt=receipt,
    )  # fmt: skip
    lines = said
    if receipt is not None:
        store = services.orders.profile().store.name
        lines = receipt_lines(
            receipt, store=store, order_number=number, product_name=licence.product_name, format_date=date,
            format_moment=plain_moment(services.zone),
        )  # fmt: skip
        lines += (f"Asked again, the store says: auto-renewal is {'on' if plan.auto_renew else 'off'}.",)
    context.output.result(shown, *lines)
    return EXIT_DONE


_RENEW = "The order's page on the store's website shows what can be done."


def _renewable(order: Order, licence_id: str | None) -> tuple[Licence, Subscription]:
    """The licence that is meant and its plan. Raises `CompanionError`."""
    licence = pick_licence(order, licence_id, renewable=True)
    plan = order.subscription_of(licence)
    if plan is None:
        raise CompanionError(
            ErrorCode.NO_AUTO_RENEWAL,
            "There is no auto-renewal here",
            f"{licence.product_name} was bought without auto-renewal, so nothing will be charged.",
            "Nothing has to be done.",
        )
    return licence, plan


def pick_licence(order: Order, licence_id: str | None, *, renewable: bool = False) -> Licence:
    """The licence that was named, or the only one. Raises `CompanionError`."""
    if licence_id is not None:
        for licence in order.licences:
            if licence.id == licence_id:
                return licence
        raise _which(
            order, ErrorCode.LICENCE_UNKNOWN, f"Order {order.number} has no licence {licence_id}.", ErrorKind.NO
        )
    candidates = [licence for licence in order.licences if not renewable or licence.subscription_id is not None]
    candidates = candidates or list(order.licences)
    if len(candidates) == 1:
        return candidates[0]
    if not candidates:
        raise CompanionError(
            ErrorCode.LICENCE_UNKNOWN,
            "There is no licence here",
            f"Order {order.number} holds no licence.",
            "The order's page shows what it contains.",
        )
    raise _which(order, ErrorCode.LICENCE_AMBIGUOUS, f"Order {order.number} has several licences.", ErrorKind.USAGE)


def _which(order: Order, code: ErrorCode, message: str, kind: ErrorKind) -> CompanionError:
    names = ", ".join(f"{licence.id} ({licence.product_name})" for licence in order.licences) or "none"
    return CompanionError(code, "Which licence?", message, f"Name one of: {names}.", kind=kind)
