"""The simulation of an outage sees what it is to find."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from benchmarks.outage import DAY, DOWN, HOUR, NOW, UP, Pc, counted, figures_of
from companion.domain.reminders.clock import next_refresh


@pytest.mark.parametrize(("at", "on"), [(1, 9), (9, 9), (11, 11), (13, 33)])
def test_a_pc_is_on_for_its_hours(at: int, on: int) -> None:
    assert Pc("pc", 9 * HOUR, 3).on_at(NOW + at * HOUR) == NOW + on * HOUR


def test_a_pc_that_is_always_on_is_on() -> None:
    assert Pc("pc", 9 * HOUR, 24).on_at(NOW + DAY / 3) == NOW + DAY / 3


def test_clients_that_come_back_together_are_seen() -> None:
    def at_the_end(last: dt.datetime | None, failed: dt.datetime | None, now: dt.datetime, this_pc: str) -> dt.datetime:
        return UP if failed is not None else next_refresh(last, failed, now, this_pc)

    storm = figures_of(counted(400, random.Random(1), at_the_end))
    assert storm.after > 10
    assert storm.whole == storm.after
    assert DOWN < UP


def test_the_real_waits_bring_no_storm() -> None:
    found = figures_of(counted(2000, random.Random(1)))
    assert found.total > 0
    assert max(found.down, found.after) < 5, "a small sample scatters; the benchmark itself has a large one"
