"""Verified files of the library, and the queue of downloads."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path

import msgspec

from companion.domain.core.serialization import encode_without_secrets
from companion.domain.store.orders import Grant
from companion.domain.transfers.queue import DownloadKey, QueueEntry, after_changes_of_others, removed_by_others
from companion.services.storage.records import KnownFile
from companion.services.storage.rows import body_or_none, read_bodies
from companion.services.storage.tables.base import Tables, or_in_memory


class DownloadTable(Tables):
    """Files that were downloaded and verified, and downloads that were asked for."""

    @or_in_memory
    def remember_file(self, store: str, number: str, path: Path, grant: Grant) -> None:
        """Note where a verified artifact lies, and what it is; the signed URL is left out."""
        file = KnownFile(number=number, place=str(path), grant=msgspec.structs.replace(grant, url=""))
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                (store, number, file.artifact, encode_without_secrets(file)),
            )

    def files(self, store: str) -> tuple[KnownFile, ...]:
        """The verified artifacts that were put on this PC's disks."""
        rows = self._rows("SELECT body FROM files WHERE store = ? ORDER BY number, artifact", store)
        return read_bodies((body for (body,) in rows), KnownFile)

    def queue(self, store: str) -> tuple[QueueEntry, ...]:
        """The downloads that were asked for, in their order."""
        rows = self._rows("SELECT body FROM queue WHERE store = ? ORDER BY position", store)
        return read_bodies((body for (body,) in rows), QueueEntry)

    @or_in_memory
    def change_queue(
        self, store: str, before: tuple[QueueEntry, ...], after: tuple[QueueEntry, ...]
    ) -> frozenset[DownloadKey]:
        """Keep `after` in place of `before`, by one transaction; what others have removed or added stays so.

        Rows that cannot be read stay, at the end. Returns what was in `before` and is no longer there.
        """
        with self._writing() as db:
            rows = db.execute(
                "SELECT number, artifact, body FROM queue WHERE store = ? ORDER BY position", (store,)
            ).fetchall()
            there = read_bodies((body for _, _, body in rows), QueueEntry)
            entries = after_changes_of_others(before, after, there)
            if entries != there:
                unreadable = [row for row in rows if body_or_none(row[-1], QueueEntry) is None]
                _replace_queue(db, store, entries, unreadable)
        return removed_by_others(before, there)

    @or_in_memory
    def unqueue(self, store: str, number: str) -> None:
        """Take all downloads of an order or purchase off a queue."""
        with self._writing() as db:
            db.execute("DELETE FROM queue WHERE store = ? AND number = ?", (store, number))


def _replace_queue(
    db: sqlite3.Connection, store: str, entries: Iterable[QueueEntry], unreadable: Iterable[tuple[str, str, object]]
) -> None:
    written = [(each.key.order_number, each.key.artifact_id, encode_without_secrets(each)) for each in entries]
    db.execute("DELETE FROM queue WHERE store = ?", (store,))
    db.executemany(
        "INSERT INTO queue VALUES (?, ?, ?, ?, ?)",
        [(store, position, *row) for position, row in enumerate([*written, *unreadable])],
    )
