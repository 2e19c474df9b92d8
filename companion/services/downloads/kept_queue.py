"""The queue of downloads as the library keeps it over restarts."""

from __future__ import annotations

from companion.domain.transfers.queue import QueueEntry
from companion.services.storage.database import Library


class LibraryQueue:
    """Keeps one queue in the library: that of a store (its address), or another one by a name of its own."""

    def __init__(self, library: Library, name: str) -> None:
        self._library = library
        self._name = name

    def load(self) -> tuple[QueueEntry, ...]:
        """The entries as they were saved last."""
        return self._library.queue(self._name)

    def save(self, entries: tuple[QueueEntry, ...]) -> None:
        """Keep `entries`, replacing those before."""
        self._library.remember_queue(self._name, entries)
