"""Counting business days: Monday to Friday, without the public holidays of the store's country.

Where the country's holidays are not known, only weekends are left out; `holidays_note` says so beside the dates. A
store that sends its own dates knows better, and those take precedence over what is counted here.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from companion.domain.core.model import Model
from companion.domain.core.public_holidays import holidays_known, public_holiday

_SATURDAY = 5
_A_YEAR = 366


class Days(Model, frozen=True):
    """A span of business days, both ends included."""

    least: Annotated[int, msgspec.Meta(ge=0, le=_A_YEAR)]
    most: Annotated[int, msgspec.Meta(ge=0, le=_A_YEAR)]


def is_business_day(day: dt.date, country: str | None) -> bool:
    """Returns whether `day` is a Monday to Friday and no public holiday of `country`."""
    return day.weekday() < _SATURDAY and public_holiday(day, country) is None


def add_business_days(start: dt.datetime, days: int, country: str | None) -> dt.datetime:
    """Returns the same wall-clock time `days` business days of `country` after `start`, in `start`'s own zone.

    Day 0 of something that begins on a weekend or a holiday is that day: one business day after a Saturday is Monday.
    Raises `ValueError` for negative `days`.
    """
    if days < 0:
        raise ValueError("business days are counted forward")
    moment, left = start, days
    while left:
        moment += dt.timedelta(days=1)
        left -= is_business_day(moment, country)
    return moment


def business_window(
    start: dt.datetime, span: Days, zone: dt.tzinfo, country: str | None
) -> tuple[dt.datetime, dt.datetime]:
    """Returns the first and the last moment `span` business days after `start`, with days counted in `zone`."""
    local = start.astimezone(zone)
    return add_business_days(local, span.least, country), add_business_days(local, span.most, country)


def holidays_note(country: str | None) -> str:
    """Returns what to know of dates that were counted for `country`; empty where its holidays were left out."""
    if holidays_known(country):
        return ""
    return "Only weekends were left out: the public holidays that the store observes are not known."
