"""What time does to an order: renewals are charged, licences end, parcels leave, credits arrive. Pure."""

from __future__ import annotations

import datetime as dt

import msgspec

from companion.demo.orders.records import Record
from companion.domain.core.business_days import Days, add_business_days
from companion.domain.core.money import Money
from companion.domain.core.time.periods import Period
from companion.domain.store.orders import (
    Charge,
    ChargeKind,
    LicenceStatus,
    LineItemKind,
    Order,
    OrderStatus,
    Shipment,
    ShipmentStatus,
    Subscription,
    SubscriptionStatus,
)
from companion.domain.store.profile import Policies, ShippingMethod
from companion.domain.store.returns import Return, ReturnEligibility, ReturnReason, ReturnStatus

CHARGE_LEAD = dt.timedelta(days=1)
"""How long before the end of the paid time the next period is charged."""
CANCEL_LEAD = dt.timedelta(days=2)
"""How long before the end of the paid time a cancellation still stops that charge."""
COUNTRY = "US"
"""Where the demo's store is, whose public holidays it observes."""
_MOST_RENEWALS = 1200

replace = msgspec.structs.replace


def business_days_after(start: dt.datetime, days: int) -> dt.datetime:
    """The moment `days` business days of the store's country later."""
    return add_business_days(start, days, COUNTRY)


def business_span(start: dt.datetime, days: Days) -> tuple[dt.datetime, dt.datetime]:
    """The first and the last moment of a span of business days."""
    return business_days_after(start, days.least), business_days_after(start, days.most)


def known(moment: dt.datetime | None) -> dt.datetime:
    """A date that this store always knows, while on the wire it may be missing."""
    if moment is None:
        raise ValueError("an order of this store has all its dates")
    return moment


def before(period: Period, end: dt.datetime) -> dt.datetime:
    """The moment a period before `end`."""
    return Period(-period.years, -period.months, -period.days).after(end)


def method_of(policies: Policies, code: str) -> ShippingMethod | None:
    """The shipping method with this code."""
    return next((method for method in policies.shipping.methods if method.code == code), None)


def travel_days(policies: Policies, method: ShippingMethod, country: str) -> Days | None:
    """The business days a parcel travels; None when the method does not go there."""
    return method.domestic if country == policies.shipping.home_country else method.international


def advanced(record: Record, policies: Policies, now: dt.datetime) -> Record:
    """The record as it stands at `now`."""
    for plan in record.order.subscriptions:
        record = _renewed(record, plan, now)
    record = _shipped(_charged(record, policies, now), policies, now)
    order = record.order
    returns = tuple(_credited(given, now) for given in order.returns)
    record = record.with_order(returns=returns, licences=_ended_licences(order, now))
    return record.with_order(return_eligibility=eligibility(record, policies, now))


def latest_renewal(order: Order, subscription_id: str | None = None) -> Charge | None:
    """The last charge that renewed a subscription: not its first, and not one that was refunded."""
    about = {f"subscription:{plan.id}" for plan in order.subscriptions if subscription_id in (None, plan.id)}
    charges = [charge for charge in order.charges if charge.kind is ChargeKind.CHARGE and charge.about in about]
    taken_back = any(given.reason is ReturnReason.UNWANTED_RENEWAL for given in order.returns)
    return None if taken_back or not charges else max(charges, key=lambda charge: charge.at)


def eligibility(record: Record, policies: Policies, now: dt.datetime) -> ReturnEligibility:
    """Whether the order, or its last renewal, may be returned now, until when and by which rule.

    What the store has refused once it goes on refusing; a renewal charged afterwards is judged anew.
    """
    order = record.order
    words = policies.returns.window.as_words()
    shipped = [parcel.shipped_at for parcel in order.shipments if parcel.shipped_at is not None]
    physical = any(item.kind is LineItemKind.PHYSICAL for item in order.line_items)
    counted, rule = known(order.placed_at), f"{words} from the day of the order"
    if physical and policies.returns.physical_counts_from.value == "shipDate" and shipped:
        counted, rule = max(shipped), f"{words} from the day the parcel was shipped"
    refused_before = next((record.refusals[given.id] for given in order.returns if given.id in record.refusals), None)
    renewal = latest_renewal(order)
    if renewal is not None and renewal.at > counted:
        refused_before = None
        counted, rule = renewal.at, f"{words} from the day the renewal was charged"
    deadline = policies.returns.window.after(counted)
    refusal = refused_before
    if order.status is OrderStatus.REFUNDED:
        refusal = "This order has already been refunded."
    elif any(given.status is not ReturnStatus.REFUSED for given in order.returns):
        refusal = "A return of this order has already been asked for."
    elif now > deadline:
        refusal = f"The {words} in which this order could be returned are over."
    return ReturnEligibility(
        eligible=refusal is None, counted_from=counted, deadline=deadline, rule=rule, refusal=refusal
    )


def _renewed(record: Record, plan: Subscription, now: dt.datetime) -> Record:
    for _ in range(_MOST_RENEWALS):
        if not plan.auto_renew or plan.next_charge_at is None or plan.next_charge_at > now:
            break
        record, plan = _renewed_once(record, plan, plan.next_charge_at)
    if known(plan.active_until) <= now and plan.status is not SubscriptionStatus.EXPIRED:
        plan = replace(plan, status=SubscriptionStatus.EXPIRED, version=next_version(plan))
        record = with_subscription(record, plan)
    return record


def _renewed_once(record: Record, plan: Subscription, at: dt.datetime) -> tuple[Record, Subscription]:
    until = plan.term.after(known(plan.active_until))
    tax = record.billing.tax_on(plan.renewal_price)
    charge = Charge(
        id=f"chg-{plan.id}-{at:%Y%m%d}",
        kind=ChargeKind.CHARGE,
        at=at,
        about=f"subscription:{plan.id}",
        amount=record.billing.with_tax(plan.renewal_price),
        tax=tax,
        statement_descriptor=record.order.charges[0].statement_descriptor,
    )
    plan = replace(
        plan,
        active_until=until,
        price=plan.renewal_price,
        version=next_version(plan),
        next_charge_at=until - CHARGE_LEAD,
        cancel_by=until - CANCEL_LEAD,
    )
    record = with_subscription(record, plan).with_order(charges=(*record.order.charges, charge))
    return with_licence_until(record, plan.licence_id, until), plan


def next_version(plan: Subscription) -> str:
    """The version of a subscription after one more change."""
    head, _, count = plan.version.rpartition(".")
    return f"{head}.{int(count) + 1}"


def with_subscription(record: Record, plan: Subscription) -> Record:
    """The record with one subscription replaced."""
    plans = tuple(plan if old.id == plan.id else old for old in record.order.subscriptions)
    return record.with_order(subscriptions=plans)


def with_licence_until(record: Record, licence_id: str, until: dt.datetime) -> Record:
    """The record with the end of one licence moved."""
    licences = tuple(
        replace(licence, expires_at=until) if licence.id == licence_id else licence for licence in record.order.licences
    )
    return record.with_order(licences=licences)


def _ended_licences(order: Order, now: dt.datetime) -> tuple[object, ...]:
    return tuple(
        replace(licence, status=LicenceStatus.EXPIRED)
        if licence.status is LicenceStatus.ACTIVE and licence.expires_at is not None and licence.expires_at <= now
        else licence
        for licence in order.licences
    )


def _credited(given: Return, now: dt.datetime) -> Return:
    due = given.status is ReturnStatus.REFUND_INITIATED and given.credit_until is not None
    return replace(given, status=ReturnStatus.CREDITED) if due and now >= (given.credit_until or now) else given


def _charged(record: Record, policies: Policies, now: dt.datetime) -> Record:
    """A download is charged some time after the order: the hold becomes a charge, and the order is complete."""
    order = record.order
    due = policies.payment.download_charged_after.after(known(order.placed_at))
    hold = next((charge for charge in order.charges if charge.about == "order"), None)
    if order.status is not OrderStatus.PROCESSING or hold is None or due > now:
        return record
    gone = business_days_after(due, policies.payment.hold_business_days.least)
    paid = replace(hold, id=f"{hold.id}-charge", kind=ChargeKind.CHARGE, at=due, released_at=None)
    charges = tuple(replace(charge, released_at=gone) if charge is hold else charge for charge in order.charges)
    number = f"INV-{order.number.removeprefix('LF-')}"
    return record.with_order(status=OrderStatus.COMPLETED, charges=(*charges, paid), invoice_number=number)


def _shipped(record: Record, policies: Policies, now: dt.datetime) -> Record:
    parcels, charges = [], list(record.order.charges)
    for parcel in record.order.shipments:
        leaves = record.ships_at.get(parcel.id)
        if parcel.status is ShipmentStatus.PREPARING and leaves is not None and leaves <= now:
            parcel = _dispatched(parcel, policies, leaves)
            charges = _charged_for(parcel, charges, leaves)
        arrives = record.arrives_at.get(parcel.id, parcel.expected_until)
        if parcel.status is ShipmentStatus.SHIPPED and arrives is not None and arrives <= now:
            parcel = replace(parcel, status=ShipmentStatus.DELIVERED, delivered_at=arrives)
        parcels.append(parcel)
    return record.with_order(shipments=tuple(parcels), charges=tuple(charges))


def _dispatched(parcel: Shipment, policies: Policies, at: dt.datetime) -> Shipment:
    method = method_of(policies, parcel.method)
    span = travel_days(policies, method, parcel.destination_country) if method else None
    first, last = business_span(at, span) if span else (None, None)
    return replace(parcel, status=ShipmentStatus.SHIPPED, shipped_at=at, expected_from=first, expected_until=last)


def _charged_for(parcel: Shipment, charges: list[Charge], at: dt.datetime) -> list[Charge]:
    """Physical goods are charged when they ship: the hold goes, the charge comes."""
    about = f"shipment:{parcel.id}"
    hold = next((charge for charge in charges if charge.about == about), None)
    if hold is None or hold.kind is not ChargeKind.AUTHORIZATION:
        return charges
    released = [replace(charge, released_at=at) if charge is hold else charge for charge in charges]
    return [*released, replace(hold, id=f"{hold.id}-charge", kind=ChargeKind.CHARGE, at=at, released_at=None)]


def total(prices: list[Money]) -> Money:
    """The sum of amounts in one currency."""
    return Money(amount=sum(price.amount for price in prices), currency=prices[0].currency)
