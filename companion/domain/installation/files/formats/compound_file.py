"""Reading streams of a compound file (OLE storage), within bounds that broken chains cannot pass.

Source: [MS-CFB]. The common library for it follows some broken chains for minutes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from companion.domain.installation.files.formats.regions import Regions, number

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_LAST_SECTOR = 0xFFFFFFFA
_IN_HEADER = 109
_ENTRY = 128
_ROOT, _STREAM = 5, 2
_MINI_CUTOFF, _MINI_SECTOR = 4096, 64
# Of 4,096 bytes each: more than the tables of any real package need.
_MOST_SECTORS = 4096


class BrokenStorageError(Exception):
    """The file contradicts itself."""


class CompoundFile:
    """The streams at the top of a compound file. Raises `BrokenStorageError` for what cannot be."""

    def __init__(self, regions: Regions) -> None:
        self._regions = regions
        head = regions.read(0, 512)
        self._shift = number(head, 30, 2)
        if head[:8] != MAGIC or self._shift not in (9, 12):
            raise BrokenStorageError
        self._fat_places = [number(head, 76 + 4 * at, 4) for at in range(_IN_HEADER)]
        self._next_difat = number(head, 68, 4)
        self._mini_fat_at = number(head, 60, 4)
        self._fat_sectors: dict[int, bytes] = {}
        self._entries = dict(self._directory(number(head, 48, 4)))
        root = self._entries.get("", (0, 0, 0))
        self._mini_at, self._mini_size = root[1:]
        self._mini: tuple[bytes, bytes] | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def stream(self, name: str) -> bytes | None:
        """Returns the first 16 MiB of a stream, None where there is none of that name."""
        if name not in self._entries:
            return None
        _, start, size = self._entries[name]
        if size >= _MINI_CUTOFF:
            return self._chain(start, size)[:size]
        if self._mini is None:
            self._mini = self._chain(self._mini_at, self._mini_size), self._chain(self._mini_fat_at)
        data, fat = self._mini
        parts: list[bytes] = []
        for _ in range(-(-size // _MINI_SECTOR)):
            parts.append(data[start * _MINI_SECTOR : (start + 1) * _MINI_SECTOR])
            start = number(fat, start * 4, 4)
        return b"".join(parts)[:size]

    def _directory(self, start: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
        """Yields name, kind, first sector and size of the root (with an empty name) and of the streams."""
        data = self._chain(start)
        for at in range(0, len(data) - _ENTRY + 1, _ENTRY):
            kind = data[at + 66]
            length = min(max(number(data, at + 64, 2) - 2, 0), 62)
            name = data[at : at + length].decode("utf-16-le", "replace")
            if kind in (_ROOT, _STREAM):
                yield "" if kind == _ROOT else name, (kind, number(data, at + 116, 4), number(data, at + 120, 4))

    def _chain(self, sector: int, size: int | None = None) -> bytes:
        """Returns the sectors from this one on, as far as `size` needs them."""
        wanted = _MOST_SECTORS if size is None else min(-(-size >> self._shift) + 1, _MOST_SECTORS)
        found: dict[int, None] = {}
        while sector < _LAST_SECTOR and len(found) < wanted:
            if sector in found:
                raise BrokenStorageError
            found[sector] = None
            sector = self._next(sector)
        return b"".join(self._sectors(first, count) for first, count in _runs(found))

    def _sectors(self, first: int, count: int = 1) -> bytes:
        data = self._regions.read((first + 1) << self._shift, count << self._shift)
        if not data:
            raise BrokenStorageError
        return data

    def _next(self, sector: int) -> int:
        index, place = divmod(sector, 1 << (self._shift - 2))
        if index not in self._fat_sectors:
            self._fat_sectors[index] = self._sectors(self._fat_place(index))
        return number(self._fat_sectors[index], place * 4, 4)

    def _fat_place(self, index: int) -> int:
        """Returns where a sector of the allocation table lies; the header lists 109, further sectors the others."""
        while index >= len(self._fat_places) and self._next_difat < _LAST_SECTOR:
            if len(self._fat_places) > _MOST_SECTORS << 6:
                raise BrokenStorageError
            data = self._sectors(self._next_difat)
            self._fat_places += [number(data, at, 4) for at in range(0, len(data) - 4, 4)]
            self._next_difat = number(data, len(data) - 4, 4)
        if index >= len(self._fat_places):
            raise BrokenStorageError
        return self._fat_places[index]


def _runs(sectors: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Yields the first of sectors that follow each other in the file, and how many do: most of a chain does."""
    first, count = 0, 0
    for sector in sectors:
        if count and sector == first + count:
            count += 1
            continue
        if count:
            yield first, count
        first, count = sector, 1
    if count:
        yield first, count
