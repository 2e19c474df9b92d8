"""One connection at work: takes blocks from the block map, receives them and writes them where they belong."""

from __future__ import annotations

import contextlib
import threading
import time
import zlib
from collections.abc import Callable
from io import FileIO
from typing import Protocol

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.models import Options
from companion.domain.transfers.responses import RangeRequest, Take
from companion.services.downloads.state.journal import CLAIM_EVERY, Claim
from companion.services.downloads.state.partial import describe_disk_error
from companion.services.downloads.transfer.file_state import FileState, too_many_bytes
from companion.services.downloads.transfer.splice import SplicePipe
from companion.services.downloads.transfer.transport import (
    Address,
    AtEndError,
    Body,
    Connection,
    FileChangedError,
    looks_signed,
)

_READ = 4 * 1024 * 1024
_READ_RECORDS = 1024 * 1024
"""Of encrypted bytes, which come by records of 16 KiB: so much stays near the processor until it is written."""
_READ_TOGETHER = 8 * 1024 * 1024
_SMALL = 64 * 1024
_SEAM = 64 * 1024
"""Bytes that are fetched a second time and compared where nothing else shows that a file is still the same."""
_GATHER_SECONDS = 0.004


class Work(Protocol):
    """What the workers of one transfer share."""

    file: FileState
    address: Address
    options: Options
    rate_limiter: RateLimiter
    new_pipe: Callable[[], SplicePipe | None]
    spare_buffers: list[memoryview]
    """Buffers that no worker receives into at the moment: making one costs more than a request."""

    def accept(self, take: Take) -> None:
        """Learn from an accepted answer. Raises what makes it unusable."""

    def hashed_soon(self, offset: int) -> bool:
        """Whether the hash thread will come to `offset` and claim what it finds there, in a moment."""


class RateLimiter:
    """Keeps all workers together under a rate in bytes per second; None means as fast as it goes."""

    def __init__(self, rate: int | None) -> None:
        self.rate = rate
        self._lock = threading.Lock()
        self._free_at = time.monotonic()

    def delay(self, count: int) -> float:
        """Seconds to wait after `count` bytes."""
        if self.rate is None:
            return 0.0
        with self._lock:
            now = time.monotonic()
            self._free_at = max(self._free_at, now - 0.1) + count / self.rate
            return max(0.0, self._free_at - now)

    def portion(self, most: int) -> int:
        """How much to read at once, so that the rate stays even."""
        return most if self.rate is None else max(1, min(most, self.rate // 10))


class Worker:
    """A thread that fetches until nothing is left for it; `error` then says what ended it, None if all is well."""

    def __init__(self, number: int, work: Work, ended: Callable[[], None]) -> None:
        self.number = number
        self.error: BaseException | None = None
        self.over = False
        self.received = 0
        self.began = time.monotonic()
        self.round_trip: float | None = None
        """Seconds from the request to its answer, or less."""
        self.retiring = False
        self._samples: list[tuple[float, int]] = [(self.began, 0)]
        self._work = work
        self._ended = ended
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._connection = Connection(work.options.connect_seconds, 1.5 * work.options.patience)
        self._crc: int | None = None
        self._claimed = 0
        self._view = memoryview(b"")
        self._pipe: SplicePipe | None = None
        self._thread = threading.Thread(target=self._guard, name=f"download-{number}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def retire(self) -> None:
        """End once what it has begun is fetched, so that no byte is wasted."""
        self.retiring = True

    def abandon(self, error: BaseException | None) -> None:
        """End the worker from outside at once; after this it writes nothing more, even if its thread still hangs."""
        self._stop.set()
        self.error = self.error or error  # Before the cut, which its thread would call a broken connection.
        self._connection.cut()
        with self._lock:
            self.over = True
            self._work.file.block_map.leave(self.number)

    def too_slow(self, now: float) -> bool:
        """Whether less has arrived than the options ask for, over as long as they allow that."""
        options = self._work.options
        least = (
            options.minimum_rate if options.limit_rate is None else min(options.minimum_rate, options.limit_rate // 4)
        )
        while len(self._samples) > 1 and self._samples[1][0] <= now - options.patience:
            self._samples.pop(0)
        self._samples.append((now, self.received))
        since, count = self._samples[0]
        return now - since >= options.patience and self.received - count < least * (now - since)

    def join(self, seconds: float) -> None:
        """Wait for the thread; one that hangs in a connection attempt is left to end by itself."""
        self._thread.join(seconds)

    def _guard(self) -> None:
        connection = self._connection
        try:
            self._view, self._pipe = self._borrow(), self._work.new_pipe()
            with FileIO(self._work.file.files.part, "r+b") as file:
                while not (self._stop.is_set() or self.retiring):
                    assignment = self._work.file.block_map.assign(self.number, self._chunk())
                    if assignment is None:
                        break
                    offset, fresh = assignment
                    if fresh:
                        connection.close()
                    self._fetch(offset, file)
        except Cancelled:
            pass
        except OSError as error:
            self.error = self.error or describe_disk_error(error, self._work.file.block_map.size)
        except BaseException as error:  # noqa: BLE001 - told to the thread that supervises
            self.error = self.error or error
        finally:
            connection.close()
            if self._pipe is not None:
                self._pipe.close()
            if self._view:
                self._work.spare_buffers.append(self._view)
            with self._lock:
                self._work.file.block_map.leave(self.number)
                self.over = True
            self._ended()

    def _borrow(self) -> memoryview:
        """Returns a large buffer, as that halves the system's work; all workers share the memory."""
        try:
            return self._work.spare_buffers.pop()
        except IndexError:
            return memoryview(bytearray(min(_READ, _READ_TOGETHER // self._work.options.most_connections)))

    def _has_pieces(self) -> bool:
        return self._work.file.expected.pieces is not None

    def _chunk(self) -> int:
        """How many blocks to take over from another worker: what this one moves in about two seconds."""
        rate = self.received / max(0.1, time.monotonic() - self.began)
        return max(1, int(2 * rate / self._work.file.block_map.layout.length))

    def _fetch(self, offset: int, file: FileIO) -> None:
        block_map, work = self._work.file.block_map, self._work
        stop = block_map.end_of(self.number)
        to_end = block_map.size is None or stop >= block_map.size
        whole = offset == 0 and to_end
        known = work.file.facts(signed=looks_signed(work.address.current()))
        seam = min(offset, _SEAM) if work.file.compares_seams else 0
        asked = RangeRequest(
            start=offset - seam,
            stop=None if to_end else stop,
            ranged=not whole,
            if_range=known.etag if offset else None,
        )
        asked_at = time.monotonic()
        try:
            body = self._connection.open(work.address, asked, known)
        except AtEndError as told:
            work.accept(Take(skip=0, length=0, total=told.total, etag=known.etag))
            return
        trip = time.monotonic() - asked_at
        # The first answer of a connection costs two trips or more, a later one one.
        self.round_trip = trip / 2 if self.round_trip is None else min(self.round_trip, trip)
        try:
            if self._stop.is_set():
                raise Cancelled
            work.accept(body.take)
            self._receive(body, offset, file, seam)
        finally:
            body.close()

    def _receive(self, body: Body, offset: int, file: FileIO, seam: int) -> None:
        work, block_map = self._work, self._work.file.block_map
        self._skip(body, offset, file if seam else None, body.take.skip + seam)
        self._crc, begin, self._claimed = None, offset, offset
        file.seek(offset)
        view = self._view[:_READ_RECORDS] if body.has_records else self._view
        most = work.rate_limiter.portion(len(view))
        while (room := block_map.end_of(self.number) - offset) > 0:
            pipe = self._pipe
            if pipe is not None and pipe.works and body.can_splice and self._needs_no_checksum(offset):
                count = self._splice(body, pipe, file, min(room, most))
            else:
                count = body.read_into(view[: min(room, most)])
                if count == 0:
                    self._end(body)
                    return
                work.file.require_growth(count, offset + count)
                self._store(file, view[:count], offset)
            # What comes with the head of the answer is little, and says nothing of the line.
            self._throttle(count, trickles=count < _SMALL and offset > begin)
            offset += count
            if self._has_pieces() and offset - self._claimed >= CLAIM_EVERY:
                self._claim_for_pieces(offset)
        if block_map.size == offset and body.take.length is None and not work.file.has_digest:
            self._require_end(body)

    def _require_end(self, body: Body) -> None:
        """Where only the size is known, more bytes than that mean another file."""
        try:
            more = body.read_into(memoryview(bytearray(1)))
        except CompanionError:
            more = 0
        if more:
            raise too_many_bytes()

    def _end(self, body: Body) -> None:
        """A body without a length is over: the whole file, if its end can be believed."""
        block_map = self._work.file.block_map
        if block_map.size is None and (body.measured or self._work.file.has_digest):
            block_map.end_here()
        elif block_map.size is None:
            raise failure(ErrorCode.UNPROVABLE)
        else:
            raise failure(ErrorCode.NETWORK, message="The download server ended the connection too early.")

    def _skip(self, body: Body, offset: int, same: FileIO | None, left: int) -> None:
        """Pass over `left` bytes before `offset`: what a server that knows no ranges sends first, and the seam.

        Raises `FileChangedError` where they are not those of the file `same`.
        """
        view, most = self._view, self._work.rate_limiter.portion(len(self._view))
        while left:
            count = body.read_into(view[: min(left, most)])
            if count == 0 or self._stop.is_set():
                raise failure(ErrorCode.NETWORK)
            if same is not None:
                same.seek(offset - left)
                if same.read(count) != view[:count]:
                    raise FileChangedError
            left -= count
            self.received += count
            self._work.file.block_map.add_skipped(count)
            self._throttle(count, trickles=count < _SMALL)

    def _throttle(self, count: int, *, trickles: bool) -> None:
        delay = self._work.rate_limiter.delay(count)
        if trickles:
            # Bytes that trickle in are left to gather in the socket: each read costs as much as a large one.
            delay = max(delay, _GATHER_SECONDS)
        if delay and self._stop.wait(delay):
            raise Cancelled

    def _store(self, file: FileIO, view: memoryview, offset: int) -> None:
        claims = [] if self._has_pieces() else self._claims_ahead(view, offset)
        with self._lock:
            if self._stop.is_set():
                raise Cancelled
            while view:  # A disk that fills up takes a part, which counts.
                written = file.write(view)
                self._count(written)
                view = view[written:]
        for claim in claims:
            self._work.file.claim(claim)

    def _count(self, written: int) -> None:
        self.received += written
        self._work.file.block_map.add_written(self.number, written)

    def _needs_no_checksum(self, offset: int) -> bool:
        """Whether the bytes at `offset` will be read back from the file, so that nothing is computed of them here."""
        work = self._work
        sized = work.file.block_map.size is not None and work.rate_limiter.rate is None
        return sized and (self._has_pieces() or (self._crc is None and work.hashed_soon(offset)))

    def _splice(self, body: Body, pipe: SplicePipe, file: FileIO, most: int) -> int:
        """Move bytes into the file without reading them; returns how many."""
        body.wait(pipe)
        moved = 0
        with self._lock:
            if self._stop.is_set():
                raise Cancelled
            try:
                while moved < most and body.can_splice and (count := body.splice_into(pipe, most - moved)):
                    while pipe.stored:  # A disk that fills up takes a part, which counts.
                        moved += pipe.drain(file)
                    if count < _SMALL:  # A slow line, on which more is not worth waiting for.
                        break
            finally:
                if moved:
                    self._count(moved)
        return moved

    def _claim_for_pieces(self, offset: int) -> None:
        """Claim what has arrived up to `offset`, from the start of a block; the publisher's digests will tell."""
        layout = self._work.file.block_map.layout
        start = layout.start(self._claimed // layout.length)
        self._work.file.claim(Claim(start=start, stop=offset))
        self._claimed = offset

    def _claims_ahead(self, view: memoryview, offset: int) -> list[Claim]:
        """Claims for whole blocks far ahead of the hash thread, which claims all others by itself."""
        claims: list[Claim] = []
        layout = self._work.file.block_map.layout
        while view:
            block = offset // layout.length
            start, stop = layout.start(block), layout.stop(block)
            part = view[: stop - offset]
            if offset == start:
                self._crc, self._claimed = None if self._work.hashed_soon(offset) else 0, start
            if self._crc is not None:
                self._crc = zlib.crc32(part, self._crc)
                if offset + len(part) == stop or offset + len(part) - self._claimed >= CLAIM_EVERY:
                    self._claimed = offset + len(part)
                    claims.append(Claim(start=start, stop=self._claimed, crc=self._crc))
            offset, view = offset + len(part), view[len(part) :]
        return claims


def join_all(workers: list[Worker], seconds: float) -> None:
    """Wait up to `seconds` for the threads of `workers`."""
    until = time.monotonic() + seconds
    for worker in workers:
        with contextlib.suppress(RuntimeError):
            worker.join(max(0.0, until - time.monotonic()))
