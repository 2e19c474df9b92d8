"""A process that listens where the running program would."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

from companion.services.app.instance.running_program import TAKEN


class Listener:
    """Listens at a socket and gives one answer to each that comes; with None it keeps silent."""

    def __init__(self, path: Path, answer: bytes | None = TAKEN) -> None:
        self.heard: list[bytes] = []
        self._answer = answer
        self._held: list[socket.socket] = []
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._ear.bind(str(path))
        self._ear.listen()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                link, _ = self._ear.accept()
            except OSError:
                return
            self.heard.append(link.recv(4096))
            self._held.append(link)
            if self._answer is not None:
                link.sendall(self._answer)

    def close(self) -> None:
        """Listen no more."""
        for each in (self._ear, *self._held):
            each.close()
