"""Reminders through months of sleeps, crashes at every step, two programs at once, travel and clocks that jump."""

from __future__ import annotations

import collections
import datetime as dt
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from companion.domain.reminders.dates import ReminderFacts, Subject
from companion.domain.reminders.due import Reminder, Snooze
from companion.domain.reminders.schedule import Leads, days_in
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.reminders.subjects import subjects
from companion.domain.store.orders import Order
from tests.kits.reminders import Moments, Program, build, customer, learn

ZONES = [ZoneInfo(name) for name in ("America/New_York", "Europe/Berlin", "Pacific/Apia", "Africa/Cairo")]
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)


class Life:
    """A PC over months: programs start, look, show, crash at any step; the person sees, and sometimes snoozes."""

    def __init__(self, folder: Path, seed: int, *, clock_errors: bool) -> None:
        self.folder, self.chance, self.clock_errors = folder, random.Random(seed), clock_errors
        self.moments = Moments(zone=self.chance.choice(ZONES))
        self.wanted = ReminderSettings(quiet=None) if clock_errors else ReminderSettings()
        self.orders: list[Order] = customer(self.chance)
        self.seen: collections.Counter[str] = collections.Counter()
        self.in_doubt: collections.Counter[str] = collections.Counter()
        self.snoozed: collections.Counter[str] = collections.Counter()
        self.called_for: set[str] = set()
        program = Program(folder, self.moments)
        learn(program.library, self.orders)
        program.reminders.keep_settings(self.wanted)
        program.end()

    def live(self, days: float) -> None:
        true_now = build.NOW
        while true_now < build.day(days):
            if self.clock_errors:
                self.moments.zone = self.chance.choice(ZONES)
                self.moments.now = true_now + self.chance.choice([0, 0, 0, -3, 2, 4000]) * DAY
                self.once()
                true_now += HOUR / 30
            self.moments.now = true_now
            self.once()
            true_now += self.chance.choice([HOUR / 6, 3 * HOUR, DAY, DAY, DAY * self.chance.randint(2, 25)])

    def once(self) -> None:
        """One or two programs are started and look; each of them may be killed at any step."""
        programs = [Program(self.folder, self.moments) for _ in range(self.chance.choice([1, 1, 2]))]
        crashes = [self.chance.choice([None, None, None, "before showing", "before marking"]) for _ in programs]
        for program, crash in zip(programs, crashes, strict=True):
            found = program.reminders.look().to_show
            if crash != "before showing":
                self.see(found)
                if crash == "before marking":
                    self.in_doubt.update(each.address for each in found)
                else:
                    program.reminders.confirm(found)
                    self.answer(program, found)
        if "before showing" not in crashes:
            self.note_what_was_called_for()
        for program in programs:
            program.end()

    def see(self, found: tuple[Reminder, ...]) -> None:
        for each in found:
            assert each.kind.comes_after or self.moments.now < each.subject.date
            self.seen[each.address] += 1

    def answer(self, program: Program, found: tuple[Reminder, ...]) -> None:
        if found and self.chance.random() < 0.3:
            chosen = self.chance.choice(found)
            program.reminders.snooze(chosen, self.chance.choice(list(Snooze)))
            self.snoozed[chosen.address] += 1

    def note_what_was_called_for(self) -> None:
        """A person was there to see: what is called for at this moment must have been shown by now."""
        now, zone = self.moments.now, self.moments.zone
        local = now.astimezone(zone).hour
        for subject in subjects(ReminderFacts(tuple(self.orders), build.profile(), zone)):
            awake = self.wanted.quiet is None or 8 <= local < 22 or subject.date - now <= DAY
            called = self._first_day(subject, zone) <= now < subject.date - HOUR
            if awake and called and not subject.by_choice:
                self.called_for.add(subject.address)

    def _first_day(self, subject: Subject, zone: dt.tzinfo) -> dt.datetime:
        if subject.opens_at is not None:
            return subject.opens_at
        leads = Leads(build.profile(), self.wanted).of(subject.kind, subject.term)
        day = subject.date.astimezone(zone).date() - dt.timedelta(days=max(days_in(lead.period) for lead in leads))
        return dt.datetime.combine(day, dt.time(), zone)


def judge(life: Life) -> None:
    told = {address.rpartition("@")[0] for address in life.seen}
    assert life.called_for - told == set()
    for address, times in life.seen.items():
        assert times <= 1 + life.snoozed[address] + life.in_doubt[address], address


@pytest.mark.parametrize("seed", [*range(3), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 80))])
def test_each_is_shown_in_time_and_never_twice(tmp_path: Path, seed: int) -> None:
    life = Life(tmp_path, seed, clock_errors=False)
    life.live(200)
    judge(life)


@pytest.mark.parametrize("seed", [*range(2), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(2, 60))])
def test_travel_and_a_clock_that_jumps_for_years_change_nothing(tmp_path: Path, seed: int) -> None:
    life = Life(tmp_path, 1000 + seed, clock_errors=True)
    life.live(200)
    judge(life)
