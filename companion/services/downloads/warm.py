"""Buffers that go from the receiving thread to the hash thread while their bytes are still in the processor's cache."""

from __future__ import annotations

import threading

LENGTH = 1024 * 1024
_COUNT = 4


class Buffer:
    """One of them; bytes `start` … `stop` of the file are at its beginning."""

    def __init__(self) -> None:
        self.view = memoryview(bytearray(LENGTH))
        self.start = 0
        self.stop = 0
        self.held = False
        """Whether the hash thread reads it right now."""
        self.lent = False
        """Whether a lane receives into it right now."""


class WarmBuffers:
    """A few buffers; what is not hashed in time is overwritten, and the hash thread reads it from the file instead."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buffers: list[Buffer] = []

    def borrow(self) -> Buffer:
        """A buffer to receive into; the one with the oldest bytes if all are full."""
        with self._lock:
            free = [each for each in self._buffers if not (each.held or each.lent)]
            if len(self._buffers) < _COUNT and not any(each.start == each.stop for each in free):
                free = [Buffer()]
                self._buffers += free
            buffer = min(free, key=lambda each: each.stop) if free else Buffer()
            buffer.lent, buffer.start, buffer.stop = True, 0, 0
            return buffer

    def offer(self, buffer: Buffer, start: int, count: int) -> None:
        """The first `count` bytes of a borrowed buffer are those at `start` of the file, and are written."""
        with self._lock:
            buffer.start, buffer.stop, buffer.lent = start, start + count, False

    def settle(self, buffer: Buffer) -> None:
        """Take back a borrowed buffer that was not offered."""
        with self._lock:
            buffer.lent = False

    def clear(self) -> None:
        """Some of the bytes have proved wrong: forget all."""
        with self._lock:
            for buffer in self._buffers:
                buffer.start = buffer.stop = 0

    def take(self, offset: int, most: int) -> tuple[Buffer, memoryview] | None:
        """A buffer that holds bytes from `offset` on, and these bytes (at most `most`); give it back afterwards."""
        with self._lock:
            for buffer in self._buffers:
                if not (buffer.held or buffer.lent) and buffer.start <= offset < buffer.stop:
                    buffer.held = True
                    first = offset - buffer.start
                    return buffer, buffer.view[first : min(first + most, buffer.stop - buffer.start)]
            return None

    def give_back(self, buffer: Buffer, upto: int) -> None:
        """The bytes before `upto` of the file are hashed; a buffer that holds no others is free."""
        with self._lock:
            buffer.held = False
            if buffer.stop <= upto:
                buffer.start = buffer.stop = 0
