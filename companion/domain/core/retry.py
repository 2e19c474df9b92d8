"""How long to wait before the next attempt, and when to give up."""

from __future__ import annotations

import datetime as dt
import re

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.time.http_date import parse_http_date

PROGRESS = 64 * 1024
"""Bytes that must have arrived since the last failure for the next one to count as the first."""
AFTER_PROGRESS = 0.1
"""Seconds to wait after a connection that moved something, but not much."""
LONGEST_WAIT = 30.0
"""Seconds: no wait of our own is longer."""


LONGEST_RETRY_AFTER = 86400.0
"""Seconds: what a server asks for beyond a day counts as a day."""


def parse_retry_after(text: str | None, now: float) -> float | None:
    """Returns the seconds that a `Retry-After` field asks to wait from `now` (POSIX time), from 0 to a day.

    The field holds seconds or a date (RFC 9110 § 10.2.3); a date in the past asks for no wait. None if there is no
    field, or it is in neither form.
    """
    text = (text or "").strip()
    if re.fullmatch(r"\d+", text, re.ASCII):
        return min(float(text), LONGEST_RETRY_AFTER)
    moment = parse_http_date(text, dt.datetime.fromtimestamp(now, dt.UTC))
    return None if moment is None else min(max(0.0, moment.timestamp() - now), LONGEST_RETRY_AFTER)


def count_failures(before: int, progressed: int) -> int:
    """Returns the number of failures in a row with this one; `progressed` bytes arrived since the last one."""
    return 1 if progressed >= PROGRESS else before + 1


def wait_before_retry(
    error: CompanionError, failures: int, progressed: int, *, most: int, longest: float, first: float, jitter: float
) -> float | None:
    """Returns the seconds to wait before the next attempt; None to give up.

    `failures` counts failures in a row including this one, `progressed` the bytes that arrived since the one before,
    `most` is the budget of retries, `longest` the longest wait a server may ask for, `first` the wait after the first
    failure, doubled after each further one; `jitter` is in 0 … 1.
    After a connection that moved something the next one is made at once: the line works and is only cut. A server
    whose certificate cannot be verified is tried once more, since waiting seldom changes that.
    """
    if not error.retryable:
        return None
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= longest and failures <= most else None
    budget = {ErrorCode.TOO_SLOW: max(1, most // 2), ErrorCode.CERTIFICATE: min(1, most)}.get(error.code, most)
    if failures > (budget if most else 0):
        return None
    if progressed >= PROGRESS:
        return 0.0 if progressed >= 16 * PROGRESS else AFTER_PROGRESS * (0.5 + jitter / 2)
    ceiling: float = min(LONGEST_WAIT, first * 2 ** min(failures - 1, 16))
    return ceiling * (0.5 + jitter / 2)
