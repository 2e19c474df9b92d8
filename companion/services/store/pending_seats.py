"""Seats that could not be taken because the store did not answer: taken when it is next read."""

from __future__ import annotations

import json
import logging
from functools import partial

from companion.domain.core.errors import CompanionError, ErrorKind
from companion.domain.entitlements.seats import ThisPC, seat_use
from companion.domain.store.orders import Order
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.sessions import Sessions

_log = logging.getLogger(__name__)

_Seat = tuple[str, str, str, str]
"""An order number, a licence, the id of this PC's seat, and the name of this PC."""


class PendingSeats:
    """Remembers, over restarts, for which licences this PC still needs a seat. Safe between threads and programs."""

    def __init__(self, client: StoreClient, sessions: Sessions, library: Library) -> None:
        self._client, self._sessions, self._library = client, sessions, library
        self._setting = f"seatsToTake {client.url}"

    def note(self, number: str, licence_id: str, seat_id: str, name: str) -> None:
        """Take this seat as soon as the order can be read again."""
        seat = (number, licence_id, seat_id, name)
        self._library.change_setting(self._setting, lambda kept: _written(dict.fromkeys((*_seats(kept), seat))))

    def catch_up(self, order: Order) -> None:
        """Take the seats of an order that has just been read; one that is taken already, or gone, is let go."""
        for seat in [each for each in _seats(self._library.setting(self._setting)) if each[0] == order.number]:
            if self._settled(order, seat):
                self._library.change_setting(self._setting, partial(_without, seat))

    def _settled(self, order: Order, seat: _Seat) -> bool:
        number, licence_id, seat_id, name = seat
        licence = next((each for each in order.licences if each.id == licence_id), None)
        if licence is None or seat_use(licence, seat_id).this_pc is not ThisPC.NOT_YET:
            return True
        try:
            self._sessions.authorised(number, lambda token: self._client.take_seat(licence_id, seat_id, name, token))
        except CompanionError as error:
            _log.warning("a seat is still not taken: %s", error.code)
            return error.kind is not ErrorKind.UNREACHABLE
        return True


def _seats(kept: str | None) -> tuple[_Seat, ...]:
    try:
        found = json.loads(kept or "[]")
        return tuple((str(number), str(licence), str(seat), str(name)) for number, licence, seat, name in found)
    except (ValueError, TypeError):
        return ()


def _without(seat: _Seat, kept: str | None) -> str | None:
    return _written(dict.fromkeys(each for each in _seats(kept) if each != seat))


def _written(seats: dict[_Seat, None]) -> str | None:
    return json.dumps(list(seats)) if seats else None
