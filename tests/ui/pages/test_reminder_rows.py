"""The rows of the page of reminders are made for what is listed, and nothing is worked out twice for them."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from companion.domain.reminders.dates import ReminderFacts
from companion.domain.reminders.due import in_order
from companion.domain.reminders.history import marked_shown, new_entry
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.reminders.several_stores import StoreDates, all_dates
from companion.domain.reminders.subjects import subjects
from companion.ui.pages.reminders.rows import AT_FIRST, View, reminder_rows
from tests.kits.build import NOW, Build, day
from tests.kits.calls import count_calls

MANY, SETTINGS = 40, ReminderSettings()


@pytest.fixture(scope="module")
def facts() -> ReminderFacts:
    """Orders that each have a charge in five days and a download that closes in a few."""
    orders = tuple(
        Build.order(
            number=f"LF-{place}",
            downloads=(Build.download(available_from=day(-3), available_until=day(3 + place % 7)),),
            subscriptions=(Build.subscription(next_charge_at=day(5)),),
        )
        for place in range(MANY)
    )
    return ReminderFacts(orders, Build.profile(), dt.UTC)


def view(*, everything: bool) -> View:
    return View(NOW.date(), dt.UTC, 1, everything, everything)


def test_rows_exist_for_what_is_listed_only(facts: ReminderFacts) -> None:
    stores = [StoreDates(facts, (), NOW)] * 2
    found = reminder_rows(stores, SETTINGS, view(everything=False))
    assert (len(found.ahead), found.dates) == (AT_FIRST, len(all_dates(stores, SETTINGS).ahead))
    everything = reminder_rows(stores, SETTINGS, view(everything=True))
    assert len(everything.ahead) == found.dates > 2 * MANY
    assert everything.ahead[:AT_FIRST] == found.ahead


def test_every_row_is_told_apart_from_those_of_other_stores_too(facts: ReminderFacts) -> None:
    found = reminder_rows([StoreDates(facts, (), NOW)] * 2, SETTINGS, view(everything=True))
    assert len(found.due) == len(found.open_downloads) == 2 * MANY
    for rows in (found.due, found.open_downloads, found.ahead):
        assert len(rows.places) == len(rows)


def test_dates_that_are_known_are_not_worked_out_again(facts: ReminderFacts) -> None:
    dates = in_order(subjects(facts))
    with count_calls("carried_on", "address") as calls:
        known = reminder_rows([StoreDates(facts, (), NOW, dates)], SETTINGS, view(everything=False))
    assert not calls
    with count_calls("carried_on") as calls:
        found = reminder_rows([StoreDates(facts, (), NOW)], SETTINGS, view(everything=False))
    assert calls["carried_on"] == 1
    assert known == found


def test_what_was_refused_is_no_row_and_each_record_is(facts: ReminderFacts) -> None:
    decided = all_dates([StoreDates(facts, (), NOW)], SETTINGS)
    reminders = [each for _, each in (*decided.due, *decided.open_downloads)]
    entries = tuple(marked_shown(new_entry(each, NOW), NOW) for each in reminders)
    refused = msgspec.structs.replace(entries[0], never_again=True)
    found = reminder_rows([StoreDates(facts, (refused, *entries[1:]), NOW)], SETTINGS, view(everything=False))
    assert len(found.due) + len(found.open_downloads) == len(reminders) - 1
    assert (len(found.shown), found.records) == (AT_FIRST, len(entries))
