"""Ends as they are shown: near ones to the minute."""

from __future__ import annotations

import datetime as dt

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
        local = moment.astimezone(zone)
        twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
        return f"{format_moment(moment)} ({local:%Z})" if twice else format_moment(moment)

    return show
