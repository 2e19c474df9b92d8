"""Checking a file that is there against what it should be."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from io import FileIO
from pathlib import Path

from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.blocks import Layout, layout_of
from companion.domain.transfers.models import Expected, Pieces, TransferProgress, TransferState, Verified
from companion.services.app.cancellation import Cancellation
from companion.services.app.input_file import not_readable, plain_opener
from companion.services.downloads.integrity.hashing import BUFFER, wrong_pieces
from companion.services.downloads.progress import Reporter

_MOST_READERS = 4
_TICK = 0.1


def verify(
    path: Path,
    expected: Expected,
    *,
    cancellation: Cancellation,
    progress: Callable[[TransferProgress], None],
) -> Verified:
    """Read the file at `path` once and compare it with all that is expected of it.

    Raises `CompanionError` ``missing``, ``file-not-readable``, or ``unprovable`` without digest and pieces.
    """
    if expected.sha256 is None and expected.pieces is None:
        raise failure(ErrorCode.UNPROVABLE, message="Without a digest it cannot be told whether this file is right.")
    with reading(path), FileIO(path, "rb", opener=plain_opener) as file:
        size = os.fstat(file.fileno()).st_size
        return _Check(path, expected, size, cancellation, Reporter(progress)).run(file)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turns errors of the file system into words: `path` is only read."""
    try:
        yield
    except (FileNotFoundError, NotADirectoryError):
        raise failure(ErrorCode.MISSING) from None
    except OSError as error:
        raise not_readable(path, error) from error


class _Check:
    """One pass over a file: this thread takes the whole digest if it counts, others the pieces."""

    def __init__(self, path: Path, expected: Expected, size: int, cancellation: Cancellation, report: Reporter) -> None:
        self._path, self._expected, self._size = path, expected, size
        self._cancellation, self._report = cancellation, report

    def run(self, file: FileIO) -> Verified:
        """Returns what was found."""
        expected, digest, bad = self._expected, None, list[int]()
        if expected.pieces is None:
            digest = self._hash(file)
        else:
            layout = layout_of(expected, expected.size if expected.size is not None else self._size)
            alone = expected.sha256 is None
            with PieceReaders(self._path, layout, expected.pieces, most_readers() if alone else 1) as readers:
                if alone:
                    readers.follow(self._tell)
                else:
                    digest = self._hash(file)
                bad = readers.result()
        ok = not bad and expected.sha256 in (None, digest) and expected.size in (None, self._size)
        return Verified(ok=ok, sha256=digest, size=self._size, bad_pieces=tuple(bad))

    def _hash(self, file: FileIO) -> str:
        whole = hashlib.sha256()
        view = memoryview(bytearray(min(BUFFER, self._size + 1)))
        done = 0
        while count := file.readinto(view):
            whole.update(view[:count])
            done += count
            self._tell(done)
        return whole.hexdigest()

    def _tell(self, done: int) -> None:
        self._cancellation.check()
        self._report.tell(functools.partial(self._progress, done))

    def _progress(self, done: int) -> TransferProgress:
        value = TransferProgress(state=TransferState.VERIFYING, done=done, size=self._size)
        return self._report.measure(value, done)


def most_readers() -> int:
    """How many threads check pieces when nothing else is to be done: more would not help, and slow down disks."""
    return min(_MOST_READERS, os.cpu_count() or 1)


class PieceReaders:
    """Threads that compare the pieces of a file with the publisher's digests, block by block in their order.

    As a context manager it starts them, and stops them at the end if they have not finished. With `to_first_wrong` they
    end by themselves once a block is wrong.
    """

    def __init__(self, path: Path, layout: Layout, pieces: Pieces, count: int, *, to_first_wrong: bool = False) -> None:
        self._path, self._layout, self._pieces = path, layout, pieces
        self._to_first_wrong = to_first_wrong
        self._changed = threading.Condition()
        self._next, self._whole, self._running = 0, 0, count
        self._good: set[int] = set()
        self._bad: dict[int, list[int]] = {}
        self._error: OSError | None = None
        self._stopped = False
        self._threads = [
            threading.Thread(target=self._guard, name=f"pieces-{number}", daemon=True) for number in range(count)
        ]

    def __enter__(self) -> PieceReaders:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped = True
        for thread in self._threads:
            thread.join()

    def follow(self, tell: Callable[[int], None]) -> None:
        """Wait for the end, calling `tell` now and then with the bytes checked; what it raises stops all."""
        over = False
        while not over:
            with self._changed:
                over = not self._running or self._changed.wait_for(lambda: not self._running, _TICK)
                checked = len(self._good) + len(self._bad)
            tell(self._layout.start(checked))

    def wait_beyond(self, position: int) -> int:
        """The offset up to which every block is right; waits until it is beyond `position` or goes no further."""
        with self._changed:
            self._changed.wait_for(lambda: self._layout.start(self._whole) > position or not self._running)
            return self._layout.start(self._whole)

    def result(self) -> list[int]:
        """Wait for the end; returns the numbers of the pieces that do not match. Raises `OSError`."""
        for thread in self._threads:
            thread.join()
        if self._error is not None:
            raise self._error
        return sorted(number for wrong in self._bad.values() for number in wrong)

    def right(self) -> list[int]:
        """The blocks whose pieces all match, of those that were looked at."""
        return sorted(self._good)

    def _guard(self) -> None:
        try:
            with FileIO(self._path, "rb") as file:
                self._work(file)
        except OSError as error:
            self._error = error
            self._stopped = True
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _work(self, file: FileIO) -> None:
        view = memoryview(bytearray(min(BUFFER, self._pieces.length)))
        while True:
            with self._changed:
                block = self._next
                if self._stopped or block == self._layout.count:
                    return
                self._next += 1
            wrong = wrong_pieces(file, self._pieces, self._layout.start(block), self._layout.stop(block), view)
            with self._changed:
                if wrong:
                    self._bad[block] = wrong
                    self._stopped |= self._to_first_wrong
                    continue
                self._good.add(block)
                while self._whole in self._good:
                    self._whole += 1
                self._changed.notify_all()
