"""What a look at a store in the background asks for, and when the store is left alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Instant, Model
from companion.domain.store.collections import Collections
from companion.domain.store.orders import Order

NEAR = dt.timedelta(days=14)
EVERY_NEAR = dt.timedelta(hours=20)
EVERY = dt.timedelta(hours=68)
"""How old what is known of an order has to be before it is asked for again: a day or three, less than one look."""
LONGEST_PATIENCE = dt.timedelta(days=1)


class LookPlan(Model, frozen=True):
    """How a store was looked at last.

    `last` is the last look that succeeded, `failed` the last of `failures` in a row since then. Before `not_before`
    the store does not want to be asked. `refused` are the orders whose password the store has refused, `collections`
    what is known of reading orders together.
    """

    last: Instant | None = None
    failed: Instant | None = None
    failures: int = 0
    not_before: Instant | None = None
    refused: tuple[str, ...] = ()
    collections: Collections = Collections()

    def waits(self, now: dt.datetime) -> bool:
        """Returns whether the store has asked to be left alone for now."""
        return self.not_before is not None and now < self.not_before <= now + LONGEST_PATIENCE


def after_look(
    before: LookPlan,
    errors: Sequence[CompanionError],
    now: dt.datetime,
    *,
    refused: frozenset[str] = frozenset(),
    opened: frozenset[str] = frozenset(),
    whole: bool = True,
    collections: Collections | None = None,
) -> LookPlan:
    """Returns the plan after a look that met these `errors`.

    `opened` are the orders that could be read, `refused` those whose password was not taken; a look that was not
    `whole` asked for one order only. `collections` is what it learned of them.
    """
    waits = [each.retry_after for each in errors if each.retry_after is not None]
    known = tuple(sorted((set(before.refused) | refused) - opened))
    not_before = now + min(dt.timedelta(seconds=max(waits)), LONGEST_PATIENCE) if waits else None
    collections = collections or before.collections
    if any(ends_look(each) for each in errors):
        return LookPlan(before.last, now, before.failures + 1, not_before, known, collections)
    return LookPlan(now if whole else before.last, None, 0, not_before, known, collections)


def ends_look(error: CompanionError) -> bool:
    """Returns whether an error is about the store and not about one order: nothing more is asked then."""
    return error.kind is ErrorKind.UNREACHABLE or error.code == ErrorCode.TOO_MANY_ATTEMPTS


def is_due(order: Order | None, read_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Returns whether an order is asked for in the background, by how near its next date is."""
    if order is None or read_at is None or read_at > now:
        return True
    near = any(now <= date <= now + NEAR for date in _dates(order))
    return now - read_at >= (EVERY_NEAR if near else EVERY)


def _dates(order: Order) -> Iterator[dt.datetime]:
    for plan in order.subscriptions:
        dates = (plan.active_until, plan.next_charge_at, plan.cancel_by)
        yield from (date for date in dates if date is not None)
    yield from (licence.expires_at for licence in order.licences if licence.expires_at is not None)
    yield from (download.available_until for download in order.downloads if download.available_until is not None)
    returning = order.return_eligibility
    if returning.eligible and returning.deadline is not None:
        yield returning.deadline
