"""Whether a compound file (MS-CFB) can be read in time that grows with its size only.

The library that reads such files follows chains that come back to themselves, and believes sizes that the file cannot
have: minutes, and gigabytes, for a few kilobytes. What passes here has no sector in two chains, no entry reached twice,
and no stream larger than what holds it, as every file that a program wrote.
"""

from __future__ import annotations

import dataclasses
import struct
from collections.abc import Iterable, Iterator, Sequence

_MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
_LARGEST_SECTOR, _END, _NONE = 0xFFFFFFFA, 0xFFFFFFFE, 0xFFFFFFFF
_IN_HEADER = 109
_ENTRY = 128
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_MINI_SHIFT, _MINI, _MINI_CUTOFF = 6, 64, 4096
_PROPERTIES = "__properties_version1.0"
_MOST_PROPERTIES = 256 * 1024
_MOST_ENTRIES = 10_000
_DEEPEST = 8
_MOST_COMPARED = 4_000_000
"""Names that the library compares in all, since it looks for each stream among its neighbours."""


class _Unsound(Exception):
    """The file contradicts itself, or holds more than any e-mail does."""


@dataclasses.dataclass(frozen=True, slots=True)
class _Entry:
    """An entry of the directory; `left`, `right` and `child` are numbers of others."""

    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


def is_sound(data: bytes) -> bool:
    """Returns whether the file can be handed to the library. Looks at each sector and each entry once."""
    try:
        _Check(data).run()
    except (_Unsound, struct.error):
        return False
    return True


class _Check:
    """One look at a file. Raises `_Unsound`."""

    def __init__(self, data: bytes) -> None:
        version, order, shift, mini_shift = struct.unpack_from("<HHHH", data, 26)
        if data[:8] != _MAGIC or order != 0xFFFE or (version, shift) not in ((3, 9), (4, 12)):
            raise _Unsound
        count, directory, _, cutoff, mini, mini_count, further, further_count = struct.unpack_from("<8I", data, 44)
        if mini_shift != _MINI_SHIFT or cutoff != _MINI_CUTOFF:
            raise _Unsound
        self._data = data
        self._version = version
        self._sector = 1 << shift
        self._sectors = max(0, _parts(len(data), self._sector) - 1)
        self._directory_at, self._mini_at, self._mini_count = directory, mini, mini_count
        self._owned: set[int] = set()
        self._table: Sequence[int] = ()
        self._table = self._numbers(self._table_places(count, further, further_count))

    def run(self) -> None:
        entries = list(self._entries())
        if not entries or entries[0].kind != _ROOT or len(entries) > _MOST_ENTRIES:
            raise _Unsound
        root = entries[0]
        mini_table = self._numbers(self._chain(self._mini_at)) if self._mini_count else ()
        held = len(self._chain(root.start, root.size)) * self._sector // _MINI if root.size else 0
        mini_owned: set[int] = set()
        for entry in _reached(entries):
            if entry.name == _PROPERTIES and entry.size > _MOST_PROPERTIES:
                raise _Unsound
            if entry.size >= _MINI_CUTOFF:
                self._chain(entry.start, entry.size)
            elif entry.size:
                _followed(entry.start, _parts(entry.size, _MINI), mini_table, held, mini_owned)

    def _table_places(self, count: int, further: int, further_count: int) -> list[int]:
        """The sectors of the allocation table: the header lists 109, sectors chained to each other the rest."""
        if count > self._sectors:
            raise _Unsound
        places = list(struct.unpack_from(f"<{_IN_HEADER}I", self._data, 76))
        for _ in range(further_count):
            *listed, further = self._numbers([self._own(further)])
            places += listed
        if further_count and further < _LARGEST_SECTOR:
            raise _Unsound
        return [self._own(place) for place in places[:count]]

    def _own(self, sector: int) -> int:
        """Take a sector that nothing else has."""
        if sector >= self._sectors or sector in self._owned:
            raise _Unsound
        self._owned.add(sector)
        return sector

    def _chain(self, start: int, size: int | None = None) -> list[int]:
        """The sectors from `start` on: as many as `size` needs, else all."""
        wanted = None if size is None else _parts(size, self._sector)
        return _followed(start, wanted, self._table, self._sectors, self._owned)

    def _numbers(self, sectors: Iterable[int]) -> tuple[int, ...]:
        content = self._content(sectors)
        return struct.unpack(f"<{len(content) // 4}I", content)

    def _content(self, sectors: Iterable[int]) -> bytes:
        size, data = self._sector, self._data
        return b"".join(data[(at + 1) * size : (at + 2) * size].ljust(size, b"\0") for at in sectors)

    def _entries(self) -> Iterator[_Entry]:
        content = self._content(self._chain(self._directory_at))
        for at in range(0, len(content), _ENTRY):
            spelled, length, kind, _, left, right, child = struct.unpack_from("<64sHBBIII", content, at)
            start, low, high = struct.unpack_from("<III", content, at + 116)
            # The higher half is not used before version 4, and some programs leave anything there.
            size = low + (high << 32 if self._version == 4 else 0)
            if kind not in (_STREAM, _ROOT):
                size = 0
            elif size > len(self._data):
                raise _Unsound
            name = spelled[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            yield _Entry(name, kind, left, right, child, start, size)


def _followed(start: int, wanted: int | None, table: Sequence[int], most: int, owned: set[int]) -> list[int]:
    """Returns the places of a chain: `wanted` of them, else all up to its end; none may be in another chain."""
    found: list[int] = []
    while start != _END and (wanted is None or len(found) < wanted):
        if start >= most or start >= len(table) or start in owned:
            raise _Unsound
        owned.add(start)
        found.append(start)
        start = table[start]
    if wanted is not None and len(found) < wanted:
        raise _Unsound
    return found


def _reached(entries: Sequence[_Entry]) -> Iterator[_Entry]:
    """Yields the streams that can be reached from the root; no entry is reached twice."""
    seen, compared = {0}, 0
    storages = [(entries[0].child, 0, 1)]
    while storages:
        child, before, depth = storages.pop()
        neighbours = list(_neighbours(child, entries, seen))
        for entry in neighbours:
            compared += before + len(neighbours)
            if compared > _MOST_COMPARED or depth > _DEEPEST:
                raise _Unsound
            if entry.kind == _STREAM:
                yield entry
            elif entry.kind == _STORAGE:
                storages.append((entry.child, before + len(neighbours), depth + 1))


def _neighbours(first: int, entries: Sequence[_Entry], seen: set[int]) -> Iterator[_Entry]:
    """Yields the entries of one storage."""
    waiting = [first]
    while waiting:
        number = waiting.pop()
        if number == _NONE:
            continue
        if number >= len(entries) or number in seen:
            raise _Unsound
        seen.add(number)
        entry = entries[number]
        yield entry
        waiting += [entry.left, entry.right]


def _parts(size: int, part: int) -> int:
    """Returns how many parts of a size something takes."""
    return -(-size // part)
