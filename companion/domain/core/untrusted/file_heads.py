"""Tells files that are not text apart by their first bytes, whatever their names say."""

from __future__ import annotations

import enum

HEAD = 512
"""How many bytes of the beginning tell what a file is."""

_ZIP = b"PK\x03\x04"
_TAR, _TAR_AT = b"ustar", 257
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"\x1f\x8b", b"\xfd7zXZ\0", b"BZh", b"\x28\xb5\x2f\xfd", b"MSCF")
_PICTURES = (b"\x89PNG\r\n", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\0", b"MM\0*")
_PDF, _SHORTCUT = b"%PDF-", b"L\0\0\0\x01\x14\x02\0"


class HeadKind(enum.Enum):
    """What the first bytes show; `ZIP` is apart from other archives, as documents and packages have that form too."""

    PDF = enum.auto()
    PICTURE = enum.auto()
    ZIP = enum.auto()
    ARCHIVE = enum.auto()
    SHORTCUT = enum.auto()


def head_kind(head: bytes) -> HeadKind | None:
    """Returns what a file is that begins with `head` (`HEAD` bytes); None where its beginning is none of these."""
    if head.startswith(_PDF):
        return HeadKind.PDF
    if head.startswith(_PICTURES) or (head[:4], head[8:12]) == (b"RIFF", b"WEBP"):
        return HeadKind.PICTURE
    if head.startswith(_ZIP):
        return HeadKind.ZIP
    if head.startswith(_ARCHIVES) or head[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return HeadKind.ARCHIVE
    return HeadKind.SHORTCUT if head.startswith(_SHORTCUT) else None
