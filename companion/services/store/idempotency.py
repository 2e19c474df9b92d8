"""Wishes to the store, written down before they are sent: what is asked again after a lost answer happens once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.store.idempotency import Intent, is_repetition
from companion.services.storage.database import Library

T = TypeVar("T")

# Refusals that come before the store has looked at the wish itself.
_NO_ANSWER = frozenset({ErrorCode.SESSION_EXPIRED, ErrorCode.TOO_MANY_ATTEMPTS})


class Intents:
    """The wishes of one store's orders. They outlive the program: the answer can be lost in a crash, too."""

    def __init__(self, library: Library, store: str, clock: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._store = store
        self._clock = clock

    def begin(self, what: tuple[str, ...], body: str | None = None) -> Intent:
        """The wish `what` as it was sent before, or a new one with `body`; two presses at once get the same."""
        now = self._clock()

        def settle(known: Intent | None) -> Intent:
            if known is not None and is_repetition(known, now):
                return known
            return Intent(key=str(uuid.uuid4()), asked_at=now, body=body)

        begun = self._library.settle_intent(self._store, _name(what), settle)
        assert begun is not None  # noqa: S101 - settled right above
        return begun

    def replace(self, what: tuple[str, ...], body: str) -> Intent:
        """Write down a wish anew, whatever was asked before."""
        fresh = Intent(key=str(uuid.uuid4()), asked_at=self._clock(), body=body)
        self._library.settle_intent(self._store, _name(what), lambda _: fresh)
        return fresh

    def unanswered(self, what: tuple[str, ...]) -> Intent | None:
        """The wish `what`, while it is not known whether the store has acted on it."""
        known = self._library.intent(self._store, _name(what))
        return known if known is not None and known.answered_at is None else None

    def answered(self, what: tuple[str, ...]) -> None:
        """Note that the store has acted."""
        now = self._clock()

        def settle(known: Intent | None) -> Intent | None:
            if known is None:
                return None
            return Intent(key=known.key, asked_at=known.asked_at, body=known.body, answered_at=now)

        self._library.settle_intent(self._store, _name(what), settle)

    def forget(self, what: tuple[str, ...]) -> None:
        """Drop a wish: the next one is a new one."""
        self._library.settle_intent(self._store, _name(what), lambda _: None)

    def send(self, what: tuple[str, ...], work: Callable[[], T]) -> T:
        """Send a begun wish and note how it was answered; without an answer it stays as it is."""
        try:
            result = work()
        except CompanionError as error:
            if error.kind is ErrorKind.NO and error.code not in _NO_ANSWER:
                self.forget(what)
            raise
        self.answered(what)
        return result


def _name(what: tuple[str, ...]) -> str:
    return "\n".join(what)
