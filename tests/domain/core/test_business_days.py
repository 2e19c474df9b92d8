import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.business_days import (
    Days,
    add_business_days,
    business_window,
    holidays_note,
    is_business_day,
)

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)).map(lambda day: dt.datetime.combine(day, dt.time(9), dt.UTC))
COUNTRIES = st.sampled_from([None, "US", "DE", "JP", "XX"])


def at(text, zone="UTC"):
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@settings(max_examples=200, deadline=None)
@given(DAYS, st.integers(0, 40), COUNTRIES)
def test_between_start_and_end_lie_that_many_business_days(start, days, country):
    end = add_business_days(start, days, country)
    passed = [start.date() + dt.timedelta(days=offset) for offset in range(1, (end - start).days + 1)]
    assert sum(is_business_day(day, country) for day in passed) == days


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(1, 40), COUNTRIES)
def test_the_end_is_a_business_day(start, days, country):
    assert is_business_day(add_business_days(start, days, country), country)


@pytest.mark.parametrize(
    ("start", "days", "country", "end"),
    [
        ("2026-11-25T09:00", 1, "US", "2026-11-27T09:00"),  # over Thanksgiving
        ("2026-11-25T09:00", 1, "GB", "2026-11-26T09:00"),
        ("2026-11-25T09:00", 1, None, "2026-11-26T09:00"),
        ("2026-12-23T09:00", 2, "GB", "2026-12-29T09:00"),  # Boxing Day is a Saturday, observed on Monday
        ("2027-04-30T09:00", 1, "DE", "2027-05-03T09:00"),  # the first of May is a Saturday
        ("2027-03-25T09:00", 1, "DE", "2027-03-30T09:00"),  # over Good Friday and Easter Monday
        ("2026-11-26T09:00", 0, "US", "2026-11-26T09:00"),
        ("2027-01-02T09:00", 1, "US", "2027-01-04T09:00"),
    ],
)
def test_public_holidays_of_the_country_do_not_count(start, days, country, end):
    assert add_business_days(at(start), days, country) == at(end)


def test_a_country_that_is_not_known_counts_weekends_only_and_it_is_said():
    assert add_business_days(at("2026-11-25T09:00"), 1, "XX") == at("2026-11-26T09:00")
    assert "Only weekends" in holidays_note("XX")
    assert "Only weekends" in holidays_note(None)
    assert holidays_note("US") == holidays_note("us") == ""


def test_a_leap_day_counts():
    assert add_business_days(dt.datetime(2028, 2, 28, tzinfo=dt.UTC), 2, "US") == dt.datetime(2028, 3, 1, tzinfo=dt.UTC)


def test_wall_clock_stays_across_a_clock_change():
    start = dt.datetime(2027, 3, 12, 18, 0, tzinfo=ZoneInfo("America/New_York"))
    after = add_business_days(start, 1, "US")
    assert (after.date(), after.hour) == (dt.date(2027, 3, 15), 18)
    assert after.utcoffset() != start.utcoffset()


def test_days_are_counted_where_the_bank_is():
    monday_evening_in_new_york = dt.datetime(2027, 3, 9, 1, 0, tzinfo=dt.UTC)
    zone = ZoneInfo("America/New_York")
    first, last = business_window(monday_evening_in_new_york, Days(least=1, most=5), zone, "US")
    assert (first.date(), last.date()) == (dt.date(2027, 3, 9), dt.date(2027, 3, 15))


def test_counting_backwards_is_refused():
    with pytest.raises(ValueError, match="forward"):
        add_business_days(dt.datetime(2027, 3, 9, tzinfo=dt.UTC), -1, None)
