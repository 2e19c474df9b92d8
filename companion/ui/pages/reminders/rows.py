"""The rows of the page of reminders, prepared in the background."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from companion.domain.reminders.due import Reminder
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.reminders.several_stores import StoreDates, all_dates
from companion.ui.widgets.lists.long_list import Row, Rows

AT_FIRST = 8
"""So many dates, and so many records of what was shown, are listed until all of them are asked for."""


class View(NamedTuple):
    """How the page is looked at: the person's day and zone, how many stores there are, and what is listed in full."""

    today: dt.date
    zone: dt.tzinfo
    stores: int
    all_dates: bool
    all_shown: bool


class ReminderRows(NamedTuple):
    """What needs a decision, the downloads told together, what lies ahead and what was shown, each as rows.

    `known` says whether anything is known that could have a date, `dates` and `records` how many there are in all.
    Rows are made of the place of the store and what they are about.
    """

    known: bool
    due: Rows
    open_downloads: Rows
    ahead: Rows
    dates: int
    shown: Rows
    records: int


def reminder_rows(stores: Sequence[StoreDates], settings: ReminderSettings, view: View) -> ReminderRows:
    """Returns the rows of all stores, only for what is listed."""
    found = all_dates(stores, settings)
    seen_as = view.today, view.zone, view.stores
    ahead = found.ahead if view.all_dates else found.ahead[:AT_FIRST]
    shown = found.shown if view.all_shown else found.shown[:AT_FIRST]
    return ReminderRows(
        found.known,
        Rows(Row(_key(place, each), (each, *seen_as), (place, each)) for place, each in found.due),
        Rows(Row(_key(place, each), each, (place, each)) for place, each in found.open_downloads),
        Rows(Row(position, each, (*each, position == 0)) for position, each in enumerate(ahead)),
        len(found.ahead),
        # Each record with its store: two stores can have records of the same address.
        Rows(Row((place, entry.address), entry, (place, entry)) for place, entry in shown),
        len(found.shown),
    )


def _key(place: int, reminder: Reminder) -> tuple[object, ...]:
    """Returns what tells a reminder apart, which takes less than its address: there may be thousands."""
    subject = reminder.subject
    of = subject.purchase.id if subject.purchase is not None else subject.order_number
    return place, subject.kind, of, subject.about, subject.date, reminder.lead
