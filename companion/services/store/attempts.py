"""What went wrong and how often, written down for the case file and for offering help in time."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator

from companion.domain.core.errors import CompanionError
from companion.domain.support.failure_streak import Attempt, Failure, failed_in_a_row, is_failure, lately_failed
from companion.services.storage.database import Library
from companion.services.storage.records import TimelineEntry

FAILED, SUCCEEDED = "failed", "succeeded"
_LOOK_BACK = 40


class Attempts:
    """Counts attempts at one store through the time-line, so that a new start of the program does not begin anew.

    Only numbers of orders that are `known` are written down: what was typed for one may be a password.
    """

    def __init__(
        self, store: str, library: Library, clock: Callable[[], dt.datetime], known: Callable[[str], bool]
    ) -> None:
        self._store = store
        self._library = library
        self._clock = clock
        self._known = known

    @contextlib.contextmanager
    def counted(self, what: str, number: str | None) -> Iterator[None]:
        """Count the work inside as an attempt at `what`; a failure learns how many in a row it is."""
        try:
            yield
        except CompanionError as error:
            self.failed(what, number, error)
            raise
        self.succeeded(what, number)

    def failed(self, what: str, number: str | None, error: CompanionError) -> None:
        """Note a failure and tell `error` how many in a row it is; what was counted already is not counted twice."""
        if error.attempts or not is_failure(error):
            return
        # A disk that takes no notes must not hide the failure itself.
        with contextlib.suppress(CompanionError):
            order = self._order(number)
            self._note(FAILED, what, order, error.code)
            error.attempts = self._in_a_row(what, order)

    def succeeded(self, what: str, number: str | None) -> None:
        """Note that something worked after it had failed."""
        with contextlib.suppress(CompanionError):
            order = self._order(number)
            if self._in_a_row(what, order):
                self._note(SUCCEEDED, what, order, None)

    def _order(self, number: str | None) -> str | None:
        return number if number is not None and self._known(number) else None

    def _in_a_row(self, what: str, number: str | None) -> int:
        steps = self._library.steps((FAILED, SUCCEEDED), number, _LOOK_BACK)
        return failed_in_a_row([_attempt(step) for step in steps], what, self._clock(), self._store)

    def _note(self, event: str, what: str, number: str | None, code: str | None) -> None:
        facts: dict[str, str | int | float | bool | None] = {
            "what": what,
            "store": self._store,
            **({"code": code} if code else {}),
        }
        self._library.note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))


def failures(library: Library, now: dt.datetime) -> tuple[Failure, ...]:
    """Returns what has failed lately at any store and not worked since, the newest first."""
    steps = library.latest_steps((FAILED, SUCCEEDED), _LOOK_BACK)
    return lately_failed(((_attempt(step), step.order_number) for step in steps), now)


def _attempt(step: TimelineEntry) -> Attempt:
    store = step.facts.get("store")
    return Attempt(
        step.at, str(step.facts.get("what")), step.event == FAILED, str(store) if store is not None else None
    )
