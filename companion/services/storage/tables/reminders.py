"""Reminders of the library."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import TYPE_CHECKING

from companion.domain.core.serialization import encode_without_secrets
from companion.services.storage.records import ReminderChange
from companion.services.storage.rows import body_or_none
from companion.services.storage.tables.base import Tables, or_in_memory

if TYPE_CHECKING:
    from companion.domain.reminders.history import InboxEntry


class ReminderTable(Tables):
    """The record of every reminder."""

    def reminders(self, store: str) -> tuple[InboxEntry, ...]:
        """The record of every reminder."""
        rows = self._rows("SELECT body FROM reminders WHERE store = ? ORDER BY address", store)
        read = self._decoded.of(("reminders", store), rows, lambda row: _entry(row[0]))
        return tuple(entry for entry in read if entry is not None)

    @or_in_memory
    def replace_reminders(self, store: str, changes: Sequence[ReminderChange]) -> tuple[bool, ...]:
        """Write records of reminders, each only if what is there is still its `before`; tells which were written.

        So of two programs that decide the same at the same time, one acts.
        """
        with self._writing() as db:
            return tuple(_replace_reminder(db, store, change) for change in changes)


def _replace_reminder(db: sqlite3.Connection, store: str, change: ReminderChange) -> bool:
    where = (store, change.after.address)
    row = db.execute("SELECT body FROM reminders WHERE store = ? AND address = ?", where).fetchone()
    if (_entry(row[0]) if row else None) != change.before:
        return False
    body = encode_without_secrets(change.after)
    number = change.after.reminder.subject.order_number
    db.execute("INSERT OR REPLACE INTO reminders VALUES (?, ?, ?, ?)", (*where, number, body))
    return True


def _entry(body: object) -> InboxEntry | None:
    # What decides on reminders is large, and the window is painted without it.
    from companion.domain.reminders.history import InboxEntry

    return body_or_none(body, InboxEntry)
