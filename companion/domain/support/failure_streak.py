"""Counting failures at the same thing, so that a person is offered help in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind

SAME_SITTING = dt.timedelta(hours=12)
"""How long a failure counts: what went wrong last week is another story."""

# Endings that are the person's own decision, a slip of the pen, or an e-mail that is not this store's; no failure.
_NO_FAILURES = frozenset({ErrorCode.NOT_CONFIRMED, ErrorCode.STOPPED, ErrorCode.MAIL_WITHOUT_ORDER})


class Attempt(NamedTuple):
    """One attempt at something, and whether it failed."""

    at: dt.datetime
    what: str
    failed: bool


def is_failure(error: CompanionError) -> bool:
    """Whether an error ended an attempt that a person would call failed."""
    return error.kind is not ErrorKind.USAGE and error.code not in _NO_FAILURES


def failed_in_a_row(newest_first: Sequence[Attempt], what: str, now: dt.datetime) -> int:
    """How many times in a row `what` has failed lately."""
    count = 0
    for attempt in newest_first:
        if attempt.what != what:
            continue
        if not attempt.failed or now - attempt.at > SAME_SITTING:
            break
        count += 1
    return count
