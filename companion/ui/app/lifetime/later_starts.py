"""Receiving what later starts of the program ask for: over a socket of this user, on Windows over a named pipe."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal

from companion.services.app.instance.running_program import ANSWER_SECONDS

if TYPE_CHECKING:
    from PySide6.QtNetwork import QLocalSocket

    from companion.services.app.instance.pipe_server import PipeServer

Hears = Callable[[bytes], bytes]
_MOST_BYTES = 64 * 1024


def make_listener(parent: QObject, hears: Hears) -> SocketListener | PipeListener:
    """Returns what listens on this system; `hears` gets each line on the GUI thread and returns the answer."""
    return SocketListener(parent, hears) if os.name == "posix" else PipeListener(parent, hears)


class SocketListener(QObject):
    """Listens at a socket."""

    def __init__(self, parent: QObject, hears: Hears) -> None:
        super().__init__(parent)
        # Not on Windows, where the built program has no networking by Qt.
        from PySide6.QtNetwork import QLocalServer

        self._hears = hears
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._take_connections)

    def listen(self, address: str) -> str:
        """Returns why it cannot listen there, or an empty text."""
        self._server.removeServer(address)
        return "" if self._server.listen(address) else self._server.errorString()

    def close(self) -> None:
        """Listen no more."""
        self._server.close()

    def _take_connections(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > _MOST_BYTES:
            socket.abort()
        elif socket.canReadLine() and (answer := self._hears(bytes(socket.readLine().data()))):
            socket.write(answer)
            socket.flush()


class _Heard:
    """A line on its way to the GUI thread, and the answer on its way back."""

    def __init__(self, line: bytes) -> None:
        self.line, self.answer = line, b""
        self.done = threading.Event()


class PipeListener(QObject):
    """Listens at a pipe, on threads of its own; a GUI thread that hangs gives no answer."""

    _heard = Signal(object)

    def __init__(self, parent: QObject, hears: Hears) -> None:
        super().__init__(parent)
        self._hears = hears
        self._server: PipeServer | None = None
        self._heard.connect(self._hear, Qt.ConnectionType.QueuedConnection)

    def listen(self, address: str) -> str:
        """Returns why it cannot listen there, or an empty text."""
        from companion.services.app.instance.pipe_server import PipeServer

        try:
            self._server = PipeServer(address, self._pass_on)
        except OSError as error:
            return error.strerror or str(error)
        return ""

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    def _pass_on(self, line: bytes) -> bytes:
        heard = _Heard(line)
        self._heard.emit(heard)
        heard.done.wait(ANSWER_SECONDS)
        return heard.answer

    def _hear(self, heard: _Heard) -> None:
        heard.answer = self._hears(heard.line)
        heard.done.set()
