"""What support can be asked about: the orders of every store, and purchases of any shop."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from companion.domain.core.model import EARLIEST
from companion.domain.core.text import joined
from companion.domain.purchases.purchase import Overview
from companion.domain.reminders.dates import Subject as DatedSubject
from companion.domain.store.orders import Order
from companion.domain.support.failure_streak import Failure


class SupportSubject(NamedTuple):
    """One order of a store, or one purchase without a store that has a profile (then `store` is empty).

    `name` is what was bought, `place` the name of the store or shop, `at` when it was bought.
    """

    store: str
    number: str
    purchase: str
    name: str
    place: str
    at: dt.datetime | None = None


class DueDate(NamedTuple):
    """A date that needs a decision; `store` is the address of the store whose order it is about."""

    store: str
    subject: DatedSubject


def order_subjects(store: str, place: str, orders: Iterable[Order]) -> Iterator[SupportSubject]:
    """Yields the orders of a store, the latest first."""
    for order in sorted(orders, key=lambda order: order.placed_at or EARLIEST, reverse=True):
        names = [item.name for item in order.line_items] or [licence.product_name for licence in order.licences]
        yield SupportSubject(store, order.number, "", joined(names) or f"Order {order.number}", place, order.placed_at)


def purchase_subjects(purchases: Iterable[Overview]) -> Iterator[SupportSubject]:
    """Yields purchases of any shop, the one added last first."""
    for purchase in sorted(purchases, key=lambda purchase: purchase.added_at, reverse=True):
        place = purchase.store.name or purchase.maker or ""
        yield SupportSubject("", purchase.order_number or "", purchase.id, purchase.name, place, purchase.added_at)


def subject_in_need(
    subjects: Sequence[SupportSubject], failures: Iterable[Failure], due: Iterable[DueDate]
) -> SupportSubject | None:
    """Returns what needs attention: where something failed last, else the earliest date due, else the latest purchase.

    `failures` come newest first. None when there is nothing to ask about.
    """
    for failure in failures:
        found = _of_order(subjects, failure.store or "", failure.order_number)
        if found is not None:
            return found
    # Every other thread waits while thousands are compared, and moments with a zone take long.
    for date in sorted(due, key=lambda date: date.subject.date.timestamp()):
        found = _of_date(subjects, date)
        if found is not None:
            return found
    return max(subjects, key=lambda each: each.at or _LONG_AGO, default=None)


def matching(subjects: Iterable[SupportSubject], words: str) -> tuple[SupportSubject, ...]:
    """Returns the subjects that `words` name: an order number, a purchase's id, a store, a maker or a product."""
    wanted = " ".join(words.split()).casefold()
    listed = tuple(subjects)
    exact = tuple(each for each in listed if wanted in _names(each))
    return exact or tuple(each for each in listed if any(wanted in name for name in _names(each)))


def _names(subject: SupportSubject) -> tuple[str, ...]:
    named = (subject.number, subject.purchase, subject.store, subject.place, subject.name)
    return tuple(name.casefold() for name in named if name)


_LONG_AGO = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _of_order(subjects: Iterable[SupportSubject], store: str, number: str | None) -> SupportSubject | None:
    """Returns the order of this number, else the latest of the store."""
    of_store = [each for each in subjects if each.store and each.store == store]
    named = [each for each in of_store if each.number == number]
    return next(iter(named or of_store), None)


def _of_date(subjects: Iterable[SupportSubject], date: DueDate) -> SupportSubject | None:
    if date.subject.purchase is not None:
        return next((each for each in subjects if each.purchase == date.subject.purchase.id), None)
    return next(
        (each for each in subjects if (each.store, each.number) == (date.store, date.subject.order_number)), None
    )
