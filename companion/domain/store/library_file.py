"""The library's file, when it could not be used or cannot be written to: why, what was saved of it, and what to say."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model


class UnusableReason(enum.StrEnum):
    """Why a library file cannot be used; the value is part of the name under which it is set aside."""

    DAMAGED = "damaged"
    """Parts of it are broken."""
    UNREADABLE = "unreadable"
    """It is not a library at all: another kind of file, or an encrypted one."""
    EMPTY = "empty"
    """Nothing is in the file any more, though there was a library."""
    MISSING = "missing"
    """There is no file any more, though there was a library."""
    NEWER = "newer"
    """A version of the program that was taken back had brought it into a form of its own."""


class Saved(NamedTuple):
    """What was copied out of the old file into the new one, in rows."""

    orders: int = 0
    receipts: int = 0
    others: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self)


class SetAside(Model, frozen=True):
    """A library file that could not be used: nothing of it was deleted, and a new one was built.

    `name` is what the old file is called now, None where nothing was left to keep. `copy_made_at` is when the copy was
    made from which the new one was built, None where there was no copy. `saved` was read from the old file in addition.
    """

    reason: UnusableReason
    happened_at: Instant
    name: str | None = None
    copy_made_at: Instant | None = None
    saved: Saved = Saved()


class LibraryText(NamedTuple):
    """What people are told of the library: a few words, what happened, and what to do now."""

    title: str
    message: str
    hint: str


_WHY = {
    UnusableReason.DAMAGED: ("Companion's notes were damaged", "The file that holds them is broken in places."),
    UnusableReason.UNREADABLE: (
        "Companion's notes could not be read",
        "The file in their place is not one that Companion wrote, or it is encrypted.",
    ),
    UnusableReason.EMPTY: ("Companion's notes were empty", "Nothing was in the file that holds them."),
    UnusableReason.MISSING: ("Companion's notes were missing", "The file that holds them was not there any more."),
    UnusableReason.NEWER: (
        "Companion's notes were put back too",
        "The new version that did not start had already changed the file that holds them.",
    ),
}


def set_aside_text(aside: SetAside, moment: Callable[[dt.datetime], str]) -> LibraryText:
    """Returns what to tell the person; the window and the command line both say this. `moment` writes a time."""
    title, why = _WHY[aside.reason]
    parts = [why]
    if aside.name is not None:
        parts.append(f"It is kept as {aside.name}.")
    if aside.copy_made_at is None:
        parts.append("A new one has been started.")
        parts.append(_taken_over(aside.saved) or "No orders and no receipts could be taken over.")
    else:
        parts.append(f"They were restored from the copy of {moment(aside.copy_made_at)}.")
        file = "newer" if aside.reason is UnusableReason.NEWER else "damaged"
        parts.append(f"{saved} from the {file} file." if (saved := _taken_over(aside.saved).rstrip(".")) else "")
    return LibraryText(title, " ".join(filter(None, parts)), _hint(aside))


def _taken_over(saved: Saved) -> str:
    parts = [
        f"{count} {noun if count == 1 else noun + 's'}"
        for count, noun in ((saved.orders, "order"), (saved.receipts, "receipt"))
        if count
    ]
    if not parts:
        return ""
    return f"{' and '.join(parts)} {'was' if saved.orders + saved.receipts == 1 else 'were'} taken over."


def _hint(aside: SetAside) -> str:
    if aside.copy_made_at is not None:
        return (
            "What you added or changed since then may be missing: look through your orders and purchases, and add what "
            "is not there. Passwords are still in the keychain, and receipts are kept separately."
        )
    if aside.saved.orders:
        return "The rest is read from the store again."
    return "Add your orders once more; passwords are still in the keychain, and the store has everything else."


def newer_library(file: Path, needed: str | None, mine: str) -> CompanionError:
    """Returns the error for a library that a newer program wrote; `needed` is its version, where it says so."""
    version = f"Companion {needed}" if needed else "a newer version of Companion"
    return CompanionError(
        ErrorCode.LIBRARY_NEWER,
        "Companion's notes are from a newer version",
        f"{version[:1].upper()}{version[1:]} wrote {file}, and this version ({mine}) cannot read it. It was left as it "
        "is, and nothing is wrong with it.",
        f"Install {version}{' or later' if needed else ''}; everything is there then.",
    )


class UnsavedReason(enum.StrEnum):
    """Why nothing can be saved at present."""

    READ_ONLY = "readOnly"
    """The file or the disk may only be read."""
    DISK_FULL = "diskFull"
    OTHER = "other"


_UNSAVED = {
    UnsavedReason.READ_ONLY: (
        "the folder {folder} may only be read",
        "Check that the folder belongs to you and that the disk is not write-protected, then start Companion again.",
    ),
    UnsavedReason.DISK_FULL: (
        "the disk with the folder {folder} is full",
        "Free some space on the disk, then start Companion again.",
    ),
    UnsavedReason.OTHER: (
        "the folder {folder} cannot be written to",
        "Check the disk and that the folder belongs to you, then start Companion again.",
    ),
}


def unsaved_text(reason: UnsavedReason, folder: Path) -> LibraryText:
    """Returns what to tell the person once, when everything can be read and nothing can be saved."""
    why, hint = _UNSAVED[reason]
    return LibraryText(
        "Nothing can be saved at present",
        f"Everything Companion knows is shown, but {why.format(folder=folder)}. Orders and purchases cannot be added "
        "or changed, auto-renewal cannot be switched, and reminders may be shown again at the next start.",
        hint,
    )


def unsaved_error(reason: UnsavedReason, folder: Path) -> CompanionError:
    """Returns the error for a change that cannot be saved and therefore was not made."""
    why, hint = _UNSAVED[reason]
    return CompanionError(
        ErrorCode.LIBRARY_NOT_WRITABLE,
        "Nothing could be saved",
        f"This cannot be saved, because {why.format(folder=folder)}. Nothing was changed.",
        hint,
    )
