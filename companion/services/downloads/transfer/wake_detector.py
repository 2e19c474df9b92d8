"""Notices that the computer slept or changed networks, so that nobody waits for a connection that is dead."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

_PROBES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))  # documentation addresses: never reached
_EVERY = 2.0
_JUMP = 5.0


class WakeDetector:
    """Asked often, tells once after each sleep or change of network."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        """`wall` is the time of day and `steady` a clock that nobody sets, both in seconds."""
        self._wall, self._steady = wall, steady
        self._asked = self._looked = steady()
        self._offset = wall() - self._asked
        self._routes = routes()

    def woke(self) -> bool:
        """Whether this computer slept since the last time, or its way out is another one.

        Where the steady clock stops in sleep (Linux, macOS) the wall clock has run ahead of it; where it goes on
        (Windows: `GetTickCount64`), nobody has asked for longer than anything but sleep explains.
        """
        now = self._steady()
        offset = self._wall() - now
        slept = offset - self._offset > _JUMP or now - self._asked > _JUMP
        self._offset, self._asked = offset, now
        if now - self._looked < _EVERY and not slept:
            return False
        self._looked = now
        before, self._routes = self._routes, routes()
        return slept or before != self._routes


def routes() -> tuple[str | None, ...]:
    """The own addresses that traffic would leave from; nothing is sent to find out."""
    return tuple(_own_address(family, far) for family, far in _PROBES)


def _own_address(family: socket.AddressFamily, far: str) -> str | None:
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((far, 9))
            return str(probe.getsockname()[0])
    except OSError:
        return None
