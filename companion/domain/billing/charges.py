"""Movements of money: what each was for, and why there seem to be two of them."""

from __future__ import annotations

import datetime as dt
import enum
import itertools
from collections.abc import Iterable
from typing import NamedTuple

from companion.domain.billing.shipping import store_country, store_zone
from companion.domain.core.business_days import business_window, holidays_note
from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money
from companion.domain.core.text import FormatDate, FormatMoney, joined
from companion.domain.store.orders import Charge, ChargeKind, LineItemKind, Order, OrderStatus
from companion.domain.store.profile import PaymentPolicy, Profile

_RECENT = dt.timedelta(days=30)
_DOUBLE_WITHIN = dt.timedelta(days=5)


class About(enum.StrEnum):
    """What a movement is for."""

    ORDER = "order"
    SHIPMENT = "shipment"
    RENEWAL = "renewal"


class Movement(Model, frozen=True):
    """One line of the time-line; `showing` says that a hold still shows, `goes_by` until when at the latest.

    `contents` names what was in the parcel, or the product that was renewed; `dates_note` what to know of `goes_by`.
    """

    id: str
    kind: ChargeKind
    about: About
    at: Instant
    amount: Money
    statement_descriptor: str
    contents: tuple[str, ...] = ()
    tax: Money | None = None
    showing: bool = False
    goes_by: Instant | None = None
    dates_note: str = ""


def timeline(order: Order, profile: Profile, now: dt.datetime) -> tuple[Movement, ...]:
    """Every movement of money for `order`, the oldest first."""
    return tuple(sorted((_movement(order, charge, profile, now) for charge in order.charges), key=_when))


def _when(movement: Movement) -> tuple[dt.datetime, str]:
    return movement.at, movement.id


def _movement(order: Order, charge: Charge, profile: Profile, now: dt.datetime) -> Movement:
    about, _, which = charge.about.partition(":")
    kind = {"shipment": About.SHIPMENT, "subscription": About.RENEWAL}.get(about, About.ORDER)
    hold = charge.kind is ChargeKind.AUTHORIZATION
    goes_by = _hold_goes_by(charge, profile) if hold else None
    return Movement(
        id=charge.id,
        kind=charge.kind,
        about=kind,
        at=charge.at,
        amount=charge.amount,
        statement_descriptor=charge.statement_descriptor,
        contents=_contents(order, kind, which),
        tax=charge.tax,
        showing=hold and (charge.released_at > now if charge.released_at is not None else True),
        goes_by=goes_by,
        dates_note=holidays_note(store_country(profile)) if hold and charge.released_at is None else "",
    )


def _hold_goes_by(charge: Charge, profile: Profile) -> dt.datetime:
    if charge.released_at is not None:
        return charge.released_at
    days = profile.policies.payment.hold_business_days
    return business_window(charge.at, days, store_zone(profile), store_country(profile))[1]


def _contents(order: Order, kind: About, which: str) -> tuple[str, ...]:
    names = {item.id: item.name for item in order.line_items}
    if kind is About.SHIPMENT:
        parcel = next((shipment for shipment in order.shipments if shipment.id == which), None)
        return tuple(names[item] for item in parcel.line_item_ids if item in names) if parcel is not None else ()
    if kind is About.RENEWAL:
        return tuple(licence.product_name for licence in order.licences if licence.subscription_id == which)
    return tuple(names.values())


class MovementWords(NamedTuple):
    """A movement as a line of a list: what happened, and what else is to know of it."""

    what: str
    note: str


def movement_words(movement: Movement, format_date: FormatDate, format_money: FormatMoney) -> MovementWords:
    """What one movement was, in words, without its day and amount."""
    what = joined(movement.contents) or "your order"
    for_what = {
        About.ORDER: f"for {what}",
        About.SHIPMENT: f"for the parcel with {what}" if movement.contents else "for a parcel",
        About.RENEWAL: f"for the renewal of {what}" if movement.contents else "for a renewal",
    }[movement.about]
    if movement.kind is ChargeKind.AUTHORIZATION:
        freed = "the bank has freed it again"
        if movement.showing and movement.goes_by is not None:
            freed = f"the bank frees it by {format_date(movement.goes_by)}"
        return MovementWords(f"held {for_what}", f"No money has moved; {freed}. {movement.dates_note}".rstrip())
    if movement.kind is ChargeKind.REFUND:
        return MovementWords(f"given back {for_what}", "")
    if movement.kind is ChargeKind.UNKNOWN:
        return MovementWords(f"moved {for_what}", "The store names a kind of movement that this version does not know.")
    tax = f"{format_money(movement.tax)} of it is tax. " if movement.tax is not None and movement.tax.amount else ""
    return MovementWords(f"charged {for_what}", f"{tax}Your statement reads {movement.statement_descriptor}.")


def movement_sentence(movement: Movement, format_date: FormatDate, format_money: FormatMoney) -> str:
    """One movement in a line: day, amount, what happened and what else is to know."""
    words = movement_words(movement, format_date, format_money)
    return f"{format_date(movement.at)}: {format_money(movement.amount)} {words.what}. {words.note}".rstrip()


def charge_ahead_sentence(order: Order, profile: Profile, format_date: FormatDate) -> str | None:
    """When the first charge comes, as long as it has not: a download's day is known, a parcel's is its leaving."""
    if order.status is OrderStatus.REFUNDED or any(charge.kind is ChargeKind.CHARGE for charge in order.charges):
        return None
    if any(item.kind is LineItemKind.PHYSICAL for item in order.line_items):
        return "You are charged when the parcel leaves, each parcel on its own."
    if order.placed_at is None:
        return None
    placed = order.placed_at.astimezone(store_zone(profile))
    return f"You are charged on {format_date(profile.policies.payment.download_charged_after.after(placed))}."


class WhyTwo(enum.StrEnum):
    """Why there seem to be two charges."""

    HOLD_AND_CHARGE = "holdAndCharge"
    HOLD_ONLY = "holdOnly"
    ONE_PER_PARCEL = "onePerParcel"
    PURCHASE_AND_RENEWAL = "purchaseAndRenewal"
    CHARGED_TWICE = "chargedTwice"


class TwoCharges(Model, frozen=True):
    """The answer to "why do I see two charges?", with the movements it rests on."""

    why: WhyTwo
    movements: tuple[Movement, ...]


def why_two_charges(order: Order, profile: Profile, now: dt.datetime) -> TwoCharges | None:
    """Why the person sees more than one charge, answered from the data; None when nothing looks double.

    A charge that really was made twice is named first, because then something must be done.
    """
    moves = timeline(order, profile, now)
    charges = [move for move in moves if move.kind is ChargeKind.CHARGE]
    # What a hold did a year ago is no question any more; what follows it is.
    holds = [move for move in moves if _is_hold(move) and (move.showing or now - move.at < _RECENT)]
    refund_of = _refunds(order, moves)
    twice = _charged_twice(order, [charge for charge in charges if charge.id not in refund_of])
    if twice:
        return TwoCharges(why=WhyTwo.CHARGED_TWICE, movements=twice)
    for hold in reversed(holds):
        match = next((charge for charge in charges if charge.amount == hold.amount and charge.at >= hold.at), None)
        if match is not None:
            back = refund_of.get(match.id)
            found = (hold, match) if back is None else (hold, match, back)
            return TwoCharges(why=WhyTwo.HOLD_AND_CHARGE, movements=found)
    parcels = [charge for charge in charges if charge.about is About.SHIPMENT]
    if len(parcels) > 1:
        return TwoCharges(why=WhyTwo.ONE_PER_PARCEL, movements=(*holds, *parcels))
    if holds and charges:
        return TwoCharges(why=WhyTwo.HOLD_AND_CHARGE, movements=(holds[-1], charges[0]))
    renewals = [charge for charge in charges if charge.about is About.RENEWAL]
    if renewals and len(charges) > 1:
        return TwoCharges(why=WhyTwo.PURCHASE_AND_RENEWAL, movements=tuple(charges))
    showing = tuple(hold for hold in holds if hold.showing)
    return TwoCharges(why=WhyTwo.HOLD_ONLY, movements=showing) if len(showing) > 1 else None


def _refunds(order: Order, moves: Iterable[Movement]) -> dict[str, Movement]:
    """Returns the refund of each charge that was refunded, by the charge's id.

    A refund settles one charge: the latest one before it of the same amount and for the same thing. One that names
    only the order may also settle a charge for a parcel or a renewal.
    """
    abouts = {charge.id: charge.about for charge in order.charges}
    open_charges: list[Movement] = []
    found: dict[str, Movement] = {}
    for move in moves:
        if move.kind is ChargeKind.CHARGE:
            open_charges.append(move)
        if move.kind is not ChargeKind.REFUND:
            continue
        fitting = [charge for charge in open_charges if charge.amount == move.amount]
        same = [charge for charge in fitting if abouts[charge.id] == abouts[move.id]]
        settled = same or (fitting if move.about is About.ORDER else [])
        if settled:
            open_charges.remove(settled[-1])
            found[settled[-1].id] = move
    return found


def _charged_twice(order: Order, charges: Iterable[Movement]) -> tuple[Movement, ...]:
    """Returns the first two charges of one amount for the same thing within a few days, or nothing."""
    abouts = {charge.id: charge.about for charge in order.charges}
    for earlier, later in itertools.combinations(charges, 2):
        same = abouts[earlier.id] == abouts[later.id] and earlier.amount == later.amount
        if same and later.at - earlier.at < _DOUBLE_WITHIN:
            return earlier, later
    return ()


def two_charges_sentences(
    found: TwoCharges, policy: PaymentPolicy, format_date: FormatDate, format_money: FormatMoney
) -> tuple[str, ...]:
    """The answer in whole sentences, with the person's own days and amounts."""
    moves = found.movements
    first, last = moves[0], moves[-1]
    if found.why in (WhyTwo.HOLD_AND_CHARGE, WhyTwo.HOLD_ONLY):
        return _hold_sentences(found, policy, format_date, format_money)
    if found.why is WhyTwo.ONE_PER_PARCEL:
        parts = [f"{format_money(move.amount)} on {format_date(move.at)}" for move in moves if not _is_hold(move)]
        return (
            "Your order was sent in several parcels, and each one is charged on the day it leaves.",
            f"The charges are {joined(parts)}.",
        )
    if found.why is WhyTwo.PURCHASE_AND_RENEWAL:
        renewals = [f"{format_money(move.amount)} on {format_date(move.at)}" for move in moves if _renews(move)]
        bought = [f"{format_money(move.amount)} on {format_date(move.at)}" for move in moves if not _renews(move)]
        purchase = f"You paid {joined(bought)} for the purchase. " if bought else ""
        word = "renewal was" if len(renewals) == 1 else "renewals were"
        return (
            f"{purchase}The {word} {joined(renewals)}.",
            "If you did not want the last renewal, you can ask for it back while it is recent.",
        )
    return (
        f"{format_money(first.amount)} was charged on {format_date(first.at)} and again on {format_date(last.at)}.",
        "This looks like a real double charge. Support can have one of them given back.",
    )


def _hold_sentences(
    found: TwoCharges, policy: PaymentPolicy, format_date: FormatDate, format_money: FormatMoney
) -> tuple[str, ...]:
    hold = found.movements[0]
    is_one = "is a hold" if hold.showing else "was only a hold"
    said = [
        f"{format_money(hold.amount)} of {format_date(hold.at)} {is_one}: the bank set it aside, no money has moved."
    ]
    charge = next((move for move in found.movements if move.kind is ChargeKind.CHARGE), None)
    back = next((move for move in found.movements if move.kind is ChargeKind.REFUND), None)
    if charge is not None:
        verb = "pay" if back is None else "paid"
        said.append(f"You {verb} once: {format_money(charge.amount)}, charged on {format_date(charge.at)}.")
    if back is not None:
        said.append(f"The store gave it back on {format_date(back.at)}.")
    if not hold.showing:
        said.append("The hold is gone by now.")
    elif hold.goes_by is not None:
        days = policy.hold_business_days
        usual = f"{days.least} to {days.most}" if days.least != days.most else f"{days.most}"
        said.append(f"The hold goes by {format_date(hold.goes_by)}; banks take {usual} business days.")
    return tuple(said)


def _renews(movement: Movement) -> bool:
    return movement.about is About.RENEWAL


def _is_hold(movement: Movement) -> bool:
    return movement.kind is ChargeKind.AUTHORIZATION


class AmountPart(Model, frozen=True):
    """A part of an order's total beside the prices of its lines."""

    name: str
    amount: Money


def beside_the_prices(order: Order) -> tuple[AmountPart, ...]:
    """Returns what the total of an order has beside the prices of its lines, so that the sum can be followed.

    The tax is that of the charges for what was ordered. Where it does not explain the difference alone, whether the
    prices contain it is not known, and it is not told apart from the rest.
    """
    currency = order.total.currency
    paid = [
        each.tax
        for each in order.charges
        if each.kind is ChargeKind.CHARGE and not each.about.startswith("subscription:")
    ]
    amounts = [order.total, *(item.price for item in order.line_items), *(tax for tax in paid if tax is not None)]
    if {amount.currency for amount in amounts} != {currency}:
        return ()
    rest = order.total.amount - sum(item.price.amount for item in order.line_items)
    known = bool(paid) and None not in paid
    tax = sum(each.amount for each in paid if each is not None) if known else 0
    if rest == 0:
        name, amount = "Tax, part of the prices", tax
    elif known and tax in (0, rest):
        name, amount = ("Tax" if tax else "Other costs" if rest > 0 else "Reduction"), rest
    else:
        name, amount = ("Tax and other costs" if rest > 0 else "Tax and reductions"), rest
    return (AmountPart(name=name, amount=Money(amount=amount, currency=currency)),) if amount else ()
