"""Until when log-ins are locked, as a time in the person's own zone."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import FormatMoment


def unlock_time(error: CompanionError, now: dt.datetime) -> dt.datetime | None:
    """Returns when the store accepts log-ins again, rounded up to a whole minute; None when it is not known."""
    if error.code != ErrorCode.TOO_MANY_ATTEMPTS or error.retry_after is None:
        return None
    moment = now + dt.timedelta(seconds=error.retry_after)
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + dt.timedelta(minutes=1)


def with_unlock_time(error: CompanionError, now: dt.datetime, format_moment: FormatMoment) -> CompanionError:
    """Returns the error with the time until which log-ins are locked; `error` itself when there is no such time."""
    until = unlock_time(error, now)
    if until is None:
        return error
    told = CompanionError(
        error.code,
        error.title,
        f"The store has locked log-ins for this order until {format_moment(until)}, to protect it.",
        "After that, try once more with the data from the confirmation e-mail. Trying earlier does not help.",
        kind=error.kind,
        retryable=error.retryable,
        retry_after=error.retry_after,
    )
    told.attempts = error.attempts
    return told
