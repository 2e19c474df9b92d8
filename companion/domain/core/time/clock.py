"""What two clocks tell: that this PC slept or its clock was set, and whether it is wrong by the store's clock."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from companion.domain.core.time.durations import difference_in_words

CLOCK_TOLERANCE = dt.timedelta(minutes=5)
"""The difference that is not worth a word: Kerberos tolerates as much (RFC 4120 §8.2).

TLS certificates are often only hours old, so a clock that is further off causes failures.
"""


class Clocks(NamedTuple):
    """One reading of both clocks in seconds: the time of day, and a clock that cannot be set."""

    wall: float
    steady: float


def woke_up(before: Clocks, after: Clocks, *, tolerance: float, longest_pause: float | None = None) -> bool:
    """Returns whether the PC slept, or its clock was put forward, between two readings.

    Where the steady clock stops in sleep (Linux, macOS) the time of day has run ahead of it by more than `tolerance`
    seconds; where it goes on (Windows), the readings lie further apart than `longest_pause`, which nothing but sleep
    explains to a reader who looks more often.
    """
    passed = after.steady - before.steady
    return ran_ahead(before, after) > tolerance or (longest_pause is not None and passed > longest_pause)


def ran_ahead(before: Clocks, after: Clocks) -> float:
    """Returns by how many seconds the time of day ran ahead of the steady clock; negative when it was set back."""
    return (after.wall - before.wall) - (after.steady - before.steady)


class WrongClock(NamedTuple):
    """How far a clock is off, in words (``11 minutes``), and whether it is ahead of the right time or behind it."""

    amount: str
    ahead: bool


def wrong_clock(offset: dt.timedelta) -> WrongClock | None:
    """Returns how wrong a clock is that is `offset` ahead of the store's, or None within the tolerance."""
    if abs(offset) <= CLOCK_TOLERANCE:
        return None
    return WrongClock(difference_in_words(offset), ahead=offset > dt.timedelta())
