"""Dates and amounts as the command line prints them: the same on every system, whatever its locale."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.money import Money
from companion.domain.core.text import FormatDate, FormatMoment, plain_date, plain_moment, plain_money
from companion.domain.core.time.ends import asked_when, near_to_the_minute, to_the_minute

_UNKNOWN = "–"


class Formats:
    """Prints moments in one time zone, and amounts; each method can be handed to a decision as its formatter."""

    def __init__(self, zone: dt.tzinfo) -> None:
        self._zone = zone
        self._date = plain_date(zone)
        self._moment = plain_moment(zone)

    def date(self, moment: dt.date | None) -> str:
        """Returns the day of a moment, or a dash when it is not known."""
        return _UNKNOWN if moment is None else self._date(moment)

    def moment(self, moment: dt.datetime | None) -> str:
        """Returns day and time of a moment, or a dash when it is not known."""
        return _UNKNOWN if moment is None else self._moment(moment)

    def ends(self, now: dt.datetime) -> FormatDate:
        """Returns how an end is shown: as a day, and to the minute where it is near."""
        return near_to_the_minute(self.date, self.moment, now, self._zone)

    def asked(self, now: dt.datetime) -> FormatMoment:
        """Returns how it is shown when something was asked: "today, 23:10"."""
        return asked_when(self.moment, lambda moment: f"{moment.astimezone(self._zone):%H:%M}", now, self._zone)

    @property
    def exact(self) -> FormatDate:
        """Returns how a date is shown where it is read at any later time: with the time of day that is known."""
        return to_the_minute(self.date, self.moment, self._zone)

    def money(self, amount: Money) -> str:
        """Returns the amount with its currency."""
        return plain_money(amount)
