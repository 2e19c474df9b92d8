"""How long to wait before trying again, and when to stop trying."""

from __future__ import annotations

import datetime as dt
import re

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.http_date import parse_http_date

PROGRESS = 64 * 1024
"""Bytes that must have come since the last failure for it to count as a new beginning."""
AFTER_PROGRESS = 0.1
LONGEST_WAIT = 30.0


LONGEST_RETRY_AFTER = 86400.0
"""Seconds: what a server asks for beyond a day counts as a day."""


def parse_retry_after(text: str | None, now: float) -> float | None:
    """Returns the seconds that a `Retry-After` field asks to wait from `now` (POSIX time), from 0 to a day.

    The field holds seconds or a date (RFC 9110 § 10.2.3); a date in the past asks for no wait. None if there is no
    field, or it is in neither form.
    """
    text = (text or "").strip()
    if re.fullmatch(r"\d+", text, re.ASCII):
        # More digits than matter are not read at all.
        return LONGEST_RETRY_AFTER if len(text.lstrip("0")) > 5 else min(float(text), LONGEST_RETRY_AFTER)
    moment = parse_http_date(text, dt.datetime.fromtimestamp(now, dt.UTC))
    return None if moment is None else min(max(0.0, moment.timestamp() - now), LONGEST_RETRY_AFTER)


def count_failures(before: int, progressed: int) -> int:
    """How many failures in a row there are with this one, when `progressed` bytes came since the last one."""
    return 1 if progressed >= PROGRESS else before + 1


def wait_before_retry(
    error: CompanionError, failures: int, progressed: int, *, most: int, longest: float, first: float, jitter: float
) -> float | None:
    """Seconds to wait before the next attempt, or None to give up.

    `failures` counts failures in a row including this one, `progressed` the bytes that came since the one before,
    `most` is the budget of retries, `longest` the longest wait a server may ask for, `first` the wait after the first
    failure, doubled after each further one; `jitter` is in 0 … 1.
    A connection that moved something is taken up again at once: the line works, somebody merely cuts it. A server
    that cannot prove who it is gets one more chance, since waiting seldom changes that, and asking often worries.
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
