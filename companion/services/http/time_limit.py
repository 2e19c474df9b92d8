"""Work at a server that ends in time, whatever the server does, and at once when the person cancels."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.words.error_words import failure
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
    attempt = _Attempt(work)
    began = time.monotonic()
    until = began + seconds
    try:
        while not attempt.over.wait(max(0.0, min(_POLL, until - time.monotonic()))):
            cancellation.check()
            now = time.monotonic()
            if now >= until:
                raise ended()
            if late is not None and now >= began + late.seconds:
                late.tell()
                late = None
    except BaseException as error:
        attempt.cut()
        attempt.tell(error)
        raise
    try:
        return attempt.result()
    except CompanionError as error:
        attempt.tell(error)
        raise


class _Attempt(Generic[T]):
    """The work on its thread; a daemon, so that a hanging name server does not keep the program from ending."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.over = threading.Event()
        self._work = work
        # Made here, so that work within a time limit is cut off together with the work that waits for it.
        self._connections = OpenConnections()
        self._results: list[T] = []
        self._error: BaseException | None = None
        threading.Thread(target=self._run, name="store-exchange", daemon=True).start()

    def _run(self) -> None:
        try:
            with self._connections:
                self._results.append(self._work())
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            self._error = error
        finally:
            self._connections.release()
            self.over.set()

    def cut(self) -> None:
        self._connections.cut()

    def tell(self, error: BaseException) -> None:
        if isinstance(error, CompanionError) and error.kind is ErrorKind.UNREACHABLE:
            error.may_have_acted = self._connections.sent

    def result(self) -> T:
        if self._error is not None:
            raise self._error
        return self._results[0]
