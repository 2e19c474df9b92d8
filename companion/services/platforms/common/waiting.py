"""Waiting for processes to end, also where the system lets this app look at a process but not watch it."""

from __future__ import annotations

import time
from collections.abc import Callable

LOOK_EVERY = 0.25
"""Seconds between two looks at processes that cannot be watched."""


def wait_for_any(
    watched: frozenset[int],
    unwatched: frozenset[int],
    seconds: float,
    *,
    wait: Callable[[frozenset[int], float], frozenset[int]],
    ended: Callable[[frozenset[int]], frozenset[int]],
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> frozenset[int]:
    """Returns the processes that have ended, as soon as there is one, and an empty set after `seconds`.

    `wait` blocks until one of the `watched` processes ends, for at most the seconds it is given, and returns those that
    have. Processes that the system does not let this app watch (`unwatched`, such as another user's) are looked up by
    `ended` every quarter of a second: a wait takes its time whatever can be watched.
    """
    deadline = clock() + seconds
    while True:
        gone = ended(unwatched) if unwatched else frozenset()
        remaining = 0.0 if gone else max(deadline - clock(), 0.0)
        pause = min(remaining, LOOK_EVERY) if unwatched else remaining
        before = clock()
        if watched:
            gone |= wait(watched, pause)
        if gone or not remaining:
            return gone
        # Also where the system refuses the wait itself and comes back at once.
        if (rest := before + pause - clock()) > 0:
            sleep(rest)
