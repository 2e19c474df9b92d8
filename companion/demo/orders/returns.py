"""Returns: what is taken back, the letter for physical goods, and what a refund changes. Pure."""

from __future__ import annotations

import msgspec

from companion.demo.bodies import LetterAcceptance, ReturnRequest
from companion.demo.orders.actions import Terms, letter_fits
from companion.demo.orders.lifecycle import (
    before,
    business_span,
    eligibility,
    known,
    latest_renewal,
    next_version,
    total,
    with_licence_until,
    with_subscription,
)
from companion.demo.orders.records import Record
from companion.demo.problems import Refusal
from companion.domain.core.money import Money
from companion.domain.store.orders import (
    Charge,
    ChargeKind,
    LicenceStatus,
    LineItem,
    LineItemKind,
    OrderStatus,
    SubscriptionStatus,
)
from companion.domain.store.returns import DestructionLetter, Return, ReturnReason, ReturnStatus

replace = msgspec.structs.replace


def request_return(record: Record, asked: ReturnRequest, terms: Terms) -> tuple[Record, Return]:
    """Take back the order, some of its line items, or an unwanted renewal."""
    judged = eligibility(record, terms.policies, terms.now)
    if not judged.eligible:
        already = any(given.status is not ReturnStatus.REFUSED for given in record.order.returns)
        raise Refusal(
            "already-done" if already else "not-eligible", judged.refusal or "The store does not take this back."
        )
    if asked.reason is ReturnReason.UNWANTED_RENEWAL:
        return _return_renewal(record, asked, terms)
    if asked.subscription_id is not None:
        raise Refusal("invalid-request", "Only an unwanted renewal names a subscription.", field="subscriptionId")
    items = _items(record, asked.line_item_ids)
    if not _first_sale_open(record, terms):
        raise Refusal("not-eligible", "Only the renewal can be returned now: its reason is unwantedRenewal.")
    physical = [item for item in items if item.kind is not LineItemKind.DOWNLOAD]
    letter_needed = bool(physical) and terms.policies.returns.letter_of_destruction_for_physical
    given = Return(
        id=_return_id(record),
        reason=asked.reason,
        requested_at=terms.now,
        status=ReturnStatus.LETTER_NEEDED if letter_needed else ReturnStatus.REQUESTED,
        amount=total([record.billing.with_tax(item.price) for item in items]),
        line_item_ids=tuple(item.id for item in items),
        letter=DestructionLetter(text=_letter(record, physical)) if letter_needed else None,
    )
    record = record.with_order(returns=(*record.order.returns, given))
    return (record, given) if letter_needed else _initiate(record, given, terms)


def accept_letter(record: Record, given: Return, acceptance: LetterAcceptance, terms: Terms) -> tuple[Record, Return]:
    """Accept the letter of destruction, which sets the refund going; accepted again, nothing more happens."""
    if given.letter is None:
        raise Refusal("letter-not-needed", "Only physical goods need a letter of destruction.")
    letter_fits(given.letter.text, acceptance)
    if given.letter.accepted_at is not None:
        return record, given
    given = replace(given, letter=replace(given.letter, accepted_at=terms.now))
    return _initiate(record, given, terms)


def _return_renewal(record: Record, asked: ReturnRequest, terms: Terms) -> tuple[Record, Return]:
    plan = next((plan for plan in record.order.subscriptions if plan.id == asked.subscription_id), None)
    if plan is None:
        raise Refusal("invalid-request", "Name the subscription whose renewal was not wanted.", field="subscriptionId")
    if asked.line_item_ids:
        raise Refusal("invalid-request", "An unwanted renewal names no line items.", field="lineItemIds")
    renewal = latest_renewal(record.order, plan.id)
    if renewal is None or terms.now > terms.policies.returns.window.after(renewal.at):
        raise Refusal("not-eligible", "No renewal of this subscription was charged within the time for returns.")
    first, last = business_span(terms.now, terms.policies.returns.renewal_credit_business_days)
    given = Return(
        id=_return_id(record),
        reason=asked.reason,
        status=ReturnStatus.REFUND_INITIATED,
        amount=renewal.amount,
        requested_at=terms.now,
        subscription_id=plan.id,
        refund_initiated_at=terms.now,
        credit_from=first,
        credit_until=last,
    )
    until = before(plan.term, known(plan.active_until))
    # Once the refund has been initiated the subscription does not renew again.
    ended = replace(
        plan,
        auto_renew=False,
        status=SubscriptionStatus.CANCELLED,
        active_until=until,
        next_charge_at=None,
        cancel_by=None,
        version=next_version(plan),
    )
    record = with_licence_until(with_subscription(record, ended), plan.licence_id, until)
    record = record.with_order(
        returns=(*record.order.returns, given),
        charges=(*record.order.charges, _refund(given, renewal.about, renewal.tax, terms)),
    )
    return record, given


def _initiate(record: Record, given: Return, terms: Terms) -> tuple[Record, Return]:
    """Send the money on its way back and end what was bought with it."""
    first, last = business_span(terms.now, terms.policies.returns.credit_business_days)
    given = replace(
        given,
        status=ReturnStatus.REFUND_INITIATED,
        refund_initiated_at=terms.now,
        credit_from=first,
        credit_until=last,
    )
    items = [item for item in record.order.line_items if item.id in given.line_item_ids]
    tax = total([record.billing.tax_on(item.price) for item in items])
    products = {item.product_id for item in items}
    licences = tuple(
        replace(licence, status=LicenceStatus.REFUNDED) if licence.product_id in products else licence
        for licence in record.order.licences
    )
    ended = {licence.subscription_id for licence in licences if licence.status is LicenceStatus.REFUNDED}
    plans = tuple(
        replace(
            plan,
            auto_renew=False,
            status=SubscriptionStatus.EXPIRED,
            active_until=terms.now,
            next_charge_at=None,
            cancel_by=None,
            version=next_version(plan),
        )
        if plan.id in ended
        else plan
        for plan in record.order.subscriptions
    )
    whole = len(items) == len(record.order.line_items)
    others = tuple(given if old.id == given.id else old for old in record.order.returns)
    record = record.with_order(
        returns=others,
        licences=licences,
        subscriptions=plans,
        charges=(*record.order.charges, _refund(given, "order", tax, terms)),
        status=OrderStatus.REFUNDED if whole else record.order.status,
    )
    return record, given


def _items(record: Record, ids: tuple[str, ...]) -> list[LineItem]:
    known = {item.id: item for item in record.order.line_items}
    for index, item_id in enumerate(ids):
        if item_id not in known:
            raise Refusal("invalid-request", "This order has no such line item.", field=f"lineItemIds[{index}]")
    return [item for item in record.order.line_items if not ids or item.id in ids]


def _first_sale_open(record: Record, terms: Terms) -> bool:
    """Whether the first sale, and not only a later renewal, may still be returned."""
    shipped = [parcel.shipped_at for parcel in record.order.shipments if parcel.shipped_at is not None]
    return terms.now <= terms.policies.returns.window.after(max([known(record.order.placed_at), *shipped]))


def _refund(given: Return, about: str, tax: Money | None, terms: Terms) -> Charge:
    return Charge(
        id=f"chg-{given.id}",
        kind=ChargeKind.REFUND,
        at=terms.now,
        amount=given.amount,
        tax=tax,
        about=about,
        statement_descriptor=terms.statement_descriptor,
    )


def _return_id(record: Record) -> str:
    return f"ret-{record.order.number.removeprefix('LF-')}-{len(record.order.returns) + 1}"


def _letter(record: Record, items: list[LineItem]) -> str:
    names = "\n".join(f"  - {item.quantity} × {item.name}" for item in items)
    day = known(record.order.placed_at)
    return (
        f"Electronic Letter of Destruction\n\nOrder {record.order.number} of {day:%d %B %Y}\n\n{names}\n\n"
        "I confirm that I have removed the software from every computer it was installed on, and that I have "
        "destroyed the medium and every copy made of it. I will not use the software or its key any more, nor pass "
        "them on to anybody. I understand that the refund is processed once I have accepted this letter."
    )
