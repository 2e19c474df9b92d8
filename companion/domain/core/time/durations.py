"""Lengths of time in words."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.text import counted


def wait_in_words(seconds: float | None) -> str:
    """Returns how long to wait, rounded up: "30 seconds", "5 minutes"; "a few minutes" when it is not known."""
    if seconds is None:
        return "a few minutes"
    if seconds < 90:
        return counted(max(1, round(seconds)), "second")
    minutes = -(-int(seconds) // 60)
    return counted(minutes, "minute") if minutes < 90 else counted(-(-minutes // 60), "hour")


def time_left_in_words(seconds: float) -> str:
    """Returns a time that is estimated: "a few seconds", "about 3 minutes", "about 1.5 hours"."""
    if seconds < 10:
        return "a few seconds"
    if seconds < 55:
        return f"about {round(seconds / 5) * 5} seconds"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"about {counted(minutes, 'minute')}"
    hours = round(seconds / 3600, 1)
    return f"about {hours:g} hour{'' if hours == 1 else 's'}"


def difference_in_words(difference: dt.timedelta) -> str:
    """Returns a difference of some minutes or more in its fitting unit: "11 minutes", "3 hours", "2 days"."""
    minutes = round(abs(difference).total_seconds() / 60)
    if minutes < 120:
        return counted(minutes, "minute")
    return counted(round(minutes / 60), "hour") if minutes < 2880 else counted(round(minutes / 1440), "day")
