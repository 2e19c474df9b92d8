"""The library's file, when it could not be used and a new one was begun: why, what was saved of it, and what to say."""

from __future__ import annotations

import enum
from pathlib import Path
from typing import NamedTuple


class UnusableReason(enum.StrEnum):
    """Why a library file cannot be used; the value is part of the name under which it is set aside."""

    DAMAGED = "damaged"
    """Parts of it are broken."""
    NEWER = "newer"
    """A newer version of Companion wrote it, in a form that this one does not know."""
    UNREADABLE = "unreadable"
    """It is not a library at all: another kind of file, or an encrypted one."""


class Saved(NamedTuple):
    """What was copied out of the old file into the new one, in rows."""

    orders: int = 0
    receipts: int = 0
    others: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return sum(self)


class SetAside(NamedTuple):
    """A library file that was set aside at this start, under `path`; nothing of it was deleted."""

    path: Path
    reason: UnusableReason
    saved: Saved = Saved()


class SetAsideText(NamedTuple):
    """What people are told: a few words, what happened, and what to do now."""

    title: str
    message: str
    hint: str


_WHY = {
    UnusableReason.DAMAGED: ("Companion's notes were damaged", "The file that holds them is broken in places."),
    UnusableReason.NEWER: (
        "Companion's notes are from a newer version",
        "A newer version of Companion wrote them, and this version cannot read them. Nothing is wrong with them.",
    ),
    UnusableReason.UNREADABLE: (
        "Companion's notes could not be read",
        "The file in their place is not one that Companion wrote, or it is encrypted.",
    ),
}


def set_aside_text(aside: SetAside) -> SetAsideText:
    """Returns what to tell the person; the window and the command line both say this."""
    title, why = _WHY[aside.reason]
    message = f"{why} The file is kept as {aside.path.name}, and a new one has been started. {_saved(aside.saved)}"
    return SetAsideText(title, message, _hint(aside))


def _saved(saved: Saved) -> str:
    parts = [
        f"{count} {noun if count == 1 else noun + 's'}"
        for count, noun in ((saved.orders, "order"), (saved.receipts, "receipt"))
        if count
    ]
    if not parts:
        return "No orders and no receipts could be taken over."
    return f"{' and '.join(parts)} {'was' if saved.orders + saved.receipts == 1 else 'were'} taken over."


def _hint(aside: SetAside) -> str:
    if aside.saved.orders:
        then = "The rest is read from the store again."
    else:
        then = "Add your orders once more; passwords are still in the keychain, and the store has everything else."
    if aside.reason is UnusableReason.NEWER:
        return f"{then} To go on with the newer notes, install the newer version of Companion."
    return then
