"""Threads that verify what was written by reading it back: piece digests, claims, the whole digest."""

from __future__ import annotations

import abc
import dataclasses
import hashlib
import os
import threading
import time
import zlib
from collections.abc import Callable, Sequence
from io import FileIO
from pathlib import Path
from typing import Any

from companion.domain.core.errors import Cancelled
from companion.domain.transfers.models import Expected, Pieces
from companion.services.downloads.state.block_map import MILESTONE, BlockMap
from companion.services.downloads.state.journal import CLAIM_EVERY, Claim

BUFFER = 1024 * 1024
_CLAIM_SECONDS = 2.0
_NEAR = 32 * 1024 * 1024
_SOON = 1.0
_USUAL_RATE = 1024 * 1024 * 1024


class VerificationThread(abc.ABC):
    """A thread with its own descriptor of the partial; `error` holds what ended it, unless it was told to stop."""

    def __init__(self, name: str, path: Path, block_map: BlockMap) -> None:
        self.error: BaseException | None = None
        self.done = threading.Event()
        self._path = path
        self._block_map = block_map
        self._thread = threading.Thread(target=self._guard, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end; the block map must have been stopped or be complete."""
        self._thread.join()

    def _guard(self) -> None:
        try:
            with FileIO(self._path, "rb") as file:
                self._work(file)
        except Cancelled:
            pass
        except BaseException as error:  # noqa: BLE001 - told to the thread that waits for it
            self.error = error
        finally:
            self.done.set()
            with self._block_map.changed:
                self._block_map.changed.notify_all()
                self._block_map.events.notify_all()

    @abc.abstractmethod
    def _work(self, file: FileIO, /) -> None:
        """Do the work of the thread; return once all is verified."""


@dataclasses.dataclass(frozen=True)
class VerifiedPart:
    """What is verified of a file already: some of its blocks; `hash` has taken its first `position` bytes.

    Without a `hash` the whole digest is not taken.
    """

    blocks: Sequence[int]
    position: int = 0
    hash: Any = None


class WholeHasher(VerificationThread):
    """Hashes the file from its first byte on, as far as it is written; makes new claims and checks old ones.

    Old claims come from the journal of an earlier run: `checks` in the order of their offsets, not overlapping. One
    that fails takes its bytes back, and they are fetched again.
    """

    def __init__(
        self,
        path: Path,
        block_map: BlockMap,
        claim: Callable[[Claim], None],
        checks: list[Claim],
        *,
        verified: bool,
        verified_part: VerifiedPart | None = None,
    ) -> None:
        """With `verified`, only blocks are hashed that match the publisher's digests, and no claims are made.

        With `verified_part` as well, the hash goes on from there.
        """
        super().__init__("download-hash", path, block_map)
        self.digest: str | None = None
        self.position = verified_part.position if verified_part else 0
        self._journal = claim
        self._checks = checks
        self._verified = verified
        self._hash = verified_part.hash if verified_part else hashlib.sha256()
        self._before = self._hash.copy()
        self._crc = 0
        self._claimed = (0, time.monotonic())
        self._began = (self.position, time.monotonic())

    def comes_soon(self, offset: int) -> bool:
        """Whether it will reach `offset` within a second, at its rate so far or else the usual one."""
        begin, when = self._began
        past = time.monotonic() - when
        rate = (self.position - begin) / past if past >= _SOON / 2 else _USUAL_RATE
        return offset - self.position <= max(_NEAR, _SOON * rate)

    def _work(self, file: FileIO) -> None:
        view = memoryview(bytearray(BUFFER))
        try:
            while True:
                count = self._block_map.wait_readable(self.position, self._most(), verified=self._verified)
                if count == 0:
                    break
                count = self._feed(file, view[:count])
                self.position += count
                self._settle()
            self.digest = self._hash.hexdigest()
        finally:
            self._claim()

    def _most(self) -> int:
        """How far to read at most: to the next place where a claim begins or ends."""
        regular = BUFFER - self.position % BUFFER
        if not self._checks:
            return regular
        check = self._checks[0]
        if self.position == check.start:
            self._before, self._crc = self._hash.copy(), 0
        edge = check.stop if self.position >= check.start else check.start
        return min(regular, edge - self.position)

    def _feed(self, file: FileIO, view: memoryview) -> int:
        """Hash the next bytes of the file; returns how many."""
        file.seek(self.position)
        count = file.readinto(view) or 0
        if count == 0:
            raise OSError("the partial became shorter")
        self._add(view[:count])
        return count

    def _add(self, view: memoryview) -> None:
        self._hash.update(view)
        if self._checks and self._checks[0].crc is not None and self.position >= self._checks[0].start:
            self._crc = zlib.crc32(view, self._crc)

    def _settle(self) -> None:
        """At the end of an old claim, judge it; elsewhere, make a new one now and then."""
        if not self._checks or self.position <= self._checks[0].start:
            at, when = self._claimed
            if self.position - at >= CLAIM_EVERY or time.monotonic() - when >= _CLAIM_SECONDS:
                self._claim()
            return
        check = self._checks[0]
        if self.position != check.stop:
            return
        self._checks.pop(0)
        right = self._crc == check.crc if check.crc is not None else self._hash.hexdigest() == check.prefix
        if right:
            self._claimed = (self.position, time.monotonic())
            return
        self._hash, self.position = self._before, check.start
        self._block_map.revoke(check.start, check.stop)

    def _claim(self) -> None:
        at, _ = self._claimed
        inside = self._checks and self.position > self._checks[0].start
        if not self._verified and not inside and self.position > at:
            self._journal(Claim(start=at, stop=self.position, prefix=self._hash.hexdigest()))
            self._claimed = (self.position, time.monotonic())


class PieceChecker(VerificationThread):
    """Checks each block against the publisher's piece digests as soon as it is written."""

    def __init__(
        self,
        path: Path,
        block_map: BlockMap,
        claim: Callable[[Claim], None],
        expected: Expected,
        bad: Callable[[int, list[int]], None],
    ) -> None:
        """`bad` is told the number of a block and which of the publisher's pieces in it do not match."""
        super().__init__("download-pieces", path, block_map)
        self._journal = claim
        self._expected = expected
        self._bad = bad

    def _work(self, file: FileIO) -> None:
        view = memoryview(bytearray(BUFFER))
        while True:
            block = self._next()
            if block is None:
                return
            layout = self._block_map.layout
            wrong = self._check(file, layout.start(block), layout.stop(block), view)
            if wrong:
                self._bad(block, wrong)
                continue
            self._block_map.mark_verified(block)
            self._journal(Claim(start=layout.start(block), stop=layout.stop(block)))

    def _next(self) -> int | None:
        block_map = self._block_map
        with block_map.changed:
            while True:
                if block_map.stopped:
                    raise Cancelled
                block = block_map.first_unverified()
                if block is not None:
                    return block
                if block_map.all_verified():
                    return None
                block_map.changed.wait()

    def _check(self, file: FileIO, start: int, stop: int, view: memoryview) -> list[int]:
        pieces = self._expected.pieces
        if pieces is None:
            raise AssertionError("only for files with piece digests")
        return wrong_pieces(file, pieces, start, stop, view)


class Synchroniser(VerificationThread):
    """Forces the partial onto the disk each time another 64 MiB are written, beside the other threads."""

    def _work(self, _: FileIO) -> None:
        done = 0
        with self._path.open("r+b", buffering=0) as writable:
            while True:
                with self._block_map.events:
                    while self._block_map.stored // MILESTONE == done and not self._block_map.stopped:
                        self._block_map.events.wait()
                    if self._block_map.stopped:
                        return
                    done = self._block_map.stored // MILESTONE
                getattr(os, "fdatasync", os.fsync)(writable.fileno())


def wrong_pieces(file: FileIO, pieces: Pieces, start: int, stop: int, view: memoryview) -> list[int]:
    """Returns the numbers of the publisher's pieces in bytes `start` … `stop` of `file` that are not right."""
    wrong = []
    for first in range(start, stop, pieces.length):
        number = first // pieces.length
        right = pieces.sha256[number] if number < len(pieces.sha256) else None
        if digest_range(file, first, min(first + pieces.length, stop), view) != right:
            wrong.append(number)
    return wrong


def digest_range(file: FileIO, start: int, stop: int, view: memoryview) -> str:
    """Returns the SHA-256 of bytes `start` … `stop` of `file`, read through `view`, or of as many as there are."""
    digest = hashlib.sha256()
    file.seek(start)
    while start < stop:
        count = file.readinto(view[: min(len(view), stop - start)]) or 0
        if count == 0:
            break
        digest.update(view[:count])
        start += count
    return digest.hexdigest()


def crc_of_range(file: FileIO, start: int, stop: int) -> int:
    """Returns the CRC-32 of bytes `start` … `stop` of `file`."""
    crc = 0
    file.seek(start)
    while start < stop:
        data = file.read(min(1 << 20, stop - start))
        if not data:
            break
        crc = zlib.crc32(data, crc)
        start += len(data)
    return crc
