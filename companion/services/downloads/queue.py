"""Downloads one after the other, in an order the person can change; survives a restart."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from companion.domain.core.errors import Cancelled, CompanionError
from companion.domain.core.model import Model
from companion.domain.transfers.filenames import safe_filename
from companion.domain.transfers.models import Expected, Options, TransferProgress, Transferred, TransferState
from companion.domain.transfers.queue import (
    DownloadKey,
    QueueEntry,
    Trouble,
    after_restart,
    moved,
    next_queued,
    with_state,
)
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.fetch import discard, fetch
from companion.services.downloads.transfer.transport import Source

_log = logging.getLogger(__name__)


class QueueStore(Protocol):
    """Keeps the queue over restarts."""

    def load(self) -> tuple[QueueEntry, ...]:
        """The entries as they were saved last."""

    def save(self, entries: tuple[QueueEntry, ...]) -> None:
        """Keep `entries`, replacing those before."""


class QueueItem(Model, frozen=True):
    """One entry and how it goes; `progress` while it runs, `result` once it has been fetched in this session."""

    entry: QueueEntry
    progress: TransferProgress | None = None
    result: Transferred | None = None


class _Running:
    def __init__(self) -> None:
        self.cancellation = Cancellation()
        self.then: TransferState | None = TransferState.QUEUED
        """What becomes of the entry when it is stopped; None if it is removed."""
        self.progress: TransferProgress | None = None
        self.expected: Expected | None = None


class Queue:
    """Ordered downloads, `at_once` of them at a time.

    `prepare` asks for a grant on a worker thread: it gives a source and what the file must be. `changed` is told on
    worker threads, after each change, the item as it is now, or the key of one that was removed.
    """

    def __init__(
        self,
        store: QueueStore,
        prepare: Callable[[QueueEntry], tuple[Source, Expected]],
        *,
        changed: Callable[[QueueItem | DownloadKey], None] = lambda _: None,
        at_once: int = 1,
        options: Callable[[], Options] = Options,
        mark: Callable[[Path], None] | None = None,
    ) -> None:
        self._store, self._prepare, self._changed = store, prepare, changed
        self._options, self._mark = options, mark
        self._condition = threading.Condition()
        # Held from reading an entry to having told of it, so that what is told last is also the newest.
        self._telling = threading.Lock()
        self._entries = after_restart(store.load())
        self._running: dict[DownloadKey, _Running] = {}
        self._results: dict[DownloadKey, Transferred] = {}
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"download-queue-{number}", daemon=True)
            for number in range(at_once)
        ]
        for thread in self._threads:
            thread.start()

    # -- what a person asks for ----------------------------------------------------------------------------------

    def items(self) -> tuple[QueueItem, ...]:
        """Everything in the queue, in its order."""
        with self._condition:
            return tuple(self._item(entry) for entry in self._entries)

    def add(self, entry: QueueEntry) -> None:
        """Put a download at the end; one that is in the queue already stays where it is and is taken up again."""
        with self._condition:
            known = any(each.key == entry.key for each in self._entries)
            if not known:
                self._keep((*self._entries, entry))
        if known:
            self.resume(entry.key)
        else:
            self._tell(entry.key)

    def pause(self, key: DownloadKey) -> None:
        """Stop one download and keep what has arrived."""
        self._stop(key, TransferState.PAUSED)

    def resume(self, key: DownloadKey) -> None:
        """Let a paused or failed download wait for its turn again; one that is done stays done."""
        with self._condition:
            running = self._running.get(key)
            if running is not None:
                running.then = TransferState.QUEUED
            elif any(each.key == key and each.state is not TransferState.DONE for each in self._entries):
                self._keep(with_state(self._entries, key, TransferState.QUEUED))
        self._tell(key)

    def retry(self, key: DownloadKey) -> None:
        """Try a download again, also one that is done: it is then checked, and fetched if it is not right."""
        with self._condition:
            if key not in self._running:
                self._results.pop(key, None)
                self._keep(with_state(self._entries, key, TransferState.QUEUED))
        self._tell(key)

    def cancel(self, key: DownloadKey) -> None:
        """Take a download out of the queue and remove what has arrived of it; a finished file stays."""
        with self._condition:
            running = self._running.get(key)
            entry = next((each for each in self._entries if each.key == key), None)
            if running is not None:
                running.then = None
                running.cancellation.cancel()
                return
            self._keep(tuple(each for each in self._entries if each.key != key))
        if entry is not None:
            self._discard(entry, entry.name)
            self._tell(key)

    def move(self, key: DownloadKey, position: int) -> None:
        """Give a download another place in the order; one that runs goes on running."""
        with self._condition:
            self._keep(moved(self._entries, key, position))
        self._tell(key)

    def close(self) -> None:
        """Stop everything and wait for it; the next start goes on."""
        with self._condition:
            self._closed = True
            for running in self._running.values():
                running.cancellation.cancel()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    # -- the work ------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._condition:
                while True:
                    if self._closed:
                        return
                    entry = next_queued(self._entries, frozenset(self._running))
                    if entry is not None:
                        break
                    self._condition.wait()
                running = self._running[entry.key] = _Running()
            self._run(entry, running)

    def _run(self, entry: QueueEntry, running: _Running) -> None:
        state, trouble, result = TransferState.DONE, None, None
        try:
            self._report(entry, running, TransferProgress(state=TransferState.CONNECTING, done=0))
            result = self._fetch(entry, running)
        except Cancelled:
            state = running.then or TransferState.PAUSED
        except CompanionError as error:
            state, trouble = TransferState.FAILED, Trouble.of(error)
        except Exception:  # noqa: BLE001 - a worker must outlive a fault; it is logged and shown as one
            _log.exception("a download ended in a way nobody expected")
            words = ("unexpected", "Something unexpected happened", "This is a fault in this program.", "Try again.")
            state, trouble = TransferState.FAILED, Trouble(**dict(zip(Trouble.__struct_fields__, words, strict=True)))
        removed = running.then is None
        with self._condition:
            del self._running[entry.key]
            if result is not None:
                self._results[entry.key] = result
            if removed:
                self._keep(tuple(each for each in self._entries if each.key != entry.key))
            else:
                path = None if result is None else str(result.path)
                self._keep(with_state(self._entries, entry.key, state, trouble=trouble, path=path))
        if removed:
            named = running.expected.filename if running.expected is not None else None
            self._discard(entry, named or entry.name)
        self._tell(entry.key)

    def _fetch(self, entry: QueueEntry, running: _Running) -> Transferred:
        source, expected = self._prepare(entry)
        running.expected = expected
        running.cancellation.check()
        return fetch(
            source,
            expected,
            Path(entry.folder),
            cancellation=running.cancellation,
            progress=lambda value: self._report(entry, running, value),
            options=self._options(),
            mark=self._mark,
        )

    def _report(self, entry: QueueEntry, running: _Running, value: TransferProgress) -> None:
        running.progress = value
        self._tell(entry.key)

    def _stop(self, key: DownloadKey, then: TransferState) -> None:
        with self._condition:
            running = self._running.get(key)
            if running is not None:
                running.then = then
                running.cancellation.cancel()
                return
            if any(each.key == key and each.state is TransferState.QUEUED for each in self._entries):
                self._keep(with_state(self._entries, key, then))
        self._tell(key)

    def _discard(self, entry: QueueEntry, filename: str) -> None:
        try:
            discard(Path(entry.folder), safe_filename(filename))
        except CompanionError:
            _log.warning("what was left of a cancelled download could not be removed")

    def _keep(self, entries: tuple[QueueEntry, ...]) -> None:
        if entries != self._entries:
            self._entries = entries
            self._store.save(entries)
        self._condition.notify_all()

    def _item(self, entry: QueueEntry) -> QueueItem:
        running = self._running.get(entry.key)
        return QueueItem(
            entry=entry, progress=running.progress if running else None, result=self._results.get(entry.key)
        )

    def _tell(self, key: DownloadKey) -> None:
        """Tell of an entry as it is now; of one that has been taken out, by its key alone."""
        with self._telling:
            with self._condition:
                item = next((self._item(entry) for entry in self._entries if entry.key == key), None)
            self._changed(key if item is None else item)
