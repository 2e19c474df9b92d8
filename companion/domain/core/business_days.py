"""Counting business days, Monday to Friday.

Public holidays differ by country and bank and are not known here; a store that takes them into account sends its own
dates, and those take precedence over what is counted here.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec

from companion.domain.core.model import Model

_SATURDAY = 5


class Days(Model, frozen=True):
    """A span of business days, both ends included."""

    least: Annotated[int, msgspec.Meta(ge=0)]
    most: Annotated[int, msgspec.Meta(ge=0)]


def is_business_day(day: dt.date) -> bool:
    """Whether `day` is a Monday to Friday."""
    return day.weekday() < _SATURDAY


def add_business_days(start: dt.datetime, days: int) -> dt.datetime:
    """Returns the same wall-clock time `days` business days after `start`, in `start`'s own zone.

    Day 0 of something that begins on a weekend is that weekend: one business day after a Saturday is Monday.
    Raises `ValueError` for negative `days`.
    """
    if days < 0:
        raise ValueError("business days are counted forward")
    weekday = start.weekday()
    if weekday >= _SATURDAY:
        # From a weekend the count goes as from the Friday before it.
        begin, weekday = -(weekday - _SATURDAY + 1), _SATURDAY - 1
        if days == 0:
            return start
    else:
        begin = 0
    weeks, rest = divmod(days, 5)
    over_weekend = 2 if weekday + rest >= _SATURDAY else 0
    return start + dt.timedelta(days=begin + weeks * 7 + rest + over_weekend)


def business_window(start: dt.datetime, span: Days, zone: dt.tzinfo) -> tuple[dt.datetime, dt.datetime]:
    """Returns the first and the last moment `span` business days after `start`, with days counted in `zone`."""
    local = start.astimezone(zone)
    return add_business_days(local, span.least), add_business_days(local, span.most)
