"""The dates worth a reminder: what they are about, and until when a reminder would still help.

Nothing here knows what time it is, so what it yields changes only when the store's facts change.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from companion.domain.billing.auto_renewal import ended_by_choice, next_charge
from companion.domain.billing.expected_amount import ExpectedTax, amount_words
from companion.domain.billing.returns import credit_between
from companion.domain.billing.shipping import ON_ITS_WAY, expected_between, store_zone
from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money
from companion.domain.core.text import FormatMoney
from companion.domain.core.time.periods import Period
from companion.domain.entitlements.download_access import closes_at
from companion.domain.entitlements.licences import carried_on
from companion.domain.purchases.facts import Source
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.values import AutoRenewal
from companion.domain.store.orders import Download, Licence, LicenceStatus, Order, OrderStatus, Subscription
from companion.domain.store.profile import Profile
from companion.domain.store.returns import Return, ReturnStatus


class ReminderKind(enum.StrEnum):
    RENEWAL = "renewal"
    CANCEL_BY = "cancelBy"
    EXPIRY = "expiry"
    DOWNLOAD_WINDOW = "downloadWindow"
    RETURN_DEADLINE = "returnDeadline"
    REFUND_OVERDUE = "refundOverdue"
    PARCEL_OVERDUE = "parcelOverdue"
    RETURN_WAITS = "returnWaits"

    @property
    def comes_after(self) -> bool:
        """Whether the reminder follows its date instead of preceding it."""
        return self in _AFTER


_AFTER = frozenset({ReminderKind.REFUND_OVERDUE, ReminderKind.PARCEL_OVERDUE, ReminderKind.RETURN_WAITS})


class Statement(Model, frozen=True):
    """Who said a value of a purchase, and when; `value` is a date as it was stated."""

    value: str
    source: Source
    at: Instant


class OfPurchase(Model, frozen=True):
    """What a date of a purchase rests on. No other source keeps such dates up to date, so its words name the source.

    `id` is the purchase's, `day` the calendar day that was stated; `whole_day` when no time of day is known. `stated`
    is who said it (for a charge with an amount: who said the amount), `disputed` what all sources say where they
    disagree. `store` is the shop's name and `page` where the purchase is managed, as far as known.
    """

    id: str
    day: dt.date
    whole_day: bool
    stated: Statement | None = None
    disputed: tuple[Statement, ...] = ()
    auto_renew: AutoRenewal = AutoRenewal.UNKNOWN
    store: str | None = None
    page: str | None = None
    cancel_day: dt.date | None = None
    """The last day to cancel, where no time of day is known of it."""


class Subject(Model, frozen=True):
    """One date of one thing: a charge of a subscription, the end of a licence, of a download window, …

    `about` is the id of that thing, `date` when it happens. `amount` and `previous` are the prices of a charge now and
    last time, `tax` what is known of the tax on the former; `by_choice` is an end the person chose, which is listed and
    never reminded of; `opens_at` is when a download window began, `elsewhere` that this PC has the file and another
    PC of the licence may need it. `purchase` is
    set for dates of purchases of any shop; their order number may be unknown, which is an empty text.
    """

    kind: ReminderKind
    order_number: str
    about: str
    name: str
    date: Instant
    amount: Money | None = None
    tax: ExpectedTax | None = None
    previous: Money | None = None
    cancel_by: Instant | None = None
    term: Period | None = None
    opens_at: Instant | None = None
    by_choice: bool = False
    elsewhere: bool = False
    purchase: OfPurchase | None = None

    @property
    def when(self) -> dt.date:
        """Returns when it happens: a moment (a `datetime`), or a calendar day where no time is known."""
        return self.purchase.day if self.purchase is not None and self.purchase.whole_day else self.date

    @property
    def cancel_when(self) -> dt.date | None:
        """Returns until when the charge can be avoided, as `when` does."""
        day = self.purchase.cancel_day if self.purchase is not None else None
        return day if day is not None else self.cancel_by

    def amount_words(self, format_money: FormatMoney) -> str | None:
        """Returns the amount to expect on the statement, in words; None where no amount is known."""
        if self.amount is None:
            return None
        return format_money(self.amount) if self.tax is None else amount_words(self.amount, self.tax, format_money)

    @property
    def address(self) -> str:
        """What a reminder is about, as stable text: another date or another amount is another subject.

        Of a purchase another day is another subject. What is learned of it later (its order number, the amount, the
        time of day) is not, and neither is another time zone of the person.
        """
        if self.purchase is not None:
            return f"{self.kind.value}:purchase {self.purchase.id}:{self.about}:{self.purchase.day.isoformat()}"
        at = self.date.astimezone(dt.UTC).isoformat()
        amount = f":{self.amount.amount}{self.amount.currency}" if self.amount is not None else ""
        return f"{self.kind.value}:{self.order_number}:{self.about}:{at}{amount}"


class ReminderFacts(NamedTuple):
    """What reminders are decided from, apart from the time, the records and the settings.

    `orders` are those of one store, `profile` is that store's (None as long as it is not known: then orders have no
    dates). `zone` is the person's time zone, `downloaded` the ids of artifacts that lie verified on this PC.
    `purchases` are those of any shop, without the ones that are among `orders`. `this_seat` is the id of this PC's
    seat; without it nothing is known of other PCs.
    """

    orders: tuple[Order, ...]
    profile: Profile | None
    zone: dt.tzinfo
    downloaded: frozenset[str] = frozenset()
    purchases: tuple[Overview, ...] = ()
    this_seat: str | None = None


def order_subjects(facts: ReminderFacts) -> Iterator[Subject]:
    """Yields every date of the orders that deserves a reminder."""
    orders, profile, zone, downloaded, _, this_seat = facts
    if profile is None:
        return
    replaced = carried_on(orders)
    bank = store_zone(profile)
    for order in orders:
        if order.status is not OrderStatus.REFUNDED:
            for licence in order.licences:
                if licence.status is LicenceStatus.ACTIVE:
                    yield from _of_licence(order, licence, zone, (order.number, licence.id) in replaced)
            if order.downloads:
                yield from _of_windows(order, downloaded, this_seat)
            deadline = order.return_eligibility.deadline
            if deadline is not None and order.return_eligibility.eligible and not order.returns:
                yield _return_deadline(order, deadline)
        for entry in order.returns:
            yield from _of_refund(order, entry, profile, bank)
        for shipment in order.shipments:
            if shipment.status in ON_ITS_WAY:
                between = expected_between(shipment, order, profile)
                if between is not None:
                    yield Subject(
                        kind=ReminderKind.PARCEL_OVERDUE,
                        order_number=order.number,
                        about=shipment.id,
                        name=_name_of(order),
                        date=between[1],
                    )


def _of_licence(order: Order, licence: Licence, zone: dt.tzinfo, replaced: bool) -> Iterator[Subject]:
    plan = order.subscription_of(licence)
    charge = next_charge(order, plan, zone)
    if charge is None or plan is None:
        if licence.expires_at is not None and not replaced:
            yield Subject(
                kind=ReminderKind.EXPIRY,
                order_number=order.number,
                about=licence.id,
                name=licence.product_name,
                date=licence.expires_at,
                term=plan.term if plan is not None else None,
                by_choice=ended_by_choice(order, plan),
            )
        return
    kinds = [(ReminderKind.RENEWAL, charge.at)]
    if charge.cancel_by is not None:
        kinds.append((ReminderKind.CANCEL_BY, charge.cancel_by))
    for kind, date in kinds:
        yield Subject(
            kind=kind,
            order_number=order.number,
            about=plan.id,
            name=licence.product_name,
            date=date,
            amount=charge.amount,
            tax=charge.tax,
            previous=charge.previous,
            cancel_by=_last_moment(plan, charge.at),
            term=plan.term,
        )


def _last_moment(plan: Subscription, at: dt.datetime) -> dt.datetime:
    return min(plan.cancel_by, at) if plan.cancel_by is not None else at


def _of_windows(order: Order, downloaded: Collection[str], this_seat: str | None) -> Iterator[Subject]:
    """One subject for all artifacts of a licence whose windows close together."""
    licences = {licence.id: licence for licence in order.licences if licence.status is LicenceStatus.ACTIVE}
    told = set()
    for download in order.downloads:
        until = closes_at(download)
        if until is None or (download.licence_id is not None and download.licence_id not in licences):
            continue
        about = download.licence_id or download.artifact_id
        here = _taken_care_of(download, order.downloads, downloaded)
        if (about, until) in told or (here and not _another_waits(licences.get(download.licence_id or ""), this_seat)):
            continue
        told.add((about, until))
        yield Subject(
            kind=ReminderKind.DOWNLOAD_WINDOW,
            order_number=order.number,
            about=about,
            name=download.name,
            date=until,
            # That it has opened is no news where the file lies.
            opens_at=None if here else download.available_from,
            elsewhere=here,
        )


def _another_waits(licence: Licence | None, this_seat: str | None) -> bool:
    """Whether a licence has a seat for another PC than this one, on which nothing is known to be installed."""
    if licence is None or this_seat is None:
        return False
    others = sum(seat.id != this_seat for seat in licence.seats)
    return licence.seats_total - 1 > others


def _taken_care_of(download: Download, others: Iterable[Download], downloaded: Collection[str]) -> bool:
    """Whether it lies on this PC, or the same licence's edition for another platform does."""
    if not downloaded:
        return False
    return download.artifact_id in downloaded or any(
        other.artifact_id in downloaded and other.platform is not download.platform
        for other in others
        if other.licence_id == download.licence_id
    )


def _return_deadline(order: Order, deadline: dt.datetime) -> Subject:
    return Subject(
        kind=ReminderKind.RETURN_DEADLINE,
        order_number=order.number,
        about=order.number,
        name=_name_of(order),
        date=deadline,
    )


def _of_refund(order: Order, entry: Return, profile: Profile, bank: dt.tzinfo) -> Iterator[Subject]:
    if entry.letter_open and entry.requested_at is not None:
        yield Subject(
            kind=ReminderKind.RETURN_WAITS,
            order_number=order.number,
            about=entry.id,
            name=_name_of(order),
            date=entry.requested_at,
            amount=entry.amount,
        )
    if entry.status is not ReturnStatus.REFUND_INITIATED:
        return
    until = entry.credit_until
    if until is None and entry.refund_initiated_at is not None:
        until = credit_between(entry.refund_initiated_at, entry.reason, profile, bank)[1]
    if until is not None:
        yield Subject(
            kind=ReminderKind.REFUND_OVERDUE,
            order_number=order.number,
            about=entry.id,
            name=_name_of(order),
            date=until,
            amount=entry.amount,
        )


def _name_of(order: Order) -> str:
    return order.licences[0].product_name if order.licences else order.line_items[0].name if order.line_items else ""
