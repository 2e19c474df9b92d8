"""Whether this PC's clock is wrong, measured by the store's clock."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from companion.domain.core.durations import difference_in_words

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
    return WrongClock(difference_in_words(offset), ahead=offset > dt.timedelta())
