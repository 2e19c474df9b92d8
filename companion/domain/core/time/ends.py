"""Moments as they are shown by how near they are: ends to the minute, and when something was asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from companion.domain.core.text import FormatDate, FormatMoment
from companion.domain.core.time.periods import days_until


def near_to_the_minute(
    format_date: FormatDate, format_moment: FormatMoment, now: dt.datetime, zone: dt.tzinfo
) -> FormatDate:
    """Returns a `FormatDate` that names the time too of what lies yesterday, today or tomorrow in `zone`.

    "Until 4 December" is not true any more for the rest of that day once the hour is past. What is shown changes with
    the calendar day alone. A day of which no time is known is given none.
    """
    exact = to_the_minute(format_date, format_moment, zone)

    def show(moment: dt.date | None) -> str:
        if not isinstance(moment, dt.datetime) or abs(days_until(moment, now, zone)) > 1:
            return format_date(moment)
        return exact(moment)

    return show


def to_the_minute(format_date: FormatDate, format_moment: FormatMoment, zone: dt.tzinfo) -> FormatDate:
    """Returns a `FormatDate` that names the time of every moment, for what is read at any later time.

    A time that clocks show twice, when they are set back, is told with its offset's name. A day of which no time is
    known is given none.
    """

    def show(moment: dt.date | None) -> str:
        if not isinstance(moment, dt.datetime):
            return format_date(moment)
        return format_moment(moment) + _offset_name(moment, zone)

    return show


def asked_when(
    format_moment: FormatMoment, format_time: Callable[[dt.datetime], str], now: dt.datetime, zone: dt.tzinfo
) -> FormatMoment:
    """Returns a `FormatMoment` for when something was asked: "today, 23:10", "yesterday, 08:00", else "on" a day."""

    def show(moment: dt.datetime | None) -> str:
        day = {0: "today", -1: "yesterday"}.get(days_until(moment, now, zone)) if moment is not None else None
        if moment is None or day is None:
            return f"on {format_moment(moment)}"
        return f"{day}, {format_time(moment)}{_offset_name(moment, zone)}"

    return show


def _offset_name(moment: dt.datetime, zone: dt.tzinfo) -> str:
    """Returns the name of the offset of a time that clocks show twice, when they are set back; else nothing."""
    local = moment.astimezone(zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return f" ({local:%Z})" if twice else ""
