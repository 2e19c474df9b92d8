"""Reading a package of Windows Installer: its Property table and its summary.

Sources: "Property Table", "Summary Information Stream Property Set" and "Template Summary" (learn.microsoft.com); how
tables lie in streams: libmsi of GNOME's msitools.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from companion.domain.installation.files.formats.compound_file import CompoundFile
from companion.domain.installation.files.formats.regions import Regions, number
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
_CODE_PAGES = {0: "cp1252", 65001: "utf-8", 20127: "ascii"}

Open = Callable[[str], bytes | None]


def read_msi(regions: Regions) -> InstallerIdentity | None:
    """Returns what the package tells, None when it is another compound file. Raises `BrokenStorageError`."""
    storage = CompoundFile(regions)
    if stream_name("_StringPool") not in storage:
        return None
    summary = storage.stream(_SUMMARY) or b""
    return _identity(read_properties(storage.stream), *read_summary(summary), signed=_SIGNATURE in storage)


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


def read_properties(stream: Open) -> dict[str, str]:
    """Returns the Property table; `stream` gives the bytes of a stream by its name."""
    pool, data = stream(stream_name("_StringPool")) or b"", stream(stream_name("_StringData")) or b""
    table = stream(stream_name("Property")) or b""
    width = 3 if number(pool, 0, 4) & 0x80000000 else 2
    rows = len(table) // (2 * width)
    if rows > _MOST_ROWS:
        return {}
    references = [number(table, at * width, width) for at in range(2 * rows)]
    texts = dict(_texts(pool, data, frozenset(references)))
    return {
        texts[name]: texts.get(value, "")
        for name, value in zip(references[:rows], references[rows:], strict=True)
        if name in texts
    }


def _texts(pool: bytes, data: bytes, wanted: frozenset[int]) -> Iterator[tuple[int, str]]:
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
