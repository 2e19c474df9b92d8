"""A keychain of the tests' own, which answers when the test says so."""

import threading


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
