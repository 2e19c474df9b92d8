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
    DISCARDING,
    STOPPING,
    DownloadFailure,
    DownloadKey,
    Outcome,
    Phase,
    QueueEntry,
    Request,
    after_restart,
    entries_to_keep,
    moved,
    next_queued,
    phase_after_request,
    phase_of,
    removed_by_others,
    state_after_work,
    with_state,
    with_working_name,
)
from companion.services.app.cancellation import Cancellation
from companion.services.app.errors import as_error
from companion.services.downloads.fetch import discard, fetch, working_name
from companion.services.downloads.transfer.transport import Source

_log = logging.getLogger(__name__)


class QueueStore(Protocol):
    """Keeps the queue over restarts."""

    def load(self) -> tuple[QueueEntry, ...]:
        """The entries as they were saved last."""

    def save(self, before: tuple[QueueEntry, ...], after: tuple[QueueEntry, ...]) -> frozenset[DownloadKey]:
        """Keep `after` in place of `before`; what another program has changed meanwhile stays as that left it.

        Returns what was in `before` and has been removed by another program: it stays removed.
        """


class QueueItem(Model, frozen=True):
    """One entry and how it goes; `progress` while it runs, `result` once it has been fetched in this session."""

    entry: QueueEntry
    progress: TransferProgress | None = None
    result: Transferred | None = None


class _Run:
    """A download at work: its phase, and what is known of it.

    `entry` is what the work began with: a cancelled download that was added again has another one in the queue.
    """

    def __init__(self, phase: Phase, entry: QueueEntry) -> None:
        self.phase, self.entry = phase, entry
        self.cancellation = Cancellation()
        self.progress: TransferProgress | None = None
        self.filename: str | None = None
        """The name of the file, once the store has told it."""


class Queue:
    """Ordered downloads, `at_once` of them at a time.

    `prepare` asks for a grant on a worker thread: it returns a source and what the file must be. `changed` is told on
    worker threads, after each change, the item as it is now, or the key of one that was removed. `explain` puts a
    failure into the words that fit what is downloaded.
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
        explain: Callable[[CompanionError], CompanionError] = lambda error: error,
    ) -> None:
        self._explain = explain
        self._store, self._prepare, self._changed = store, prepare, changed
        self._options, self._mark = options, mark
        self._condition = threading.Condition()
        # Held from reading an entry to having told of it, so that what is told last is also the newest.
        self._telling = threading.Lock()
        self._entries = self._saved = after_restart(store.load())
        self._removed: dict[DownloadKey, QueueEntry] = {}
        """What was taken off the queue elsewhere, with its order for example; what has arrived of it may be there."""
        self._untold: list[DownloadKey] = []
        self._running: dict[DownloadKey, _Run] = {}
        self._results: dict[DownloadKey, Transferred] = {}
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"download-queue-{number}", daemon=True)
            for number in range(at_once)
        ]
        for thread in self._threads:
            thread.start()

    # -- requests ------------------------------------------------------------------------------------------------

    def items(self) -> tuple[QueueItem, ...]:
        """Returns everything in the queue, in its order."""
        with self._condition:
            return tuple(self._item(entry) for entry in self._entries)

    def add(self, entry: QueueEntry) -> None:
        """Put a download at the end; one that is in the queue already keeps its position and is resumed.

        One that is being cancelled is replaced by `entry`, which may name another folder.
        """
        with self._condition:
            self._look()
            run = self._running.get(entry.key)
            if self._find(entry.key) is None:
                self._keep((*self._entries, entry))
            elif run is not None and run.phase is Phase.CANCELLING:
                self._entries = tuple(entry if each.key == entry.key else each for each in self._entries)
            rests = self._change(Request.ADD, entry.key)
        if rests:
            self._tell(entry.key)

    def pause(self, key: DownloadKey) -> None:
        """Stop one download and keep what has arrived."""
        self._ask(Request.PAUSE, key)

    def pause_all(self) -> None:
        """Stop all downloads and keep what has arrived."""
        self._ask(Request.PAUSE, *(item.entry.key for item in self.items()))

    def resume(self, key: DownloadKey) -> None:
        """Let a paused or failed download wait for its turn again; one that is done stays done."""
        self._ask(Request.RESUME, key)

    def resume_all(self) -> None:
        """Let all paused downloads wait for their turn again; failed ones stay as they are."""
        failed = TransferState.FAILED
        self._ask(Request.RESUME, *(item.entry.key for item in self.items() if item.entry.state is not failed))

    def retry(self, key: DownloadKey) -> None:
        """Try a download again, also one that is done: it is then checked, and fetched if it is not right."""
        self._ask(Request.RETRY, key)

    def cancel(self, key: DownloadKey) -> None:
        """Remove a download and delete what has arrived of it; a finished file stays.

        A download at work is removed once it has stopped. Whatever else is asked of it until then does not bring it
        back, except adding it again, which starts it from its beginning.
        """
        self._ask(Request.CANCEL, key)

    def cancel_order(self, number: str) -> None:
        """Cancel all downloads of an order, and delete what has arrived also of those that were removed with it."""
        with self._condition:
            removed = [key for key in self._removed if key.order_number == number]
            gone = tuple(entry for entry in map(self._removed.pop, removed) if self._find(entry.key) is None)
            self._entries = (*self._entries, *gone)
        keys = (item.entry.key for item in self.items())
        self._ask(Request.CANCEL, *(key for key in keys if key.order_number == number))

    def look(self) -> None:
        """Leave out what another program has removed meanwhile; one at work is stopped, and what has arrived stays."""
        with self._condition:
            self._look()
        self._tell()

    def move(self, key: DownloadKey, position: int) -> None:
        """Give a download another place in the order; one that runs goes on running."""
        with self._condition:
            self._keep(moved(self._entries, key, position))
        self._tell(key)

    def close(self) -> None:
        """Stop everything and wait for it; the next start goes on."""
        with self._condition:
            self._closed = True
            for run in self._running.values():
                run.cancellation.cancel()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def _ask(self, request: Request, *keys: DownloadKey) -> None:
        """Carry out `request` for all `keys` in one step, so that no download starts in between."""
        with self._condition:
            changed = [key for key in keys if self._change(request, key)]
            idle = [(key, self._running[key]) for key in changed if key in self._running]
        for key, run in idle:
            self._end(key, run, Outcome.STOPPED)
        for key in changed:
            self._tell(key)

    def _change(self, request: Request, key: DownloadKey) -> bool:
        """Put a download into its next phase; returns whether its thread will not tell of that."""
        entry, run = self._find(key), self._running.get(key)
        if run is not None:
            run.phase = phase_after_request(run.phase, request)
            if run.phase in STOPPING:
                run.cancellation.cancel()
            self._keep(self._entries)
            return False
        if entry is None:
            return False
        phase = phase_after_request(phase_of(entry), request)
        if phase is Phase.CANCELLING:
            # No thread is at work on it, and none may start before its partial is deleted.
            self._running[key] = _Run(phase, entry)
            self._keep(self._entries)
        elif phase is not phase_of(entry):
            self._results.pop(key, None)
            self._keep(with_state(self._entries, key, TransferState(phase.value)))
        return True

    # -- the work ------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._closed:
                    entry = next_queued(self._entries, frozenset(self._running))
                    if entry is not None:
                        break
                    self._condition.wait()
                else:
                    return
                run = self._running[entry.key] = _Run(Phase.RUNNING, entry)
            self._run(entry, run)

    def _run(self, entry: QueueEntry, run: _Run) -> None:
        outcome, trouble, result = Outcome.STOPPED, None, None
        try:
            self._report(entry.key, run, TransferProgress(state=TransferState.CONNECTING, done=0))
            result = self._fetch(entry, run)
            outcome = Outcome.DONE
        except Cancelled:
            pass
        except CompanionError as error:
            outcome, trouble = Outcome.FAILED, DownloadFailure.of(self._explain(error))
        except Exception as error:  # noqa: BLE001 - a worker must outlive a fault; it is logged and shown as one
            _log.exception("a download ended with an unexpected error")
            outcome, trouble = Outcome.FAILED, DownloadFailure.of(as_error(error))
        self._end(entry.key, run, outcome, trouble, result)
        self._tell(entry.key)

    def _end(
        self,
        key: DownloadKey,
        run: _Run,
        outcome: Outcome,
        trouble: DownloadFailure | None = None,
        result: Transferred | None = None,
    ) -> None:
        """Let a download come to rest, its partial deleted before if that was asked for."""
        discarded = False
        while True:
            with self._condition:
                if self._find(key) is None or discarded or run.phase not in DISCARDING:
                    del self._running[key]
                    self._settle(key, state_after_work(run.phase, outcome), trouble, result)
                    return
            self._discard(run.entry, run.filename or run.entry.working_name or run.entry.name)
            discarded = True

    def _settle(
        self, key: DownloadKey, state: TransferState | None, trouble: DownloadFailure | None, result: Transferred | None
    ) -> None:
        if state is None:
            self._results.pop(key, None)
            self._keep(tuple(each for each in self._entries if each.key != key))
            return
        if state is TransferState.DONE and result is not None:
            self._results[key] = result
            arrived = with_state(self._entries, key, state, path=str(result.path), verified=result.verified)
            self._keep(arrived)
            return
        self._keep(with_state(self._entries, key, state, trouble=trouble if state is TransferState.FAILED else None))

    def _fetch(self, entry: QueueEntry, run: _Run) -> Transferred:
        source, expected = self._prepare(entry)
        run.filename = expected.filename or self._name_at_work(entry.key, source, expected)
        run.cancellation.check()
        return fetch(
            source,
            expected,
            Path(entry.folder),
            cancellation=run.cancellation,
            progress=lambda value: self._report(entry.key, run, value),
            options=self._options(),
            mark=self._mark,
        )

    def _name_at_work(self, key: DownloadKey, source: Source, expected: Expected) -> str:
        """What the file is called until the server has named it; kept, so that a later cancellation finds it."""
        name = working_name(source.grant().url, expected)
        with self._condition:
            self._keep(with_working_name(self._entries, key, name))
        return name

    def _report(self, key: DownloadKey, run: _Run, value: TransferProgress) -> None:
        run.progress = value
        self._tell(key)

    def _discard(self, entry: QueueEntry, filename: str) -> None:
        try:
            discard(Path(entry.folder), safe_filename(filename))
        except CompanionError:
            _log.warning("what was left of a cancelled download could not be removed")

    def _find(self, key: DownloadKey) -> QueueEntry | None:
        return next((each for each in self._entries if each.key == key), None)

    def _keep(self, entries: tuple[QueueEntry, ...]) -> None:
        """Take over `entries` without what was removed elsewhere, and save them for a restart; only under the lock."""
        self._entries = entries
        to_save = entries_to_keep(entries, {key: run.phase for key, run in self._running.items()})
        if to_save != self._saved:
            self._leave_out(self._store.save(self._saved, to_save), to_save)
        self._condition.notify_all()

    def _look(self) -> None:
        """Leave out what was removed elsewhere since the queue was saved; only under the lock."""
        self._leave_out(removed_by_others(self._saved, self._store.load()), self._saved)

    def _leave_out(self, gone: frozenset[DownloadKey], saved: tuple[QueueEntry, ...]) -> None:
        """Leave out what was removed elsewhere, unless it is being cancelled here, which deletes what has arrived."""
        self._saved = tuple(each for each in saved if each.key not in gone)
        for key in gone:
            entry, run = self._find(key), self._running.get(key)
            if entry is None or (run is not None and run.phase in DISCARDING):
                continue
            if run is not None:
                run.cancellation.cancel()
            self._removed[key] = entry
            self._results.pop(key, None)
            self._untold.append(key)
            self._entries = tuple(each for each in self._entries if each.key != key)

    def _item(self, entry: QueueEntry) -> QueueItem:
        run = self._running.get(entry.key)
        return QueueItem(entry=entry, progress=run.progress if run else None, result=self._results.get(entry.key))

    def _tell(self, *keys: DownloadKey) -> None:
        """Tell of entries as they are now; of one that has been removed, by its key alone."""
        with self._telling:
            with self._condition:
                untold, self._untold = self._untold, []
                found = [(key, self._find(key)) for key in dict.fromkeys((*keys, *untold))]
                news = [key if entry is None else self._item(entry) for key, entry in found]
            for item in news:
                self._changed(item)
