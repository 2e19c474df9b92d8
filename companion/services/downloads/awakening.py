"""Notices that the computer slept or changed networks, so that nobody waits for a connection that is dead."""

from __future__ import annotations

import socket
import time

_PROBES = ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1"))  # documentation addresses: never reached
_EVERY = 2.0
_JUMP = 5.0


class Awakening:
    """Asked often, tells once after each sleep or change of network."""

    def __init__(self) -> None:
        self._offset = time.time() - time.monotonic()
        self._routes = routes()
        self._looked = time.monotonic()

    def noticed(self) -> bool:
        """Whether the wall clock ran ahead (it sleeps not), or the way out of this computer is another one."""
        offset = time.time() - time.monotonic()
        slept = offset - self._offset > _JUMP
        self._offset = offset
        if time.monotonic() - self._looked < _EVERY and not slept:
            return False
        self._looked = time.monotonic()
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
