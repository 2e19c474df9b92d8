import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.business_days import Days, add_business_days, business_window, is_business_day

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)).map(lambda day: dt.datetime.combine(day, dt.time(9), dt.UTC))


def count_by_walking(start: dt.datetime, days: int) -> dt.datetime:
    """The slow way: one calendar day after the other."""
    while days:
        start += dt.timedelta(days=1)
        days -= is_business_day(start)
    return start


@settings(max_examples=300, deadline=None)
@given(DAYS, st.integers(0, 40))
def test_counting_agrees_with_walking(start, days):
    assert add_business_days(start, days) == count_by_walking(start, days)


@settings(max_examples=100, deadline=None)
@given(DAYS, st.integers(1, 40))
def test_the_end_is_a_business_day(start, days):
    assert is_business_day(add_business_days(start, days))


def test_a_leap_day_counts():
    assert add_business_days(dt.datetime(2028, 2, 28, tzinfo=dt.UTC), 2) == dt.datetime(2028, 3, 1, tzinfo=dt.UTC)


def test_wall_clock_stays_across_a_clock_change():
    start = dt.datetime(2027, 3, 12, 18, 0, tzinfo=ZoneInfo("America/New_York"))
    after = add_business_days(start, 1)
    assert (after.date(), after.hour) == (dt.date(2027, 3, 15), 18)
    assert after.utcoffset() != start.utcoffset()


def test_days_are_counted_where_the_bank_is():
    monday_evening_in_new_york = dt.datetime(2027, 3, 9, 1, 0, tzinfo=dt.UTC)
    first, last = business_window(monday_evening_in_new_york, Days(least=1, most=5), ZoneInfo("America/New_York"))
    assert (first.date(), last.date()) == (dt.date(2027, 3, 9), dt.date(2027, 3, 15))


def test_counting_backwards_is_refused():
    with pytest.raises(ValueError, match="forward"):
        add_business_days(dt.datetime(2027, 3, 9, tzinfo=dt.UTC), -1)
