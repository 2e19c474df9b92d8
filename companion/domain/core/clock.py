"""Whether this PC's clock is wrong, measured by the store's clock."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

CLOCK_TOLERANCE = dt.timedelta(minutes=5)
"""The difference that is not worth a word: Kerberos tolerates as much (RFC 4120 §8.2).

TLS certificates are often only hours old, so a clock that is further off causes failures.
"""


class WrongClock(NamedTuple):
    """How far a clock is off, in words (``11 minutes``), and whether it is ahead of the right time or behind it."""

    amount: str
    ahead: bool


def wrong_clock(offset: dt.timedelta) -> WrongClock | None:
    """Returns how wrong a clock is that is `offset` ahead of the store's, or None within the tolerance."""
    if abs(offset) <= CLOCK_TOLERANCE:
        return None
    minutes = round(abs(offset).total_seconds() / 60)
    if minutes < 120:
        amount = f"{minutes} minutes"
    elif minutes < 2880:
        amount = f"{round(minutes / 60)} hours"
    else:
        amount = f"{round(minutes / 1440)} days"
    return WrongClock(amount, ahead=offset > dt.timedelta())
