"""Asking a keychain on a thread of its own: it may not answer before the person has unlocked it, or never."""

from __future__ import annotations

import collections
import concurrent.futures
import logging
import threading
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, runtime_checkable

_log = logging.getLogger(__name__)
T = TypeVar("T")

NO_KEYCHAIN = "This computer has no keychain."
NOT_UNLOCKED = "The keychain was not unlocked in time."
LOCKED = "The keychain is locked."
_CLOSING = "Companion is being closed."


class Backend(Protocol):
    """What is used of a keychain; backends of the ``keyring`` library have it."""

    def get_password(self, service: str, username: str) -> str | None:
        """Returns an entry, or None."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry."""

    def delete_password(self, service: str, username: str) -> None:
        """Delete an entry."""


@runtime_checkable
class QuietBackend(Protocol):
    """A keychain that can be used without asking the person, and says what it holds without being unlocked."""

    may_ask: bool

    def is_locked(self) -> bool:
        """Returns whether it has to be unlocked before an entry can be kept."""

    def unlock(self) -> None:
        """Ask the person to unlock it. Raises `KeychainLocked`."""

    def has_password(self, service: str, username: str) -> bool | None:
        """Returns whether it holds an entry; None when it cannot tell."""


class KeychainFailed(Exception):
    """The keychain did not do what was asked; the message is a plain sentence without secrets."""


class NoKeychain(KeychainFailed):
    """There is no keychain to ask."""


class KeychainLocked(KeychainFailed):
    """The person did not unlock the keychain when they were asked, or was not asked."""

    def __init__(self, why: str = LOCKED) -> None:
        super().__init__(why)


class _Request(NamedTuple, Generic[T]):
    work: Callable[[Backend], T]
    answer: concurrent.futures.Future[T]
    quiet: bool


class KeychainThread:
    """Asks the backend on one thread, one request after the other: a locked keychain may not answer before the person
    has unlocked it, or never.

    `find` looks for the backend at the first request, on that thread. A request that is not answered within `seconds`
    is given up together with all that wait behind it. Whoever did not unlock the keychain, or not in time, is not asked
    again before `ask_again`: until then only what needs no unlocking is done, and the rest fails at once.
    """

    def __init__(self, find: Callable[[], Backend | None], seconds: float) -> None:
        self._find = find
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waiting: collections.deque[_Request[Any]] = collections.deque()
        self._current: _Request[Any] | None = None
        self._worker: object | None = None
        self._overdue = self._closed = False
        self._refused: str | None = None

    @property
    def refused(self) -> str | None:
        """Why the person is not asked again; None as long as they may be."""
        return self._refused

    def ask(self, work: Callable[[Backend], T], *, quiet: bool = False) -> T:
        """Run `work` with the backend and return its answer. Raises `KeychainFailed`.

        With `quiet` the person is not asked to unlock anything, where the backend can do without.
        """
        request: _Request[T] = _Request(work, concurrent.futures.Future(), quiet)
        with self._lock:
            if self._closed or self._overdue:
                raise KeychainFailed(_CLOSING) if self._closed else KeychainLocked(NOT_UNLOCKED)
            self._waiting.append(request)
            if self._worker is None:
                self._worker = object()
                threading.Thread(target=self._work, args=(self._worker,), name="keychain", daemon=True).start()
        concurrent.futures.wait([request.answer], self._seconds)
        with self._lock:
            if not request.answer.done():
                self._overdue = True
                self._refused = NOT_UNLOCKED
                self._give_up(KeychainLocked(NOT_UNLOCKED))
        return request.answer.result()

    def ask_again(self) -> None:
        """The person wants to be asked once more; a request that is still not answered is left behind."""
        with self._lock:
            self._refused = None
            if self._overdue:
                self._worker, self._current, self._overdue = None, None, False

    def close(self) -> None:
        """Let go everyone who waits, at once; nothing is asked any more."""
        with self._lock:
            self._closed = True
            self._give_up(KeychainFailed(_CLOSING))

    def _give_up(self, why: KeychainFailed) -> None:
        """Answer all that is outstanding with a failure; called with the lock held."""
        current = (self._current,) if self._current is not None else ()
        for request in (*current, *self._waiting):
            if not request.answer.done():
                request.answer.set_exception(why)
        self._waiting.clear()

    def _work(self, worker: object) -> None:
        while (request := self._next(worker)) is not None:
            answer: object = None
            failure: KeychainFailed | None = None
            still_locked = False
            try:
                answer, still_locked = self._run(request)
            except BaseException as error:  # noqa: BLE001 - handed to the caller as a reason
                failure = _reason(error)
            with self._lock:
                self._learn(worker, failure, asked=not request.quiet, still_locked=still_locked)
                if request.answer.done():
                    continue  # it comes too late: the caller has given up
                if failure is None:
                    request.answer.set_result(answer)
                else:
                    request.answer.set_exception(failure)

    def _run(self, request: _Request[T]) -> tuple[T, bool]:
        """The answer to a request, and whether the keychain is still locked as far as it tells."""
        backend = self._find()
        if backend is None:
            raise NoKeychain(NO_KEYCHAIN)
        if not isinstance(backend, QuietBackend):
            if self._refused is not None:
                raise KeychainLocked(self._refused)
            return request.work(backend), False
        refused = self._refused is not None
        backend.may_ask = not (refused or request.quiet)
        return request.work(backend), refused and backend.is_locked()

    def _learn(self, worker: object, failure: KeychainFailed | None, *, asked: bool, still_locked: bool) -> None:
        """Whether the person may be asked again, from how a request has ended."""
        if self._worker is not worker:
            return  # it was left behind
        if failure is None and not still_locked:
            self._refused = None
        elif asked and isinstance(failure, KeychainLocked):
            self._refused = self._refused or str(failure)

    def _next(self, worker: object) -> _Request[Any] | None:
        """The next request, or None when there is none or the person asked anew: then this thread ends."""
        with self._lock:
            if self._worker is not worker:
                return None
            self._overdue = False
            self._current = self._waiting.popleft() if self._waiting else None
            if self._current is None:
                self._worker = None
            return self._current


def _reason(error: BaseException) -> KeychainFailed:
    """Why a backend failed, without its own words: they could hold what was to be stored."""
    if isinstance(error, KeychainFailed):
        return error
    # keyring's own name for it; a backend that does not use keyring has not loaded it.
    if type(error).__name__ == "KeyringLocked":
        return KeychainLocked()
    _log.warning("the keychain failed with %s", type(error).__name__)
    return KeychainFailed("The keychain could not be used.")
