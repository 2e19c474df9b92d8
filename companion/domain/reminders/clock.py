"""What clocks tell: that the PC slept or was set, that its time is wrong, and when the store is asked again."""

from __future__ import annotations

import datetime as dt
import hashlib

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.time.clock import Clocks, ran_ahead, woke_up, wrong_clock

REFRESH_EVERY = dt.timedelta(hours=6)
REFRESH_AFTER_FAILURE = dt.timedelta(hours=6)
"""How long at least until the next try after a failure."""
SPREAD_AFTER_FAILURE = dt.timedelta(hours=12)
"""Over how long the waits that follow are spread.

Less brings too many back at once when a store that was down answers again (`benchmarks/outage.py`).
"""
_JUMP = 90.0
_AFTER_WAKING = dt.timedelta(seconds=30)
_WAKING_SPREAD = dt.timedelta(minutes=10)


def jumped(before: Clocks, after: Clocks) -> bool:
    """Returns whether the PC slept or its clock was set, also back: reminders are then looked at anew."""
    return woke_up(before, after, tolerance=_JUMP) or ran_ahead(before, after) < -_JUMP


def clock_trouble(store_time: dt.datetime | None, now: dt.datetime) -> CompanionError | None:
    """Returns what to tell about a PC whose clock is wrong: its reminders come at the wrong time; else None."""
    wrong = wrong_clock(now - store_time) if store_time is not None else None
    if wrong is None:
        return None
    return CompanionError(
        ErrorCode.CLOCK_WRONG,
        "This PC's clock is wrong",
        f"It is {wrong.amount} {'ahead of' if wrong.ahead else 'behind'} the store's clock. "
        f"Reminders go by this PC's clock, so they would come too {'early' if wrong.ahead else 'late'}.",
        "In the system's settings for date and time, turn on setting the time automatically.",
    )


def next_refresh(last: dt.datetime | None, failed: dt.datetime | None, now: dt.datetime, this_pc: str) -> dt.datetime:
    """Returns when to ask the store again: four times a day, at moments that differ from PC to PC and each time.

    `last` is when it was asked with success, `failed` when the latest try failed after that.
    The moment may have passed: then ask now. A moment in the future of `now` that the PC's clock can no longer mean is
    not believed.
    """
    if last is None or last > now:
        return now if failed is None or failed > now else _after_failure(failed, this_pc)
    if failed is not None and last < failed <= now:
        return _after_failure(failed, this_pc)
    slot = int(last.timestamp() // REFRESH_EVERY.total_seconds())
    moments = (_moment(this_pc, number) for number in (slot, slot + 1, slot + 2))
    # Two moments of neighbouring slots may nearly meet; the second would bring nothing new.
    return next(moment for moment in moments if moment - last > REFRESH_EVERY / 3)


def after_waking(now: dt.datetime, this_pc: str) -> dt.datetime:
    """Returns when the store may be asked after the PC woke up: the network needs a moment, and not all at once."""
    return now + _AFTER_WAKING + _WAKING_SPREAD * _drawn(f"{this_pc} woke {now.timestamp()}")


def _after_failure(failed: dt.datetime, this_pc: str) -> dt.datetime:
    return failed + REFRESH_AFTER_FAILURE + SPREAD_AFTER_FAILURE * _drawn(f"{this_pc} {failed.timestamp()}")


def _moment(this_pc: str, slot: int) -> dt.datetime:
    """The moment within a slot that belongs to this PC."""
    seconds = (slot + _drawn(f"{this_pc} {slot}")) * REFRESH_EVERY.total_seconds()
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _drawn(text: str) -> float:
    """A number from 0 to 1 that looks random and is always the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32
