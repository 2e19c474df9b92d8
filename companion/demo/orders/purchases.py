"""How the store turns a purchase into an order: line items, a licence with its plan, a download, charges."""

from __future__ import annotations

import dataclasses
import datetime as dt

import msgspec

from companion.demo.downloads.artifact import PRODUCT, VERSION, Artifact
from companion.demo.orders.lifecycle import CANCEL_LEAD, CHARGE_LEAD, business_days_after, business_span, total
from companion.demo.orders.records import Billing, Record
from companion.domain.core.model import Secret
from companion.domain.core.money import Money
from companion.domain.core.time.periods import Period
from companion.domain.store.orders import (
    Charge,
    ChargeKind,
    Download,
    Licence,
    LicenceStatus,
    LineItem,
    LineItemKind,
    Order,
    OrderStatus,
    Seat,
    Shipment,
    ShipmentStatus,
    Subscription,
    SubscriptionStatus,
)
from companion.domain.store.profile import Policies
from companion.domain.store.returns import Return, ReturnEligibility, ReturnReason, ReturnStatus


@dataclasses.dataclass(frozen=True, slots=True)
class Shop:
    """What every purchase shares: the vendor's policies, the wording on bank statements, the file to download."""

    policies: Policies
    statement_descriptor: str
    artifact: Artifact


@dataclasses.dataclass(frozen=True, slots=True)
class Purchase:
    """A purchase being made into an order."""

    number: str
    billing: Billing
    country: str
    currency: str
    key: str
    shop: Shop
    placed_at: dt.datetime
    items: tuple[LineItem, ...] = ()

    @property
    def mark(self) -> str:
        """The part of the number that the purchase's own things are named after."""
        return self.number.removeprefix("LF-")

    def money(self, amount: int) -> Money:
        """An amount in the purchase's currency."""
        return Money(amount=amount, currency=self.currency)

    def placed(self, at: dt.datetime) -> Purchase:
        """The purchase, placed at a moment."""
        return dataclasses.replace(self, placed_at=at)

    def item(self, product_id: str, name: str, price: int, *, physical: bool = False) -> Purchase:
        """The purchase with one more line item; `price` in minor units without tax."""
        added = LineItem(
            id=f"item-{self.mark}-{len(self.items) + 1}",
            product_id=product_id,
            name=name,
            quantity=1,
            kind=LineItemKind.PHYSICAL if physical else LineItemKind.DOWNLOAD,
            price=self.money(price),
        )
        return dataclasses.replace(self, items=(*self.items, added))


def licence_of(
    buy: Purchase,
    until: dt.datetime,
    *,
    total: int = 1,
    seats: tuple[Seat, ...] = (),
    status: LicenceStatus = LicenceStatus.ACTIVE,
    key_from: str | None = None,
) -> Licence:
    """The licence a purchase brings; one that only renews brings no key of its own."""
    return Licence(
        id=f"lic-{buy.mark}",
        product_id=buy.items[0].product_id,
        product_name=buy.items[0].name.partition(",")[0],
        status=status,
        starts_at=buy.placed_at,
        expires_at=until,
        key=None if key_from else Secret(buy.key),
        key_case_sensitive=buy.shop.policies.keys_case_sensitive,
        key_from_order=key_from,
        seats_total=total,
        seats=seats,
        subscription_id=f"sub-{buy.mark}",
    )


def plan_of(
    buy: Purchase,
    term: Period,
    until: dt.datetime,
    price: int,
    renewal_price: int,
    *,
    auto_renew: bool = True,
    status: SubscriptionStatus | None = None,
) -> Subscription:
    """The plan that renews the licence of a purchase."""
    return Subscription(
        id=f"sub-{buy.mark}",
        licence_id=f"lic-{buy.mark}",
        auto_renew=auto_renew,
        term=term,
        active_until=until,
        status=status or (SubscriptionStatus.ACTIVE if auto_renew else SubscriptionStatus.CANCELLED),
        price=buy.money(price),
        renewal_price=buy.money(renewal_price),
        # A tax on sales depends on where the customer lives on that day; VAT is known beforehand.
        renewal_total=buy.billing.with_tax(buy.money(renewal_price)) if buy.billing.tax_included else None,
        version=f"sub-{buy.mark}.1",
        next_charge_at=until - CHARGE_LEAD if auto_renew else None,
        cancel_by=until - CANCEL_LEAD if auto_renew else None,
    )


def charge(
    buy: Purchase,
    at: dt.datetime,
    price: int,
    about: str,
    kind: ChargeKind = ChargeKind.CHARGE,
    *,
    released_at: dt.datetime | None = None,
) -> Charge:
    """One movement of money for a price without tax."""
    return Charge(
        id=f"chg-{buy.mark}-{kind.value[:4]}-{at:%Y%m%d}",
        kind=kind,
        at=at,
        amount=buy.billing.with_tax(buy.money(price)),
        tax=buy.billing.tax_on(buy.money(price)),
        about=about,
        statement_descriptor=buy.shop.statement_descriptor,
        released_at=released_at,
    )


def order_of(buy: Purchase, licence: Licence, plan: Subscription, *, window_until: dt.datetime | None = None) -> Record:
    """The order of a purchase, with its download (none for a box) and what was charged for it."""
    price = sum(item.price.amount for item in buy.items)
    boxed = any(item.kind is LineItemKind.PHYSICAL for item in buy.items)
    charged_at = buy.shop.policies.payment.download_charged_after.after(buy.placed_at)
    hold_gone = business_days_after(charged_at, buy.shop.policies.payment.hold_business_days.least)
    hold = charge(buy, buy.placed_at, price, "order", ChargeKind.AUTHORIZATION, released_at=hold_gone)
    charges = (hold,) if boxed else (hold, charge(buy, charged_at, price, "order"))
    order = Order(
        number=buy.number,
        status=OrderStatus.COMPLETED,
        placed_at=buy.placed_at,
        country=buy.country,
        currency=buy.currency,
        total=total([buy.billing.with_tax(item.price) for item in buy.items]),
        line_items=buy.items,
        licences=(licence,),
        subscriptions=(plan,),
        charges=charges,
        downloads=() if boxed else (_download(buy, licence, window_until),),
        invoice_number=f"INV-{buy.mark}",
        return_eligibility=ReturnEligibility(
            eligible=False, counted_from=buy.placed_at, deadline=buy.placed_at, rule="not yet judged"
        ),
    )
    return Record(order=order, billing=buy.billing)


def with_parcel(record: Record, buy: Purchase, shipped: dt.datetime, *, tracked: bool = True) -> Record:
    """The record with everything on its way by the first method that is tracked, or is not: the hold is charged."""
    method = next(method for method in buy.shop.policies.shipping.methods if method.tracked is tracked)
    first, last = business_span(shipped, method.domestic)
    number = f"9205{buy.mark.replace('-', '')}0042"
    parcel = Shipment(
        id=f"parcel-{buy.mark}",
        status=ShipmentStatus.SHIPPED,
        method=method.code,
        line_item_ids=tuple(item.id for item in buy.items),
        destination_country=buy.country,
        shipped_at=shipped,
        expected_from=first,
        expected_until=last,
        carrier="Prairie Post" if tracked else None,
        tracking_number=number if tracked else None,
        tracking_url=f"https://track.prairiepost.example/{number}" if tracked else None,
    )
    about = f"shipment:{parcel.id}"
    hold = msgspec.structs.replace(record.order.charges[0], about=about, released_at=business_days_after(shipped, 1))
    paid = charge(buy, shipped, sum(item.price.amount for item in buy.items), about)
    return record.with_order(status=OrderStatus.SHIPPED, shipments=(parcel,), charges=(hold, paid))


def refund(buy: Purchase, at: dt.datetime, price: int) -> tuple[Return, Charge]:
    """A return that went through, and the money that went back."""
    first, last = business_span(at, buy.shop.policies.returns.credit_business_days)
    given = Return(
        id=f"ret-{buy.mark}-1",
        reason=ReturnReason.NOT_WANTED,
        status=ReturnStatus.REFUND_INITIATED,
        amount=buy.billing.with_tax(buy.money(price)),
        requested_at=at,
        refund_initiated_at=at,
        line_item_ids=tuple(item.id for item in buy.items),
        credit_from=first,
        credit_until=last,
    )
    return given, charge(buy, at, price, "order", ChargeKind.REFUND)


def _download(buy: Purchase, licence: Licence, window_until: dt.datetime | None) -> Download:
    artifact = buy.shop.artifact
    window = buy.shop.policies.downloads.window
    return Download(
        artifact_id=artifact.id,
        licence_id=licence.id,
        name=f"{PRODUCT} setup",
        version=VERSION,
        platform=artifact.platform,
        filename=artifact.filename,
        size=artifact.size,
        available_from=buy.placed_at,
        available_until=window_until or window.after(buy.placed_at),
    )
