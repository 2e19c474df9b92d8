"""Parcels: when they arrive, what can be followed, and what cannot be changed any more."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from companion.domain.core.business_days import Days, add_business_days, holidays_note
from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money
from companion.domain.core.text import FormatDate, FormatMoney, business_days
from companion.domain.store.orders import LicenceStatus, LineItemKind, Order, OrderStatus, Shipment, ShipmentStatus
from companion.domain.store.profile import Profile, ShippingMethod
from companion.domain.store.quotes import Quote


class Parcel(Model, frozen=True):
    """One parcel on its way: between which days it is expected, and whether it is late.

    `method_name` is the method's name, or its code where the profile does not know it; `trackable` says that there is
    a number or a link to follow it by. `dates_note` is what to know of days that the store did not name itself.
    """

    id: str
    status: ShipmentStatus
    method_name: str
    contents: tuple[str, ...]
    shipped_at: Instant | None
    expected_from: Instant | None
    expected_until: Instant | None
    delivered_at: Instant | None
    late: bool
    carrier: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    dates_note: str = ""

    @property
    def trackable(self) -> bool:
        """Whether its way can be followed."""
        return self.tracking_number is not None or self.tracking_url is not None


def store_zone(profile: Profile) -> dt.tzinfo:
    """The store's own time zone, in which its business days are counted; UTC where the profile names none there is."""
    try:
        return ZoneInfo(profile.store.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return dt.UTC


def store_country(profile: Profile) -> str:
    """Returns the country whose public holidays the store observes: the one it names, else the one it ships from."""
    return profile.store.country or profile.policies.shipping.home_country


def method_of(shipment: Shipment, profile: Profile) -> ShippingMethod | None:
    """The profile's shipping method of `shipment`."""
    return next((method for method in profile.policies.shipping.methods if method.code == shipment.method), None)


def expected_between(shipment: Shipment, order: Order, profile: Profile) -> tuple[dt.datetime, dt.datetime] | None:
    """Between which moments the parcel is expected: the store's own dates, or else counted from its method.

    A parcel that has not left yet is counted from the last day by which the store sends it. None when the method is
    unknown or does not go abroad.
    """
    if shipment.expected_until is not None:
        return shipment.expected_from or shipment.expected_until, shipment.expected_until
    method, policy = method_of(shipment, profile), profile.policies.shipping
    if method is None:
        return None
    at_home = shipment.destination_country == policy.home_country
    days = method.domestic if at_home else method.international
    if days is None:
        return None
    zone, country = store_zone(profile), store_country(profile)
    if shipment.shipped_at is not None:
        first = last = shipment.shipped_at.astimezone(zone)
    elif order.placed_at is None:
        return None
    else:
        placed = order.placed_at.astimezone(zone)
        first = add_business_days(placed, policy.dispatch_business_days.least, country)
        last = add_business_days(placed, policy.dispatch_business_days.most, country)
    return add_business_days(first, days.least, country), add_business_days(last, days.most, country)


def parcels(order: Order, profile: Profile, now: dt.datetime, zone: dt.tzinfo) -> tuple[Parcel, ...]:
    """The parcels of `order` as they stand; one is late from the day after it was expected, in the person's `zone`."""
    names = {item.id: item.name for item in order.line_items}
    found = []
    for shipment in order.shipments:
        method = method_of(shipment, profile)
        between = expected_between(shipment, order, profile)
        on_its_way = shipment.status in ON_ITS_WAY
        today = now.astimezone(zone).date()
        parcel = Parcel(
            id=shipment.id,
            status=shipment.status,
            method_name=method.name if method is not None else shipment.method,
            contents=tuple(names[item] for item in shipment.line_item_ids if item in names),
            shipped_at=shipment.shipped_at,
            expected_from=between[0] if between and on_its_way else None,
            expected_until=between[1] if between and on_its_way else None,
            delivered_at=shipment.delivered_at,
            late=bool(between and on_its_way and today > between[1].astimezone(zone).date()),
            carrier=shipment.carrier,
            tracking_number=shipment.tracking_number,
            tracking_url=shipment.tracking_url,
            dates_note=holidays_note(store_country(profile)) if shipment.expected_until is None and between else "",
        )
        found.append(parcel)
    return tuple(found)


ON_ITS_WAY = (ShipmentStatus.PREPARING, ShipmentStatus.SHIPPED)


def parcel_sentences(parcel: Parcel, format_date: FormatDate) -> tuple[str, ...]:
    """Returns the state of the parcel, in whole sentences."""
    if parcel.status is ShipmentStatus.RETURNED:
        return (
            "The parcel could not be delivered and went back to the warehouse.",
            "What you paid for it is credited; nothing needs to be done.",
        )
    if parcel.status is ShipmentStatus.DELIVERED:
        on = f" on {format_date(parcel.delivered_at)}" if parcel.delivered_at is not None else ""
        return (f"Delivered{on} by {parcel.method_name}.",)
    if parcel.status is ShipmentStatus.UNKNOWN:
        return ("The store names a state of this parcel that this version does not know.",)
    said = ["It is being packed." if parcel.shipped_at is None else f"Sent on {format_date(parcel.shipped_at)}."]
    if parcel.expected_from is not None and parcel.expected_until is not None:
        first, last = format_date(parcel.expected_from), format_date(parcel.expected_until)
        between = f"on {last}" if first == last else f"between {first} and {last}"
        verb = "was expected" if parcel.late else "is expected"
        said.append(f"It {verb} {between} by {parcel.method_name}.")
        said += [parcel.dates_note] if parcel.dates_note else []
    untracked = parcel.status is ShipmentStatus.SHIPPED and not parcel.trackable
    if parcel.late:
        said.append("It is late." if untracked else "It is late. Support can find out where it is.")
    if parcel.trackable:
        said.append("You can follow it on its way.")
    elif untracked:
        said.append(f"{parcel.method_name} has no tracking number, so it cannot be followed on its way.")
    if parcel.late and untracked:
        # Such a parcel cannot be traced, so tracing is not promised.
        said.append("Support can say what is done about it.")
    return tuple(said)


def transit_words(span: Days | None) -> str:
    """How long a method takes: ``3 to 7 business days``, or that it does not go there."""
    return "not offered" if span is None else business_days(span)


def settled_sentences(order: Order) -> tuple[str, ...]:
    """What cannot be changed any more on an order that ships; empty for one that does not, or that has all arrived."""
    shipped = {item for shipment in order.shipments for item in shipment.line_item_ids}
    waiting = any(item.kind is not LineItemKind.DOWNLOAD and item.id not in shipped for item in order.line_items)
    under_way = any(shipment.status in ON_ITS_WAY for shipment in order.shipments)
    if not (waiting or under_way) or order.status is OrderStatus.REFUNDED:
        return ()
    said = [
        "An order that ships cannot be cancelled once it was placed.",
        "Its address and shipping method cannot be changed any more.",
        "If it cannot be delivered it goes back to the warehouse and what you paid for it is credited.",
    ]
    if order.country and any(item.kind is LineItemKind.PHYSICAL for item in order.line_items):
        said.append("Customs fees, where there are any, are paid by the recipient of the parcel.")
    return tuple(said)


class BackupOffer(Model, frozen=True):
    """A physical copy of a download purchase that can be added to its order; `price` None means free of charge.

    `price` is without tax, and in another currency than the order's where `other_currency` is true. `final` is what
    will be charged, in the order's currency and with tax, where the store has named it.
    """

    name: str
    price: Money | None
    final: Money | None = None
    other_currency: bool = False


def backup_offer(order: Order, profile: Profile) -> BackupOffer | None:
    """The backup medium that can be added to `order`: only to a download that is still licensed, and only once."""
    policy = profile.policies.backup_medium
    kinds = {item.kind for item in order.line_items}
    fits = LineItemKind.DOWNLOAD in kinds and LineItemKind.BACKUP_MEDIUM not in kinds
    over = order.licences and all(licence.status is not LicenceStatus.ACTIVE for licence in order.licences)
    if not policy.offered or not fits or over or order.status is OrderStatus.REFUNDED:
        return None
    other = policy.price is not None and policy.price.currency != order.currency
    return BackupOffer(name=policy.name, price=policy.price, other_currency=other)


def quoted(offer: BackupOffer, quote: Quote | None) -> BackupOffer:
    """Returns the offer with the final price that the store has named, None where it names none beforehand."""
    return msgspec.structs.replace(offer, final=quote.total if quote is not None else None)


def backup_sentence(offer: BackupOffer, format_money: FormatMoney) -> str:
    """What adding the backup medium means, with the price as far as it is known."""
    return (
        f"A {offer.name} is a physical copy of what you downloaded, sent to you by post. "
        f"{_backup_cost(offer, format_money)} "
        "It comes in addition to the download; the download cannot be exchanged for it."
    )


def _backup_cost(offer: BackupOffer, format_money: FormatMoney) -> str:
    if offer.final is not None:
        return f"It costs {format_money(offer.final)} with tax." if offer.final.amount else "It is free of charge."
    if offer.price is None:
        return "It is free of charge."
    if offer.other_currency:
        return f"The store lists it at {format_money(offer.price)} plus tax, and charges you in the order's currency."
    return f"It costs {format_money(offer.price)} plus tax."


def backup_consent(offer: BackupOffer) -> str:
    """Returns what the person agrees to with the purchase: which card is charged, or that the price is still open."""
    if offer.final is not None:
        charged = "It is charged to the card of this order when it is sent." if offer.final.amount else ""
        return charged or "Nothing will be charged."
    if offer.price is None:
        return "Nothing will be charged for it."
    return "The store names the final price, with tax, only after you agreed. The card of this order is charged."


def backup_button(offer: BackupOffer, format_money: FormatMoney) -> str:
    """Returns what the button says that agrees: ``Buy for $10.82`` where the final price is known."""
    return f"Buy for {format_money(offer.final)}" if offer.final is not None and offer.final.amount else "Add it"


def backup_request(offer: BackupOffer, format_money: FormatMoney) -> str:
    """Returns what the button says that asks for the final price; money that will be due stands on it."""
    if offer.final is None and offer.price is not None and offer.price.amount:
        at = "…" if offer.other_currency else f" for {format_money(offer.price)} plus tax…"
        return f"Buy the {offer.name}{at}"
    return f"Add the {offer.name}…"
