"""Reading a package of Windows Installer: its Property and File tables and its summary.

Sources: "Property Table", "Summary Information Stream Property Set" and "Template Summary" (learn.microsoft.com); how
tables lie in streams: libmsi of GNOME's msitools.
"""

from __future__ import annotations

import functools
import struct
from collections.abc import Callable, Iterator, Set

import msgspec

from companion.domain.installation.files.formats.compound_file import BrokenStorageError, CompoundFile
from companion.domain.installation.files.formats.regions import Regions, TooMuchError, number
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity, Technology, tidy
from companion.domain.installation.files.identity import architecture_word as word

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
_TABLE_MARK = "\u4840"
_SIGNATURE, _SUMMARY = "\x05DigitalSignature", "\x05SummaryInformation"
_TEMPLATE, _WORD_COUNT, _TEXT, _MOST_PROPERTIES = 7, 15, 30, 64
_LONGEST_TEXT = 4096
# More than real packages have; a hostile one must not take seconds.
_MOST_ROWS, _MOST_TEXTS = 20_000, 300_000
_NO_ELEVATION = 8
# How a column's values are kept (MSITYPE_ in libmsi's query.h).
_STRING, _NULLABLE, _BINARY = 0x0800, 0x1000, 0x0900
_SHORT, _LONG, _TURNED = 2, 4, 0x80000000
_CODE_PAGES = {0: "cp1252", 65001: "utf-8", 20127: "ascii"}

Open = Callable[[str], bytes | None]


def read_msi(regions: Regions) -> InstallerIdentity | None:
    """Returns what the package tells, None when it is another compound file. Raises `BrokenStorageError`."""
    storage = CompoundFile(regions)
    if stream_name("_StringPool") not in storage:
        return None
    stream = functools.cache(storage.stream)
    found = _identity(read_properties(stream), *read_summary(stream(_SUMMARY) or b""), signed=_SIGNATURE in storage)
    try:
        return msgspec.structs.replace(found, space_needed=read_space(stream))
    except (BrokenStorageError, TooMuchError):
        return found


def read_summary(data: bytes) -> tuple[str, int]:
    """Returns template and word count of the summary."""
    template, words = "", 0
    start = number(data, 44, 4)
    for row in range(min(number(data, start + 4, 4), _MOST_PROPERTIES)):
        name, at = (number(data, start + 8 + 8 * row + skip, 4) for skip in (0, 4))
        kind, value = (number(data, start + at + skip, 4) for skip in (0, 4))
        if name == _TEMPLATE and kind == _TEXT:
            template = (
                data[start + at + 8 : start + at + 8 + min(value, 200)].partition(b"\0")[0].decode("ascii", "replace")
            )
        elif name == _WORD_COUNT:
            words = value
    return template, words


def _identity(properties: dict[str, str], template: str, words: int, *, signed: bool) -> InstallerIdentity:
    platforms = template.partition(";")[0].split(",")[0]
    return InstallerIdentity(
        technology=Technology.MSI,
        product_name=tidy(properties.get("ProductName")),
        version=tidy(properties.get("ProductVersion")),
        publisher=tidy(properties.get("Manufacturer")),
        # Without a platform in it, a package is for Intel processors.
        architecture=word(platforms) or "x86",
        signature=FileSignature.UNKNOWN if signed else FileSignature.NONE,
        needs_administrator=_elevates(properties, words),
        complete=True,
    )


def _elevates(properties: dict[str, str], words: int) -> bool | None:
    if words & _NO_ELEVATION:
        return False
    every_user = properties.get("ALLUSERS")
    return True if every_user == "1" and "MSIINSTALLPERUSER" not in properties else None


def stream_name(table: str) -> str:
    """Returns the name of the stream of a table: two letters in each character above U+3800."""
    pairs = [table[at : at + 2] for at in range(0, len(table), 2)]
    return _TABLE_MARK + "".join(
        chr(0x3800 + _ALPHABET.index(pair[0]) + (_ALPHABET.index(pair[1]) << 6))
        if len(pair) == 2
        else chr(0x4800 + _ALPHABET.index(pair))
        for pair in pairs
    )


def read_space(stream: Open) -> int | None:
    """Returns the bytes of all files in the File table; None where there is none, or it contradicts itself."""
    table, columns = stream(stream_name("File")), dict(_columns_of("File", stream))
    if not table or columns.get("FileSize") != _LONG:
        return None
    before = list(columns)[: list(columns).index("FileSize")]
    rows, rest = divmod(len(table), sum(columns.values()))
    if rest:
        return None
    # A table lies column after column; numbers are kept with their highest bit turned.
    sizes = struct.unpack_from(f"<{rows}I", table, rows * sum(columns[name] for name in before))
    return sum(int(size) ^ _TURNED for size in sizes if size & _TURNED)


def _columns_of(table: str, stream: Open) -> Iterator[tuple[str, int]]:
    """Yields the columns of a table and the bytes that each value of them takes, as the package describes them."""
    data, width = stream(stream_name("_Columns")) or b"", _width(stream)
    rows = len(data) // (2 * width + 4)
    if rows > _MOST_ROWS:
        return
    tables, names = (_references(data, at, width, rows) for at in (0, rows * (width + 2)))
    types = _references(data, rows * (2 * width + 2), 2, rows)
    texts = _texts(stream, {*tables, *names})
    for of, name, kind in zip(tables, names, types, strict=True):
        if texts.get(of) == table and name in texts:
            yield texts[name], _bytes_of(kind, width)


def _bytes_of(kind: int, width: int) -> int:
    if kind & _STRING:
        return _SHORT if kind & ~_NULLABLE & 0x7FFF == _BINARY else width
    return _LONG if kind & 0xFF == _LONG else _SHORT


def read_properties(stream: Open) -> dict[str, str]:
    """Returns the Property table; `stream` gives the bytes of a stream by its name."""
    table, width = stream(stream_name("Property")) or b"", _width(stream)
    rows = len(table) // (2 * width)
    if rows > _MOST_ROWS:
        return {}
    names, values = (_references(table, at, width, rows) for at in (0, rows * width))
    texts = _texts(stream, {*names, *values})
    return {texts[name]: texts.get(value, "") for name, value in zip(names, values, strict=True) if name in texts}


def _width(stream: Open) -> int:
    """Returns the bytes of a reference to a text."""
    return 3 if number(stream(stream_name("_StringPool")) or b"", 0, 4) & 0x80000000 else 2


def _references(table: bytes, start: int, width: int, rows: int) -> list[int]:
    return [number(table, start + at * width, width) for at in range(rows)]


def _texts(stream: Open, wanted: Set[int]) -> dict[int, str]:
    pool, data = stream(stream_name("_StringPool")) or b"", stream(stream_name("_StringData")) or b""
    return dict(_texts_of_pool(pool, data, wanted))


def _texts_of_pool(pool: bytes, data: bytes, wanted: Set[int]) -> Iterator[tuple[int, str]]:
    """Yields the wanted texts by their numbers; a text longer than 64 KiB takes two entries of the pool."""
    encoding = _CODE_PAGES.get(number(pool, 0, 4) & 0xFFFF, f"cp{number(pool, 0, 4) & 0xFFFF}")
    at, entry, index = 0, 4, 1
    last = min(max(wanted, default=0), _MOST_TEXTS)
    while index <= last and entry + 4 <= len(pool) and at <= len(data):
        length, uses = number(pool, entry, 2), number(pool, entry + 2, 2)
        if length == 0 and uses:
            entry += 4
            length = (uses << 16) + number(pool, entry, 2)
        if index in wanted:
            yield index, _decoded(data[at : at + min(length, _LONGEST_TEXT)], encoding)
        at, entry, index = at + length, entry + 4, index + 1


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "replace")
    except LookupError:
        return data.decode("cp1252", "replace")
