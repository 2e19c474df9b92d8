"""Verified files of the library, and the queue of downloads."""

from __future__ import annotations

from pathlib import Path

import msgspec

from companion.domain.core.serialization import encode_without_secrets
from companion.domain.store.orders import Grant
from companion.domain.transfers.queue import QueueEntry
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
    def remember_queue(self, store: str, entries: tuple[QueueEntry, ...]) -> None:
        """Keep the downloads that were asked for, replacing those before; rows that cannot be read stay, at the end."""
        with self._writing() as db:
            before = db.execute("SELECT number, artifact, body FROM queue WHERE store = ? ORDER BY position", (store,))
            unreadable = [row for row in before.fetchall() if body_or_none(row[-1], QueueEntry) is None]
            written = [
                (entry.key.order_number, entry.key.artifact_id, encode_without_secrets(entry)) for entry in entries
            ]
            db.execute("DELETE FROM queue WHERE store = ?", (store,))
            db.executemany(
                "INSERT INTO queue VALUES (?, ?, ?, ?, ?)",
                [(store, position, *row) for position, row in enumerate([*written, *unreadable])],
            )
