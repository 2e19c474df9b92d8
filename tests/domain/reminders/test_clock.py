import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.errors import ErrorCode
from companion.domain.core.platform import Platform
from companion.domain.core.time.clock import Clocks
from companion.domain.pc.checks.pc import pc_findings
from companion.domain.pc.facts import Fact, Facts
from companion.domain.pc.finding import Requirements, Severity
from companion.domain.reminders.clock import (
    REFRESH_AFTER_FAILURE,
    REFRESH_EVERY,
    SPREAD_AFTER_FAILURE,
    clock_trouble,
    jumped,
    next_refresh,
)
from companion.domain.store.profile import Stage

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("wall", "steady", "expected"),
    [
        (300, 300, False),
        (360, 300, False),
        (300 + 3600, 300, True),  # slept, or the clock was put forward
        (300 - 3600, 300, True),  # the clock was put back
        (7200, 7200, False),  # busy for two hours, but awake
    ],
)
def test_clocks_that_part_ways_mean_sleep_or_a_clock_that_was_set(wall, steady, expected):
    before, after = Clocks(NOW.timestamp(), 50.0), Clocks(NOW.timestamp() + wall, 50.0 + steady)
    assert jumped(before, after) is expected


@pytest.mark.parametrize(
    ("offset", "words"),
    [
        (5 * 60, None),
        (-5 * 60, None),
        (5 * 60 + 1, "5 minutes ahead of"),
        (-3 * 3600, "3 hours behind"),
        (400 * 86400, "400 days ahead of"),
    ],
)
def test_a_clock_that_disagrees_by_more_than_five_minutes_is_told(offset, words):
    trouble = clock_trouble(NOW, NOW + dt.timedelta(seconds=offset))
    assert (trouble is None) is (words is None)
    if trouble is not None:
        assert trouble.code == ErrorCode.CLOCK_WRONG
        assert words in trouble.message
        assert ("early" if offset > 0 else "late") in trouble.message


@pytest.mark.parametrize("seconds", [0, 299, 300, 301, -300, -301, 540, 599, 601, -86_400])
def test_reminders_and_the_check_of_the_pc_agree_on_when_the_clock_is_wrong(build, seconds):
    told = clock_trouble(NOW, NOW + dt.timedelta(seconds=seconds))
    requirements = Requirements(profile=build.profile(), platform=Platform.WINDOWS, destination=r"D:\Downloads")
    seen = Facts(taken_at=NOW, clock_offset=Fact.known(float(seconds)))
    (row,) = (each for each in pc_findings(seen, requirements, Stage.DOWNLOAD) if each.id == "clock")
    assert (told is None) is (row.severity is Severity.FINE)


def test_a_store_that_tells_no_time_says_nothing_about_the_clock():
    assert clock_trouble(None, NOW) is None


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 10**9), st.text(max_size=8))
def test_the_store_is_asked_about_four_times_a_day(seconds, this_pc):
    last = NOW + dt.timedelta(seconds=seconds)
    at = next_refresh(last, None, last, this_pc)
    assert REFRESH_EVERY / 3 < at - last <= 2 * REFRESH_EVERY + REFRESH_EVERY / 3


def test_many_pcs_spread_over_the_day():
    begun = [next_refresh(NOW, None, NOW, f"pc-{number}") for number in range(2000)]
    quarter = dt.timedelta(minutes=15)
    busiest = max(sum(start <= at < start + quarter for at in begun) for start in begun[:200])
    assert busiest < 2000 / 10, "no quarter of an hour gets a tenth of all PCs"


def test_one_pc_asks_at_different_times_on_different_days():
    times = set()
    at = NOW
    for _ in range(40):
        at = next_refresh(at, None, at, "pc")
        times.add(at.time().replace(second=0, microsecond=0))
    assert len(times) > 30


def test_a_failure_is_followed_by_another_try_and_a_clock_set_back_by_one_at_once():
    least, most = REFRESH_AFTER_FAILURE, REFRESH_AFTER_FAILURE + SPREAD_AFTER_FAILURE
    assert least <= next_refresh(NOW, NOW + HOUR, NOW + HOUR, "pc") - NOW - HOUR <= most
    assert least <= next_refresh(None, NOW, NOW, "pc") - NOW <= most
    assert next_refresh(None, None, NOW, "pc") == NOW
    assert next_refresh(NOW + DAY, None, NOW, "pc") == NOW
    assert next_refresh(NOW - 30 * DAY, None, NOW, "pc") < NOW, "after a month of sleep it is overdue"


def test_a_store_that_is_down_is_asked_a_few_times_a_day_at_moments_spread_over_hours() -> None:
    waits = [next_refresh(NOW, NOW + HOUR, NOW + HOUR, f"pc-{each}") - NOW - HOUR for each in range(500)]
    assert 6 * HOUR <= min(waits) < 6.2 * HOUR
    assert 17.8 * HOUR < max(waits) <= 18 * HOUR
