"""Order credentials, licence keys and other secrets in the operating system's keychain, and nowhere else.

Only the systems' own keychains are used, chosen by exact class; a plaintext or null backend that happens to be
installed, or is named in the environment, never is. Without a keychain the credentials live in this process only.
"""

from __future__ import annotations

import collections
import enum
import threading
from typing import TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model, Secret
from companion.domain.core.serialization import decode_exact, encode
from companion.services.store.keychain.backend import SystemKeychain
from companion.services.store.keychain.thread import Backend, KeychainFailed, KeychainThread, NoKeychain, QuietBackend

SERVICE = "Companion"
# Windows caps an entry at 2,560 bytes, which its UTF-16 form halves (CREDENTIALW, CRED_MAX_CREDENTIAL_BLOB_SIZE).
MOST_CHARACTERS = 1280
# Leaves room for the JSON around it, in which quotes and backslashes take two characters.
_PART = 500
UNLOCK_SECONDS = 90.0
_NO_ACCOUNT = "unlock"
_LOCKED_IN_PART = "A part of the keychain is locked and could not be searched."


class Credentials(Model, frozen=True):
    """What opens an order: its number and password, or the e-mail address and last card digits."""

    order_password: Secret | None = None
    email: str | None = None
    card_last_digits: Secret | None = None


class KeptSecret(Model, frozen=True):
    """One secret text; `parts` says how many entries it takes, since a long one does not fit into one."""

    secret: Secret
    parts: int = 1


EntryT = TypeVar("EntryT", bound=Model)


class Kept(enum.StrEnum):
    """Where credentials went."""

    KEYCHAIN = "keychain"
    SESSION = "session"


class KeychainState(Model, frozen=True):
    """What there is to keep secrets in: the keychain's name, None without one; whether it has to be unlocked, None
    where it does not tell; and why it cannot be used.
    """

    place: str | None
    locked: bool | None = None
    trouble: str | None = None


class Keychain:
    """One small entry for each order, licence key or link.

    A call may block while the person unlocks the keychain, at most `unlock_seconds`, so none is made on the GUI
    thread. They are asked once: when they did not unlock it, or not in time, they are not asked again before `unlock`.
    Credentials that this process knows already are returned at once, whatever the keychain is doing, and `close` lets
    go everyone who waits. `trouble` says why the last call could not use the keychain.

    `backend` is used instead of the operating system's keychain.
    """

    def __init__(self, *, unlock_seconds: float = UNLOCK_SECONDS, backend: Backend | None = None) -> None:
        self._known: dict[str, Model] = {}
        self._changes: collections.Counter[str] = collections.Counter()
        self._lock = threading.Lock()  # guards the two above, and is never held while the keychain is asked
        self._system = SystemKeychain()
        self._given = None if backend is None else "the keychain"
        self._thread = KeychainThread(self._system.find if backend is None else lambda: backend, unlock_seconds)
        self.trouble: str | None = None

    @property
    def place(self) -> str | None:
        """The name of the operating system's keychain; None before the first call, and where there is none."""
        return self._given or self._system.place

    @property
    def refused(self) -> bool:
        """Whether the person did not unlock the keychain when they were asked; only `unlock` asks them again."""
        return self._thread.refused is not None

    def close(self) -> None:
        """Let go everyone who waits for the keychain, at once; it is not asked any more."""
        self._thread.close()

    def state(self) -> KeychainState:
        """Returns what there is to keep secrets in, without asking the person to unlock it."""

        def look(backend: Backend) -> bool | None:
            return backend.is_locked() if isinstance(backend, QuietBackend) else None

        try:
            locked = self._thread.ask(look)
        except KeychainFailed as failure:
            return KeychainState(place=self.place, trouble=str(failure))
        return KeychainState(place=self.place, locked=locked)

    def unlock(self) -> KeychainState:
        """Ask the person to unlock the keychain, because they want to be asked. Returns whether that helped."""

        def open_it(backend: Backend) -> None:
            if isinstance(backend, QuietBackend):
                backend.unlock()
            else:
                # Reading is what these unlock themselves for; whether there is such an entry does not matter.
                backend.get_password(SERVICE, _NO_ACCOUNT)

        self._thread.ask_again()
        try:
            self._thread.ask(open_it)
        except KeychainFailed as failure:
            self.trouble = str(failure)
            return KeychainState(place=self.place, locked=True if self.refused else None, trouble=self.trouble)
        self.trouble = None
        return KeychainState(place=self.place, locked=False)

    def keep(self, account: str, credentials: Model, *, quiet: bool = False) -> Kept:
        """Store an entry for `account` and read it back; with no working keychain keep it in memory.

        `trouble` then says in a plain sentence why. With `quiet` the person is not asked to unlock the keychain.
        Raises `CompanionError` ``credentials-too-long``.
        """
        text = encode(credentials).decode()
        if len(text) > MOST_CHARACTERS:
            raise CompanionError(
                ErrorCode.CREDENTIALS_TOO_LONG,
                "The password is too long to keep",
                "The keychain takes entries of at most 1,280 characters.",
                "Check that only the order password was pasted.",
            )
        self._set(account, credentials)

        def write(backend: Backend) -> bool:
            backend.set_password(SERVICE, account, text)
            return backend.get_password(SERVICE, account) == text

        try:
            kept = self._thread.ask(write, quiet=quiet)
        except KeychainFailed as failure:
            self.trouble = str(failure)
            return Kept.SESSION
        self.trouble = None if kept else "The keychain took the password but did not return it."
        return Kept.KEYCHAIN if kept else Kept.SESSION

    def read(self, account: str) -> Credentials | None:
        """Returns the credentials of `account`, or None when there are none or the keychain cannot be used."""
        return self._read(account, Credentials)

    def keep_secret(self, account: str, secret: Secret, *, quiet: bool = False) -> Kept:
        """Store one secret text for `account`, in as many entries as its length takes."""
        text = secret.reveal()
        parts = [text[at : at + _PART] for at in range(0, len(text), _PART)] or [""]
        kept = {
            self.keep(_part_of(account, number), KeptSecret(secret=Secret(part), parts=len(parts)), quiet=quiet)
            for number, part in enumerate(parts)
        }
        return Kept.SESSION if Kept.SESSION in kept else Kept.KEYCHAIN

    def read_secret(self, account: str, *, quiet: bool = False) -> Secret | None:
        """Returns the secret text of `account`, or None when there is none or the keychain cannot be used."""
        first = self._read(account, KeptSecret, quiet=quiet)
        if first is None:
            return None
        others = (_part_of(account, number) for number in range(1, first.parts))
        found = [first, *(self._read(part, KeptSecret, quiet=quiet) for part in others)]
        whole = [part.secret.reveal() for part in found if part is not None]
        return Secret("".join(whole)) if len(whole) == first.parts else None

    def forget_secret(self, account: str) -> None:
        """Remove the secret text of `account` and prove that it is gone. Raises `CompanionError`."""
        first = self._read(account, KeptSecret)
        for number in range(first.parts if first is not None else 1):
            self.forget(_part_of(account, number))

    def _read(self, account: str, kind: type[EntryT], *, quiet: bool = False) -> EntryT | None:
        with self._lock:
            known, changes = self._known.get(account), self._changes[account]
        if isinstance(known, kind):
            return known
        try:
            text = self._thread.ask(lambda backend: backend.get_password(SERVICE, account), quiet=quiet)
        except KeychainFailed as failure:
            self.trouble = str(failure)
            return None
        self.trouble = None
        if text is None:
            return None
        try:
            found = decode_exact(text.encode(), kind, source="the keychain")
        except CompanionError:
            self.trouble = "The keychain's entry is damaged."
            return None
        with self._lock:
            # What was entered or forgotten while the keychain was asked is newer than its answer.
            if self._changes[account] == changes:
                self._known[account] = found
                return found
            newer = self._known.get(account)
            return newer if isinstance(newer, kind) else None

    def holds(self, account: str) -> bool | None:
        """Whether the keychain itself, not this process's memory, has an entry of `account`.

        None if it cannot tell; `trouble` then says why.
        """
        try:
            found = self._thread.ask(lambda backend: _has(backend, account))
        except KeychainFailed as failure:
            self.trouble = str(failure)
            return None
        self.trouble = _LOCKED_IN_PART if found is None else None
        return found

    def forget(self, account: str) -> None:
        """Remove the entry of `account` and prove that it is gone. Raises `CompanionError` ``keychain-kept-it``."""
        self._set(account, None)

        def delete(backend: Backend) -> bool:
            found = _has(backend, account)
            if found is None and isinstance(backend, QuietBackend) and backend.is_locked():
                backend.unlock()
                found = _has(backend, account)
            if not found:
                return True
            backend.delete_password(SERVICE, account)
            return not _has(backend, account)

        try:
            gone = self._thread.ask(delete)
        except NoKeychain:
            return  # there never was a keychain to keep it in
        except KeychainFailed as failure:
            raise _kept_it(str(failure)) from None
        if not gone:
            raise _kept_it("It still returns the password.")

    def _set(self, account: str, credentials: Model | None) -> None:
        """Change what this process knows of an account; None forgets it."""
        with self._lock:
            self._changes[account] += 1
            if credentials is None:
                self._known.pop(account, None)
            else:
                self._known[account] = credentials


def _has(backend: Backend, account: str) -> bool | None:
    if isinstance(backend, QuietBackend):
        return backend.has_password(SERVICE, account)
    return backend.get_password(SERVICE, account) is not None


def _part_of(account: str, number: int) -> str:
    return f"{account} part {number + 1}" if number else account


def _kept_it(why: str) -> CompanionError:
    return CompanionError(
        ErrorCode.KEYCHAIN_KEPT_IT,
        "The password is still in the keychain",
        f"The keychain did not remove the entry. {why}",
        "Unlock the keychain and remove the order again, or delete the entry “Companion” there yourself.",
    )
