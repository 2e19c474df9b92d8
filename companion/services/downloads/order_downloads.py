"""What was bought, on its way to this PC's disk.

The queue and the engine are imported where they are used: most commands transfer nothing.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.orders import Download, Grant
from companion.domain.transfers.filenames import order_folder, store_folder
from companion.domain.transfers.models import Expected, Location, Options, TransferProgress, Transferred, TransferState
from companion.domain.transfers.queue import DownloadKey, QueueEntry
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.preferences import read_preferences
from companion.services.platforms.protocol import ProgramLauncher
from companion.services.storage.database import Library
from companion.services.storage.records import KnownFile, TimelineEntry
from companion.services.storage.versions_seen import VersionsSeen
from companion.services.store.orders import Orders

if TYPE_CHECKING:
    from companion.services.downloads.queue import Queue, QueueItem


@dataclasses.dataclass(frozen=True, slots=True)
class Fetched:
    """A finished download: what the store granted and what arrived."""

    grant: Grant
    transferred: Transferred


class GrantSource:
    """Gives the engine a fresh signed URL whenever the old one has expired, as long as it is for the same file."""

    def __init__(self, orders: Orders, number: str, artifact_id: str) -> None:
        self._orders = orders
        self._number = number
        self._artifact_id = artifact_id
        self._unused: Grant | None = orders.lookup.grant(number, artifact_id)
        self.first = self._unused

    def grant(self) -> Location:
        """Where the bytes are now. Raises `CompanionError` ``changed`` when the store has put up another file."""
        found, self._unused = self._unused or self._orders.lookup.grant(self._number, self._artifact_id), None
        if (found.sha256, found.size) != (self.first.sha256, self.first.size):
            raise CompanionError(
                ErrorCode.CHANGED,
                "The store has a newer file",
                "While this was downloading, the store replaced the file by another one.",
                "Start the download again: the new file is then fetched from its beginning.",
                retryable=True,
            )
        return Location(url=found.url, expires_at=found.url_expires_at)


class OrderDownloads:
    """Downloads what orders contain, one folder for each order, under the store's own file names."""

    def __init__(
        self,
        orders: Orders,
        library: Library,
        programs: ProgramLauncher,
        folder: Path,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._orders = orders
        self._library = library
        self._programs = programs
        # Two stores can use the same order number. The one of the oldest order has the folder itself.
        first = next(iter(library.stores_with_orders()), orders.store)
        self._folder = folder if first == orders.store else folder / store_folder(orders.store)
        self._clock = clock
        self._grants: dict[DownloadKey, Grant] = {}
        self._versions = VersionsSeen(library, orders.store)

    def folder(self, number: str) -> Path:
        """Returns where the downloads of an order go, a folder of its own."""
        return self._folder / order_folder(number)

    def download(
        self,
        number: str,
        artifact_id: str,
        *,
        cancellation: Cancellation,
        progress: Callable[[TransferProgress], None],
        folder: Path | None = None,
    ) -> Fetched:
        """Fetch an artifact, going on where an earlier try stopped, and verify it against the store's digest.

        Raises whatever kept it from arriving; what has arrived by then is used by the next try.
        """
        from companion.services.downloads.fetch import fetch

        source = GrantSource(self._orders, number, artifact_id)
        self._versions.note(artifact_id, source.first.version)
        try:
            transferred = fetch(
                source,
                Expected.of(source.first),
                folder or self.folder(number),
                cancellation=cancellation,
                progress=progress,
                options=self._options(),
                mark=self._programs.mark_of_the_web,
            )
        except CompanionError as error:
            self._note("download failed", number, artifact=artifact_id, code=error.code)
            raise
        self._arrived(number, source.first, transferred)
        return Fetched(source.first, transferred)

    # The queue

    def open_queue(self, changed: Callable[[QueueItem | DownloadKey], None]) -> Queue:
        """The queue of downloads as it was left; `changed` is told of every change, on worker threads."""
        from companion.services.downloads.kept_queue import LibraryQueue
        from companion.services.downloads.queue import Queue, QueueItem

        def tell(item: QueueItem | DownloadKey) -> None:
            if isinstance(item, QueueItem) and item.result is not None and item.entry.state is TransferState.DONE:
                key = item.entry.key
                self._arrived(key.order_number, self.grant(key.order_number, key.artifact_id), item.result)
            changed(item)

        return Queue(
            LibraryQueue(self._library, self._orders.store),
            self._prepare,
            changed=tell,
            options=self._queue_options,
            at_once=read_preferences(self._library).at_once,
            mark=self._programs.mark_of_the_web,
        )

    def queue_entry(self, number: str, download: Download, folder: Path | None = None) -> QueueEntry:
        """An artifact as the queue takes it."""
        return QueueEntry(
            key=DownloadKey(order_number=number, artifact_id=download.artifact_id),
            name=download.name,
            folder=str(folder or self.folder(number)),
        )

    def grant(self, number: str, artifact_id: str) -> Grant:
        """What the store granted for an artifact: in this session, or when the file that lies here was downloaded.

        The store is asked only when neither is known; a kept grant has no URL.
        """
        key = DownloadKey(order_number=number, artifact_id=artifact_id)
        if key not in self._grants:
            kept = self.file_of(number, artifact_id)
            self._grants[key] = kept.grant if kept is not None else self._orders.lookup.grant(number, artifact_id)
        return self._grants[key]

    def recheck(self, number: str, artifact_id: str, cancellation: Cancellation) -> Fetched | None:
        """Verify the file of an artifact that lies here already; None when there is none or it is not right any more.

        Neither the store nor an open download window is needed for it.
        """
        from companion.services.downloads.verify import verify

        file = self.file_of(number, artifact_id) or self._renamed(number, artifact_id, cancellation)
        if file is None:
            return None
        found = verify(file.path, Expected.of(file.grant), cancellation=cancellation, progress=lambda _: None)
        if not found.ok:
            self._note("file damaged", number, artifact=artifact_id)
            return None
        return Fetched(file.grant, Transferred.found(file.path, found.size, found.sha256))

    def _prepare(self, entry: QueueEntry) -> tuple[GrantSource, Expected]:
        source = GrantSource(self._orders, entry.key.order_number, entry.key.artifact_id)
        self._grants[entry.key] = source.first
        self._versions.note(entry.key.artifact_id, source.first.version)
        return source, Expected.of(source.first)

    def _options(self) -> Options:
        profile = self._orders.cache.remembered_profile()
        return Options(most_connections=profile.policies.downloads.most_connections if profile else 1)

    def _queue_options(self) -> Options:
        """Those of a download in the queue, no faster than the person wants."""
        return msgspec.structs.replace(self._options(), limit_rate=read_preferences(self._library).limit_rate)

    # What is on the disk

    def files(self) -> tuple[KnownFile, ...]:
        """The verified downloads whose files are still where they were put, in their full size."""
        return self.present(self._library.files(self._orders.store))

    def present(self, files: Iterable[KnownFile]) -> tuple[KnownFile, ...]:
        """Those of `files` that are still where they were put, in their full size."""
        return tuple(file for file in files if _is_there(file))

    def file_of(self, number: str, artifact_id: str) -> KnownFile | None:
        """The verified file of an artifact; that of another order of the same store is the same file."""
        same = [file for file in self.files() if file.artifact == artifact_id]
        return next((file for file in same if file.number == number), same[0] if same else None)

    def _renamed(self, number: str, artifact_id: str, cancellation: Cancellation) -> KnownFile | None:
        """Look for a download under another name in its folder: it is recognised by its size and its digest."""
        from companion.services.downloads.verify import verify

        known = self._library.files(self._orders.store)
        file = next((each for each in known if (each.number, each.artifact) == (number, artifact_id)), None)
        if file is None:
            return None
        for path in _files_in(file.folder, file.grant.size):
            checked = verify(path, Expected.of(file.grant), cancellation=cancellation, progress=lambda _: None)
            if checked.ok:
                self._library.remember_file(self._orders.store, number, path, file.grant)
                return self.file_of(number, artifact_id)
        return None

    def _arrived(self, number: str, grant: Grant, transferred: Transferred) -> None:
        self._library.remember_file(self._orders.store, number, transferred.path, grant)
        self._note(
            "downloaded",
            number,
            artifact=grant.artifact_id,
            sha256=transferred.sha256,
            resumedFrom=transferred.resumed_from,
            retries=transferred.retries,
            verified=transferred.verified,
        )

    def _note(self, event: str, number: str, **facts: str | int | float | bool | None) -> None:
        self._library.note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))


def _files_in(folder: Path, size: int) -> list[Path]:
    """Returns the files of a folder that have this size."""
    try:
        return sorted(path for path in folder.iterdir() if path.is_file() and path.stat().st_size == size)
    except OSError:
        return []


def _is_there(file: KnownFile) -> bool:
    try:
        return file.path.stat().st_size == file.grant.size
    except OSError:
        return False
