"""Files in Outlook's own form (``.msg``, MS-OXMSG within a compound file, MS-CFB), as small as they can be."""

from __future__ import annotations

import struct

_SECTOR = 512
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NONE = 0xFFFFFFFF
_LEAST = 4096
"""Bytes of a stream that lies in sectors of its own; shorter ones would need the mini stream."""

_TEXT, _BINARY = "001F", "0102"
_CODEPAGE_UTF8 = struct.pack("<HHIq", 0x0003, 0x3FDE, 6, 65001)


def outlook_message(*, headers: str, subject: str, body: str, page: str = "") -> bytes:
    """Returns a ``.msg`` file with the given transport headers, subject, plain text and HTML."""
    texts = {"0037": subject, "1000": body, "007D": headers, "001A": "IPM.Note"}
    streams = {f"__substg1.0_{tag}{_TEXT}": _filled(text.encode("utf-16-le"), b" \0") for tag, text in texts.items()}
    if page:
        streams[f"__substg1.0_1013{_BINARY}"] = _filled(page.encode(), b" ")
    listed = b"".join(_property(name, len(content)) for name, content in streams.items())
    streams["__properties_version1.0"] = bytes(32) + listed + _CODEPAGE_UTF8 * (_LEAST // 16)
    return _compound(streams)


def _property(name: str, size: int) -> bytes:
    """The entry that says that a property's value lies in a stream (MS-OXMSG, 2.4.2.2)."""
    tag = int(name[-8:], 16)
    return struct.pack("<IIII", tag, 6, size, 0)


def _filled(content: bytes, blank: bytes) -> bytes:
    return content + blank * (max(0, _LEAST - len(content)) // len(blank) + 1)


def _compound(streams: dict[str, bytes]) -> bytes:
    """A compound file: header, one sector of allocation table, the directory, the streams one after another."""
    names = sorted(streams)
    directory_sectors = -(-(len(names) + 1) // 4)
    table = [_FAT, *range(2, directory_sectors + 1), _END]
    content, entries = b"", [_entry("Root Entry", 5, child=1, start=_END, size=0, right=_NONE)]
    for number, name in enumerate(names, 1):
        data = streams[name]
        count = -(-len(data) // _SECTOR)
        begin = len(table)
        table += [*range(begin + 1, begin + count), _END]
        content += data.ljust(count * _SECTOR, b"\0")
        right = number + 1 if number < len(names) else _NONE
        entries.append(_entry(name, 2, child=_NONE, start=begin, size=len(data), right=right))
    assert len(table) <= _SECTOR // 4, "one sector of allocation table is enough for these tests"
    table += [_FREE] * (_SECTOR // 4 - len(table))
    directory = b"".join(entries).ljust(directory_sectors * _SECTOR, b"\0")
    return _header() + struct.pack(f"<{len(table)}I", *table) + directory + content


def _header() -> bytes:
    fixed = struct.pack("<8s16sHHHHH6x", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6)
    counts = struct.pack("<IIIIIIIIII", 0, 1, 1, 0, _LEAST, _END, 0, _END, 0, 0)
    return (fixed + counts).ljust(_SECTOR, b"\xff")


def _entry(name: str, kind: int, *, child: int, start: int, size: int, right: int) -> bytes:
    spelled = name.encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII16sIQQIQ", spelled, len(spelled) + 2, kind, 1, _NONE, right, child, b"", 0, 0, 0, start, size
    )
