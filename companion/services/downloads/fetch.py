"""The jobs: fetch a file, find what was left unfinished."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.words.error_words import WORDS, failure
from companion.domain.transfers.blocks import layout_of
from companion.domain.transfers.filenames import filename_of_url, name_in_address, name_of_download, safe_filename
from companion.domain.transfers.models import (
    Expected,
    Options,
    TransferProgress,
    Transferred,
    Unfinished,
)
from companion.domain.transfers.queue import QueueEntry
from companion.services.app.atomic_file import PRIVATE, make_folder
from companion.services.app.cancellation import Cancellation
from companion.services.downloads.integrity.hashing import VerifiedPart
from companion.services.downloads.progress import Reporter
from companion.services.downloads.state import journal
from companion.services.downloads.state.partial import DownloadFiles, Lock, describe_disk_error, move_into_place
from companion.services.downloads.state.resume import claimed, resume
from companion.services.downloads.transfer.file_state import FileState
from companion.services.downloads.transfer.splice import SplicePipe, new_splice_pipe
from companion.services.downloads.transfer.supervisor import Supervisor, TransferContext
from companion.services.downloads.transfer.transport import Address, FileChangedError, Source
from companion.services.downloads.verify import verify

_MOST_BEGINNINGS = 4
_HINT_REMOVED = {
    ErrorCode.DISK_FULL: "Free some space or choose another folder, then start again; what had arrived was removed.",
    ErrorCode.TOO_LONG: f"{WORDS[ErrorCode.TOO_LONG].hint} What had arrived was removed.",
}
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
    new_pipe: Callable[[], SplicePipe | None] = new_splice_pipe,
) -> Transferred:
    """Download a file into `folder`, resuming whatever is there of it, and verify it.

    `mark` is called with the whole, verified file just before it gets its final name, to tell the system that it came
    from the internet. `new_pipe` makes what carries the bytes of a worker inside the system, where it can. Blocks;
    `progress` is called on this thread. Raises `CompanionError` (codes ``network``, ``changed``, ``expired``,
    ``corrupt``, ``disk-full``, ``not-allowed``, ``portal``, ``too-slow``, ``locked``, …) or `Cancelled`; after either
    the next call resumes where this one stopped.
    """
    address = Address(source)
    url = address.current().url
    named_by_server = _is_named_by_server(url, expected)
    whole = named_by_server or expected.fixed_address
    source_id = journal.identify_address(url) if whole else journal.identify_source(url)
    name = working_name(url, expected)
    if expected.size is not None:
        layout_of(expected, expected.size)
    files = DownloadFiles(folder, name)
    with DiskErrors():
        make_folder(folder)
        files.refuse_links()
        lock = Lock(files.lock)
    try:
        with DiskErrors():
            found = _existing(files, expected, options, cancellation, progress)
            if found is not None:
                return found
            context = TransferContext(address, options, cancellation, Reporter(progress), new_pipe)
            return FetchJob(files, source_id, expected, context, named_by=url if named_by_server else None).run(mark)
    except BaseException:
        files.discard_empty()
        raise
    finally:
        lock.release()


def working_name(url: str, expected: Expected) -> str:
    """Returns what a file is called until it has arrived; where the server names it, a digest of its address."""
    if _is_named_by_server(url, expected):
        return f"download-{journal.identify_address(url)[:12]}"
    return safe_filename(expected.filename) if expected.filename else filename_of_url(url)


def _is_named_by_server(url: str, expected: Expected) -> bool:
    return expected.filename is None and (expected.fixed_address or name_in_address(url) is None)


class DiskErrors:
    """Turns errors of the file system into words."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, OSError):
            raise describe_disk_error(error) from error


def _existing(
    files: DownloadFiles,
    expected: Expected,
    options: Options,
    cancellation: Cancellation,
    progress: Callable[[TransferProgress], None],
) -> Transferred | None:
    """Returns the file itself, if it is there already and right."""
    if not options.verify_existing or expected.sha256 is None or not files.final.exists():
        return None
    began = time.monotonic()
    found = verify(files.final, expected, cancellation=cancellation, progress=progress)
    if not found.ok:
        return None
    files.discard()
    return Transferred.found(files.final, found.size, found.sha256, seconds=time.monotonic() - began)


class FetchJob:
    """One download from its first byte to its final name; begins anew if the file on the server changes."""

    def __init__(
        self,
        files: DownloadFiles,
        source: str,
        expected: Expected,
        context: TransferContext,
        verified_part: VerifiedPart | None = None,
        named_by: str | None = None,
    ) -> None:
        """The caller holds the lock of `files`; `source` identifies the address in the journal.

        `verified_part` is what the caller has verified of the partial already. `named_by` is the address where the
        file gets its name from the server's answer, and is never put in the place of another one.
        """
        self._named_by = named_by
        self._server_name: str | None = None
        self._files, self._source, self._expected, self._context = files, source, expected, context
        self._verified_part = verified_part
        self._changed_etag = self._labelled = False

    def run(self, mark: Callable[[Path], None] | None) -> Transferred:
        """Fetch, verify and name the file. Raises as `fetch` does."""
        digest = self._fetch_right()
        size = self._files.part.stat().st_size
        if mark is not None:
            mark(self._files.part)
        final = self._final(digest)
        move_into_place(self._files.part, final, self._context.cancellation.wait)
        journal.remove(self._files.journal)
        verified = self._expected.sha256 is not None or self._expected.pieces is not None
        totals = self._context.totals
        result = Transferred(
            path=final,
            size=size,
            sha256=digest,
            verified=verified,
            resumed_from=totals.resumed_from,
            bytes_fetched=totals.fetched,
            pieces_repaired=totals.wrong_pieces,
            retries=totals.retries,
            connections=totals.most_connections,
            seconds=time.monotonic() - totals.began,
        )
        self._context.report.finish(size)
        return result

    def _final(self, digest: str | None) -> Path:
        if self._named_by is None:
            return self._files.final
        name = name_of_download(self._server_name, self._named_by, self._expected.fallback_name)
        return free_place(self._files.folder, name, digest)

    def _fetch_right(self) -> str | None:
        wrong = 0
        for _ in range(_MOST_BEGINNINGS):
            try:
                digest = self._fetch_once()
            except FileChangedError:
                self._files.discard()
                continue
            if self._expected.sha256 in (None, digest):
                return digest
            # Nothing tells which byte is wrong: everything is fetched a second time, over a new connection.
            self._files.discard()
            wrong += 1
            if wrong > 1:
                raise failure(self._why_wrong())
        raise failure(ErrorCode.CHANGED, message="The file on the server became another one again and again.")

    def _why_wrong(self) -> ErrorCode:
        if self._changed_etag:
            return ErrorCode.CHANGED
        return ErrorCode.ENCODED if self._labelled else ErrorCode.CORRUPT

    def _fetch_once(self) -> str | None:
        files, expected = self._files, self._expected
        files.part.touch(PRIVATE)
        on_disk = files.part.stat().st_size
        content = journal.read(files.journal)
        taken = resume(content, expected, self._source, on_disk)
        if taken is None:
            files.discard()
            files.part.touch(PRIVATE)
        elif on_disk > taken.reach:
            with files.part.open("r+b") as file:
                file.truncate(taken.reach)
        self._context.totals.resumed_from = taken.done if taken else 0
        if expected.size is not None:
            files.require_room(expected.size)
        state = FileState(files, self._source, expected, taken, self._context.options.most_bytes)
        verified_part, self._verified_part = self._verified_part, None
        try:
            return Supervisor(state, self._context, verified_part).run()
        except CompanionError as error:
            if error.code not in _HINT_REMOVED or state.can_be_continued:
                raise
            # Nothing could be made of what arrived: it would only fill the disk.
            files.discard()
            raise failure(error.code, message=error.message, hint=_HINT_REMOVED[error.code]) from None
        finally:
            self._changed_etag |= state.changed_etag
            self._labelled |= state.labelled
            self._server_name = state.server_name or self._server_name


def free_place(folder: Path, name: str, digest: str | None) -> Path:
    """Returns a place in `folder` where no other file stands: `name`, or `name` with a number.

    A file of the same `digest` (SHA-256) is the same file and is replaced.
    """
    stem, dot, ending = name.rpartition(".")
    number, place = 1, folder / name
    while os.path.lexists(place) and not _is_same(place, digest):
        number += 1
        place = folder / (f"{stem} ({number}).{ending}" if dot and stem else f"{name} ({number})")
    return place


def _is_same(place: Path, digest: str | None) -> bool:
    if digest is None or place.is_symlink() or not place.is_file():
        return False
    with place.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == digest


def unfinished(folder: Path) -> tuple[Unfinished, ...]:
    """The downloads in `folder` that were begun and not finished, in the order of their names."""
    found = []
    for path in sorted(folder.glob("*.part" + journal.ENDING)):
        content = journal.read(path)
        if content is None:
            continue
        header = content.header
        part = path.with_name(path.name.removesuffix(journal.ENDING))
        try:
            on_disk = part.stat().st_size
        except OSError:
            continue
        done = claimed(content, on_disk)
        found.append(
            Unfinished(folder=folder, filename=header.filename, done=done, size=header.size, sha256=header.sha256)
        )
    return tuple(found)


def arrived(entry: QueueEntry) -> Unfinished | None:
    """Returns what has arrived of a download that rests, as its journal proves it; None where there is nothing."""
    names = {safe_filename(name) for name in (entry.name, entry.working_name) if name}
    try:
        return next((each for each in unfinished(Path(entry.folder)) if each.filename in names), None)
    except OSError:
        return None


def discard(folder: Path, filename: str) -> None:
    """Remove what is left of an unfinished download. Raises `CompanionError` ``locked`` while it runs, ``folder``."""
    files = DownloadFiles(folder, filename)
    if not folder.is_dir():
        return
    with DiskErrors():
        lock = Lock(files.lock)
        try:
            files.discard()
        finally:
            lock.release()
