"""Repairing a file: one pass verifies what is right of it, fetches what is not, and takes the whole digest."""

from __future__ import annotations

import functools
import hashlib
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path
from typing import Any

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.blocks import Layout, layout_of
from companion.domain.transfers.filenames import safe_filename
from companion.domain.transfers.models import (
    Expected,
    Options,
    Pieces,
    Repaired,
    TransferProgress,
    TransferState,
    Verified,
)
from companion.services.app.cancellation import Cancellation
from companion.services.app.input_file import plain_opener
from companion.services.downloads.fetch import DiskErrors, FetchJob, fetch
from companion.services.downloads.integrity.hashing import BUFFER, VerifiedPart, wrong_pieces
from companion.services.downloads.progress import Reporter
from companion.services.downloads.state import journal
from companion.services.downloads.state.partial import DownloadFiles, Lock
from companion.services.downloads.transfer.supervisor import TransferContext
from companion.services.downloads.transfer.transport import Address, Source
from companion.services.downloads.verify import PieceReaders, most_readers, reading, verify

_STANDARD = Options()


def repair(
    path: Path,
    expected: Expected,
    source: Source,
    *,
    cancellation: Cancellation,
    progress: Callable[[TransferProgress], None],
    options: Options = _STANDARD,
    mark: Callable[[Path], None] | None = None,
) -> Repaired:
    """Repair the file at `path`, fetching only the publisher's pieces that do not match.

    A file that is right is not touched. Without piece digests, or without the file, all of it is fetched. The damaged
    file becomes the partial before anything is written, so that nothing damaged keeps the final name and `fetch` or
    another `repair` can take over after a failure. Raises as `fetch` and `verify` do.
    """
    if expected.sha256 is None and expected.pieces is None:
        raise failure(ErrorCode.UNPROVABLE, message="Without a digest it cannot be told what is damaged.")
    wanted = msgspec.structs.replace(expected, filename=path.name)
    if expected.pieces is None or not path.exists():
        return _replace(path, wanted, source, cancellation, progress, options, mark)
    with reading(path):
        scan = _DamageScan(path, wanted, expected.pieces, cancellation, Reporter(progress))
        scan.run()
    if scan.right is not None:
        return Repaired(found=scan.right)
    files, address = _files_of(path), Address(source)
    begun = journal.identify_source(address.current().url)
    lock = _lock(files)
    try:
        with DiskErrors():
            files.discard()
            path.replace(files.part)
            verified_part = scan.verified_part() if scan.is_of(files.part) else None
            known = msgspec.structs.replace(wanted, size=scan.size)
            context = TransferContext(address, options, cancellation, Reporter(progress))
            fetched = FetchJob(files, begun, known, context, verified_part).run(mark)
    finally:
        lock.release()
    return Repaired(fetched=fetched, bad_pieces=tuple(sorted(context.totals.wrong_at_start)))


def _files_of(path: Path) -> DownloadFiles:
    if safe_filename(path.name) != path.name:
        raise failure(ErrorCode.LINK, message="The file's name is not one that a download can have.")
    return DownloadFiles(path.parent, path.name)


def _lock(files: DownloadFiles) -> Lock:
    with DiskErrors():
        files.refuse_links()
        return Lock(files.lock)


def _replace(
    path: Path,
    wanted: Expected,
    source: Source,
    cancellation: Cancellation,
    progress: Callable[[TransferProgress], None],
    options: Options,
    mark: Callable[[Path], None] | None,
) -> Repaired:
    """Fetch the whole file, or the rest of its partial, unless it is there and right."""
    if path.exists():
        found = verify(path, wanted, cancellation=cancellation, progress=progress)
        if found.ok:
            return Repaired(found=found)
    _files_of(path)
    afresh = msgspec.structs.replace(options, verify_existing=False)
    fetched = fetch(
        source, wanted, path.parent, cancellation=cancellation, progress=progress, options=afresh, mark=mark
    )
    return Repaired(fetched=fetched)


class _DamageScan:
    """Reads a file: up to the first block that is wrong where the whole digest counts, or else all of its blocks.

    In the first case a second thread checks pieces and this one hashes behind it, as far as they are right.
    """

    def __init__(
        self, path: Path, expected: Expected, pieces: Pieces, cancellation: Cancellation, report: Reporter
    ) -> None:
        self.right: Verified | None = None
        self.size = expected.size
        """How long the file must be: told beforehand, or by its last piece if that is right."""
        self._path, self._expected, self._pieces = path, expected, pieces
        self._cancellation, self._report = cancellation, report
        self._good: list[int] = []
        self._hash = None if expected.sha256 is None else hashlib.sha256()
        self._position = 0
        self._found: os.stat_result | None = None
        self._layout = Layout(size=0, length=1)

    def run(self) -> None:
        """Read the file; `right` is set afterwards if nothing is to be done."""
        with FileIO(self._path, "rb", opener=plain_opener) as file:
            self._found = os.fstat(file.fileno())
            length = self._found.st_size
            try:
                self._layout = layout_of(self._expected, length)
            except CompanionError:
                if self._expected.size is not None:
                    layout_of(self._expected, self._expected.size)
                return
            bad = self._read(file)
            digest = self._hash.hexdigest() if self._hash else None
            if not bad and self._expected.sha256 == digest:
                self.right = Verified(ok=True, sha256=digest, size=length)
            elif self.size is None and self._ends_right(file):
                self.size = length

    def is_of(self, part: Path) -> bool:
        """Whether `part` is still the file that was looked at, untouched since."""
        now, then = part.stat(), self._found
        return then is not None and all(
            getattr(now, each) == getattr(then, each) for each in ("st_ino", "st_size", "st_mtime_ns")
        )

    def verified_part(self) -> VerifiedPart:
        """Returns what of the file is verified."""
        return VerifiedPart(blocks=self._good, position=self._position, hash=self._hash)

    def _read(self, file: FileIO) -> list[int]:
        """The numbers of the pieces that were found wrong."""
        whole = self._hash
        count, early = (most_readers(), False) if whole is None else (1, True)
        with PieceReaders(self._path, self._layout, self._pieces, count, to_first_wrong=early) as readers:
            if whole is None:
                readers.follow(self._tell)
            else:
                self._hash_behind(readers, file, whole)
            bad = readers.result()
        self._good = readers.right()
        return bad

    def _hash_behind(self, readers: PieceReaders, file: FileIO, whole: Any) -> None:
        view = memoryview(bytearray(min(BUFFER, self._layout.size + 1)))
        while (stop := readers.wait_beyond(self._position)) > self._position:
            count = file.readinto(view[: min(stop - self._position, len(view))]) or 0
            if count == 0:
                raise OSError("the file became shorter")
            whole.update(view[:count])
            self._position += count
            self._tell(self._position)

    def _ends_right(self, file: FileIO) -> bool:
        """Whether the last block is right, so that the file has its length."""
        layout, last = self._layout, self._layout.count - 1
        view = memoryview(bytearray(min(BUFFER, self._pieces.length)))
        return last in self._good or (
            last >= 0 and not wrong_pieces(file, self._pieces, layout.start(last), layout.size, view)
        )

    def _tell(self, done: int) -> None:
        self._cancellation.check()
        self._report.tell(functools.partial(self._progress, done))

    def _progress(self, done: int) -> TransferProgress:
        value = TransferProgress(state=TransferState.VERIFYING, done=done, size=self._layout.size)
        return self._report.measure(value, done)
