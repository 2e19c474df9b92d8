"""The dates of all stores in one list."""

import datetime as dt

import pytest

from companion.domain.core.text import plain_date, plain_money
from companion.domain.reminders.dates import ReminderFacts, ReminderKind
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.reminders.several_stores import StoreDates, all_dates
from companion.domain.reminders.text import is_pressing, open_downloads, summary

LOUD = ReminderSettings(quiet=None)


@pytest.fixture
def dates(build):
    """All dates of some orders of which each has a download that closes in so many days, and renews in five."""

    def at(*days):
        orders = tuple(
            build.order(
                number=f"LF-{place}",
                downloads=(build.download(available_from=build.day(-3), available_until=build.day(day)),),
                subscriptions=(build.subscription(next_charge_at=build.day(5)),),
            )
            for place, day in enumerate(days)
        )
        facts = ReminderFacts(orders, build.profile(), dt.UTC)
        return all_dates([StoreDates(facts, (), build.NOW)], LOUD)

    return at


def kinds(pairs):
    return [reminder.kind for _, reminder in pairs]


def test_a_few_downloads_that_close_are_told_one_by_one(dates):
    found = dates(5, 20)
    assert found.open_downloads == []
    assert kinds(found.due).count(ReminderKind.DOWNLOAD_WINDOW) == 2


def test_many_downloads_that_close_are_one_matter_the_first_of_them_first(dates):
    found = dates(20, 41, 5)
    assert ReminderKind.DOWNLOAD_WINDOW not in kinds(found.due)
    assert ReminderKind.RENEWAL in kinds(found.due)
    reminders = [reminder for _, reminder in found.open_downloads]
    assert [reminder.days for reminder in reminders] == [5, 20, 41]
    assert summary(reminders[::-1], plain_date(dt.UTC), plain_money) == open_downloads(reminders)
    assert open_downloads(reminders).title == "3 downloads are still open; the first closes in 5 days"


def test_only_what_is_near_by_the_persons_own_measure_presses(dates):
    found = dates(20, 41, 5)
    assert [is_pressing(reminder) for _, reminder in found.open_downloads] == [True, False, False]
    assert all(is_pressing(reminder) for _, reminder in found.due)
