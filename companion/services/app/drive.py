"""Work at a drive that may never answer: a network drive that went away, a stick that was pulled out or is failing.

The system's calls for files know no time limit, and many cannot be broken off.
"""

from __future__ import annotations

import errno
import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import TypeVar

from companion.domain.core.errors import Cancelled
from companion.services.app import daemon_work
from companion.services.app.cancellation import Cancellation

T = TypeVar("T")

ANSWER_SECONDS = 30.0
"""Seconds of silence after which a drive counts as not answering: a sleeping disk needs ten, connecting to a server
again somewhat more."""
SLOWEST = 1 << 20
"""Bytes a second that are expected of a drive where its work cannot be followed."""
_LOOK_SECONDS = 0.1


class Signs:
    """What work at a drive calls after each answer; raises `Cancelled` once the work is not waited for any more."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.abandoned = False
        self.until = time.monotonic() + seconds

    def __call__(self, *, then: float = 0.0) -> None:
        """The drive has answered; what is asked next may take `then` seconds longer."""
        if self.abandoned:
            raise Cancelled
        self.until = time.monotonic() + self._seconds + then


def at_drive(
    work: Callable[[Signs], T],
    cancellation: Cancellation,
    *,
    seconds: float = ANSWER_SECONDS,
    too_late: Callable[[T], object] = lambda _: None,
) -> T:
    """Returns what `work` returns or raises what it raises; it runs on a thread of its own.

    Raises `TimeoutError` (an `OSError`) after `seconds` without a sign of it, and `Cancelled`. Then nothing of it is
    waited for: what it returns all the same is handed to `too_late`, on its thread.
    """
    cancellation.check()
    signs = Signs(seconds)
    answer = daemon_work.begin(lambda: work(signs), "drive")
    try:
        while not wait([answer], _LOOK_SECONDS).done:
            cancellation.check()
            if time.monotonic() >= signs.until:
                raise TimeoutError(errno.ETIMEDOUT, "the drive does not answer")
    except BaseException:
        signs.abandoned = True
        answer.add_done_callback(lambda late: too_late(late.result()) if late.exception() is None else None)
        raise
    return answer.result()
