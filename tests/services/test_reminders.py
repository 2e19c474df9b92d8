"""Reminders as they happen: written down, shown, marked, answered, withdrawn; by one program and by two."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import icalendar
import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import plain_date, plain_money
from companion.domain.reminders.dates import ReminderKind
from companion.domain.reminders.due import Snooze
from companion.domain.reminders.history import SHOWING_TAKES, Agenda, EntryStatus, status_of
from companion.domain.reminders.settings import QuietHours, ReminderSettings
from companion.services.downloads.order_downloads import OrderDownloads
from companion.services.platforms import current
from companion.services.reminders import Reminders
from companion.services.store.orders import Orders
from tests.kits.reminders import Moments, Program, build, charged_in, learn

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
Start = Callable[..., Program]


@pytest.fixture
def moments() -> Moments:
    return Moments()


@pytest.fixture
def start(tmp_path: Path, moments: Moments) -> Iterator[Start]:
    started: list[Program] = []

    def begin(store_time: dt.datetime | None = None) -> Program:
        started.append(Program(tmp_path, moments, store_time))
        return started[-1]

    yield begin
    for program in started:
        program.end()


def test_what_is_due_is_shown_once_and_kept_in_the_inbox(start: Start, moments: Moments) -> None:
    program = start()
    learn(program.library, [charged_in(7)])
    (reminder,) = program.reminders.look().to_show
    assert program.reminders.inbox() == (), "written down is not shown"
    program.reminders.confirm([reminder])
    assert program.reminders.look().to_show == ()
    (entry,) = program.reminders.inbox()
    assert (entry.reminder, entry.shown_at) == (reminder, moments.now)
    program.end()
    assert start().reminders.look().to_show == (), "a restart shows nothing again"


def test_a_program_that_ended_while_showing_shows_it_once_more(start: Start, moments: Moments) -> None:
    first = start()
    learn(first.library, [charged_in(7)])
    look = first.reminders.look()
    assert look.next_at == moments.now + SHOWING_TAKES
    first.end()
    second = start()
    assert second.reminders.look().to_show == (), "the other one may still be at it"
    moments.now += SHOWING_TAKES
    assert second.reminders.look().to_show == look.to_show
    second.reminders.confirm(look.to_show)
    moments.now += 5 * SHOWING_TAKES
    assert start().reminders.look().to_show == ()


def test_a_clock_set_back_does_not_hold_a_half_shown_reminder_for_ever(start: Start, moments: Moments) -> None:
    first = start()
    learn(first.library, [charged_in(7)])
    moments.now += 2 * DAY
    shown = first.reminders.look().to_show
    first.end()
    moments.now -= 2 * DAY
    assert start().reminders.look().to_show[0].subject == shown[0].subject


def test_two_programs_share_what_is_due_between_them(start: Start) -> None:
    learn(start().library, [charged_in(7, f"LF-{number}") for number in range(60)])
    programs = [start() for _ in range(3)]
    together = threading.Barrier(3)

    def look(program: Program) -> list[str]:
        together.wait(20)
        return [each.address for each in program.reminders.look().to_show]

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        shown = [address for found in pool.map(look, programs) for address in found]
    assert len(shown) == len(set(shown)) == 60


def test_a_mark_is_not_lost_when_the_person_answers_at_the_same_time(start: Start) -> None:
    program, other = start(), start()
    learn(program.library, [charged_in(7, f"LF-{number}") for number in range(30)])
    shown = program.reminders.look().to_show
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        marking = pool.submit(program.reminders.confirm, shown)
        for each in shown:
            other.reminders.silence(each)
        marking.result(20)
    entries = program.reminders.entries()
    assert all(entry.shown_at is not None and entry.never_again for entry in entries)


def test_a_snooze_comes_back_and_outlives_a_restart(start: Start, moments: Moments) -> None:
    program = start()
    learn(program.library, [charged_in(7)])
    (reminder,) = program.reminders.look().to_show
    program.reminders.confirm([reminder])
    back = program.reminders.snooze(reminder, Snooze.ONE_HOUR)
    assert back == moments.now + 60 * MINUTE
    assert program.reminders.look() == program.reminders.look()._replace(to_show=(), next_at=back)
    assert program.reminders.agenda().due == ()
    assert status_of(program.reminders.inbox()[0], moments.now) is EntryStatus.PUT_OFF
    program.end()
    moments.now = back
    again = start()
    assert again.reminders.look().to_show == (reminder,)
    again.reminders.confirm([reminder])
    moments.now += 2 * MINUTE
    assert again.reminders.look().to_show == ()


def test_a_date_can_be_silenced_before_it_was_shown_and_welcomed_again(start: Start, moments: Moments) -> None:
    program = start()
    learn(program.library, [charged_in(7)])
    (reminder,) = program.reminders.agenda().due
    program.reminders.silence(reminder)
    moments.now += 6 * DAY
    assert program.reminders.look().to_show == ()
    assert program.reminders.agenda().due == ()
    program.reminders.restore(reminder)
    assert [each.subject for each in program.reminders.agenda().due] == [reminder.subject]


def test_what_the_store_changed_is_withdrawn_and_returns_when_it_holds_again(start: Start, moments: Moments) -> None:
    program = start()
    learn(program.library, [charged_in(7)])
    (reminder,) = program.reminders.look().to_show
    program.reminders.confirm([reminder])
    learn(program.library, [charged_in(7, auto_renew=False)])
    look = program.reminders.look()
    assert look.withdrawn == (reminder.address,)
    assert status_of(program.reminders.inbox()[-1], moments.now) is EntryStatus.NO_LONGER
    assert program.reminders.look().withdrawn == (), "told once"
    learn(program.library, [charged_in(7)])
    assert reminder.address not in {each.address for each in program.reminders.look().to_show}
    assert any(status_of(each, moments.now) is EntryStatus.CURRENT for each in program.reminders.inbox())


def test_who_switched_off_is_not_told_right_away_that_it_runs_out(start: Start, moments: Moments) -> None:
    program = start()
    learn(program.library, [charged_in(7)])
    program.reminders.confirm(program.reminders.look().to_show)
    learn(program.library, [charged_in(7, auto_renew=False)])
    program.reminders.note_switched_off("LF-1", "lic-1")
    assert program.reminders.look().to_show == ()
    moments.now += 4 * DAY
    (nearer,) = program.reminders.look().to_show
    assert (nearer.kind, nearer.lead) == (ReminderKind.EXPIRY, "P3D")


def test_a_moved_date_and_a_new_price_are_told_anew(start: Start) -> None:
    program = start()
    learn(program.library, [charged_in(7)])
    first = program.reminders.look().to_show
    program.reminders.confirm(first)
    learn(program.library, [charged_in(7, renewal_price=build.usd(6900))])
    (dearer,) = program.reminders.look().to_show
    program.reminders.confirm([dearer])
    learn(program.library, [charged_in(5)])
    (moved,) = program.reminders.look().to_show
    assert len({first[0].address, dearer.address, moved.address}) == 3


def test_quiet_hours_and_muting_hold_notices_back_but_not_the_page(start: Start, moments: Moments) -> None:
    program = start()
    learn(program.library, [charged_in(7)])
    program.reminders.keep_settings(ReminderSettings(quiet=QuietHours(begins=dt.time(0), ends=dt.time(9))))
    moments.now = moments.now.replace(hour=11)  # six in the morning in New York
    look = program.reminders.look()
    assert look.to_show == ()
    assert look.next_at == moments.now + 180 * MINUTE
    assert len(program.reminders.agenda().due) == 1
    program.reminders.keep_settings(ReminderSettings(quiet=None, muted=True))
    assert program.reminders.look()[0::3] == ((), None)
    assert len(program.reminders.agenda().due) == 1
    program.reminders.keep_settings(ReminderSettings(quiet=None))
    assert len(program.reminders.look().to_show) == 1


def test_settings_are_kept_and_unreadable_ones_are_the_defaults(start: Start) -> None:
    program = start()
    wanted = ReminderSettings(renewal=build.periods("P14D", "P1D"), quiet=None, morning=dt.time(7, 30))
    program.reminders.keep_settings(wanted)
    program.end()
    program = start()
    assert program.reminders.settings() == wanted
    program.library.remember_setting("reminderSettings", '{"renewal": 7}')
    assert program.reminders.settings() == ReminderSettings()


def test_a_removed_order_takes_its_reminders_with_it(start: Start) -> None:
    program = start()
    learn(program.library, [charged_in(7), charged_in(7, "LF-2")])
    program.reminders.confirm(program.reminders.look().to_show)
    program.library.remove_order(program.store, "LF-1")
    assert [entry.reminder.subject.order_number for entry in program.reminders.inbox()] == ["LF-2"]


def test_without_anything_known_there_is_nothing_to_do(start: Start, tmp_path: Path) -> None:
    program = start()
    look = program.reminders.look()
    assert (look.to_show, look.next_at) == ((), None)
    assert program.reminders.agenda() == Agenda()
    assert program.reminders.inbox() == ()


def test_the_calendar_file_is_one_that_calendars_read(start: Start, tmp_path: Path, moments: Moments) -> None:
    program = start()
    learn(program.library, [build.order(), charged_in(7, "LF-2")])
    path = tmp_path / "dates.ics"
    count = program.reminders.export(path, plain_date(dt.UTC), plain_money)
    found = icalendar.Calendar.from_ical(path.read_bytes())
    events = found.walk("VEVENT")
    assert len(events) == count == len(program.reminders.agenda().ahead) > 2
    assert {event["DTSTART"].dt for event in events} == {
        each.date.replace(microsecond=0) for each in program.reminders.agenda().ahead
    }
    assert found.errors == []
    with pytest.raises(CompanionError) as failed:
        program.reminders.export(tmp_path / "no such folder" / "dates.ics", plain_date(dt.UTC), plain_money)
    assert failed.value.code == ErrorCode.FILE_NOT_WRITTEN


@pytest.mark.parametrize(
    ("offset", "said"),
    [(dt.timedelta(minutes=5), None), (dt.timedelta(minutes=11), "11 minutes ahead of"), (-3 * DAY, "3 days behind")],
)
def test_a_clock_that_disagrees_with_the_store_is_told(
    start: Start, moments: Moments, offset: dt.timedelta, said: str | None
) -> None:
    program = start(store_time=moments.now - offset)
    trouble = program.reminders.clock_trouble()
    assert (trouble is None) is (said is None)
    if said is not None and trouble is not None:
        assert said in trouble.message


def test_the_store_itself_is_asked_for_the_time(kit: object, tmp_path: Path) -> None:
    orders: Orders = kit.orders  # type: ignore[attr-defined]
    client, library = kit.client, kit.library  # type: ignore[attr-defined]
    purchases = OrderDownloads(orders, library, current().programs, tmp_path, lambda: dt.datetime.now(dt.UTC))
    right = Reminders(orders, purchases, library, lambda: dt.datetime.now(dt.UTC), dt.UTC, client.time)
    assert right.clock_trouble() is None
    wrong = Reminders(orders, purchases, library, lambda: dt.datetime.now(dt.UTC) + DAY, dt.UTC, client.time)
    trouble = wrong.clock_trouble()
    assert trouble is not None
    assert "24 hours ahead" in trouble.message
