"""Reading the headers of an installer made with NSIS: where its data end, and the space that its sections take.

Source: NSIS's ``Source/exehead/fileform.h``. The second header is compressed by itself, or as the beginning
of all data.
"""

from __future__ import annotations

import lzma
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from companion.domain.installation.files.formats.regions import Regions, number

MARK = b"\xef\xbe\xad\xdeNullsoftInst"
_FIRST_HEADER = 28
_ALIGNMENT = 512
_COMPRESSED = 0x80000000
# A header has all the texts of an installer; real ones have less than a megabyte.
_LONGEST_PACKED, _LONGEST_HEADER = 1 << 20, 4 << 20
_LARGEST_DICTIONARY = 64 << 20
_SECTIONS, _ENTRIES = 1, 2
_SELECTED = 1
_SIZE_AT = 20
_MOST_SECTIONS = 4096


class FirstHeader(NamedTuple):
    """Where the first header lies, how long the second one is unpacked, and where the data end in the file."""

    at: int
    unpacked: int
    end: int


def first_header(regions: Regions, start: int, length: int) -> FirstHeader | None:
    """Returns the first header, which lies within `length` bytes of `start`; None where there is none."""
    overlay = regions.read(start, length)
    at = overlay.find(MARK) - 4
    if at < 0 or len(overlay) < at + _FIRST_HEADER:
        return None
    unpacked, following = number(overlay, at + 20, 4), number(overlay, at + 24, 4)
    return FirstHeader(start + at, unpacked, start + at + following)


def space_of_sections(regions: Regions, first: FirstHeader) -> int | None:
    """Returns the bytes that the sections take which are chosen at first; None where that cannot be read."""
    if not 0 < first.unpacked <= _LONGEST_HEADER:
        return None
    packed = regions.read(first.at + _FIRST_HEADER, _LONGEST_PACKED)
    for header in _unpacked(packed, first.unpacked):
        sizes = _sizes(header)
        if sizes is not None:
            return sum(sizes) << 10
    return None


def _unpacked(packed: bytes, length: int) -> Iterator[bytes]:
    """Yields what the second header may be: each way to compress it, alone or together with the data."""
    announced = number(packed, 0, 4)
    alone = packed[4 : 4 + (announced & ~_COMPRESSED)]
    if announced == length:
        yield alone
    if announced & _COMPRESSED:
        yield from filter(None, (_inflated(alone, length), _of_lzma(alone, length)))
    # All data in one stream begin with the length of the header.
    for whole in (_inflated(packed, length + 4), _of_lzma(packed, length + 4)):
        if whole is not None and number(whole, 0, 4) == length:
            yield whole[4:]


def _inflated(data: bytes, length: int) -> bytes | None:
    try:
        found = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data, length)
    except zlib.error:
        return None
    return found if len(found) == length else None


def _of_lzma(data: bytes, length: int) -> bytes | None:
    """Returns the first `length` bytes of a stream that begins with its properties, after a note about a filter."""
    for skipped in (0, 1):
        properties, dictionary = number(data, skipped, 1), number(data, skipped + 1, 4)
        if properties >= 9 * 5 * 5 or not 0 < dictionary <= _LARGEST_DICTIONARY:
            continue
        options = {"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": properties % 9}
        options |= {"lp": properties // 9 % 5, "pb": properties // 45}
        try:
            unpacker = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[options])
            found = unpacker.decompress(data[skipped + 5 :], length)
        except lzma.LZMAError:
            continue
        if len(found) == length:
            return found
    return None


def _sizes(header: bytes) -> list[int] | None:
    """Returns the kilobytes of each section that is chosen at first; offsets take eight bytes in 64-bit installers."""
    for wide in (4, 8):
        places = [number(header, 4 + (wide + 4) * block, wide) for block in range(8)]
        counts = [number(header, 4 + (wide + 4) * block + wide, 4) for block in range(8)]
        start, count = places[_SECTIONS], counts[_SECTIONS]
        row, rest = divmod(places[_ENTRIES] - start, count) if 0 < count <= _MOST_SECTIONS else (0, 1)
        if not rest and row >= _SIZE_AT + 4 and start > 0 and places[_ENTRIES] <= len(header):
            rows = range(start, places[_ENTRIES], row)
            return [number(header, at + _SIZE_AT, 4) for at in rows if number(header, at + 8, 4) & _SELECTED]
    return None
