"""What this program leaves on a PC: listed before it is removed, each with what it is in plain words."""

from __future__ import annotations

import enum

from companion.domain.core.model import Model
from companion.domain.core.text import counted, size_in_words


class LeftoverKind(enum.StrEnum):
    """What sort of thing was left; the value is part of the JSON output."""

    HELD_AUTOSTART = "heldAutostart"
    AUTOSTART = "autostart"
    KEYCHAIN = "keychain"
    LIBRARY = "library"
    COPIES = "copies"
    RECORDS = "records"
    LOGS = "logs"
    PARTIAL_DOWNLOADS = "partialDownloads"
    DOWNLOADS = "downloads"


class Leftover(Model, frozen=True):
    """Things of one kind: how many, where, and how many bytes they take; `place` is None for what is no file."""

    kind: LeftoverKind
    count: int
    place: str | None = None
    size: int = 0


_WORDS = {
    LeftoverKind.HELD_AUTOSTART: "entry that was switched off for an installation, and is switched on again",
    LeftoverKind.AUTOSTART: "entry that starts Companion when you sign in",
    LeftoverKind.KEYCHAIN: "password or key in the keychain",
    LeftoverKind.LIBRARY: "file of the library, with orders, purchases, receipts and settings",
    LeftoverKind.COPIES: "copy of the library",
    LeftoverKind.RECORDS: "other file of Companion",
    LeftoverKind.LOGS: "log",
    LeftoverKind.PARTIAL_DOWNLOADS: "file of a download that was not finished",
    LeftoverKind.DOWNLOADS: "finished download",
}


def leftover_line(leftover: Leftover) -> str:
    """Returns one line of the list that a person reads before anything is removed."""
    noun, comma, rest = _WORDS[leftover.kind].partition(",")
    first, _, more = noun.partition(" ")
    plural = {"entry": "entries", "copy": "copies"}.get(first, f"{first}s")
    words = f"1 {noun}" if leftover.count == 1 else f"{leftover.count} {' '.join(filter(None, (plural, more)))}"
    size = f" ({size_in_words(leftover.size)})" if leftover.size else ""
    place = f": {leftover.place}" if leftover.place else ""
    return f"{words}{comma}{rest}{size}{place}"


def removed_line(removed: int, failed: tuple[str, ...]) -> str:
    """Returns what became of it; `failed` are the places that could not be removed."""
    done = f"{counted(removed, 'thing')} {'was' if removed == 1 else 'were'} removed."
    return f"{done} Still there: {', '.join(failed)}" if failed else done
