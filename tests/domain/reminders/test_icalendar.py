import datetime as dt

import icalendar
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.text import plain_date, plain_money
from companion.domain.core.untrusted.foreign_text import clean_prose
from companion.domain.reminders.dates import ReminderFacts, ReminderKind, Subject
from companion.domain.reminders.due import upcoming
from companion.domain.reminders.icalendar import calendar

STAMP = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)


def export(subjects, store="Larkfield"):
    return calendar(subjects, store=store, stamp=STAMP, format_date=plain_date(dt.UTC), format_money=plain_money)


def events(text):
    return list(icalendar.Calendar.from_ical(text.encode()).walk("VEVENT"))


@pytest.fixture
def dates(build):
    return upcoming(ReminderFacts((build.order(),), build.profile(), dt.UTC), build.NOW)


def test_every_date_becomes_an_entry_that_a_calendar_reads(dates):
    found = events(export(dates))
    assert [str(event["SUMMARY"]) for event in found] == [
        "Download window of Harbour Suite setup closes",
        "Last day to return Harbour Suite",
        "Harbour Suite renews",
    ]
    assert [event.decoded("DTSTART") for event in found] == [date.date for date in dates]
    assert all(event.decoded("DTSTAMP") == STAMP for event in found)
    assert len({str(event["UID"]) for event in found}) == 3
    assert "switch auto-renewal off by 17 February 2028" in str(found[2]["DESCRIPTION"])
    assert str(found[2].walk("VALARM")[0]["TRIGGER"].to_ical(), "ascii") == "-P1D"


def test_an_entry_moves_instead_of_doubling(build, dates):
    moved = build.order(subscriptions=(build.subscription(next_charge_at=build.day(300), renewal_price=build.usd(1)),))
    later = upcoming(ReminderFacts((moved,), build.profile(), dt.UTC), build.NOW)
    assert {str(event["UID"]) for event in events(export(dates))} == {
        str(event["UID"]) for event in events(export(later))
    }


def test_two_windows_of_one_name_are_two_entries(build):
    files = (build.download(), build.download(artifact_id="art-2", available_until=build.day(12)))
    found = upcoming(ReminderFacts((build.order(downloads=files),), build.profile(), dt.UTC), build.NOW)
    windows = [date for date in found if date.kind is ReminderKind.DOWNLOAD_WINDOW]
    assert len({str(event["UID"]) for event in events(export(windows))}) == 2


def test_an_end_that_was_chosen_does_not_ring():
    ends = Subject(kind=ReminderKind.EXPIRY, order_number="LF-1", about="lic", name="Harbour Suite", date=STAMP)
    chosen = msgspec.structs.replace(ends, by_choice=True)
    assert [len(event.walk("VALARM")) for event in events(export([ends, chosen]))] == [1, 0]


def test_no_dates_make_an_empty_calendar():
    text = export([])
    assert events(text) == []
    assert text.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n")


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=120), st.text(max_size=80))
def test_any_name_survives_escaping_and_folding(name, store):
    subject = Subject(kind=ReminderKind.EXPIRY, order_number="LF-1", about="lic", name=name, date=STAMP)
    text = export([subject], store)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (event,) = events(text)
    assert str(event["SUMMARY"]) == clean_prose(f"{name} runs out")
