"""When a store is asked again in the background: seldom, spread at random, and less and less while it is down."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from companion.domain.connectors.answers import Outcome
from companion.domain.core.model import Instant, Model
from companion.domain.purchases.purchase import Overview

NEAR = dt.timedelta(days=14)
SOON = dt.timedelta(days=60)
_EVERY_NEAR = dt.timedelta(hours=8)
_EVERY_SOON = dt.timedelta(days=1)
_EVERY = dt.timedelta(days=3)
_EVERY_UNTOLD = dt.timedelta(days=7)
_FIRST_WAIT = dt.timedelta(hours=8)
"""After a first failure. Shorter waits would bring back everybody at once when a store that was down answers again."""
_LEAST_SPREAD = dt.timedelta(hours=1)
_LONGEST_WAIT = dt.timedelta(days=1)


class StoreCheck(Model, frozen=True):
    """How a store was asked last: when it is asked next, and how often in a row it could not be asked."""

    next_at: Instant
    failures: int = 0


def next_check(
    before: StoreCheck | None,
    outcomes: Iterable[Outcome],
    *,
    now: dt.datetime,
    nearest: dt.datetime | None,
    retry_at: dt.datetime | None,
    jitter: float,
) -> StoreCheck:
    """Returns when a store is asked next, after it was asked with these outcomes; `jitter` is random, from 0 to 1.

    `nearest` is the nearest date of anything bought there, `retry_at` what the store itself asked for. Every wait is
    spread over as long as the wait itself, so that many PCs that failed at one moment do not come back at another.
    """
    found = set(outcomes)
    failed = bool(found) and found == {Outcome.COULD_NOT_ASK}
    failures = (before.failures if before is not None else 0) + 1 if failed else 0
    wait = _after_failure(failures) if failed else _interval(found, now, nearest)
    at = now + wait * (0.5 + jitter)
    if retry_at is not None and retry_at > now:
        asked_for = min(retry_at, now + _LONGEST_WAIT)
        at = max(at, asked_for + max(_LEAST_SPREAD, asked_for - now) * jitter)
    return StoreCheck(next_at=at, failures=failures)


def is_due(check: StoreCheck | None, now: dt.datetime) -> bool:
    """Whether a store is to be asked; a clock that was set back does not keep it waiting for longer than ten days."""
    return check is None or check.next_at <= now or check.next_at > now + dt.timedelta(days=11)


def first_check(now: dt.datetime, jitter: float) -> StoreCheck:
    """Returns when a store that has just become known is asked: within the first hours, not all at once."""
    return StoreCheck(next_at=now + _EVERY_NEAR * jitter)


def nearest_date(purchases: Iterable[Overview], now: dt.datetime, zone: dt.tzinfo) -> dt.datetime | None:
    """Returns the nearest date that lies ahead in `purchases`: an end, a renewal, a last day; None without one."""
    dates: list[dt.datetime] = []
    for purchase in purchases:
        dates += [end for product in purchase.products if (end := product.expires.ends(zone)) is not None]
        stated = (purchase.cancel_by, purchase.return_by, purchase.renewal.at if purchase.renewal else None)
        dates += [_moment(text, zone) for text in stated if text is not None]
    return min((date for date in dates if date >= now), default=None)


def _moment(text: str, zone: dt.tzinfo) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo is not None else dt.datetime.combine(found.date(), dt.time(23, 59, 59), tzinfo=zone)


def _interval(outcomes: set[Outcome], now: dt.datetime, nearest: dt.datetime | None) -> dt.timedelta:
    if Outcome.TOLD not in outcomes:
        return _EVERY_UNTOLD
    if nearest is None or nearest - now > SOON:
        return _EVERY
    return _EVERY_NEAR if nearest - now <= NEAR else _EVERY_SOON


def _after_failure(failures: int) -> dt.timedelta:
    doubled: int = 2 ** min(failures - 1, 8)
    return min(_LONGEST_WAIT, _FIRST_WAIT * doubled)
