"""Work at a server that ends in time, whatever the server does, and at once when the person cancels."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.words.error_words import failure
from companion.services.app import daemon_work
from companion.services.app.cancellation import Cancellation
from companion.services.http.happy_eyeballs import OpenConnections
from companion.services.http.patience import Late

T = TypeVar("T")
_POLL = 0.05


def run_within(
    seconds: float,
    cancellation: Cancellation,
    work: Callable[[], T],
    *,
    ended: Callable[[], CompanionError] = lambda: failure(ErrorCode.TOO_SLOW),
    late: Late | None = None,
) -> T:
    """Returns what `work` returns or raises what it raises; it runs on a thread of its own.

    Raises `CompanionError` ``too-slow``, or what `ended` returns, after `seconds`, and `Cancelled`. An error whose kind
    is ``unreachable`` learns whether any request left this PC (`CompanionError.may_have_acted`). Then the connections
    that `work` made are cut and nothing of it is waited for: a name that does not resolve or a connection that does not
    come about keeps no one waiting.
    """
    cancellation.check()
    # Made here, so that work within a time limit is cut off together with the work that waits for it.
    connections = OpenConnections()

    def connected() -> T:
        try:
            with connections:
                return work()
        finally:
            connections.release()

    answer = daemon_work.begin(connected, "store-exchange")
    began = time.monotonic()
    until = began + seconds
    try:
        while not wait([answer], max(0.0, min(_POLL, until - time.monotonic()))).done:
            cancellation.check()
            now = time.monotonic()
            if now >= until:
                raise ended()
            if late is not None and now >= began + late.seconds:
                late.tell()
                late = None
    except BaseException as error:
        connections.cut()
        _tell(error, connections)
        raise
    try:
        return answer.result()
    except CompanionError as error:
        _tell(error, connections)
        raise


def _tell(error: BaseException, connections: OpenConnections) -> None:
    if isinstance(error, CompanionError) and error.kind is ErrorKind.UNREACHABLE:
        error.may_have_acted = connections.sent
