"""Dates in HTTP header fields (RFC 9110 § 5.6.7)."""

from __future__ import annotations

import datetime as dt
import re

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_CLOCK = r"(?P<hour>\d\d):(?P<minute>\d\d):(?P<second>\d\d)"
_ZONE = r"(?:GMT|UTC|[+-]0000)"
_FORMS = tuple(
    re.compile(form + r"(?:,.*)?", re.ASCII | re.IGNORECASE)
    for form in (
        rf"[a-z]{{3}},\ +(?P<day>\d\d?)\ (?P<month>[a-z]{{3}})\ (?P<year>\d{{4}})\ {_CLOCK}\ {_ZONE}",
        rf"[a-z]{{6,9}},\ +(?P<day>\d\d)-(?P<month>[a-z]{{3}})-(?P<year>\d\d)\ {_CLOCK}\ {_ZONE}",
        rf"[a-z]{{3}}\ (?P<month>[a-z]{{3}})\ {{1,2}}(?P<day>\d\d?)\ {_CLOCK}\ (?P<year>\d{{4}})",
    )
)
"""The usual form, the obsolete one of RFC 850 and that of asctime, which names no zone and means UTC as well."""


def parse_http_date(text: str | None, now: dt.datetime) -> dt.datetime | None:
    """Returns the moment that a date field names, in UTC; None if it is in none of the three forms.

    `now` decides which century two digits of a year mean: never one more than 50 years ahead. A leap second counts
    as the second before it. Where a field was sent twice, joined with a comma, the first date counts.
    """
    for form in _FORMS:
        found = form.fullmatch((text or "").strip())
        if found is None:
            continue
        field = found.groupdict()
        try:
            year = int(field["year"]) if len(field["year"]) == 4 else _full_year(int(field["year"]), now.year)
            return dt.datetime(
                year,
                _MONTHS.index(field["month"].lower()) + 1,
                int(field["day"]),
                int(field["hour"]),
                int(field["minute"]),
                59 if field["second"] == "60" else int(field["second"]),
                tzinfo=dt.UTC,
            )
        except ValueError:
            return None
    return None


def _full_year(digits: int, this_year: int) -> int:
    year = this_year - this_year % 100 + digits
    return year - 100 if year > this_year + 50 else year
