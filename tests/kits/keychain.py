"""A keychain of the tests' own, which answers when the test says so."""

import threading

from companion.services.store.keychain.thread import KeychainLocked


class GatedBackend:
    """A keychain that answers only while its gate is open, and counts what it was asked."""

    def __init__(self) -> None:
        self.gate, self.asked = threading.Event(), threading.Event()
        self.gate.set()
        self.entries: dict[str, str] = {}
        self.calls: list[str] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def _wait(self, call: str) -> None:
        with self._lock:
            self.calls.append(call)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        self.asked.set()
        self.gate.wait()
        with self._lock:
            self.at_once -= 1

    def get_password(self, service: str, username: str) -> str | None:
        self._wait(f"get {username}")
        return self.entries.get(username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._wait(f"set {username}")
        self.entries[username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._wait(f"delete {username}")
        del self.entries[username]

    def lock(self) -> None:
        self.gate.clear()
        self.asked.clear()


class LockedBackend(GatedBackend):
    """A locked keychain whose person does one of three things when asked: unlock it, cancel, or not answer at all."""

    def __init__(self, *, unlocks: bool = False) -> None:
        super().__init__()
        self.may_ask, self.locked, self.unlocks = True, True, unlocks
        self.prompts = 0

    def is_locked(self) -> bool:
        return self.locked

    def unlock(self) -> None:
        self._open()

    def has_password(self, service: str, username: str) -> bool | None:
        return username in self.entries

    def get_password(self, service: str, username: str) -> str | None:
        self._open()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._open()
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._open()
        super().delete_password(service, username)

    def _open(self) -> None:
        if not self.locked:
            return
        if not self.may_ask:
            raise KeychainLocked
        self.prompts += 1
        self._wait("prompt")
        if not self.unlocks:
            raise KeychainLocked
        self.locked = False


class KeyringLocked(Exception):
    """What a backend of the keyring library raises; it is known by its name."""


class RefusedBackend(GatedBackend):
    """A keychain of the keyring library, which asks the person whenever it is used, and is cancelled."""

    def _wait(self, call: str) -> None:
        super()._wait(call)
        raise KeyringLocked
