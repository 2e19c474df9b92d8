"""Notices that the computer slept or changed networks, so that no work waits for a connection that is dead."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from companion.domain.core.time.clock import Clocks, woke_up

_PROBES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))  # documentation addresses: never reached
_EVERY = 2.0
_JUMP = 5.0


class WakeDetector:
    """Asked often, tells once after each sleep or change of network."""

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        """`wall` is the time of day and `steady` a clock that cannot be set, both in seconds."""
        self._wall, self._steady = wall, steady
        self._clocks = Clocks(wall(), steady())
        self._looked = self._clocks.steady
        self._routes = routes()

    def woke(self) -> bool:
        """Whether this computer slept since the last time, or its traffic leaves from another address."""
        before, self._clocks = self._clocks, Clocks(self._wall(), self._steady())
        now = self._clocks.steady
        slept = woke_up(before, self._clocks, tolerance=_JUMP, longest_pause=_JUMP)
        if now - self._looked < _EVERY and not slept:
            return False
        self._looked = now
        earlier, self._routes = self._routes, routes()
        return slept or earlier != self._routes


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
