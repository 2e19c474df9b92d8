"""Codes for the buttons of notices: opaque, unguessable, and believed only while their notice is shown."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable

ITSELF = "default"
"""The action of pressing the notice itself, as the Desktop Notifications Specification calls it."""


def new_code() -> str:
    """Returns a code of 22 characters that cannot be guessed."""
    return secrets.token_urlsafe(16)


class NoticeCodes:
    """Which code stands for which action of which notice; safe to use from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, str]] = {}

    def give(self, key: str, actions: Iterable[str]) -> dict[str, str]:
        """Returns a new code for each action of the notice `key`; those that it had before count no longer."""
        codes = {action: new_code() for action in actions}
        with self._lock:
            self._drop(key)
            self._known |= {code: (key, action) for action, code in codes.items()}
        return codes

    def meaning(self, code: str) -> tuple[str, str] | None:
        """Returns the notice and the action that a code stands for; None when it stands for none that is shown."""
        with self._lock:
            return self._known.get(code)

    def forget(self, key: str) -> None:
        """The notice `key` is shown no longer."""
        with self._lock:
            self._drop(key)

    def _drop(self, key: str) -> None:
        self._known = {code: meant for code, meant in self._known.items() if meant[0] != key}
