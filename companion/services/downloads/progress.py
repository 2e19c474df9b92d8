"""Tells how a transfer goes: a few times a second, with a rate over the last seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

import msgspec

from companion.domain.transfers.models import TransferProgress, TransferState

_EVERY = 0.2
_WINDOW = 5.0


class Reporter:
    """Calls `progress` on the thread of the transfer, at most five times a second."""

    def __init__(self, progress: Callable[[TransferProgress], None]) -> None:
        self._progress = progress
        self._last: tuple[float, TransferProgress | None] = (0.0, None)
        self._samples: deque[tuple[float, int]] = deque()

    def tell(self, value: Callable[[], TransferProgress], *, force: bool = False) -> None:
        """Report `value()` if it is time, or the state is another one."""
        now = time.monotonic()
        if not force and now - self._last[0] < _EVERY:
            return
        told = value()
        self._last = (now, told)
        self._progress(told)

    def measure(self, value: TransferProgress, received: int) -> TransferProgress:
        """Fill in rate and time left from `received` bytes so far."""
        now = time.monotonic()
        self._samples.append((now, received))
        while len(self._samples) > 2 and self._samples[1][0] <= now - _WINDOW:
            self._samples.popleft()
        since, before = self._samples[0]
        rate = max(0.0, (received - before) / (now - since)) if now > since else 0.0
        left = (value.size - value.done) / rate if rate > 0 and value.size is not None else None
        return msgspec.structs.replace(value, rate=rate, time_left=left)

    def finish(self, size: int) -> None:
        """Report that all is done."""
        self._progress(TransferProgress(state=TransferState.DONE, done=size, size=size, time_left=0.0))
