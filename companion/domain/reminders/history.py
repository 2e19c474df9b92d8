"""The record that each reminder leaves: written before it is shown, marked after, answered by the person.

A program can end at any instant. What was written down and never marked may not have been seen, so it is shown again
once no program can be about to show it; under the same name, so that a notice that is still there is replaced.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable
from typing import NamedTuple

import msgspec

from companion.domain.core.model import Instant, Model
from companion.domain.reminders.dates import ReminderFacts, Subject
from companion.domain.reminders.due import Reminder, due_among, next_wake, upcoming
from companion.domain.reminders.settings import ReminderSettings, Shown
from companion.domain.reminders.subjects import subjects

SHOWING_TAKES = dt.timedelta(minutes=1)
"""How long a reminder that was written down may take to be marked as shown; afterwards its program has ended."""


class InboxEntry(Model, frozen=True):
    """One reminder: `decided_at` when it was written down, `shown_at` once it was on the screen.

    `withdrawn_at` is since when it no longer holds at the store.
    """

    reminder: Reminder
    decided_at: Instant
    shown_at: Instant | None = None
    snoozed_until: Instant | None = None
    never_again: bool = False
    withdrawn_at: Instant | None = None

    @property
    def address(self) -> str:
        """What it is known by."""
        return self.reminder.address


class EntryStatus(enum.StrEnum):
    """What has become of a reminder that was shown."""

    CURRENT = "current"
    PUT_OFF = "putOff"
    SILENCED = "silenced"
    NO_LONGER = "noLonger"


def status_of(entry: InboxEntry, now: dt.datetime) -> EntryStatus:
    """What has become of `entry`; a date that has passed no longer holds, unless the reminder follows its date."""
    over = not entry.reminder.kind.comes_after and entry.reminder.subject.date <= now
    if entry.withdrawn_at is not None or over:
        return EntryStatus.NO_LONGER
    if entry.never_again:
        return EntryStatus.SILENCED
    if entry.snoozed_until is not None and entry.snoozed_until > now:
        return EntryStatus.PUT_OFF
    return EntryStatus.CURRENT


def new_entry(reminder: Reminder, now: dt.datetime) -> InboxEntry:
    """The record of a reminder that is about to be shown."""
    return InboxEntry(reminder=reminder, decided_at=now)


def marked_shown(entry: InboxEntry, now: dt.datetime) -> InboxEntry:
    """The record after it was shown."""
    return msgspec.structs.replace(entry, shown_at=now)


def answered(entry: InboxEntry | None, reminder: Reminder, answer: Shown, now: dt.datetime) -> InboxEntry:
    """The record after the person put `reminder` off or silenced it; `entry` is the one before, if any."""
    known = entry or InboxEntry(reminder=reminder, decided_at=now)
    return msgspec.structs.replace(
        known,
        shown_at=known.shown_at or now,
        snoozed_until=answer.snoozed_until,
        never_again=answer.never_again,
    )


def restored(entry: InboxEntry) -> InboxEntry:
    """The record after the person took "don't remind me" or "later" back."""
    return msgspec.structs.replace(entry, never_again=False, snoozed_until=None)


def being_shown(entry: InboxEntry, now: dt.datetime) -> bool:
    """Whether a program may be showing it right now; a record from the future comes from a clock that was wrong."""
    return entry.shown_at is None and dt.timedelta() <= now - entry.decided_at < SHOWING_TAKES


def records(entries: Iterable[InboxEntry], now: dt.datetime) -> tuple[Shown, ...]:
    """What counts as shown when deciding what is due: all but what was written down and never marked."""
    return tuple(
        Shown(
            subject=entry.reminder.subject.address,
            lead=entry.reminder.lead,
            shown_at=entry.shown_at or entry.decided_at,
            snoozed_until=entry.snoozed_until,
            never_again=entry.never_again,
        )
        for entry in entries
        if entry.shown_at is not None or entry.never_again or being_shown(entry, now)
    )


def unwanted(entries: Iterable[InboxEntry], now: dt.datetime) -> tuple[Shown, ...]:
    """The part of the records that keeps a date off the page as well: silenced, or put off until later."""
    refused = (
        entry
        for entry in entries
        if entry.never_again or (entry.snoozed_until is not None and entry.snoozed_until > now)
    )
    return records(refused, now)


def current(
    facts: ReminderFacts, entries: Iterable[InboxEntry], settings: ReminderSettings, now: dt.datetime
) -> tuple[Reminder, ...]:
    """Returns what needs a decision at `now`, shown or not: quiet hours and muting are about what pops up by itself."""
    return current_among(subjects(facts), facts, entries, settings, now)


def current_among(
    dates: Iterable[Subject],
    facts: ReminderFacts,
    entries: Iterable[InboxEntry],
    settings: ReminderSettings,
    now: dt.datetime,
) -> tuple[Reminder, ...]:
    """Returns what `current` does; `dates` are those of the facts."""
    always = msgspec.structs.replace(settings, quiet=None, muted=False)
    return due_among(dates, facts, unwanted(entries, now), always, now)


class Agenda(NamedTuple):
    """What needs a decision now, every date that lies ahead, and when a reminder is due next."""

    due: tuple[Reminder, ...] = ()
    ahead: tuple[Subject, ...] = ()
    next_at: dt.datetime | None = None


def agenda(
    facts: ReminderFacts, entries: Collection[InboxEntry], settings: ReminderSettings, now: dt.datetime
) -> Agenda:
    """Returns what is due at `now` and what lies ahead; `entries` are the records of what was shown."""
    return Agenda(
        due=current(facts, entries, settings, now),
        ahead=upcoming(facts, now),
        next_at=next_wake(facts, records(entries, now), settings, now),
    )


def changed_by_the_store(
    entries: Iterable[InboxEntry], no_longer: Collection[Shown], now: dt.datetime
) -> tuple[tuple[InboxEntry, InboxEntry], ...]:
    """The entries that ceased to hold, or hold again, each with what becomes of it."""
    gone = {record.address for record in no_longer}
    found = []
    for entry in entries:
        if (entry.address in gone) is not (entry.withdrawn_at is not None):
            since = now if entry.address in gone else None
            found.append((entry, msgspec.structs.replace(entry, withdrawn_at=since)))
    return tuple(found)


def next_look(wake: dt.datetime | None, entries: Iterable[InboxEntry], now: dt.datetime) -> dt.datetime | None:
    """When to look again: when something is due next, or when something half shown is given up."""
    moments = [entry.decided_at + SHOWING_TAKES for entry in entries if being_shown(entry, now)]
    return min(moments if wake is None else [*moments, wake], default=None)


def newest_first(entries: Iterable[InboxEntry]) -> tuple[InboxEntry, ...]:
    """Everything that was ever shown, the newest first."""
    shown = [(entry.shown_at, entry) for entry in entries if entry.shown_at is not None]
    return tuple(entry for _, entry in sorted(shown, key=lambda pair: (pair[0], pair[1].address), reverse=True))
