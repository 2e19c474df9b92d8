"""Who this PC is: its name, its maker, and the seat it takes."""

from __future__ import annotations

import socket
import uuid

from companion.domain.pc.facts import Fact, Machine
from companion.services.platforms.protocol import SystemProbe
from companion.services.storage.database import Library

_SEAT = "seatId"


class ThisPC:
    """This computer, as the store and support know it."""

    def __init__(self, system: SystemProbe, library: Library) -> None:
        self._system = system
        self._library = library

    @property
    def name(self) -> str:
        """The name its owner sees in the network."""
        return socket.gethostname() or "This PC"

    @property
    def seat_id(self) -> str:
        """The seat id of this PC: chosen at random once, so that it says nothing about the hardware."""
        known = self._library.setting(_SEAT)
        if known is None:
            known = str(uuid.uuid4())
            self._library.remember_setting(_SEAT, known)
        return known

    def machine(self) -> Fact[Machine]:
        """Maker and model as the firmware spells them, or why they cannot be read."""
        return self._system.machine()
