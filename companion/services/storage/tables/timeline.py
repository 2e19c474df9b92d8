"""The time-line of the library, for support."""

from __future__ import annotations

from collections.abc import Sequence

from companion.domain.core.serialization import encode_without_secrets
from companion.services.storage.records import TimelineEntry
from companion.services.storage.rows import read_bodies
from companion.services.storage.tables.base import Tables, or_in_memory

MOST = 10_000
"""How many steps are kept, give or take those since the last look: years of daily use, and about 3 MB."""
_LOOK_EVERY = 100


class TimelineTable(Tables):
    """What was done with this program, step by step."""

    @or_in_memory
    def note(self, entry: TimelineEntry) -> None:
        """Add a step to the time-line; the oldest ones make room."""
        with self._writing() as db:
            added = db.execute(
                "INSERT INTO timeline (at, number, event, body) VALUES (?, ?, ?, ?)",
                (entry.at.isoformat(), entry.order_number, entry.event, encode_without_secrets(entry)),
            )
            if (latest := added.lastrowid or 0) % _LOOK_EVERY == 0:
                db.execute("DELETE FROM timeline WHERE id <= ?", (latest - MOST,))

    def timeline(self, most: int = 500) -> tuple[TimelineEntry, ...]:
        """The latest steps, oldest first."""
        rows = self._rows("SELECT body FROM timeline ORDER BY id DESC LIMIT ?", most)
        return read_bodies((body for (body,) in reversed(rows)), TimelineEntry)

    def latest_steps(self, events: Sequence[str], most: int) -> tuple[TimelineEntry, ...]:
        """The latest steps of these kinds, whatever they are about, newest first."""
        marks = ", ".join("?" * len(events))
        query = f"SELECT body FROM timeline WHERE event IN ({marks}) ORDER BY id DESC LIMIT ?"  # noqa: S608
        return read_bodies((body for (body,) in self._rows(query, *events, most)), TimelineEntry)

    def steps(self, events: Sequence[str], number: str | None, most: int) -> tuple[TimelineEntry, ...]:
        """The latest steps of these kinds about one order (None: about none), newest first."""
        marks = ", ".join("?" * len(events))
        query = f"SELECT body FROM timeline WHERE event IN ({marks}) AND number IS ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        return read_bodies((body for (body,) in self._rows(query, *events, number, most)), TimelineEntry)
