"""What a licence is worth now, and which licences a later order has carried on."""

from __future__ import annotations

import datetime as dt
import enum
import heapq
from collections.abc import Iterable, Mapping

import msgspec

from companion.domain.core.model import Secret
from companion.domain.core.text import FormatDate
from companion.domain.store.orders import Licence, LicenceStatus, Order, OrderStatus


class EffectiveStatus(enum.StrEnum):
    """What a licence is worth at a given moment; the store's word, corrected by the calendar when it is old."""

    ACTIVE = "active"
    NOT_STARTED = "notStarted"
    EXPIRED = "expired"
    REFUNDED = "refunded"
    UNKNOWN = "unknown"
    """The store names a state that this version does not know."""


def effective_status(order: Order, licence: Licence, now: dt.datetime) -> EffectiveStatus:
    """Returns the status of `licence` at `now`; facts read before it ran out do not keep it alive."""
    if licence.status is LicenceStatus.REFUNDED or order.status is OrderStatus.REFUNDED:
        return EffectiveStatus.REFUNDED
    if licence.status is LicenceStatus.EXPIRED or (licence.expires_at is not None and licence.expires_at <= now):
        return EffectiveStatus.EXPIRED
    if licence.status is LicenceStatus.UNKNOWN:
        return EffectiveStatus.UNKNOWN
    later = licence.starts_at is not None and licence.starts_at > now
    return EffectiveStatus.NOT_STARTED if later else EffectiveStatus.ACTIVE


def span_words(
    state: EffectiveStatus,
    starts_at: dt.datetime | None,
    expires_at: dt.datetime | None,
    format_date: FormatDate,
    *,
    end_unknown: bool = False,
) -> str:
    """From when or until when a licence is good, in a few words that follow its name or its order's number."""
    if state is EffectiveStatus.REFUNDED:
        return "refunded; this licence has ended"
    if state is EffectiveStatus.NOT_STARTED:
        return f"starts on {format_date(starts_at)}"
    if state is EffectiveStatus.UNKNOWN:
        until = f"; it names {format_date(expires_at)} as its end" if expires_at is not None else ""
        return f"in a state of the store's that this version does not know{until}"
    if expires_at is None:
        return "until a day that is not known" if end_unknown else "no end date"
    return f"{'ran' if state is EffectiveStatus.EXPIRED else 'active'} until {format_date(expires_at)}"


def carried_on(orders: Iterable[Order]) -> frozenset[tuple[str, str]]:
    """The licences (order number, licence id) that a later order has carried on with the same key.

    A renewal names the order whose key stays valid; two purchases of one product without that link are two licences,
    and each of them is told apart. A refunded renewal carries nothing on.
    """
    families: dict[tuple[str, str], list[tuple[Order, Licence]]] = {}
    for order in orders:
        for licence in order.licences:
            family = (licence.key_from_order or order.number, licence.product_id)
            families.setdefault(family, []).append((order, licence))
    replaced = set()
    for members in families.values():
        if len(members) < 2:
            continue
        last = _last_starts(members)
        for order, licence in members:
            starts_at = licence.starts_at
            if starts_at is not None and any(number != order.number and at > starts_at for number, at in last):
                replaced.add((order.number, licence.id))
    return frozenset(replaced)


def _last_starts(members: Iterable[tuple[Order, Licence]]) -> tuple[tuple[str, dt.datetime], ...]:
    """The orders of the two latest starts that still stand: whatever is carried on, one of them carries it on."""
    starts: dict[str, dt.datetime] = {}
    for order, licence in members:
        stands = licence.status is not LicenceStatus.REFUNDED and order.status is not OrderStatus.REFUNDED
        if stands and licence.starts_at is not None:
            starts[order.number] = max(licence.starts_at, starts.get(order.number, licence.starts_at))
    return tuple(heapq.nlargest(2, starts.items(), key=lambda entry: entry[1]))


def licence_keys(order: Order) -> dict[str, Secret]:
    """Returns the keys of an order's licences by licence id."""
    return {licence.id: licence.key for licence in order.licences if licence.key is not None}


def with_licence_keys(order: Order, keys: Mapping[str, Secret]) -> Order:
    """Returns the order with `keys` (by licence id) put into its licences that have none."""
    licences = tuple(
        licence if licence.key is not None else msgspec.structs.replace(licence, key=keys.get(licence.id))
        for licence in order.licences
    )
    return msgspec.structs.replace(order, licences=licences)
