"""Order credentials in the operating system's keychain, and nowhere else.

Only the systems' own keychains are used, chosen by exact class; a plaintext or null backend that happens to be
installed, or is named in the environment, never is. Without a keychain the credentials live in this process only.
"""

from __future__ import annotations

import concurrent.futures
import enum
import importlib
import logging
import os
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model, Secret
from companion.domain.core.serialization import decode, encode

_log = logging.getLogger(__name__)
T = TypeVar("T")

SERVICE = "Companion"
# Windows caps an entry at 2,560 bytes, which its UTF-16 form halves (CREDENTIALW, CRED_MAX_CREDENTIAL_BLOB_SIZE).
MOST_CHARACTERS = 1280
UNLOCK_SECONDS = 90.0

_BACKENDS = (
    ("keyring.backends.Windows", "WinVaultKeyring", "Windows Credential Manager"),
    ("keyring.backends.macOS", "Keyring", "macOS Keychain"),
    ("keyring.backends.SecretService", "Keyring", "the desktop's keyring"),
    ("keyring.backends.kwallet", "DBusKeyring", "KWallet"),
)


class Credentials(Model, frozen=True):
    """What opens an order: its number and password, or the e-mail address and last card digits."""

    order_password: Secret | None = None
    email: str | None = None
    card_last_digits: Secret | None = None


class Kept(enum.StrEnum):
    """Where credentials went."""

    KEYCHAIN = "keychain"
    SESSION = "session"


class _KeychainFailed(Exception):
    """The keychain did not do what was asked; the message is safe to show."""


class Keychain:
    """One small entry per order.

    Every call may block while the person unlocks the keychain, so none is made on the GUI thread. `place` names the
    keychain in use, None before the first call or without one; `trouble` says why the last call could not use it.
    """

    def __init__(self, *, unlock_seconds: float = UNLOCK_SECONDS) -> None:
        self._session: dict[str, Credentials] = {}
        self._lock = threading.Lock()
        self._unlock_seconds = unlock_seconds
        self._backend: Any = None
        self._looked = False
        self.place: str | None = None
        self.trouble: str | None = None

    def keep(self, account: str, credentials: Credentials) -> Kept:
        """Store `credentials` for `account` and read them back; with no working keychain keep them in memory.

        `trouble` then says in a plain sentence why. Raises `CompanionError` ``credentials-too-long``.
        """
        text = encode(credentials).decode()
        if len(text) > MOST_CHARACTERS:
            raise CompanionError(
                ErrorCode.CREDENTIALS_TOO_LONG,
                "The password is too long to keep",
                "The keychain takes entries of at most 1,280 characters.",
                "Check that only the order password was pasted.",
            )
        with self._lock:
            self._session[account] = credentials
            try:
                self._ask(lambda backend: backend.set_password(SERVICE, account, text))
                read_back = self._ask(lambda backend: backend.get_password(SERVICE, account))
            except _KeychainFailed as failure:
                self.trouble = str(failure)
                return Kept.SESSION
            if read_back != text:
                self.trouble = "The keychain took the password but did not give it back."
                return Kept.SESSION
            self.trouble = None
            return Kept.KEYCHAIN

    def read(self, account: str) -> Credentials | None:
        """The credentials of `account`, or None when there are none or the keychain is out of reach."""
        with self._lock:
            known = self._session.get(account)
            if known is not None:
                return known
            try:
                text = self._ask(lambda backend: backend.get_password(SERVICE, account))
            except _KeychainFailed as failure:
                self.trouble = str(failure)
                return None
            if text is None:
                return None
            try:
                found = decode(text.encode(), Credentials, source="the keychain")
            except CompanionError:
                self.trouble = "The keychain's entry for this order is damaged."
                return None
            self._session[account] = found
            return found

    def holds(self, account: str) -> bool | None:
        """Whether the keychain itself, not this process's memory, has an entry of `account`; None if it cannot tell."""
        with self._lock:
            try:
                return self._ask(lambda backend: backend.get_password(SERVICE, account)) is not None
            except _KeychainFailed as failure:
                self.trouble = str(failure)
                return None

    def forget(self, account: str) -> None:
        """Remove the entry of `account` and prove that it is gone. Raises `CompanionError` ``keychain-kept-it``."""
        with self._lock:
            self._session.pop(account, None)
            try:
                if self._ask(lambda backend: backend.get_password(SERVICE, account)) is None:
                    return
                self._ask(lambda backend: backend.delete_password(SERVICE, account))
                gone = self._ask(lambda backend: backend.get_password(SERVICE, account)) is None
            except _KeychainFailed as failure:
                if self._backend is None:
                    return  # there never was a keychain to keep it in
                raise self._kept_it(str(failure)) from None
            if not gone:
                raise self._kept_it("It still gives the password back.")

    @staticmethod
    def _kept_it(why: str) -> CompanionError:
        return CompanionError(
            ErrorCode.KEYCHAIN_KEPT_IT,
            "The password is still in the keychain",
            f"The keychain did not remove the entry. {why}",
            "Unlock the keychain and remove the order again, or delete the entry “Companion” there yourself.",
        )

    def _ask(self, work: Callable[[Any], T]) -> T:
        """Run `work` with the backend on a thread of its own: a locked keychain may never answer."""
        backend = self._find()
        if backend is None:
            raise _KeychainFailed(self.trouble or "This computer has no keychain.")
        answer: concurrent.futures.Future[T] = concurrent.futures.Future()

        def run() -> None:
            try:
                answer.set_result(work(backend))
            except BaseException as error:  # noqa: BLE001 - handed to the caller, who sorts it
                answer.set_exception(error)

        threading.Thread(target=run, name="keychain", daemon=True).start()
        import keyring.errors

        try:
            return answer.result(self._unlock_seconds)
        except concurrent.futures.TimeoutError:
            raise _KeychainFailed("The keychain was not unlocked in time.") from None
        except keyring.errors.KeyringLocked:
            raise _KeychainFailed("The keychain is locked.") from None
        except Exception as error:  # noqa: BLE001
            # The libraries behind keyring raise their own types; their texts could hold what was to be stored.
            _log.warning("the keychain failed with %s", type(error).__name__)
            raise _KeychainFailed("The keychain could not be used.") from None

    def _find(self) -> Any:
        """The best of the allowed backends, or None. Looking costs tens of milliseconds, so it is done once, late."""
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
                best, self._backend, self.place = priority, found(), place
        if self._backend is None:
            self.trouble = "This computer has no keychain."
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
