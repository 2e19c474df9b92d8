"""Seats that could not be taken because the store did not answer: taken when it is next read."""

from __future__ import annotations

import json
import logging
import threading

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
    """Remembers, over restarts, for which licences this PC still needs a seat. Safe to use from several threads."""

    def __init__(self, client: StoreClient, sessions: Sessions, library: Library) -> None:
        self._client, self._sessions, self._library = client, sessions, library
        self._setting = f"seatsToTake {client.url}"
        self._lock = threading.Lock()

    def note(self, number: str, licence_id: str, seat_id: str, name: str) -> None:
        """Take this seat as soon as the order can be read again."""
        with self._lock:
            self._keep(dict.fromkeys((*self._read(), (number, licence_id, seat_id, name))))

    def catch_up(self, order: Order) -> None:
        """Take the seats of an order that has just been read; one that is taken already, or gone, is let go."""
        for seat in [each for each in self._read() if each[0] == order.number]:
            if self._settled(order, seat):
                with self._lock:
                    self._keep(dict.fromkeys(each for each in self._read() if each != seat))

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

    def _read(self) -> tuple[_Seat, ...]:
        try:
            found = json.loads(self._library.setting(self._setting) or "[]")
            return tuple((str(number), str(licence), str(seat), str(name)) for number, licence, seat, name in found)
        except (ValueError, TypeError):
            return ()

    def _keep(self, seats: dict[_Seat, None]) -> None:
        self._library.remember_setting(self._setting, json.dumps(list(seats)) if seats else None)
