"""How far this PC's clock is off."""

import datetime as dt

import pytest

from companion.domain.core.time.clock import CLOCK_TOLERANCE, wrong_clock

SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize("offset", [dt.timedelta(), CLOCK_TOLERANCE, -CLOCK_TOLERANCE])
def test_a_small_difference_is_no_wrong_clock(offset):
    assert wrong_clock(offset) is None


@pytest.mark.parametrize(
    ("offset", "amount"),
    [
        (CLOCK_TOLERANCE + SECOND, "5 minutes"),
        (dt.timedelta(minutes=119), "119 minutes"),
        (dt.timedelta(minutes=120), "2 hours"),
        (dt.timedelta(minutes=2879), "48 hours"),
        (dt.timedelta(minutes=2880), "2 days"),
        (dt.timedelta(days=400), "400 days"),
    ],
)
def test_a_wrong_clock_is_told_with_its_direction(offset, amount):
    assert wrong_clock(offset) == (amount, True)
    assert wrong_clock(-offset) == (amount, False)
