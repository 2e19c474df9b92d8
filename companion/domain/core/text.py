"""Parts of sentences for people: dates, amounts, sizes, lists.

A decision never formats a date or an amount by itself: it takes a `FormatDate` and a `FormatMoney`, so that the
window can use the person's locale and the command line the plain forms defined here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence

from companion.domain.core.business_days import Days
from companion.domain.core.money import Money

FormatDate = Callable[[dt.date | None], str]
"""Shows a moment as a day in the person's zone ("8 January 2027"), and `UNKNOWN_DATE` for None.

A calendar day of which no time is known (a `date` that is no `datetime`) is shown as it is, in every zone.
"""
FormatMoment = Callable[[dt.datetime | None], str]
"""Shows a moment as day and time in the person's zone ("Monday 09:00"), and `UNKNOWN_DATE` for None."""
FormatMoney = Callable[[Money], str]

UNKNOWN_DATE = "a day that is not known"
"""Stands for a date that a source does not tell, in the middle of a sentence."""

# Not `calendar.month_name`, which follows the process's locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def day_in(moment: dt.date, zone: dt.tzinfo) -> dt.date:
    """Returns the day of a moment in `zone`; a calendar day of which no time is known is the same everywhere."""
    return moment.astimezone(zone).date() if isinstance(moment, dt.datetime) else moment


def plain_date(zone: dt.tzinfo) -> FormatDate:
    """Returns a `FormatDate` for terminals and scripts: ``8 January 2027`` in `zone`, whatever the system's locale."""

    def show(moment: dt.date | None) -> str:
        if moment is None:
            return UNKNOWN_DATE
        local = day_in(moment, zone)
        return f"{local.day} {_MONTHS[local.month - 1]} {local.year}"

    return show


def plain_moment(zone: dt.tzinfo) -> FormatMoment:
    """Returns a `FormatMoment` for terminals and scripts: ``Friday 8 January 2027, 14:05`` in `zone`."""
    show_date = plain_date(zone)

    def show(moment: dt.datetime | None) -> str:
        if moment is None:
            return UNKNOWN_DATE
        local = moment.astimezone(zone)
        return f"{_WEEKDAYS[local.weekday()]} {show_date(moment)}, {local:%H:%M}"

    return show


def plain_money(money: Money) -> str:
    """A `FormatMoney` for terminals and scripts: ``59.95 USD``."""
    return money.plain()


def counted(number: int, noun: str) -> str:
    """Returns a number with its noun: ``1 day``, ``3 days``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def sentence_start(text: str) -> str:
    """Returns the text with a capital letter first, the rest as it is."""
    return f"{text[:1].upper()}{text[1:]}"


def joined(parts: Sequence[str], conjunction: str = "and") -> str:
    """Returns a list in words: ``a``, ``a and b``, ``a, b and c``."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {conjunction} {parts[-1]}"


def days_away(days: int) -> str:
    """Returns how far away a day is: ``today``, ``tomorrow``, ``in 5 days``, ``yesterday``, ``5 days ago``."""
    near = {0: "today", 1: "tomorrow", -1: "yesterday"}
    if days in near:
        return near[days]
    return f"in {days} days" if days > 0 else f"{-days} days ago"


def business_days(span: Days) -> str:
    """Returns a span in words: ``5 to 7 business days``, ``1 business day``."""
    if span.least == span.most:
        return counted(span.most, "business day")
    return f"{span.least} to {span.most} business days"


def without_marks(text: str) -> str:
    """Returns a sentence with the names that are marked as ``*name*`` in quotation marks."""
    return re.sub(r"\*([^*\n]+)\*", r"“\1”", text)


def moment_in_words(moment: dt.datetime, now: dt.datetime, zone: dt.tzinfo) -> str:
    """Returns when something began, in `zone`: "08:12", "yesterday, 08:12", "3 March, 08:12"."""
    then, today = moment.astimezone(zone), now.astimezone(zone).date()
    clock = f"{then:%H:%M}"
    days = (today - then.date()).days
    if days == 0:
        return clock
    if days == 1:
        return f"yesterday, {clock}"
    day = f"{then.day} {_MONTHS[then.month - 1]}" + (f" {then.year}" if then.year != today.year else "")
    return f"{day}, {clock}"


def size_in_words(count: int) -> str:
    """Returns a number of bytes in decimal units: "12.3 GB", "640 MB", "1 byte"."""
    for unit, factor in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if count >= factor:
            value = count / factor
            return f"{value:.1f} {unit}" if value < 100 else f"{value:.0f} {unit}"
    return counted(count, "byte")
