"""What customers may do to an order: pure, from the record as it is to the record as it will be and the answer."""

from __future__ import annotations

import dataclasses
import datetime as dt

import msgspec

from companion.demo.bodies import BackupMediumRequest, LetterAcceptance
from companion.demo.orders.lifecycle import (
    CANCEL_LEAD,
    CHARGE_LEAD,
    business_days_after,
    business_span,
    known,
    method_of,
    next_version,
    total,
    travel_days,
    with_subscription,
)
from companion.demo.orders.records import Record
from companion.demo.problems import Refusal
from companion.domain.core.money import Money
from companion.domain.store.orders import (
    AutoRenewChange,
    Charge,
    ChargeKind,
    Download,
    Extension,
    ExtensionStatus,
    Licence,
    LicenceStatus,
    LineItem,
    LineItemKind,
    Order,
    OrderStatus,
    Receipt,
    Seat,
    Shipment,
    ShipmentStatus,
    Subscription,
    SubscriptionStatus,
)
from companion.domain.store.profile import Policies
from companion.domain.store.quotes import Quote

EXTENSION = dt.timedelta(days=5)
"""How long a closed download window is opened again, once."""

replace = msgspec.structs.replace


@dataclasses.dataclass(frozen=True, slots=True)
class Terms:
    """What every action goes by: the vendor's policies, the wording on bank statements, and the time."""

    policies: Policies
    statement_descriptor: str
    now: dt.datetime


def switch_auto_renew(
    record: Record, plan: Subscription, on: bool, receipt_id: str, terms: Terms
) -> tuple[Record, AutoRenewChange]:
    """Switch auto-renewal of a plan; switching it to what it is already is confirmed all the same."""
    active_until = known(plan.active_until)
    if plan.status is SubscriptionStatus.EXPIRED or active_until <= terms.now:
        raise Refusal("subscription-ended", "The subscription has ended; renew it from the order instead.")
    if on != plan.auto_renew:
        charge_at = max(active_until - CHARGE_LEAD, terms.now) if on else None
        cancel_by = None if charge_at is None else min(charge_at, max(active_until - CANCEL_LEAD, terms.now))
        plan = replace(
            plan,
            auto_renew=on,
            next_charge_at=charge_at,
            cancel_by=cancel_by,
            version=next_version(plan),
            status=SubscriptionStatus.ACTIVE if on else SubscriptionStatus.CANCELLED,
        )
    until = f"{plan.active_until:%d %B %Y}"
    if on:
        statement = f"Auto-renewal is on. The next period costs {plan.renewal_price.plain()} before tax, from {until}."
    else:
        statement = f"Auto-renewal is off. Nothing more will be charged. The product stays active until {until}."
    receipt = Receipt(
        id=receipt_id,
        subscription_id=plan.id,
        auto_renew=on,
        received_at=terms.now,
        effective_at=terms.now,
        still_active_until=plan.active_until,
        statement=statement,
    )
    return with_subscription(record, plan), AutoRenewChange(subscription=plan, receipt=receipt)


def check_download(record: Record, download: Download, now: dt.datetime) -> None:
    """Raise `Refusal` ``licence-ended`` or ``window-closed`` when the artifact may not be downloaded now."""
    licence = _licence_behind(record.order, download)
    if record.order.status is OrderStatus.REFUNDED or (licence and licence.status is not LicenceStatus.ACTIVE):
        raise Refusal("licence-ended", "The licence behind this download is no longer valid.")
    if now < known(download.available_from) or (
        download.available_until is not None and now >= download.available_until
    ):
        raise Refusal("window-closed", "The time in which this may be downloaded is over; ask for an extension.")


def extend(record: Record, download: Download, terms: Terms) -> tuple[Record, Extension]:
    """Open a closed download window again, once."""
    licence = _licence_behind(record.order, download)
    if licence is not None and licence.status is not LicenceStatus.ACTIVE:
        return record, Extension(
            status=ExtensionStatus.REFUSED,
            statement="The licence has ended, so there is nothing to download for it any more.",
        )
    if not terms.policies.downloads.extension_possible:
        return record, Extension(status=ExtensionStatus.REFUSED, statement="This store does not reopen downloads.")
    if download.extension is not None:
        return record, Extension(
            status=ExtensionStatus.REFUSED,
            statement="This download was opened again once already. Support can help further.",
            available_until=download.available_until,
        )
    if download.available_until is None or terms.now < download.available_until:
        raise Refusal("window-open", "The download is still open; nothing needs to be extended.")
    until = terms.now + EXTENSION
    granted = Extension(
        status=ExtensionStatus.GRANTED,
        available_until=until,
        statement=f"The download is open again until {until:%d %B %Y, %H:%M} UTC.",
    )
    opened = replace(download, available_until=until, extension=granted)
    downloads = tuple(opened if old.artifact_id == download.artifact_id else old for old in record.order.downloads)
    return record.with_order(downloads=downloads), granted


def take_seat(record: Record, licence: Licence, seat_id: str, name: str, now: dt.datetime) -> tuple[Record, Licence]:
    """Take a seat for a PC; a PC that has one keeps it and is noted as seen."""
    if licence.status is not LicenceStatus.ACTIVE:
        raise Refusal("licence-ended", "The licence is no longer valid, so no PC can take a seat.")
    known = next((seat for seat in licence.seats if seat.id == seat_id), None)
    if known is None and len(licence.seats) >= licence.seats_total:
        raise Refusal("seats-exhausted", "Free the seat of a PC that is no longer used first.")
    if known is None:
        seats = (*licence.seats, Seat(id=seat_id, name=name, taken_at=now, last_seen_at=now))
    else:
        seen = replace(known, name=name, last_seen_at=now)
        seats = tuple(seen if seat is known else seat for seat in licence.seats)
    return with_licence(record, replace(licence, seats=seats))


def free_seat(record: Record, licence: Licence, seat_id: str) -> tuple[Record, Licence]:
    """Free a seat; one that is free already stays free."""
    seats = tuple(seat for seat in licence.seats if seat.id != seat_id)
    return with_licence(record, replace(licence, seats=seats))


def with_licence(record: Record, licence: Licence) -> tuple[Record, Licence]:
    """The record with one licence replaced, and that licence."""
    licences = tuple(licence if old.id == licence.id else old for old in record.order.licences)
    return record.with_order(licences=licences), licence


def quote_backup_medium(record: Record, terms: Terms) -> Quote:
    """The final price of the physical copy of a download order, in the order's currency and with its tax."""
    price = _backup_price(record, terms)
    return Quote(total=record.billing.with_tax(price), tax=record.billing.tax_on(price))


def _backup_price(record: Record, terms: Terms) -> Money:
    order, offer = record.order, terms.policies.backup_medium
    if any(item.kind is LineItemKind.BACKUP_MEDIUM for item in order.line_items):
        raise Refusal("already-done", "The backup medium is on this order already.")
    bought = any(item.kind is LineItemKind.DOWNLOAD for item in order.line_items)
    valid = any(licence.status is LicenceStatus.ACTIVE for licence in order.licences)
    if not (offer.offered and offer.price and bought and valid):
        raise Refusal("not-eligible", "A backup medium can only be added to a download order with a valid licence.")
    return replace(offer.price, currency=order.currency)


def add_backup_medium(record: Record, asked: BackupMediumRequest, terms: Terms) -> tuple[Record, Order]:
    """Add the physical copy to a download order: a hold now, the charge when the parcel leaves."""
    order, offer = record.order, terms.policies.backup_medium
    method = method_of(terms.policies, asked.method or terms.policies.shipping.methods[0].code)
    if method is None or travel_days(terms.policies, method, order.country) is None:
        raise Refusal("invalid-request", "Parcels to this country do not travel that way.", field="method")
    price, quote = _backup_price(record, terms), quote_backup_medium(record, terms)
    if asked.agreed_total is not None and asked.agreed_total != quote.total:
        raise Refusal("price-changed", "This is not what the customer agreed to.", total=quote.total)
    mark = order.number.removeprefix("LF-")
    item = LineItem(
        id=f"item-{mark}-{len(order.line_items) + 1}",
        product_id="backup-medium",
        name=offer.name,
        kind=LineItemKind.BACKUP_MEDIUM,
        quantity=1,
        price=price,
    )
    parcel, leaves = _parcel(order, item, method.code, terms)
    hold = Charge(
        id=f"chg-{parcel.id}",
        kind=ChargeKind.AUTHORIZATION,
        at=terms.now,
        amount=quote.total,
        tax=quote.tax,
        statement_descriptor=terms.statement_descriptor,
        about=f"shipment:{parcel.id}",
    )
    record = record.with_order(
        line_items=(*order.line_items, item),
        shipments=(*order.shipments, parcel),
        charges=(*order.charges, hold),
        total=total([order.total, quote.total]),
    )
    record = replace(record, ships_at={**record.ships_at, parcel.id: leaves})
    return record, record.order


def letter_fits(letter_text: str, acceptance: LetterAcceptance) -> None:
    """Raise `Refusal` ``invalid-request`` unless the letter was accepted word for word."""
    if not acceptance.accepted:
        raise Refusal("invalid-request", "The letter has to be accepted.", field="accepted")
    if acceptance.text != letter_text:
        raise Refusal("invalid-request", "This is not the letter of this return.", field="text")


def _parcel(order: Order, item: LineItem, method_code: str, terms: Terms) -> tuple[Shipment, dt.datetime]:
    leaves = business_days_after(terms.now, terms.policies.shipping.dispatch_business_days.most)
    method = method_of(terms.policies, method_code)
    days = travel_days(terms.policies, method, order.country) if method else None
    first, last = business_span(leaves, days) if days else (None, None)
    parcel = Shipment(
        id=f"parcel-{order.number.removeprefix('LF-')}-{len(order.shipments) + 1}",
        status=ShipmentStatus.PREPARING,
        method=method_code,
        line_item_ids=(item.id,),
        destination_country=order.country,
        expected_from=first,
        expected_until=last,
    )
    return parcel, leaves


def _licence_behind(order: Order, download: Download) -> Licence | None:
    return next((licence for licence in order.licences if licence.id == download.licence_id), None)
