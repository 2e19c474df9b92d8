"""Work at a drive that may never answer: a network drive that went away, a stick that was pulled out or is failing.

The system's calls for files know no time limit, and many cannot be broken off.
"""

from __future__ import annotations

import errno
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from companion.domain.core.errors import Cancelled
from companion.services.app.cancellation import Cancellation

T = TypeVar("T")

ANSWER_SECONDS = 30.0
"""Seconds without a sign after which a drive does not answer: a disk that sleeps needs ten, a server that is asked for
anew somewhat more."""
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
    job = _Job(work, Signs(seconds), too_late)
    threading.Thread(target=job.run, name="drive", daemon=True).start()
    try:
        while not job.over.wait(_LOOK_SECONDS):
            cancellation.check()
            if time.monotonic() >= job.signs.until:
                raise TimeoutError(errno.ETIMEDOUT, "the drive does not answer")
    except BaseException:
        job.abandon()
        raise
    return job.result()


class _Job(Generic[T]):
    """The work, on a daemon thread: a call that never returns does not keep the program from ending."""

    def __init__(self, work: Callable[[Signs], T], signs: Signs, too_late: Callable[[T], object]) -> None:
        self.signs = signs
        self.over = threading.Event()
        self._work = work
        self._too_late = too_late
        self._lock = threading.Lock()
        self._results: list[T] = []
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            self._end(self._work(self.signs))
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
        finally:
            self.over.set()

    def abandon(self) -> None:
        """What the work returns is not taken any more."""
        with self._lock:
            self.signs.abandoned = True
            unwanted, self._results = self._results, []
        for result in unwanted:
            self._too_late(result)

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _end(self, result: T) -> None:
        with self._lock:
            if not self.signs.abandoned:
                self._results.append(result)
                return
        self._too_late(result)
