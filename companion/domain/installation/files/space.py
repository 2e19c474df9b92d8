"""The space that an installer's program takes, beside what is free where it goes."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from companion.domain.core.text import size_in_words
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.pc.facts import Purpose, Space

LARGEST = 1 << 50
"""Bytes; files that speak of more than this do not tell the truth."""


def stated(size: int | None) -> int | None:
    """Returns a size that a file states about its program, None where it cannot be true."""
    return size if size is not None and 0 <= size <= LARGEST else None


def with_room(found: InstallerIdentity, places: Iterable[Space]) -> InstallerIdentity:
    """Returns `found` with what is free where this PC keeps its programs; as it is, where that has no meaning."""
    room = next((place for place in places if place.purpose is Purpose.PROGRAMS), None)
    if room is None or found.fits is False or found.technology is Technology.UNKNOWN:
        return found
    return msgspec.structs.replace(found, space_free=room.free, space_on=_name_of(room))


def fits_on_disk(found: InstallerIdentity) -> bool | None:
    """Returns whether there is enough space; None where it is not known how much is needed, or how much is free."""
    if found.space_needed is None or found.space_free is None:
        return None
    return found.space_needed <= found.space_free


def space_words(found: InstallerIdentity) -> str | None:
    """Returns what is needed and what is free, without a subject; None where it is about nothing that is installed."""
    if found.technology in (Technology.UNKNOWN, Technology.APPIMAGE):
        return None
    free = f"{size_in_words(found.space_free)} are free on {found.space_on}" if found.space_free is not None else None
    if found.space_needed is None:
        return f"not stated in the file; {free}" if free else None
    return "; ".join(filter(None, (size_in_words(found.space_needed), free)))


def space_sentence(found: InstallerIdentity) -> str | None:
    """Returns what is needed and what is free, in a sentence; None where nothing is known of it."""
    words = space_words(found)
    if words is None:
        return None
    if found.space_needed is None:
        return f"The space that it needs is {words}."
    return f"It needs {words}." if found.space_free is not None else f"It needs {words} on the disk."


def _name_of(room: Space) -> str:
    """Returns what people call the disk: its letter on Windows, elsewhere it has none."""
    drive = room.volume.rstrip("\\")
    return drive.upper() if len(drive) == 2 and drive[1] == ":" else "the disk of your programs"
