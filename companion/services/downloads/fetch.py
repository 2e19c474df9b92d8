"""The jobs: fetch a file, find what was left unfinished."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from companion.domain.core.error_words import failure
from companion.domain.core.errors import ErrorCode
from companion.domain.transfers.blocks import block_length, layout_of
from companion.domain.transfers.filenames import filename_of_url, safe_filename
from companion.domain.transfers.models import (
    Expected,
    Options,
    TransferProgress,
    Transferred,
    Unfinished,
)
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.integrity.hashing import Head
from companion.services.downloads.progress import Reporter
from companion.services.downloads.state import journal
from companion.services.downloads.state.partial import Lock, Place, describe_disk_error, move_into_place
from companion.services.downloads.state.resume import claimed, resume
from companion.services.downloads.transfer.transfer import Tally, Transfer
from companion.services.downloads.transfer.transport import Address, Source, VoidedError
from companion.services.downloads.verify import verify

_MOST_BEGINNINGS = 4
_STANDARD = Options()


def fetch(
    source: Source,
    expected: Expected,
    folder: Path,
    *,
    cancellation: Cancellation,
    progress: Callable[[TransferProgress], None],
    options: Options = _STANDARD,
    mark: Callable[[Path], None] | None = None,
) -> Transferred:
    """Download a file into `folder`, taking up again whatever is there of it, and prove it.

    `mark` is called with the whole, proven file just before it gets its final name, to tell the system that it came
    from the internet. Blocks; `progress` is called on this thread. Raises `CompanionError` (codes ``network``,
    ``changed``, ``expired``, ``corrupt``, ``disk-full``, ``not-allowed``, ``portal``, ``too-slow``, ``locked``, …) or
    `Cancelled`; after either the next call goes on where this one stopped.
    """
    address = Address(source)
    url = address.current().url
    name = safe_filename(expected.filename) if expected.filename else filename_of_url(url)
    if expected.size is not None:
        layout_of(expected, expected.size)
    place = Place(folder, name)
    with DiskErrors():
        folder.mkdir(parents=True, exist_ok=True)
        place.refuse_strangers()
        lock = Lock(place.lock)
    try:
        with DiskErrors():
            found = _existing(place, expected, options, cancellation, progress)
            if found is not None:
                return found
            job = Job(place, address, journal.identify_source(url), expected, options, cancellation, progress)
            return job.run(mark)
    finally:
        lock.release()


class DiskErrors:
    """Turns errors of the file system into words."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise describe_disk_error(error) from error


def _existing(
    place: Place,
    expected: Expected,
    options: Options,
    cancellation: Cancellation,
    progress: Callable[[TransferProgress], None],
) -> Transferred | None:
    """The file itself, if it is there already and proves right."""
    if not options.verify_existing or expected.sha256 is None or not place.final.exists():
        return None
    began = time.monotonic()
    found = verify(place.final, expected, cancellation=cancellation, progress=progress)
    if not found.ok:
        return None
    place.discard()
    return Transferred(
        path=place.final,
        size=found.size,
        sha256=found.sha256,
        verified=True,
        resumed_from=found.size,
        bytes_fetched=0,
        pieces_repaired=0,
        retries=0,
        connections=0,
        seconds=time.monotonic() - began,
    )


class Job:
    """One download from its first byte to its final name, through as many beginnings as it takes."""

    def __init__(
        self,
        place: Place,
        address: Address,
        source: str,
        expected: Expected,
        options: Options,
        cancellation: Cancellation,
        progress: Callable[[TransferProgress], None],
        head: Head | None = None,
    ) -> None:
        """The caller holds the lock of `place`; `head` is what it has proven of the partial."""
        self.tally = Tally()
        self._head = head
        self._place, self._address, self._source = place, address, source
        self._expected, self._options, self._cancellation = expected, options, cancellation
        self._report = Reporter(progress)
        self._other_version = False

    def run(self, mark: Callable[[Path], None] | None) -> Transferred:
        """Fetch, prove and name the file. Raises as `fetch` does."""
        digest = self._fetch_right()
        size = self._place.part.stat().st_size
        if mark is not None:
            mark(self._place.part)
        move_into_place(self._place.part, self._place.final, self._cancellation.wait)
        journal.remove(self._place.journal)
        proven = self._expected.sha256 is not None or self._expected.pieces is not None
        result = Transferred(
            path=self._place.final,
            size=size,
            sha256=digest,
            verified=proven,
            resumed_from=self.tally.resumed_from,
            bytes_fetched=self.tally.fetched,
            pieces_repaired=self.tally.repaired,
            retries=self.tally.retries,
            connections=self.tally.most_lanes,
            seconds=time.monotonic() - self.tally.began,
        )
        self._report.finish(size)
        return result

    def _fetch_right(self) -> str | None:
        wrong = 0
        for _ in range(_MOST_BEGINNINGS):
            try:
                digest = self._fetch_once()
            except VoidedError:
                self._place.discard()
                continue
            if self._expected.sha256 in (None, digest):
                return digest
            # Nothing tells which byte is wrong: everything is fetched a second time, over a new connection.
            self._place.discard()
            wrong += 1
            if wrong > 1:
                raise failure(ErrorCode.CHANGED if self._other_version else ErrorCode.CORRUPT)
        raise failure(ErrorCode.CHANGED, message="The file on the server became another one again and again.")

    def _fetch_once(self) -> str | None:
        place, expected = self._place, self._expected
        place.part.touch()
        on_disk = place.part.stat().st_size
        record = journal.read(place.journal)
        taken = resume(record, expected, self._source, block_length(expected), on_disk)
        if taken is None:
            place.discard()
            place.part.touch()
        elif on_disk > taken.reach:
            with place.part.open("r+b") as file:
                file.truncate(taken.reach)
        self.tally.resumed_from = taken.done if taken else 0
        if expected.size is not None:
            place.require_room(expected.size)
        transfer = Transfer(
            place,
            self._address,
            self._source,
            expected,
            self._options,
            taken,
            self.tally,
            self._report,
            self._cancellation,
            self._head,
        )
        self._head = None
        try:
            return transfer.run()
        finally:
            self._other_version |= transfer.other_version


def unfinished(folder: Path) -> tuple[Unfinished, ...]:
    """The downloads in `folder` that were begun and not finished, in the order of their names."""
    found = []
    for path in sorted(folder.glob("*.part" + journal.ENDING)):
        record = journal.read(path)
        if record is None:
            continue
        header = record.header
        part = path.with_name(path.name.removesuffix(journal.ENDING))
        try:
            on_disk = part.stat().st_size
        except OSError:
            continue
        done = claimed(record, on_disk)
        found.append(
            Unfinished(folder=folder, filename=header.filename, done=done, size=header.size, sha256=header.sha256)
        )
    return tuple(found)


def discard(folder: Path, filename: str) -> None:
    """Remove what is left of an unfinished download. Raises `CompanionError` ``locked`` while it runs, ``folder``."""
    place = Place(folder, filename)
    if not folder.is_dir():
        return
    with DiskErrors():
        lock = Lock(place.lock)
        try:
            place.discard()
        finally:
            lock.release()
