"""The facts that an order of the Store API states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from companion.domain.billing.auto_renewal import AutoRenew, auto_renew_of
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.entitlements.download_access import closes_at
from companion.domain.purchases.facts import Fact, Field, Source, canonical, item_key
from companion.domain.purchases.values import STORE_API, AutoRenewal, EntitlementState
from companion.domain.store.orders import Licence, LicenceStatus, Order, OrderStatus, Subscription

_STATES = {
    LicenceStatus.ACTIVE: EntitlementState.ACTIVE,
    LicenceStatus.EXPIRED: EntitlementState.EXPIRED,
    LicenceStatus.REFUNDED: EntitlementState.REFUNDED,
    LicenceStatus.UNKNOWN: EntitlementState.UNKNOWN,
}


def facts_of_order(order: Order, store: Source, address: str, read_at: dt.datetime) -> tuple[Fact, ...]:
    """Returns what `order` states as facts of `store`; what cannot be a value is left out alone."""
    said = [("", Field.STORE_KIND, STORE_API), ("", Field.STORE_NAME, store.name), ("", Field.STORE_ADDRESS, address)]
    said += _of_order(order)
    for licence in order.licences:
        said += _of_licence(order, licence)
    return tuple(
        Fact(field=field, about=about, value=value, source=store, said_at=read_at)
        for about, field, text in said
        if (value := _usable(field, text)) is not None
    )


_Said = tuple[str, Field, str]


def _of_order(order: Order) -> Iterator[_Said]:
    yield "", Field.ORDER_NUMBER, order.number
    if order.placed_at is not None:
        yield "", Field.BOUGHT_ON, order.placed_at.isoformat()
    yield "", Field.PRICE, order.total.plain()
    deadline = order.return_eligibility.deadline
    if order.return_eligibility.eligible and not order.returns and deadline is not None:
        yield "", Field.RETURN_BY, deadline.isoformat()
    plans = [plan for licence in order.licences if (plan := order.subscription_of(licence)) is not None]
    if len(plans) == 1:
        yield from _of_plan(plans[0])
    for download in order.downloads:
        about = item_key(Field.DOWNLOAD, download.name)
        yield about, Field.DOWNLOAD, clean_text(download.name)
        yield about, Field.DOWNLOAD_SIZE, str(download.size)
        until = closes_at(download)
        if until is not None:
            yield about, Field.DOWNLOAD_UNTIL, until.isoformat()


def _of_plan(plan: Subscription) -> Iterator[_Said]:
    """A purchase has one renewal; an order with several plans tells them on its own page."""
    on = auto_renew_of(plan) is AutoRenew.ON
    yield "", Field.AUTO_RENEW, AutoRenewal.ON if on else AutoRenewal.OFF
    yield "", Field.RENEWAL_TERM, str(plan.term)
    if on:
        yield "", Field.RENEWAL_PRICE, plan.renewal_price.plain()
        renews_on = plan.next_charge_at or plan.active_until
        if renews_on is not None:
            yield "", Field.RENEWS_ON, renews_on.isoformat()
        if plan.cancel_by is not None:
            yield "", Field.CANCEL_BY, plan.cancel_by.isoformat()


def _of_licence(order: Order, licence: Licence) -> Iterator[_Said]:
    about = item_key(Field.PRODUCT, licence.product_name)
    refunded = order.status is OrderStatus.REFUNDED
    yield about, Field.PRODUCT, clean_text(licence.product_name)
    yield about, Field.PRODUCT_ID, licence.product_id
    yield about, Field.STATE, EntitlementState.REFUNDED if refunded else _STATES[licence.status]
    yield about, Field.SEATS_USED, str(len(licence.seats))
    yield about, Field.SEATS_LIMIT, str(licence.seats_total)
    if not licence.end_unknown:
        yield about, Field.EXPIRES, licence.expires_at.isoformat() if licence.expires_at is not None else "never"


def _usable(field: Field, text: str) -> str | None:
    try:
        return canonical(field, text)
    except ValueError:
        return None
