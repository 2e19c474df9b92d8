"""The queue of downloads as the library keeps it over restarts."""

from __future__ import annotations

from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.storage.database import Library

PURCHASES = "purchases"
"""The name of the queue of purchases in the library, where those of stores have their addresses."""


class LibraryQueue:
    """Keeps one queue in the library: that of a store (its address), or another one by a name of its own."""

    def __init__(self, library: Library, name: str) -> None:
        self._library = library
        self._name = name

    def load(self) -> tuple[QueueEntry, ...]:
        """The entries as they were saved last."""
        return self._library.queue(self._name)

    def save(self, before: tuple[QueueEntry, ...], after: tuple[QueueEntry, ...]) -> frozenset[DownloadKey]:
        """Keep `after` in place of `before`; returns what another program has removed, which stays removed."""
        return self._library.change_queue(self._name, before, after)
