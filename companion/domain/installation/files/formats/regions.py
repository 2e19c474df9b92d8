"""Regions of a file: what readers of formats ask for, within a bound of bytes for each file."""

from __future__ import annotations

import io
import os
from typing import Protocol

_MOST_READS = 20_000


class Regions(Protocol):
    """A file of `size` bytes of which regions can be read."""

    @property
    def size(self) -> int:
        """Its size in bytes when it was opened."""
        ...

    def read(self, offset: int, length: int) -> bytes:
        """Returns the bytes at `offset`, fewer where the file ends. Raises `TooMuchError`, `UnreadableError`."""
        ...


class TooMuchError(Exception):
    """More of a file was asked for than is read of any."""


class UnreadableError(Exception):
    """The system did not read the file any further; `error` is why. What it holds is not known."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class BytesRegions:
    """The regions of bytes in memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    @property
    def size(self) -> int:
        return len(self._data)

    def read(self, offset: int, length: int) -> bytes:
        return self._data[offset : offset + length]


class RegionFile(io.RawIOBase):
    """Regions in the form of a file, for libraries that read files; broken chains in them are not followed for ever."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        self._at = 0
        self._reads_left = _MOST_READS

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._regions.size}[whence]
        self._at = max(base + offset, 0)
        return self._at

    def tell(self) -> int:
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        self._reads_left -= 1
        if self._reads_left < 0:
            raise TooMuchError
        left = max(self._regions.size - self._at, 0)
        found = self._regions.read(self._at, left if size is None or size < 0 else min(size, left))
        self._at += len(found)
        return found


def number(data: bytes, offset: int, length: int) -> int:
    """Returns the little-endian number at `offset`; 0 where `data` ends before it."""
    return int.from_bytes(data[offset : offset + length], "little") if len(data) >= offset + length else 0
