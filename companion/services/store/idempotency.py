"""Requests to the store, written down before they are sent: one that is sent again after a lost answer acts once."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from typing import TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.store.idempotency import IdempotentRequest, is_repetition
from companion.services.storage.database import Library

T = TypeVar("T")

Operation = tuple[str, ...]
"""What is asked for, in words that stay the same: the kind of request and the ids of what it is about."""

# Refusals that come before the store has looked at the request itself.
_NOT_LOOKED_AT = frozenset({ErrorCode.SESSION_EXPIRED, ErrorCode.TOO_MANY_ATTEMPTS, ErrorCode.LIBRARY_NOT_WRITABLE})


class IdempotentRequests:
    """The requests of one store. They are kept in the library, because an answer can also be lost in a crash."""

    def __init__(self, library: Library, store: str, clock: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._store = store
        self._clock = clock

    def begin(self, operation: Operation, body: str | None = None) -> IdempotentRequest:
        """Returns the request as it was sent before, or a new one with `body`; two presses at once get the same."""
        now = self._clock()

        def update(known: IdempotentRequest | None) -> IdempotentRequest:
            if known is not None and is_repetition(known, now):
                return known
            return IdempotentRequest(key=str(uuid.uuid4()), asked_at=now, body=body)

        begun = self._library.update_request(self._store, _name(operation), update)
        assert begun is not None  # noqa: S101 - `update` always returns one
        return begun

    def replace(self, operation: Operation, body: str) -> IdempotentRequest:
        """Write down a new request, whatever was asked before."""
        fresh = IdempotentRequest(key=str(uuid.uuid4()), asked_at=self._clock(), body=body)
        self._library.update_request(self._store, _name(operation), lambda _: fresh)
        return fresh

    def unanswered(self, operation: Operation) -> IdempotentRequest | None:
        """Returns the request while it is unknown whether the store has acted on it, else None."""
        known = self._library.request(self._store, _name(operation))
        return known if known is not None and known.answered_at is None else None

    def send(self, operation: Operation, work: Callable[[], T]) -> T:
        """Send a request that was begun, and note that it was answered; without an answer it stays as it is."""
        try:
            result = work()
        except CompanionError as error:
            if error.kind is ErrorKind.NO and error.code not in _NOT_LOOKED_AT:
                self._forget(operation)
            raise
        self._answered(operation)
        return result

    def _answered(self, operation: Operation) -> None:
        now = self._clock()

        def update(known: IdempotentRequest | None) -> IdempotentRequest | None:
            if known is None:
                return None
            return IdempotentRequest(key=known.key, asked_at=known.asked_at, body=known.body, answered_at=now)

        self._library.update_request(self._store, _name(operation), update)

    def _forget(self, operation: Operation) -> None:
        self._library.update_request(self._store, _name(operation), lambda _: None)


def _name(operation: Operation) -> str:
    return "\n".join(operation)
