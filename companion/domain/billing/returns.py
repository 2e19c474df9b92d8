"""Returns: whether one is possible, until when and by which rule, when the money comes, and what else can be done."""

from __future__ import annotations

import datetime as dt
import enum
from typing import NamedTuple

from companion.domain.billing.auto_renewal import AutoRenew, auto_renew_of
from companion.domain.billing.shipping import store_country, store_zone
from companion.domain.core.business_days import business_window, holidays_note
from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money
from companion.domain.core.text import FormatDate, FormatMoney, counted
from companion.domain.core.time.periods import Period, days_until
from companion.domain.entitlements.licences import EffectiveStatus, effective_status
from companion.domain.store.orders import (
    Charge,
    ChargeKind,
    LineItemKind,
    Order,
    OrderStatus,
    ShipmentStatus,
    Subscription,
)
from companion.domain.store.profile import CountedFrom, Profile
from companion.domain.store.returns import Return, ReturnReason, ReturnStatus


class NotEligible(enum.StrEnum):
    """Why an order cannot be returned."""

    TOO_LATE = "tooLate"
    ALREADY_REFUNDED = "alreadyRefunded"
    ALREADY_ASKED = "alreadyAsked"
    STORE_SAYS_NO = "storeSaysNo"


class OtherWay(enum.StrEnum):
    """What helps when the order itself cannot be returned."""

    RETURN_THE_RENEWAL = "returnTheRenewal"
    SWITCH_OFF_AUTO_RENEWAL = "switchOffAutoRenewal"
    KEEP_USING = "keepUsing"
    FOLLOW_THE_RETURN = "followTheReturn"
    ASK_SUPPORT = "askSupport"


class RenewalReturn(Model, frozen=True):
    """The return of an unwanted renewal: it refunds that charge and stops the renewal."""

    subscription_id: str
    charge_id: str
    charged_at: Instant
    amount: Money
    deadline: Instant
    days_left: int
    credit_from: Instant
    credit_until: Instant
    reason: ReturnReason = ReturnReason.UNWANTED_RENEWAL
    dates_note: str = ""


class ReturnOutlook(Model, frozen=True):
    """Whether an order can be returned now.

    `days_left` are calendar days in the person's zone, negative when over. `window` and `counts_from` are the rule;
    `store_rule` is how the store words it. `credit_from` … `credit_until` is when the money would show if the return
    were asked for and its refund initiated today, `dates_note` what to know of these two. `renewal` is set when the
    store counts from a renewal charge: then it is that renewal which is given back. `arrived` says that of what ships,
    something is known to have been delivered.
    """

    eligible: bool
    deadline: Instant | None
    days_left: int | None
    counted_from: Instant | None
    counts_from: CountedFrom
    window: Period
    store_rule: str
    amount: Money
    letter_needed: bool
    credit_from: Instant
    credit_until: Instant
    arrived: bool = False
    reason: NotEligible | None = None
    store_refusal: str | None = None
    other_ways: tuple[OtherWay, ...] = ()
    renewal: RenewalReturn | None = None
    dates_note: str = ""


def ships(order: Order) -> bool:
    """Whether physical goods belong to `order`."""
    return any(item.kind is LineItemKind.PHYSICAL for item in order.line_items)


def rule_of(order: Order, profile: Profile) -> CountedFrom:
    """What the days of the return window count from for `order`."""
    policy = profile.policies.returns
    return policy.physical_counts_from if ships(order) else policy.download_counts_from


def return_outlook(order: Order, profile: Profile, now: dt.datetime, zone: dt.tzinfo) -> ReturnOutlook:
    """Whether `order` can be returned at `now`: the store's word, corrected where its facts have grown old."""
    said = order.return_eligibility
    reason = _refused_because(order, now)
    policy = profile.policies.returns
    renewal = _counted_renewal(order, profile, now, zone)
    kind = ReturnReason.NOT_WANTED if renewal is None else renewal.reason
    first, last = credit_between(now, kind, profile, store_zone(profile))
    return ReturnOutlook(
        eligible=reason is None,
        deadline=said.deadline,
        days_left=days_until(said.deadline, now, zone) if said.deadline is not None else None,
        counted_from=said.counted_from,
        counts_from=rule_of(order, profile),
        window=policy.window,
        store_rule=said.rule,
        amount=order.total if renewal is None else renewal.amount,
        letter_needed=policy.letter_of_destruction_for_physical and ships(order) and renewal is None,
        arrived=any(parcel.status is ShipmentStatus.DELIVERED for parcel in order.shipments),
        credit_from=first,
        credit_until=last,
        reason=reason,
        store_refusal=said.refusal if reason is NotEligible.STORE_SAYS_NO else None,
        other_ways=() if reason is None else _other_ways(order, profile, reason, now, zone),
        renewal=renewal,
        dates_note=holidays_note(store_country(profile)),
    )


def _counted_renewal(order: Order, profile: Profile, now: dt.datetime, zone: dt.tzinfo) -> RenewalReturn | None:
    """The renewal the store counts the days from, if it is one."""
    found = (renewal_return(order, plan, profile, now, zone) for plan in order.subscriptions)
    counted_from = order.return_eligibility.counted_from
    return next((renewal for renewal in found if renewal is not None and renewal.charged_at == counted_from), None)


def _refused_because(order: Order, now: dt.datetime) -> NotEligible | None:
    said = order.return_eligibility
    whole = [entry for entry in order.returns if entry.reason is not ReturnReason.UNWANTED_RENEWAL]
    if order.status is OrderStatus.REFUNDED:
        return NotEligible.ALREADY_REFUNDED
    if any(entry.status is not ReturnStatus.REFUSED for entry in whole):
        return NotEligible.ALREADY_ASKED
    if said.deadline is not None and said.deadline < now:
        return NotEligible.TOO_LATE
    return None if said.eligible else NotEligible.STORE_SAYS_NO


def _other_ways(
    order: Order, profile: Profile, reason: NotEligible, now: dt.datetime, zone: dt.tzinfo
) -> tuple[OtherWay, ...]:
    if reason is NotEligible.ALREADY_REFUNDED:
        return ()
    if reason is NotEligible.ALREADY_ASKED:
        return (OtherWay.FOLLOW_THE_RETURN,)
    ways = []
    if any(renewal_return(order, plan, profile, now, zone) is not None for plan in order.subscriptions):
        ways.append(OtherWay.RETURN_THE_RENEWAL)
    if any(auto_renew_of(plan) is AutoRenew.ON for plan in order.subscriptions):
        ways.append(OtherWay.SWITCH_OFF_AUTO_RENEWAL)
    if any(effective_status(order, licence, now) is EffectiveStatus.ACTIVE for licence in order.licences):
        ways.append(OtherWay.KEEP_USING)
    return (*ways, OtherWay.ASK_SUPPORT)


def credit_between(
    initiated_at: dt.datetime, reason: ReturnReason, profile: Profile, bank: dt.tzinfo
) -> tuple[dt.datetime, dt.datetime]:
    """Between which moments a refund shows on the account, by the profile's business days for its `reason`."""
    policy = profile.policies.returns
    unwanted = reason is ReturnReason.UNWANTED_RENEWAL
    days = policy.renewal_credit_business_days if unwanted else policy.credit_business_days
    return business_window(initiated_at, days, bank, store_country(profile))


def renewal_return(
    order: Order, subscription: Subscription, profile: Profile, now: dt.datetime, zone: dt.tzinfo
) -> RenewalReturn | None:
    """The return of the last renewal charge of `subscription`, or None when there is none, or its window is over.

    The window is the profile's, counted from the charge in the store's own zone.
    """
    asked = (
        entry
        for entry in order.returns
        if entry.subscription_id == subscription.id and entry.status is not ReturnStatus.REFUSED
    )
    last_asked = max((entry.requested_at for entry in asked if entry.requested_at is not None), default=None)
    charge = _last_renewal(order, subscription)
    if charge is None or (last_asked is not None and last_asked >= charge.at):
        return None
    bank = store_zone(profile)
    deadline = profile.policies.returns.window.after(charge.at.astimezone(bank))
    if deadline < now:
        return None
    first, last = credit_between(now, ReturnReason.UNWANTED_RENEWAL, profile, bank)
    return RenewalReturn(
        subscription_id=subscription.id,
        charge_id=charge.id,
        charged_at=charge.at,
        amount=charge.amount,
        deadline=deadline,
        days_left=days_until(deadline, now, zone),
        credit_from=first,
        credit_until=last,
        dates_note=holidays_note(store_country(profile)),
    )


def _last_renewal(order: Order, subscription: Subscription) -> Charge | None:
    about = f"subscription:{subscription.id}"
    movements = [charge for charge in order.charges if charge.about == about]
    charges = [charge for charge in movements if charge.kind is ChargeKind.CHARGE]
    last = max(charges, key=lambda charge: charge.at, default=None)
    refunded = last is not None and any(
        charge.kind is ChargeKind.REFUND and charge.at >= last.at for charge in movements
    )
    return None if refunded else last


_FROM = {
    CountedFrom.ORDER_DATE: "the day of the order",
    CountedFrom.SHIP_DATE: "the day it was shipped",
    CountedFrom.UNKNOWN: "a day by the store's own rule",
}


def rule_sentence(outlook: ReturnOutlook, format_date: FormatDate) -> str:
    """The rule and the deadline it leads to."""
    start = _FROM[outlook.counts_from] if outlook.renewal is None else "the day the renewal was charged"
    return (
        f"Returns are possible within {outlook.window.as_words()} of {start} "
        f"({format_date(outlook.counted_from)}), so until {format_date(outlook.deadline)}."
    )


def outlook_sentences(outlook: ReturnOutlook, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, ...]:
    """Whether a return is possible and what follows, in whole sentences."""
    if outlook.eligible:
        left = _left(outlook.days_left)
        what = "return this order" if outlook.renewal is None else "give the last renewal back"
        said = [f"You can {what}: {left}.", rule_sentence(outlook, format_date)]
        if outlook.letter_needed:
            said.append(_LETTER if outlook.arrived else f"{_LETTER} {_NOT_ARRIVED}")
        between = f"between {format_date(outlook.credit_from)} and {format_date(outlook.credit_until)}"
        if outlook.letter_needed:
            between += ", or later by as long as the letter takes"
        said.append(f"If you ask today, {format_money(outlook.amount)} shows on your account {between}.")
        said += [outlook.dates_note] if outlook.dates_note else []
        said.append(_AFTERWARDS if outlook.renewal is None else _STOPS_RENEWING)
        return tuple(said)
    said = [_refusal_sentence(outlook, format_date)]
    refused = outlook.reason is NotEligible.STORE_SAYS_NO
    ways = {**_OTHER_WAYS, OtherWay.ASK_SUPPORT: _OBJECT} if refused else _OTHER_WAYS
    return (*said, *(ways[way] for way in outlook.other_ways))


def _left(days: int | None) -> str:
    if days is None:
        return "until when is not known"
    return "today is the last day" if days == 0 else f"{counted(days, 'day')} left"


_AFTERWARDS = "After the refund the product stops working."
_STOPS_RENEWING = "Once that refund has been initiated, the subscription does not renew again."
_LETTER = (
    "Because something was shipped to you, you first accept an Electronic Letter of Destruction: "
    "a short statement that you have destroyed the disc and any copies."
)


_NOT_ARRIVED = "If the parcel has not reached you, ask support before you declare that."


def _refusal_sentence(outlook: ReturnOutlook, format_date: FormatDate) -> str:
    if outlook.reason is NotEligible.ALREADY_REFUNDED:
        return "This order has been refunded already."
    if outlook.reason is NotEligible.ALREADY_ASKED:
        return "A return has been asked for already."
    if outlook.reason is NotEligible.TOO_LATE:
        return f"This order can no longer be returned. {rule_sentence(outlook, format_date)}"
    return outlook.store_refusal or "The store does not take this order back."


_OTHER_WAYS = {
    OtherWay.RETURN_THE_RENEWAL: "The last renewal can be given back, which also stops the renewal.",
    OtherWay.SWITCH_OFF_AUTO_RENEWAL: "You can switch auto-renewal off, so that nothing more is charged.",
    OtherWay.KEEP_USING: "You can go on using the product until its last day.",
    OtherWay.FOLLOW_THE_RETURN: "You can see here how far it has come.",
    OtherWay.ASK_SUPPORT: "If something does not work, support can help.",
}
_OBJECT = "If you think that this is a mistake, support can look at it again."


def renewal_return_sentences(
    found: RenewalReturn, format_date: FormatDate, format_money: FormatMoney
) -> tuple[str, ...]:
    """What returning an unwanted renewal does."""
    return (
        f"{format_money(found.amount)} was charged for the renewal on {format_date(found.charged_at)}.",
        f"You can have it back until {format_date(found.deadline)}.",
        _STOPS_RENEWING,
        f"If you ask today, the money shows on your account between {format_date(found.credit_from)} "
        f"and {format_date(found.credit_until)}.",
        *([found.dates_note] if found.dates_note else []),
    )


class ReturnProgress(Model, frozen=True):
    """How far a return has come; `late` from the day after its credit should have shown, in the person's zone."""

    status: ReturnStatus
    amount: Money
    letter_open: bool
    credit_from: Instant | None
    credit_until: Instant | None
    late: bool
    dates_note: str = ""


def return_progress(entry: Return, profile: Profile, now: dt.datetime, zone: dt.tzinfo) -> ReturnProgress:
    """How far `entry` has come, with the credit's days counted where the store sent none."""
    first, last, note = entry.credit_from, entry.credit_until, ""
    if last is None and entry.refund_initiated_at is not None:
        first, last = credit_between(entry.refund_initiated_at, entry.reason, profile, store_zone(profile))
        note = holidays_note(store_country(profile))
    initiated = entry.status is ReturnStatus.REFUND_INITIATED
    return ReturnProgress(
        status=entry.status,
        amount=entry.amount,
        letter_open=entry.letter_open,
        credit_from=first if initiated else None,
        credit_until=last if initiated else None,
        late=initiated and last is not None and days_until(last, now, zone) < 0,
        dates_note=note,
    )


def progress_sentence(progress: ReturnProgress, format_date: FormatDate, format_money: FormatMoney) -> str:
    """How far a return has come, in one or two sentences."""
    amount = format_money(progress.amount)
    if progress.status is ReturnStatus.REFUND_INITIATED:
        if progress.credit_until is None:
            return f"The refund of {amount} has been initiated."
        last = format_date(progress.credit_until)
        if progress.late:
            return f"The refund of {amount} should have been on your account by {last}. Support can find out why."
        first = format_date(progress.credit_from or progress.credit_until)
        said = f"The refund of {amount} has been initiated. It shows on your account between {first} and {last}."
        return f"{said} {progress.dates_note}".rstrip()
    words = {
        ReturnStatus.REQUESTED: "The return has been asked for; the store is looking at it.",
        ReturnStatus.LETTER_NEEDED: "The store waits for you to accept the Electronic Letter of Destruction.",
        ReturnStatus.CREDITED: f"{amount} is back on your account.",
        ReturnStatus.REFUSED: "The store has refused this return.",
        ReturnStatus.UNKNOWN: "The store names a state of this return that this version does not know.",
    }
    if progress.status is ReturnStatus.LETTER_NEEDED and not progress.letter_open:
        return "The letter has been accepted; the store goes on with the refund."
    return words[progress.status]


class ReturnStep(NamedTuple):
    """One dated step of a return, done or expected."""

    at: dt.datetime
    words: str


def return_steps(entry: Return, format_date: FormatDate) -> tuple[ReturnStep, ...]:
    """What has happened to a return so far, the oldest step first."""
    steps = []
    if entry.requested_at is not None:
        steps.append(ReturnStep(entry.requested_at, f"Asked for on {format_date(entry.requested_at)}."))
    if entry.letter is not None and entry.letter.accepted_at is not None:
        at = entry.letter.accepted_at
        steps.append(ReturnStep(at, f"Electronic Letter of Destruction accepted on {format_date(at)}."))
    if entry.refund_initiated_at is not None:
        at = entry.refund_initiated_at
        steps.append(ReturnStep(at, f"Refund initiated on {format_date(at)}."))
    return tuple(steps)


_REASONS = {
    ReturnReason.NOT_WANTED: "I do not want it",
    ReturnReason.DOES_NOT_WORK: "It does not work",
    ReturnReason.UNWANTED_RENEWAL: "I did not want the renewal",
    ReturnReason.UNKNOWN: "Another reason",
}


def reason_words(reason: ReturnReason) -> str:
    """A reason as the person would say it."""
    return _REASONS[reason]
