"""Which reminder is due now, and when to look again.

A reminder is addressed by what it is about and by its lead (how long before). Of one subject only the most recent lead
is ever shown, however long the PC slept; what was shown is never shown again unless it was snoozed; and what no longer
holds at the store is not due, because it is decided afresh from the store's facts each time.
"""

from __future__ import annotations

import bisect
import datetime as dt
import enum
from collections.abc import Collection, Iterable, Iterator, Sequence

from companion.domain.core.model import Model
from companion.domain.reminders.dates import ReminderFacts, ReminderKind, Subject
from companion.domain.reminders.schedule import (
    Leads,
    by_subject,
    earliest_day,
    first_showing,
    lead_to_show,
    local_moment,
)
from companion.domain.reminders.settings import ReminderSettings, Shown
from companion.domain.reminders.subjects import subjects

_BEFORE_DATE = dt.timedelta(hours=1)


class Reminder(Model, frozen=True):
    """A reminder to show now; `days` are calendar days to its date in the person's zone, negative when past."""

    subject: Subject
    lead: str
    days: int

    @property
    def address(self) -> str:
        """What to remember it by."""
        return f"{self.subject.address}@{self.lead}"

    @property
    def kind(self) -> ReminderKind:
        """What sort of date it is about."""
        return self.subject.kind


class Snooze(enum.StrEnum):
    ONE_HOUR = "oneHour"
    TOMORROW_MORNING = "tomorrowMorning"
    THREE_DAYS = "threeDays"


def due(
    facts: ReminderFacts, shown: Collection[Shown], settings: ReminderSettings, now: dt.datetime
) -> tuple[Reminder, ...]:
    """Returns the reminders to show at `now`, the most urgent first; `shown` is everything that was ever shown."""
    return due_among(subjects(facts), facts, shown, settings, now)


def due_among(
    dates: Iterable[Subject],
    facts: ReminderFacts,
    shown: Collection[Shown],
    settings: ReminderSettings,
    now: dt.datetime,
) -> tuple[Reminder, ...]:
    """Returns what `due` does; `dates` are those of the facts."""
    if settings.muted:
        return ()
    leads, records = Leads(facts.profile, settings), by_subject(shown)
    local = local_moment(now, facts.zone, settings.quiet)
    found = []
    for subject in _reminded_of(dates):
        lead = lead_to_show(subject, leads, records, local)
        if lead is not None:
            days = subject.date.astimezone(facts.zone).toordinal() - local.today
            found.append(Reminder(subject=subject, lead=lead, days=days))
    return tuple(sorted(found, key=_urgency))


def _reminded_of(dates: Iterable[Subject]) -> Iterator[Subject]:
    return (subject for subject in dates if not subject.by_choice)


def _urgency(reminder: Reminder) -> tuple[float, str, str]:
    return reminder.subject.date.timestamp(), reminder.subject.order_number, reminder.subject.about


def next_wake(
    facts: ReminderFacts, shown: Collection[Shown], settings: ReminderSettings, now: dt.datetime
) -> dt.datetime | None:
    """Returns the first moment from `now` on at which `due` has something to show, or None if nothing is ahead.

    It holds for these facts, this zone and a clock that goes on as it does; when one of them changes, ask again.
    """
    if settings.muted:
        return None
    leads, records = Leads(facts.profile, settings), by_subject(shown)
    local = local_moment(now, facts.zone, settings.quiet)
    bounded = []
    for subject in _reminded_of(subjects(facts)):
        bound = earliest_day(subject, leads, records, local)
        if bound is not None:
            bounded.append((bound, subject))
    bounded.sort(key=lambda entry: entry[0])
    best: dt.datetime | None = None
    for bound, subject in bounded:
        if best is not None and (best == now or bound > best.astimezone(facts.zone).toordinal()):
            break
        best = first_showing(subject, leads, records, local, before=best) or best
    return best


def withdrawn(facts: ReminderFacts, shown: Iterable[Shown], now: dt.datetime) -> tuple[Shown, ...]:
    """Returns what was shown and no longer holds: switched off, renewed, moved, downloaded, or past."""
    reminded_of = _reminded_of(subjects(facts))
    holding = {subject.address for subject in reminded_of if subject.kind.comes_after or subject.date > now}
    return tuple(record for record in shown if record.subject not in holding)


def upcoming(facts: ReminderFacts, now: dt.datetime) -> tuple[Subject, ...]:
    """Returns every date that lies ahead, the nearest first, whether or not a reminder is wanted for it."""
    return ahead_among(in_order(subjects(facts)), now)


def ahead_among(dates: Sequence[Subject], now: dt.datetime) -> tuple[Subject, ...]:
    """Returns which of `dates`, of which the earliest is first, lie ahead."""
    first = bisect.bisect_right(dates, now, key=lambda subject: subject.date)
    return tuple(subject for subject in dates[first:] if not subject.kind.comes_after)


def in_order(dates: Iterable[Subject]) -> tuple[Subject, ...]:
    """Returns dates, the earliest first."""
    # Every other thread waits while thousands are compared: twice one number or text takes less at a time than pairs.
    by_address = sorted(dates, key=lambda subject: subject.address)
    return tuple(sorted(by_address, key=lambda subject: subject.date.timestamp()))


def snoozed(reminder: Reminder, choice: Snooze, settings: ReminderSettings, now: dt.datetime, zone: dt.tzinfo) -> Shown:
    """The record of putting `reminder` off; it comes back at the latest an hour before its date."""
    local = now.astimezone(zone)
    if choice is Snooze.ONE_HOUR:
        until = now + dt.timedelta(hours=1)
    elif choice is Snooze.TOMORROW_MORNING:
        # At two in the morning "tomorrow" means after the night.
        day = local.date() if local.hour < 4 else local.date() + dt.timedelta(days=1)
        until = dt.datetime.combine(day, settings.morning, zone).astimezone(dt.UTC)
    else:
        until = (local + dt.timedelta(days=3)).astimezone(dt.UTC)
    last = reminder.subject.date - _BEFORE_DATE
    if not reminder.kind.comes_after and now < last < until:
        until = last
    return Shown(subject=reminder.subject.address, lead=reminder.lead, shown_at=now, snoozed_until=until)


def never_again(reminder: Reminder, now: dt.datetime) -> Shown:
    """The record of "don't remind me of this one": nothing more about this subject."""
    return Shown(subject=reminder.subject.address, lead=reminder.lead, shown_at=now, never_again=True)
