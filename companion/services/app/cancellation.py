"""Cooperative cancellation of long work."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from companion.domain.core.errors import Cancelled

_LOOK_AGAIN_SECONDS = 0.1


class Cancellation:
    """A flag that one thread sets and long work checks; waiting on it replaces `time.sleep`."""

    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether the work is asked to stop."""
        return self._event.is_set()

    def check(self) -> None:
        """Raises `Cancelled` if the work is asked to stop."""
        if self._event.is_set():
            raise Cancelled

    def wait(self, seconds: float) -> None:
        """Waits for `seconds`. Raises `Cancelled` as soon as the work is asked to stop."""
        if self._event.wait(seconds):
            raise Cancelled

    def wait_until(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Returns whether a condition holds now or within `seconds`, looking again after short pauses.

        Raises `Cancelled` as soon as the work is asked to stop.
        """
        until = time.monotonic() + seconds
        while not holds():
            if (left := until - time.monotonic()) <= 0:
                return False
            self.wait(min(left, _LOOK_AGAIN_SECONDS))
        return True
