"""Checking a file that is there against what it should be."""

from __future__ import annotations

import functools
import hashlib
import os
import stat
import threading
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from companion.domain.pieces import layout_of
from companion.domain.transfer_failures import failure
from companion.domain.transfers import Expected, TransferProgress, TransferState, Verified
from companion.services.cancellation import Cancellation
from companion.services.downloads.partial import describe_disk_error
from companion.services.downloads.proof import BUFFER, digest_range
from companion.services.downloads.reporting import Reporter


def verify(
    path: Path,
    expected: Expected,
    *,
    cancellation: Cancellation,
    progress: Callable[[TransferProgress], None],
) -> Verified:
    """Read the file at `path` once and compare it with all that is expected of it.

    Raises `CompanionError` ``missing``, ``folder``, or ``unprovable`` if neither digest nor pieces are given.
    """
    if expected.sha256 is None and expected.pieces is None:
        raise failure("unprovable", message="Without a digest nobody can tell whether this file is right.")
    try:
        with FileIO(path, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise failure("link")
            if expected.pieces is not None:
                layout_of(expected, expected.size if expected.size is not None else found.st_size)
            return _Check(path, expected, found.st_size, cancellation, Reporter(progress)).run(file)
    except (FileNotFoundError, NotADirectoryError):
        raise failure("missing") from None
    except OSError as error:
        raise describe_disk_error(error) from error


class _Check:
    """One pass over a file: this thread takes the whole digest, a second one the pieces."""

    def __init__(self, path: Path, expected: Expected, size: int, cancellation: Cancellation, report: Reporter) -> None:
        self._path, self._expected, self._size = path, expected, size
        self._cancellation, self._report = cancellation, report
        self._bad: list[int] = []
        self._error: OSError | None = None
        self._stop = threading.Event()

    def run(self, file: FileIO) -> Verified:
        """The verdict."""
        pieces = threading.Thread(target=self._check_pieces, name="verify-pieces", daemon=True)
        pieces.start()
        try:
            digest = self._hash(file)
        except BaseException:
            self._stop.set()
            raise
        finally:
            pieces.join()
        if self._error is not None:
            raise self._error
        ok = not self._bad and self._expected.sha256 in (None, digest) and self._expected.size in (None, self._size)
        return Verified(ok=ok, sha256=digest, size=self._size, bad_pieces=tuple(self._bad))

    def _hash(self, file: FileIO) -> str:
        whole = hashlib.sha256()
        view = memoryview(bytearray(min(BUFFER, self._size + 1)))
        done = 0
        while count := file.readinto(view):
            whole.update(view[:count])
            done += count
            self._cancellation.check()
            self._report.tell(functools.partial(self._progress, done))
        return whole.hexdigest()

    def _progress(self, done: int) -> TransferProgress:
        value = TransferProgress(state=TransferState.VERIFYING, done=done, size=self._size)
        return self._report.measure(value, done)

    def _check_pieces(self) -> None:
        pieces = self._expected.pieces
        if pieces is None:
            return
        view = memoryview(bytearray(min(BUFFER, pieces.length)))
        try:
            with FileIO(self._path, "rb") as file:
                for number, digest in enumerate(pieces.sha256):
                    if self._stop.is_set():
                        return
                    start = number * pieces.length
                    if digest_range(file, start, start + pieces.length, view) != digest:
                        self._bad.append(number)
        except OSError as error:
            self._error = error
