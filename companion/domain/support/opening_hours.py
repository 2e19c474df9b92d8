"""Whether a support number is answered now, and until when or from when."""

from __future__ import annotations

import datetime as dt
import enum
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from companion.domain.core.model import Instant, Model
from companion.domain.core.public_holidays import holidays_known, public_holiday
from companion.domain.core.text import FormatMoment
from companion.domain.store.profile import SupportEntry

_WEEK = dt.timedelta(weeks=1)
# Hours repeat each week: what is open now and in a week's time without a break is always open.
_DAYS_AHEAD = 9
# Holidays do not: the next one of a country lies within this many days.
_DAYS_TO_A_HOLIDAY = 400
# Profiles write the end of a day as 23:59 or 23:59:59; that minute is no break.
_NO_BREAK = dt.timedelta(minutes=1)


class OpenState(enum.StrEnum):
    """Whether a support number is answered."""

    OPEN = "open"
    CLOSED = "closed"
    ALWAYS = "always"
    UNKNOWN = "unknown"


class Opening(Model, frozen=True):
    """Whether a support number is answered; `changes_at` is when that changes next, in the person's own zone.

    `holiday` is the public holiday that today is where the number is answered, if it is closed or may be. The state is
    called ``desk`` in JSON, whose keys are stable.
    """

    state: OpenState = msgspec.field(name="desk")
    changes_at: Instant | None = None
    holiday: str | None = None


class _Span(NamedTuple):
    begins: dt.datetime
    ends: dt.datetime


def opening(entry: SupportEntry, now: dt.datetime, user_zone: dt.tzinfo, country: str | None = None) -> Opening:
    """Returns whether `entry` is answered at `now`, and until when or from when, in `user_zone`.

    Hours are those of the entry's own time zone, so they move against the person's when one of the two zones changes
    its clocks. Hours that end before they begin go past midnight; equal ends mean the whole day. Public holidays are
    those of the entry's country, else of `country`, the store's. Of a number that is not answered around the clock,
    and whose store says nothing of holidays, it is not known whether it is answered on one.
    """
    zone = _zone_of(entry)
    if zone is None:
        return Opening(state=OpenState.UNKNOWN)
    where = entry.country or country
    spans = _open_spans(entry, now, zone, where if entry.closed_on_holidays else None)
    span = next((span for span in spans if span.ends > now), None)
    if span is None:
        return Opening(state=OpenState.UNKNOWN)
    if span.begins <= now and not entry.closed_on_holidays and span.ends - now > _WEEK:
        return Opening(state=OpenState.ALWAYS)
    holiday = _holiday_today(entry, now.astimezone(zone).date(), where)
    if span.begins > now:
        return Opening(state=OpenState.CLOSED, changes_at=span.begins.astimezone(user_zone), holiday=holiday)
    if holiday is not None and entry.closed_on_holidays is None:
        return Opening(state=OpenState.UNKNOWN, changes_at=span.ends.astimezone(user_zone), holiday=holiday)
    return Opening(state=OpenState.OPEN, changes_at=span.ends.astimezone(user_zone))


def _zone_of(entry: SupportEntry) -> ZoneInfo | None:
    try:
        return ZoneInfo(entry.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def _holiday_today(entry: SupportEntry, today: dt.date, country: str | None) -> str | None:
    """Returns the public holiday that `today` is, if it is a day of the week on which the number is answered at all."""
    answered = any(today.isoweekday() in hours.weekdays for hours in entry.hours)
    return public_holiday(today, country) if answered and entry.closed_on_holidays is not False else None


def _open_spans(entry: SupportEntry, now: dt.datetime, zone: ZoneInfo, closed_in: str | None) -> list[_Span]:
    """Returns the open spans from yesterday on in UTC, joined where one begins as the other ends.

    On public holidays of `closed_in` none begins.
    """
    today = now.astimezone(zone).date()
    spans = []
    ahead = _DAYS_TO_A_HOLIDAY if holidays_known(closed_in) else _DAYS_AHEAD
    for day in (today + dt.timedelta(days=offset) for offset in range(-1, ahead)):
        for hours in entry.hours:
            if day.isoweekday() in hours.weekdays and public_holiday(day, closed_in) is None:
                last_day = day + dt.timedelta(days=1) if hours.closes <= hours.opens else day
                spans.append(_Span(_moment(day, hours.opens, zone), _moment(last_day, hours.closes, zone)))
    return _joined(sorted(spans))


def _joined(spans: list[_Span]) -> list[_Span]:
    found: list[_Span] = []
    for span in spans:
        if found and span.begins <= found[-1].ends + _NO_BREAK:
            found[-1] = _Span(found[-1].begins, max(span.ends, found[-1].ends))
        else:
            found.append(span)
    return found


def _moment(day: dt.date, time: dt.time, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, time.replace(tzinfo=None), zone).astimezone(dt.UTC)


def state_words(state: OpenState) -> str:
    """Returns whether a number is answered now, in two or three words."""
    if state is OpenState.UNKNOWN:
        return "Hours not known"
    return "Closed now" if state is OpenState.CLOSED else "Open now"


def opening_sentence(found: Opening, format_moment: FormatMoment) -> str:
    """Returns whether to call now, in one sentence; the times are the person's own."""
    if found.holiday is not None:
        return _holiday_sentence(found, format_moment)
    if found.state is OpenState.ALWAYS:
        return "Open now, at any time of any day."
    if found.changes_at is None:
        return "The store does not say when this number is answered."
    when = format_moment(found.changes_at)
    return f"Open now until {when}." if found.state is OpenState.OPEN else f"Closed now; opens {when}."


def _holiday_sentence(found: Opening, format_moment: FormatMoment) -> str:
    when = format_moment(found.changes_at) if found.changes_at is not None else ""
    if found.state is OpenState.CLOSED:
        return f"Closed today: {found.holiday}. It opens {when}." if when else f"Closed today: {found.holiday}."
    return (
        f"Today is a public holiday there, {found.holiday}, and the store does not say whether the number is answered."
        + (f" Its usual hours end {when}." if when else "")
    )
