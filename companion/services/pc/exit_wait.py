"""Waiting for programs to end, in steps short enough to be cancelled."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Protocol

from companion.services.app.cancellation import Cancellation


class ExitProbe(Protocol):
    """What can wait for processes."""

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]: ...


def wait_for_exit(probe: ExitProbe, pids: Iterable[int], seconds: float, cancellation: Cancellation) -> frozenset[int]:
    """Returns those of `pids` that have ended, as soon as there is one; an empty set after `seconds`.

    It never returns empty-handed before that, whatever the system refuses: its callers look again at once. Raises
    `Cancelled`.
    """
    cancellation.check()
    deadline = time.monotonic() + seconds
    gone = probe.wait_for_exit(pids, seconds)
    if not gone and (left := deadline - time.monotonic()) > 0:
        cancellation.wait(left)
    return gone
