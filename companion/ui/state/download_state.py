"""The downloads under way, as the window sees them: one queue, however many pages look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject, Signal

from companion.domain.core.errors import Cancelled
from companion.domain.transfers.models import TransferProgress, TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.ui.state.tasks import TaskRunner

if TYPE_CHECKING:
    from companion.domain.store.orders import Download
    from companion.services.downloads.order_downloads import OrderDownloads
    from companion.services.downloads.queue import Queue, QueueItem


class OpensQueue(Protocol):
    """What keeps a queue of downloads."""

    def open_queue(self, changed: Callable[[QueueItem | DownloadKey], None]) -> Queue:
        """The queue as it was left; `changed` is told of every change, on worker threads."""


class DownloadState(QObject):
    """Brings the queue's news to the GUI thread; `changed` names a download, `arrived` one that has just finished.

    `reported` is emitted once after all that came together, for what depends on all downloads: there can be thousands.
    The queue is read from the disk in the background; `opened` is emitted when what it held is in `items`.
    """

    opened = Signal()
    changed = Signal(object)
    arrived = Signal(object)
    reported = Signal()

    def __init__(self, opens: Callable[[], OpensQueue], runner: TaskRunner) -> None:
        """`opens` is called in the background, when the queue is first needed."""
        super().__init__()
        self._opens = opens
        self._runner = runner
        self._news: dict[DownloadKey, QueueItem | None] = {}
        self._lock = threading.Lock()
        self._opening = threading.Lock()
        self._queue: Queue | None = None
        self._closed = False
        self.items: dict[DownloadKey, QueueItem] = {}
        self.arrived_so_far: dict[DownloadKey, TransferProgress] = {}
        """How each download stood when it was last heard of while it ran, or when the queue was read from the disk."""

    def open(self) -> None:
        """Read what was left of earlier runs; downloads that were under way are continued."""
        self._runner.run(self, lambda _: self._read_opened(), lambda found: self._show_opened(*found))

    def start(self, entry: QueueEntry) -> None:
        """Start a download; one that is under way or was paused goes on."""
        known = self.items.get(entry.key)
        if known is not None and known.entry.state is TransferState.DONE:
            self._ask(lambda queue: queue.retry(entry.key))
        else:
            self._ask(lambda queue: queue.add(entry))

    def pause(self, key: DownloadKey) -> None:
        """Stop a download; what has arrived is kept."""
        self._ask(lambda queue: queue.pause(key))

    def resume(self, key: DownloadKey) -> None:
        """Let a paused or failed download go on."""
        self._ask(lambda queue: queue.resume(key))

    def pause_all(self) -> None:
        """Stop all downloads; what has arrived is kept."""
        self._ask(lambda queue: queue.pause_all())

    def resume_all(self) -> None:
        """Let all paused downloads go on."""
        self._ask(lambda queue: queue.resume_all())

    def remove(self, key: DownloadKey) -> None:
        """Take a download off the list; what has arrived of an unfinished one is deleted, a finished file stays."""
        self._ask(lambda queue: queue.cancel(key))

    def remove_order(self, number: str) -> None:
        """Take the downloads of an order or purchase off the list, as `remove` does with one."""
        self._ask(lambda queue: queue.cancel_order(number))

    def bytes_arrived(self, number: str) -> int:
        """Bytes that have arrived of an order's unfinished downloads, as far as this session knows."""
        keys = (key for key in self.items if key.order_number == number)
        found = (self.arrived_so_far[key] for key in keys if key in self.arrived_so_far)
        return sum(progress.done for progress in found)

    def look(self) -> None:
        """Leave out what another program has removed from a queue that is open; blocks."""
        with self._opening:
            queue = self._queue if not self._closed else None
        if queue is not None:
            queue.look()

    @property
    def busy(self) -> bool:
        """Whether anything is being downloaded."""
        return any(item.progress is not None for item in self.items.values())

    def close(self) -> None:
        """Stop all downloads and wait for that; blocks. The next start continues them."""
        with self._opening:
            self._closed = True
            queue = self._queue
        if queue is not None:
            queue.close()

    def _opened(self) -> Queue:
        """Returns the queue, read from the disk when it is first needed; blocks. Raises `Cancelled` once closed."""
        with self._opening:
            if self._closed:
                raise Cancelled
            if self._queue is None:
                self._queue = self._opens().open_queue(self._hear)
            return self._queue

    def _read_opened(self) -> tuple[tuple[QueueItem, ...], dict[DownloadKey, TransferProgress]]:
        """Returns what the queue held, and how much of each unfinished download is on the disk; blocks."""
        from companion.services.downloads.fetch import arrived

        items = self._opened().items()
        halfway: dict[DownloadKey, TransferProgress] = {}
        for entry in (item.entry for item in items if item.entry.state is not TransferState.DONE):
            if (found := arrived(entry)) is not None:
                halfway[entry.key] = TransferProgress(state=entry.state, done=found.done, size=found.size)
        return items, halfway

    def _show_opened(self, items: tuple[QueueItem, ...], halfway: dict[DownloadKey, TransferProgress]) -> None:
        with self._lock:
            # What was heard meanwhile is newer.
            self.arrived_so_far = halfway | self.arrived_so_far
        for item in items:
            # What the queue has reported meanwhile is newer.
            self.items.setdefault(item.entry.key, item)
            self.changed.emit(item.entry.key)
        self.reported.emit()
        self.opened.emit()

    def _ask(self, request: Callable[[Queue], None]) -> None:
        """The queue writes every request to the disk, which may take its time."""
        self._runner.run(self, lambda _: request(self._opened()), lambda _: None)

    def _hear(self, item: QueueItem | DownloadKey) -> None:
        """Called on worker threads: only the newest news of each download is brought over."""
        key = item if isinstance(item, DownloadKey) else item.entry.key
        with self._lock:
            if isinstance(item, DownloadKey):
                self.arrived_so_far.pop(key, None)
            elif item.progress is not None:
                self.arrived_so_far[key] = item.progress
            announced = bool(self._news)
            self._news[key] = None if isinstance(item, DownloadKey) else item
        if not announced:
            self._runner.post(self._deliver)

    def _deliver(self) -> None:
        with self._lock:
            news, self._news = self._news, {}
        for key, item in news.items():
            before = self.items.pop(key, None)
            if item is not None:
                self.items[key] = item
                done = item.entry.state is TransferState.DONE
                if done and (before is None or before.entry.state is not TransferState.DONE):
                    self.arrived.emit(key)
            self.changed.emit(key)
        self.reported.emit()


class OrderDownloadState(DownloadState):
    """The downloads of one store's orders."""

    def __init__(self, purchases: Callable[[], OrderDownloads], runner: TaskRunner) -> None:
        super().__init__(purchases, runner)
        self._purchases = purchases

    def add(self, number: str, download: Download, folder: Path | None = None) -> DownloadKey:
        """Download an artifact; one that is under way or was paused goes on. Returns its key."""
        entry = self._purchases().queue_entry(number, download, folder)
        self.start(entry)
        return entry.key
