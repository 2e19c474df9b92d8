"""The simulated year and the simulated outage, with fewer people than the benchmark has."""

from __future__ import annotations

import random

import pytest

from benchmarks import year


def test_no_store_is_asked_more_than_a_few_times_a_day() -> None:
    chance = random.Random(5)
    stores = year.stores_of(chance)
    assert (len(stores), sum(store.purchases for store in stores)) == (12, 50)
    found = [year.year_of(store, chance) for store in stores]
    assert all(0 < each.busiest <= year.MOST_A_DAY for each in found)
    assert all(each.asked >= 365 / 8 for each in found), "each is asked at least about once a week"


@pytest.mark.slow
@pytest.mark.parametrize("asked", [year.asked_by_plan, year.asked_by_window])
def test_a_store_that_was_down_is_not_stormed_when_it_answers_again(asked: year.Asked) -> None:
    total, ratio = year.after_outage(20_000, asked, random.Random(5), bins=24)
    assert total > 10_000
    assert ratio <= year.MOST_TO_MEAN
