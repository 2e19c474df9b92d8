"""The operating system's keychain: which one is used, and how it is asked without waiting for it for ever."""

from __future__ import annotations

import collections
import concurrent.futures
import importlib
import logging
import os
import threading
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Protocol, TypeVar, cast

_log = logging.getLogger(__name__)
T = TypeVar("T")

_BACKENDS = (
    ("keyring.backends.Windows", "WinVaultKeyring", "Windows Credential Manager"),
    ("keyring.backends.macOS", "Keyring", "macOS Keychain"),
    ("keyring.backends.SecretService", "Keyring", "the desktop's keyring"),
    ("keyring.backends.kwallet", "DBusKeyring", "KWallet"),
)

NO_KEYCHAIN = "This computer has no keychain."
NOT_UNLOCKED = "The keychain was not unlocked in time."
_CLOSING = "Companion is being closed."


class Backend(Protocol):
    """What is used of a backend of the ``keyring`` library."""

    def get_password(self, service: str, username: str) -> str | None:
        """Returns an entry, or None."""

    def set_password(self, service: str, username: str, password: str) -> None:
        """Write an entry."""

    def delete_password(self, service: str, username: str) -> None:
        """Delete an entry."""


class KeychainFailed(Exception):
    """The keychain did not do what was asked; the message is a plain sentence without secrets."""


class NoKeychain(KeychainFailed):
    """There is no keychain to ask."""


class _Request(NamedTuple, Generic[T]):
    work: Callable[[Backend], T]
    answer: concurrent.futures.Future[T]


class KeychainThread:
    """Asks the backend on one thread, one request after the other: a locked keychain may not answer before the person
    has unlocked it, or never.

    `find` looks for the backend at the first request, on that thread. A request that is not answered within `seconds`
    is given up together with all that wait behind it, and until the backend returns further ones fail at once: so the
    person is asked to unlock the keychain once, not once for each entry.
    """

    def __init__(self, find: Callable[[], Backend | None], seconds: float) -> None:
        self._find = find
        self._seconds = seconds
        self._lock = threading.Lock()
        self._waiting: collections.deque[_Request[Any]] = collections.deque()
        self._current: _Request[Any] | None = None
        self._running = self._overdue = self._closed = False

    def ask(self, work: Callable[[Backend], T]) -> T:
        """Run `work` with the backend and return its answer. Raises `KeychainFailed`."""
        request: _Request[T] = _Request(work, concurrent.futures.Future())
        with self._lock:
            if self._closed or self._overdue:
                raise KeychainFailed(_CLOSING if self._closed else NOT_UNLOCKED)
            self._waiting.append(request)
            if not self._running:
                self._running = True
                threading.Thread(target=self._work, name="keychain", daemon=True).start()
        concurrent.futures.wait([request.answer], self._seconds)
        with self._lock:
            if not request.answer.done():
                self._overdue = True
                self._give_up(NOT_UNLOCKED)
        return request.answer.result()

    def close(self) -> None:
        """Let go everyone who waits, at once; nothing is asked any more."""
        with self._lock:
            self._closed = True
            self._give_up(_CLOSING)

    def _give_up(self, why: str) -> None:
        """Answer all that is outstanding with a failure; called with the lock held."""
        current = (self._current,) if self._current is not None else ()
        for request in (*current, *self._waiting):
            if not request.answer.done():
                request.answer.set_exception(KeychainFailed(why))
        self._waiting.clear()

    def _work(self) -> None:
        while (request := self._next()) is not None:
            answer: object = None
            failure: KeychainFailed | None = None
            try:
                backend = self._find()
                if backend is None:
                    failure = NoKeychain(NO_KEYCHAIN)
                else:
                    answer = request.work(backend)
            except BaseException as error:  # noqa: BLE001 - handed to the caller as a reason
                failure = _reason(error)
            with self._lock:
                if request.answer.done():
                    continue  # it comes too late: the caller has given up
                if failure is None:
                    request.answer.set_result(answer)
                else:
                    request.answer.set_exception(failure)

    def _next(self) -> _Request[Any] | None:
        """The next request, or None when there is none: then this thread ends."""
        with self._lock:
            self._overdue = False
            self._current = self._waiting.popleft() if self._waiting else None
            self._running = self._current is not None
            return self._current


def _reason(error: BaseException) -> KeychainFailed:
    """Why a backend failed, without its own words: they could hold what was to be stored."""
    import keyring.errors  # only after `_import_keyring`

    if isinstance(error, keyring.errors.KeyringLocked):
        return KeychainFailed("The keychain is locked.")
    _log.warning("the keychain failed with %s", type(error).__name__)
    return KeychainFailed("The keychain could not be used.")


class SystemKeychain:
    """Finds the operating system's keychain; looking costs tens of milliseconds, so it is done once, at first use."""

    def __init__(self) -> None:
        self._backend: Backend | None = None
        self._looked = False
        self.place: str | None = None

    def find(self) -> Backend | None:
        """Returns the best of the allowed backends, or None; `place` then names it."""
        if self._looked:
            return self._backend
        self._looked = True
        _import_keyring()
        best = 0.0
        for module, name, place in _BACKENDS:
            try:
                found = getattr(importlib.import_module(module), name)
                priority = float(found.priority)
            except Exception as error:  # noqa: BLE001
                # Each backend says "not on this system" with an exception of its own.
                _log.debug("no %s: %s", place, type(error).__name__)
                continue
            if priority > best:
                best, self._backend, self.place = priority, cast("Backend", found()), place
        return self._backend


def _import_keyring() -> None:
    """Import keyring without letting it choose a backend.

    At its first import it looks for backends everywhere (some 90 ms), and fails if the environment names one that
    does not exist; while the null backend is named it does neither. That choice is never used.
    """
    name = "PYTHON_KEYRING_BACKEND"
    found = os.environ.get(name)
    os.environ[name] = "keyring.backends.null.Keyring"
    try:
        importlib.import_module("keyring")
    finally:
        if found is None:
            del os.environ[name]
        else:
            os.environ[name] = found
