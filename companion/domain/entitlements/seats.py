"""Seats: how many PCs use a licence, and whether this one does."""

from __future__ import annotations

import datetime as dt
import enum

from companion.domain.core.model import EARLIEST, Model
from companion.domain.core.text import FormatDate, joined
from companion.domain.store.orders import Licence, Seat


class ThisPC(enum.StrEnum):
    """Whether this PC uses the licence."""

    USES_IT = "usesIt"
    NOT_YET = "notYet"
    NO_SEAT_LEFT = "noSeatLeft"


class SeatUse(Model, frozen=True):
    """Who uses a licence; `used` can exceed `total` when the store says so."""

    used: int
    total: int
    this_pc: ThisPC
    seats: tuple[Seat, ...] = ()

    @property
    def free(self) -> int:
        """Seats that can still be taken."""
        return max(0, self.total - self.used)


def seat_use(licence: Licence, this_seat: str | None) -> SeatUse:
    """How the seats of `licence` are used; `this_seat` is the seat id of this PC, when it has one."""
    used = len(licence.seats)
    if this_seat is not None and any(seat.id == this_seat for seat in licence.seats):
        here = ThisPC.USES_IT
    else:
        here = ThisPC.NOT_YET if used < licence.seats_total else ThisPC.NO_SEAT_LEFT
    return SeatUse(used=used, total=licence.seats_total, this_pc=here, seats=licence.seats)


def longest_unseen(use: SeatUse, this_seat: str | None) -> Seat | None:
    """The seat most likely to belong to a PC that is gone: the other one that was seen longest ago."""
    others = [seat for seat in use.seats if seat.id != this_seat]
    return min(others, key=_last_sign, default=None)


def _last_sign(seat: Seat) -> dt.datetime:
    return seat.last_seen_at or seat.taken_at or EARLIEST


_HERE = {ThisPC.USES_IT: "yes", ThisPC.NOT_YET: "not yet", ThisPC.NO_SEAT_LEFT: "no seat left"}


def seat_words(use: SeatUse) -> str:
    """The short form for a card: ``2 of 3 used; this PC: not yet``."""
    return f"{use.used} of {use.total} used; this PC: {_HERE[use.this_pc]}"


def seat_sentence(use: SeatUse) -> str:
    """How the seats stand and what that means for this PC."""
    counts = f"{use.used} of {use.total} {'seat is' if use.total == 1 else 'seats are'} used."
    if use.this_pc is ThisPC.USES_IT:
        return f"{counts} This PC uses one of them."
    if use.this_pc is ThisPC.NOT_YET:
        return f"{counts} This PC does not use one yet."
    said = f"{counts} To use this PC, free the seat of a PC you no longer have."
    unseen = longest_unseen(use, None)
    # Of a single one there is nothing to choose, and of one without a sign nothing is known.
    if len(use.seats) < 2 or unseen is None or unseen.last_seen_at is None:
        return said
    return f"{said} Not seen for the longest time: {unseen.name}."


def no_seat_sentence(use: SeatUse) -> str:
    """Which PCs hold the seats of a licence that has none left, and what to do."""
    held = joined([seat.name for seat in use.seats])
    pcs = "one PC" if use.total == 1 else f"{use.total} PCs"
    return f"It may be used on {pcs}, and is in use on {held}. Free the seat of a PC that no longer uses it."


def seat_line(seat: Seat, format_date: FormatDate, this_seat: str | None) -> str:
    """One seat in a list, with what helps to recognise its PC: ``Kitchen PC, since …, last seen on …``."""
    here = " (this PC)" if seat.id == this_seat else ""
    seen = f", last seen on {format_date(seat.last_seen_at)}" if seat.last_seen_at is not None else ""
    return f"{seat.name}{here}, since {format_date(seat.taken_at)}{seen}"


def freeing_sentence(seat: Seat, format_date: FormatDate) -> str:
    """What freeing `seat` does, said before it is done."""
    seen = f"was last seen on {format_date(seat.last_seen_at)}" if seat.last_seen_at else "has not been seen since"
    taken = format_date(seat.taken_at)
    return (
        f"{seat.name} took this seat on {taken} and {seen}. "
        f"Once the seat is free, the product stops working on {seat.name} and you can use it on another PC."
    )
