"""Calendar periods such as "one year" or "30 days", and calendar arithmetic with them."""

from __future__ import annotations

import calendar
import datetime as dt
import re

from companion.domain.core.text import counted, joined

_FORM = re.compile(r"P(?:(\d{1,4})Y)?(?:(\d{1,4})M)?(?:(\d{1,4})W)?(?:(\d{1,5})D)?")

_LONGEST_DAYS = 100 * 366


class Period:
    """A length of calendar time in years, months and days (ISO 8601-1:2019 §5.5.2, dates only; weeks become days).

    Written by hand because msgspec would read and write a dataclass as an object instead of as ``P30D``.
    """

    __slots__ = ("_parts",)

    def __init__(self, years: int = 0, months: int = 0, days: int = 0) -> None:
        self._parts = (years, months, days)

    @property
    def years(self) -> int:
        return self._parts[0]

    @property
    def months(self) -> int:
        return self._parts[1]

    @property
    def days(self) -> int:
        return self._parts[2]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Period) and other._parts == self._parts

    def __hash__(self) -> int:
        return hash(self._parts)

    def __repr__(self) -> str:
        return f"Period.parse({str(self)!r})"

    @classmethod
    def parse(cls, text: str) -> Period:
        """Returns the period written as ``P1Y``, ``P1M``, ``P2W``, ``P30D`` or a mixture.

        Raises `ValueError` for anything else, and for more than a hundred years.
        """
        match = _FORM.fullmatch(text)
        if match is None or text == "P":
            raise ValueError("not an ISO 8601 date period")
        years, months, weeks, days = (int(part or 0) for part in match.groups())
        if years * 366 + months * 31 + weeks * 7 + days > _LONGEST_DAYS:
            raise ValueError("longer than anything that is sold")
        return cls(years, months, weeks * 7 + days)

    def __str__(self) -> str:
        parts = [f"{count}{unit}" for count, unit in ((self.years, "Y"), (self.months, "M"), (self.days, "D")) if count]
        return "P" + ("".join(parts) or "0D")

    def after(self, start: dt.datetime) -> dt.datetime:
        """Returns the same wall-clock time this period later, in `start`'s zone.

        A day that the month does not have is its last: 31 January plus a month is the last of February.
        """
        months = start.year * 12 + start.month - 1 + self.years * 12 + self.months
        year, month = divmod(months, 12)
        day = min(start.day, calendar.monthrange(year, month + 1)[1])
        return start.replace(year=year, month=month + 1, day=day) + dt.timedelta(days=self.days)

    def as_words(self) -> str:
        """Returns the period in words: "1 year", "30 days", "1 year and 6 months"."""
        named = [(self.years, "year"), (self.months, "month"), (self.days, "day")]
        return joined([counted(count, unit) for count, unit in named if count]) or counted(0, "day")


def days_until(moment: dt.datetime, now: dt.datetime, zone: dt.tzinfo) -> int:
    """Returns the calendar days from today to `moment`'s day in the person's `zone`; 0 is today, negative is past.

    People count days on a calendar, not blocks of 24 hours: at 23:00 something due at 01:00 is "tomorrow".
    """
    return (moment.astimezone(zone).date() - now.astimezone(zone).date()).days
