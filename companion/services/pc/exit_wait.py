"""Waiting for programs to end, in steps short enough to be cancelled."""

from __future__ import annotations

import time
from collections.abc import Iterable

from companion.services.app.cancellation import Cancellation
from companion.services.platforms.protocol import ProcessProbe


def wait_for_exit(
    processes: ProcessProbe, pids: Iterable[int], seconds: float, cancellation: Cancellation
) -> frozenset[int]:
    """Returns those of `pids` that have ended, as soon as there is one; an empty set after `seconds`.

    It never returns empty-handed before that, whatever the system refuses: its callers look again at once. Raises
    `Cancelled`.
    """
    cancellation.check()
    deadline = time.monotonic() + seconds
    gone = processes.wait_for_exit(pids, seconds)
    if not gone and (left := deadline - time.monotonic()) > 0:
        cancellation.wait(left)
    return gone
