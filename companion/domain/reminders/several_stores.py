"""The dates of several stores in one list: what needs a decision, what lies ahead, what was shown."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from companion.domain.reminders.dates import ReminderFacts, ReminderKind, Subject
from companion.domain.reminders.due import Reminder, ahead_among, in_order
from companion.domain.reminders.history import InboxEntry, current_among, newest_first
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.reminders.subjects import subjects
from companion.domain.reminders.text import FEW_DOWNLOADS


class StoreDates(NamedTuple):
    """What is known of one store and the purchases told with it, the records of reminders, and the moment.

    `dates` are those of the facts, the earliest first, where they have been worked out already.
    """

    facts: ReminderFacts | None
    entries: tuple[InboxEntry, ...]
    now: dt.datetime
    dates: tuple[Subject, ...] | None = None

    def dates_in_order(self) -> tuple[Subject, ...]:
        """Returns the dates, the earliest first; they are worked out where that was not done already."""
        if self.dates is not None or self.facts is None:
            return self.dates or ()
        return in_order(subjects(self.facts))

    def due(self, settings: ReminderSettings) -> tuple[Reminder, ...]:
        """Returns what needs a decision (see `current`)."""
        if self.facts is None:
            return ()
        return current_among(self.dates_in_order(), self.facts, self.entries, settings, self.now)

    def ahead(self) -> tuple[Subject, ...]:
        """Returns the dates that lie ahead, the nearest first."""
        return ahead_among(self.dates_in_order(), self.now)


class AllDates(NamedTuple):
    """What needs a decision, what lies ahead, what was shown, each with the place of its store in the question.

    `open_downloads` are downloads that close, out of what needs a decision, where they are many of one kind. `known`
    says whether anything is known that could have a date.
    """

    known: bool
    due: list[tuple[int, Reminder]]
    ahead: list[tuple[int, Subject]]
    shown: list[tuple[int, InboxEntry]]
    open_downloads: list[tuple[int, Reminder]]


def all_dates(stores: Sequence[StoreDates], settings: ReminderSettings) -> AllDates:
    """Returns the dates of all stores, the nearest first, and what was shown, the latest first."""
    known = [
        (place, store._replace(dates=store.dates_in_order()))
        for place, store in enumerate(stores)
        if store.facts is not None
    ]
    all_due = sorted(
        ((place, reminder) for place, store in known for reminder in store.due(settings)),
        key=lambda pair: pair[1].subject.date.timestamp(),
    )
    downloads = [pair for pair in all_due if pair[1].kind is ReminderKind.DOWNLOAD_WINDOW]
    together = downloads if len(downloads) > FEW_DOWNLOADS else []
    due = [pair for pair in all_due if not together or pair[1].kind is not ReminderKind.DOWNLOAD_WINDOW]
    ahead = [(place, subject) for place, store in known for subject in store.ahead()]
    shown = [(place, entry) for place, store in enumerate(stores) for entry in newest_first(store.entries)]
    return AllDates(
        bool(known),
        due,
        sorted(ahead, key=lambda pair: pair[1].date.timestamp()),
        sorted(shown, key=lambda pair: _shown_at(pair[1]), reverse=True),
        together,
    )


def _shown_at(entry: InboxEntry) -> dt.datetime:
    return entry.shown_at or entry.reminder.subject.date
