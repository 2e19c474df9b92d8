"""Which keychain of the operating system is used."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple, cast

from companion.domain.core.platform import Platform
from companion.services.platforms import this_platform
from companion.services.store.keychain.thread import NO_KEYCHAIN, Backend, NoKeychain

_log = logging.getLogger(__name__)

# After this long a keychain may have come: at sign-in the desktop starts it beside us.
_LOOK_AGAIN_SECONDS = 3.0


class _Candidate(NamedTuple):
    place: str
    load: Callable[[], tuple[float, Backend]]
    """Returns how well it suits this session, and the keychain. Raises whatever says "not on this system"."""


def _of_keyring(module: str, name: str) -> Callable[[], tuple[float, Backend]]:
    def load() -> tuple[float, Backend]:
        _import_keyring()
        found = getattr(importlib.import_module(module), name)
        return float(found.priority), cast("Backend", found())

    return load


def _secret_service() -> tuple[float, Backend]:
    from companion.services.store.keychain.secret_service import SecretService

    if not SecretService.available():
        raise NoKeychain(NO_KEYCHAIN)
    return 5.0, SecretService()


# Only these, whatever else is installed or named in the environment: each is encrypted by the system itself.
_CANDIDATES = {
    Platform.WINDOWS: (
        _Candidate("Windows Credential Manager", _of_keyring("keyring.backends.Windows", "WinVaultKeyring")),
    ),
    Platform.MACOS: (_Candidate("macOS Keychain", _of_keyring("keyring.backends.macOS", "Keyring")),),
    Platform.LINUX: (
        _Candidate("the desktop's keyring", _secret_service),
        _Candidate("KWallet", _of_keyring("keyring.backends.kwallet", "DBusKeyring")),
    ),
}


class SystemKeychain:
    """Finds the operating system's keychain.

    Looking costs tens of milliseconds: one that was found is kept, and where there was none it is looked for again, at
    most every few seconds.
    """

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._backend: Backend | None = None
        self._looked_at: float | None = None
        self.place: str | None = None

    def find(self) -> Backend | None:
        """Returns the best keychain of this system, or None; `place` then names it."""
        now = self._seconds()
        early = self._looked_at is not None and now - self._looked_at < _LOOK_AGAIN_SECONDS
        if self._backend is None and not early:
            self._looked_at = now
            self._look()
        return self._backend

    def _look(self) -> None:
        best = 0.0
        for place, load in _CANDIDATES[this_platform()]:
            try:
                priority, found = load()
            except Exception as error:  # noqa: BLE001
                # Each backend says "not on this system" with an exception of its own.
                _log.debug("no %s: %s", place, type(error).__name__)
                continue
            if priority > best:
                best, self._backend, self.place = priority, found, place


def _import_keyring() -> None:
    """Import keyring without letting it choose a backend.

    At its first import it looks for backends everywhere (some 90 ms), and fails if the environment names one that
    does not exist; while the null backend is named it does neither. That choice is never used.
    """
    with _environment("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring"):
        importlib.import_module("keyring")


@contextlib.contextmanager
def _environment(name: str, value: str) -> Iterator[None]:
    found = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if found is None:
            del os.environ[name]
        else:
            os.environ[name] = found
