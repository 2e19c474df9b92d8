"""The downloads under way, as the window sees them: one queue, however many pages look at it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from companion.domain.store.orders import Download
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey
from companion.services.downloads.order_downloads import Purchases
from companion.services.downloads.queue import QueueItem
from companion.ui.state.tasks import TaskRunner


class Transfers(QObject):
    """Brings the queue's news to the GUI thread; `changed` names a download, `arrived` one that has just finished."""

    changed = Signal(object)
    arrived = Signal(object)

    def __init__(self, purchases: Purchases, runner: TaskRunner) -> None:
        super().__init__()
        self._purchases = purchases
        self._runner = runner
        self._news: dict[DownloadKey, QueueItem | None] = {}
        self._lock = threading.Lock()
        self._queue = purchases.open_queue(self._hear)
        self.items: dict[DownloadKey, QueueItem] = {item.entry.key: item for item in self._queue.items()}

    def add(self, number: str, download: Download, folder: Path | None = None) -> DownloadKey:
        """Download an artifact; one that is under way or was paused goes on. Returns its key."""
        entry = self._purchases.queue_entry(number, download, folder)
        known = self.items.get(entry.key)
        if known is not None and known.entry.state is TransferState.DONE:
            self._ask(lambda: self._queue.retry(entry.key))
        else:
            self._ask(lambda: self._queue.add(entry))
        return entry.key

    def pause(self, key: DownloadKey) -> None:
        """Stop a download; what has arrived is kept."""
        self._ask(lambda: self._queue.pause(key))

    def resume(self, key: DownloadKey) -> None:
        """Let a paused or failed download go on."""
        self._ask(lambda: self._queue.resume(key))

    def pause_all(self) -> None:
        """Stop all downloads; what has arrived is kept."""
        self._ask(self._queue.pause_all)

    def resume_all(self) -> None:
        """Let all paused downloads go on."""
        self._ask(self._queue.resume_all)

    def remove(self, key: DownloadKey) -> None:
        """Take a download off the list; what has arrived of an unfinished one is deleted, a finished file stays."""
        self._ask(lambda: self._queue.cancel(key))

    @property
    def busy(self) -> bool:
        """Whether anything is being downloaded."""
        return any(item.progress is not None for item in self.items.values())

    def close(self) -> None:
        """Stop all downloads and wait for that; the next start goes on."""
        self._queue.close()

    def _ask(self, request: Callable[[], None]) -> None:
        """The queue writes every request to the disk, which may take its time."""
        self._runner.run(self, lambda _: request(), lambda _: None)

    def _hear(self, item: QueueItem | DownloadKey) -> None:
        """Called on worker threads: only the newest news of each download is brought over."""
        key = item if isinstance(item, DownloadKey) else item.entry.key
        with self._lock:
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
