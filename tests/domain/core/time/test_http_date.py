"""Dates of header fields in their three forms."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.time.http_date import parse_http_date

NOW = dt.datetime(2026, 11, 10, tzinfo=dt.UTC)
MOMENT = dt.datetime(1994, 11, 6, 8, 49, 37, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994",
        " Sun, 06 Nov 1994 08:49:37 GMT ",
        "Sun, 6 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000",
        "Sun, 06 Nov 1994 08:49:37 GMT, Mon, 07 Nov 1994 08:49:37 GMT",
    ],
)
def test_every_form_names_the_same_moment(text: str) -> None:
    assert parse_http_date(text, NOW) == MOMENT


def test_every_month() -> None:
    names = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    found = [parse_http_date(f"Sun, 06 {month} 1994 08:49:37 GMT", NOW) for month in names]
    assert found == [MOMENT.replace(month=number) for number in range(1, 13)]


@pytest.mark.parametrize(
    ("digits", "year"), [("26", 2026), ("27", 2027), ("76", 2076), ("77", 1977), ("99", 1999), ("00", 2000)]
)
def test_two_digits_of_a_year_are_never_more_than_50_years_ahead(digits: str, year: int) -> None:
    assert parse_http_date(f"Sunday, 06-Nov-{digits} 08:49:37 GMT", NOW) == MOMENT.replace(year=year)


def test_a_leap_second_counts_as_the_one_before() -> None:
    found = parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", NOW)
    assert found == dt.datetime(2016, 12, 31, 23, 59, 59, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "0",
        "1994-11-06T08:49:37Z",
        "Sun, 06 Nov 1994 08:49:37",
        "Sun, 06 Nov 1994 08:49:37 EST",
        "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 06 Now 1994 08:49:37 GMT",
        "Sun, 31 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 0000 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT; 1",
        "Sun Nov  6 08:49:37 94",
    ],
)
def test_no_other_form_is_read(text: str | None) -> None:
    assert parse_http_date(text, NOW) is None
