"""Counting failures at the same thing, so that a person is offered help in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

SAME_SITTING = dt.timedelta(hours=12)
"""How long a failure counts: what went wrong last week is another story."""

# Endings that are the person's own decision, or an e-mail that is not this store's.
_DECISIONS = frozenset({ErrorCode.NOT_CONFIRMED, ErrorCode.STOPPED, ErrorCode.MAIL_WITHOUT_ORDER})
# What was typed does not fit or names nothing that is there; the messages say what does. A log-in that the store
# refuses counts all the same: what was typed may be right, and then only support can help.
_TYPING_MISTAKES = frozenset(
    {
        *(ErrorCode.BAD_ORDER_NUMBER, ErrorCode.BAD_EMAIL, ErrorCode.BAD_CARD_DIGITS),
        *(ErrorCode.BAD_PASSWORD, ErrorCode.BAD_STORE_URL, ErrorCode.BAD_VALUE, ErrorCode.BAD_FILE),
        *(ErrorCode.BAD_HOST, ErrorCode.BAD_SIZE, ErrorCode.ORDER_UNKNOWN, ErrorCode.LICENCE_UNKNOWN),
        *(ErrorCode.LICENCE_AMBIGUOUS, ErrorCode.SEAT_UNKNOWN, ErrorCode.RECEIPT_UNKNOWN, ErrorCode.ARTIFACT_UNKNOWN),
        *(ErrorCode.ARTIFACT_AMBIGUOUS, ErrorCode.NO_PURCHASE, ErrorCode.NO_SUCH_STORE, ErrorCode.STORE_NOT_CLEAR),
        ErrorCode.ARTICLE_UNKNOWN,
    }
)


class Attempt(NamedTuple):
    """One attempt at something at a store, and whether it failed; `store` is None in records of older versions."""

    at: dt.datetime
    what: str
    failed: bool
    store: str | None = None


def is_failure(error: CompanionError) -> bool:
    """Whether an error ended an attempt that a person would call failed."""
    return error.kind is not ErrorKind.USAGE and error.code not in _DECISIONS | _TYPING_MISTAKES


class Failure(NamedTuple):
    """Something that failed lately and has not worked since; `order_number` is None where it was about no order."""

    at: dt.datetime
    store: str | None
    order_number: str | None


def lately_failed(newest_first: Iterable[tuple[Attempt, str | None]], now: dt.datetime) -> tuple[Failure, ...]:
    """Returns what has failed lately and not worked since, the newest first; each attempt comes with its order."""
    last: dict[tuple[str, str | None, str | None], Failure | None] = {}
    for attempt, number in newest_first:
        failed = attempt.failed and now - attempt.at <= SAME_SITTING
        last.setdefault(
            (attempt.what, attempt.store, number), Failure(attempt.at, attempt.store, number) if failed else None
        )
    return tuple(failure for failure in last.values() if failure is not None)


def failed_in_a_row(newest_first: Sequence[Attempt], what: str, now: dt.datetime, store: str | None = None) -> int:
    """How many times in a row `what` has failed lately at `store`."""
    count = 0
    for attempt in newest_first:
        if (attempt.what, attempt.store) != (what, store):
            continue
        if not attempt.failed or now - attempt.at > SAME_SITTING:
            break
        count += 1
    return count
