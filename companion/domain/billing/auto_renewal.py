"""Auto-renewal: what a switch would do, whether the store really did it, and the receipt in words."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable

from companion.domain.billing.expected_amount import ExpectedTax, amount_words, expected_tax
from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money
from companion.domain.core.text import FormatDate, FormatMoment, FormatMoney, days_away, sentence_start
from companion.domain.core.time.periods import Period, days_until
from companion.domain.entitlements.licences import EffectiveStatus, effective_status
from companion.domain.store.orders import Licence, LicenceStatus, Order, Receipt, Subscription, SubscriptionStatus
from companion.domain.store.profile import Profile
from companion.domain.store.returns import ReturnReason, ReturnStatus


class AutoRenew(enum.StrEnum):
    ON = "on"
    OFF = "off"
    NOT_OFFERED = "notOffered"


class NextCharge(Model, frozen=True):
    """The next renewal charge; `previous` is what was paid last when that differs, `cancel_by` when it is another day.

    `announced` is False when the store has not set the day yet and `at` is the end of what is paid for. `amount` and
    `previous` are prices; `tax` tells what comes on top of `amount`.
    """

    at: Instant
    amount: Money
    previous: Money | None = None
    cancel_by: Instant | None = None
    announced: bool = True
    tax: ExpectedTax = ExpectedTax()

    def words(self, format_money: FormatMoney) -> str:
        """Returns the amount to expect on the card statement, in words."""
        return amount_words(self.amount, self.tax, format_money)

    @property
    def rises(self) -> bool:
        """Whether it costs more than last time."""
        return self.previous is not None and self.amount.amount > self.previous.amount


def auto_renew_of(subscription: Subscription | None) -> AutoRenew:
    """Whether auto-renewal is on, off or not offered at all."""
    if subscription is None:
        return AutoRenew.NOT_OFFERED
    # In a state that is not known the store's own switch counts: a charge must not come as a surprise.
    on = subscription.auto_renew and subscription.status in (SubscriptionStatus.ACTIVE, SubscriptionStatus.UNKNOWN)
    return AutoRenew.ON if on else AutoRenew.OFF


def renewal_refunded(order: Order, subscription: Subscription) -> bool:
    """Whether the renewal was given back: from the moment that refund is initiated, the plan does not renew again."""
    done = (ReturnStatus.REFUND_INITIATED, ReturnStatus.CREDITED)
    return any(
        entry.reason is ReturnReason.UNWANTED_RENEWAL
        and entry.subscription_id == subscription.id
        and entry.status in done
        for entry in order.returns
    )


def ended_by_choice(
    order: Order, subscription: Subscription | None, switched_off: Collection[str] = frozenset()
) -> bool:
    """Whether the person has switched the plan off, or had its renewal given back: then nothing asks to renew it.

    A plan that is over does not say any more whether it was switched off; `switched_off` are the ids of those of
    which a receipt says so.
    """
    if subscription is None:
        return False
    cancelled = subscription.status is SubscriptionStatus.CANCELLED or subscription.id in switched_off
    off = cancelled and not subscription.auto_renew
    return off or renewal_refunded(order, subscription)


def switched_off(receipts: Iterable[Receipt]) -> frozenset[str]:
    """Returns the ids of the plans of which the newest receipt says off; `receipts` have the newest first."""
    newest: dict[str, bool] = {}
    for receipt in receipts:
        newest.setdefault(receipt.subscription_id, receipt.auto_renew)
    return frozenset(plan for plan, on in newest.items() if not on)


def next_charge(order: Order, subscription: Subscription | None, zone: dt.tzinfo) -> NextCharge | None:
    """The charge that will come if nothing is done, or None."""
    if subscription is None or auto_renew_of(subscription) is not AutoRenew.ON:
        return None
    if subscription.next_charge_at is None or renewal_refunded(order, subscription):
        return None
    return charge_of(order, subscription, zone)


def removal_sentences(
    order: Order, zone: dt.tzinfo, format_date: FormatDate, format_money: FormatMoney
) -> tuple[str, ...]:
    """Returns what removing `order` from this PC leaves running at the store; empty where nothing renews by itself."""
    said = []
    for licence in order.licences:
        plan = order.subscription_of(licence)
        if plan is None or auto_renew_of(plan) is not AutoRenew.ON or renewal_refunded(order, plan):
            continue
        charge = next_charge(order, plan, zone)
        when = f" on {format_date(charge.at)} for {charge.words(format_money)}" if charge is not None else ""
        said.append(f"{licence.product_name} renews by itself{when}.")
    if not said:
        return ()
    return (*said, "Removing it here does not switch that off: the store goes on charging, and no reminder comes.")


def charge_of(order: Order, subscription: Subscription, zone: dt.tzinfo) -> NextCharge | None:
    """What the next charge of `subscription` would be, `cancel_by` only where its day differs in `zone`.

    None where its day is not known.
    """
    at = subscription.next_charge_at or subscription.active_until
    if at is None:
        return None
    cancel_by = subscription.cancel_by
    if cancel_by is not None and cancel_by.astimezone(zone).date() == at.astimezone(zone).date():
        cancel_by = None
    price, renewal = subscription.price, subscription.renewal_price
    return NextCharge(
        at=at,
        amount=renewal,
        previous=price if price != renewal and price.currency == renewal.currency else None,
        cancel_by=cancel_by,
        announced=subscription.next_charge_at is not None,
        tax=expected_tax(order, subscription),
    )


def price_facts(
    order: Order,
    subscription: Subscription,
    charge: NextCharge | None,
    format_date: FormatDate,
    format_money: FormatMoney,
) -> tuple[tuple[str, str], ...]:
    """What the plan costs now and at renewal, as names and values for a small table."""
    facts = [("Price now", f"{format_money(subscription.price)} for {subscription.term.as_words()}")]
    if charge is not None:
        more = charge.amount.amount - subscription.price.amount
        change = "the same as now" if more == 0 else "more than now" if more > 0 else "less than now"
        facts.append(("At renewal", f"{format_money(charge.amount)}, {change}"))
    tax = expected_tax(order, subscription)
    if tax.total is None:
        facts.append(("Tax", "comes on top; how much is not known"))
    elif tax.on_top:
        facts.append(("With tax", amount_words(subscription.renewal_price, tax, format_money)))
    return (*facts, ("Paid until", format_date(subscription.active_until)))


class Refusal(enum.StrEnum):
    """Why auto-renewal cannot be switched."""

    ENDED = "ended"
    REFUNDED = "refunded"


class SwitchPreview(Model, frozen=True):
    """What switching auto-renewal would do, known before it is done.

    `changes` is False when it is already as wanted. `charge` is the charge that switching off prevents, or switching
    on brings. `too_late` says that the last day to cancel before that charge has passed.
    """

    on: bool
    changes: bool
    product_name: str
    term: Period
    active_until: Instant | None
    days_left: int | None
    charge: NextCharge | None
    too_late: bool = False
    return_window: Period | None = None
    refusal: Refusal | None = None


def preview_switch(
    order: Order,
    subscription: Subscription,
    licence: Licence,
    on: bool,
    profile: Profile,
    now: dt.datetime,
    zone: dt.tzinfo,
) -> SwitchPreview:
    """What switching auto-renewal of `licence` to `on` will do, and until when the product stays active."""
    refusal = _refusal(subscription, licence, now)
    is_on = auto_renew_of(subscription) is AutoRenew.ON
    prevented = is_on and subscription.next_charge_at is not None
    charge = charge_of(order, subscription, zone) if refusal is None and (on or prevented) else None
    last_moment = subscription.cancel_by
    too_late = not on and is_on and last_moment is not None and charge is not None and last_moment < now < charge.at
    return SwitchPreview(
        on=on,
        changes=refusal is None and is_on is not on,
        product_name=licence.product_name,
        term=subscription.term,
        active_until=subscription.active_until,
        days_left=days_until(until, now, zone) if (until := subscription.active_until) is not None else None,
        charge=charge,
        too_late=too_late,
        return_window=profile.policies.returns.window,
        refusal=refusal,
    )


def _refusal(subscription: Subscription, licence: Licence, now: dt.datetime) -> Refusal | None:
    if licence.status is LicenceStatus.REFUNDED:
        return Refusal.REFUNDED
    ended = subscription.status is SubscriptionStatus.EXPIRED
    # A plan that renews goes on by itself, so only one that does not can have run out.
    until = subscription.active_until
    if ended or (until is not None and until <= now and auto_renew_of(subscription) is not AutoRenew.ON):
        return Refusal.ENDED
    return None


def term_words(term: Period) -> str:
    """What has been paid for: ``paid month``, ``paid year``, ``paid period of 6 months``."""
    named = {(0, 1, 0): "paid month", (1, 0, 0): "paid year", (0, 12, 0): "paid year"}
    return named.get((term.years, term.months, term.days), f"paid period of {term.as_words()}")


def preview_sentences(preview: SwitchPreview, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, ...]:
    """What the person reads before confirming: each entry one whole sentence."""
    until = format_date(preview.active_until)
    if preview.refusal is Refusal.REFUNDED:
        return (f"{preview.product_name} was refunded, so there is nothing left to renew.",)
    if preview.refusal is Refusal.ENDED:
        return (
            f"This plan ended on {until}, so auto-renewal cannot be switched.",
            "You can renew by hand on the store's own page.",
        )
    if preview.on:
        return _sentences_on(preview, format_date, format_money)
    return _sentences_off(preview, until, format_date, format_money)


def _sentences_on(preview: SwitchPreview, format_date: FormatDate, format_money: FormatMoney) -> tuple[str, ...]:
    charge = preview.charge
    said = [] if preview.changes else ["Auto-renewal is already on."]
    if charge is None:
        return tuple(said)
    when = f"on {format_date(charge.at)}" if charge.announced else f"by {format_date(charge.at)}"
    said.append(f"{preview.product_name} will renew for {preview.term.as_words()}.")
    amount = sentence_start(charge.words(format_money))
    said.append(f"{amount} will be charged {when} to the card of the original purchase.")
    if charge.previous is not None:
        without = " without tax" if charge.tax.on_top else ""
        said.append(f"The period that is running now cost {format_money(charge.previous)}{without}.")
    if charge.cancel_by is not None:
        said.append(f"To avoid that charge, switch it off again by {format_date(charge.cancel_by)}.")
    else:
        said.append("You can switch it off again at any time before that day.")
    return tuple(said)


def _sentences_off(
    preview: SwitchPreview, until: str, format_date: FormatDate, format_money: FormatMoney
) -> tuple[str, ...]:
    said = ["Auto-renewal will be switched off." if preview.changes else "Auto-renewal is already off."]
    left = f" ({days_away(preview.days_left)})" if preview.days_left is not None else ""
    said.append(f"{preview.product_name} stays active until {until}{left}, the end of the {term_words(preview.term)}.")
    charge = preview.charge
    if preview.too_late and charge is not None and preview.return_window is not None:
        said.append(
            f"The last day to cancel before the charge of {charge.words(format_money)} on {format_date(charge.at)} "
            "has passed, so the store may still make it."
        )
        said.append(f"If it does, you can ask for that money back within {preview.return_window.as_words()}.")
    elif charge is not None:
        said.append(f"The charge of {charge.words(format_money)} on {format_date(charge.at)} will not be made.")
    else:
        said.append("No further charge will be made.")
    return tuple(said)


def confirmed(subscription: Subscription, receipt: Receipt, wanted: bool) -> bool:
    """Returns whether the store, asked again afterwards, has auto-renewal as the person wanted it.

    The receipt must be about this plan and say the same; a plan that is off must announce no further charge.
    """
    agreed = receipt.subscription_id == subscription.id and receipt.auto_renew is wanted
    if not agreed or subscription.auto_renew is not wanted:
        return False
    return subscription.status is SubscriptionStatus.ACTIVE if wanted else subscription.next_charge_at is None


def receipt_lines(
    receipt: Receipt,
    *,
    store: str,
    order_number: str,
    product_name: str,
    format_date: FormatDate,
    format_moment: FormatMoment,
) -> tuple[str, ...]:
    """The dated receipt as lines of text: what was declared, when it arrived, what it does and until when."""
    switched = "switched on" if receipt.auto_renew else "switched off"
    return (
        f"Auto-renewal {switched}",
        f"Product: {product_name}",
        f"Order: {order_number} at {store}",
        f"Received by the store: {format_moment(receipt.received_at)}",
        f"Takes effect: {format_moment(receipt.effective_at)}",
        f"The product stays active until: {format_date(receipt.still_active_until)}",
        f"What the store says: {receipt.statement}",
        f"Receipt number: {receipt.id}",
    )


def live_subscription(order: Order, licence: Licence, now: dt.datetime) -> Subscription | None:
    """The plan of `licence` as far as it still matters: none once the licence was refunded."""
    if effective_status(order, licence, now) is EffectiveStatus.REFUNDED:
        return None
    return order.subscription_of(licence)
