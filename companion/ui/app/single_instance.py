"""One program per person: the second start hands its wishes to the first and ends."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
from pathlib import Path

from PySide6.QtCore import QDeadlineTimer, QLockFile, QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.serialization import decode, encode

_log = logging.getLogger(__name__)

_ANSWER_MS = 5_000
_STEP_MS = 100
_MOST_BYTES = 64 * 1024
_TAKEN = b"taken\n"


class StartRequest(Model, frozen=True):
    """What a second start was asked for: to stay in the tray, and another store than the one used last."""

    tray: bool = False
    store: str | None = None


class SingleInstance(QObject):
    """The lock of one person's running program, and its ear for later starts; `asked` carries their `StartRequest`."""

    asked = Signal(object)

    def __init__(self, state: Path, *, patience_ms: int = _ANSWER_MS) -> None:
        super().__init__()
        self._patience = patience_ms
        # What cannot be made here is told, with its reason, when the library is opened.
        with contextlib.suppress(OSError):
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = QLockFile(str(state / "running.lock"))
        # Age says nothing about a lock; whether its process still runs does, and Qt looks at that.
        self._lock.setStaleLockTime(0)
        self._name = _ear_of(state)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._somebody_came)

    def begin(self, wishes: StartRequest) -> bool:
        """Become the one running program; False when another one took the wishes.

        Raises `CompanionError` ``not-answering`` when another one runs and does not react. A lock whose program has
        ended is taken over, also when its process id belongs to another program by now: then no instance listens.
        """
        waiting = QDeadlineTimer(self._patience)
        while not self._lock.tryLock(_STEP_MS):
            if self._lock.error() is not QLockFile.LockError.LockFailedError:
                # Where no lock file can be written, neither can the library, and that says so better.
                return True
            if self._hand_over(wishes):
                return False
            if waiting.hasExpired():
                self._take_over()
        QLocalServer.removeServer(self._name)
        if not self._server.listen(self._name):
            _log.warning("later starts cannot be heard: %s", self._server.errorString())
        return True

    def _take_over(self) -> None:
        """Takes over a lock behind which no instance listens: its process id belongs to another program by now."""
        _log.warning("the lock of a program that has ended is taken over")
        try:
            Path(self._lock.fileName()).unlink(missing_ok=True)
        except OSError:
            raise _not_answering() from None

    def end(self) -> None:
        """Let the next start be the one running program."""
        self._server.close()
        self._lock.unlock()

    def _hand_over(self, wishes: StartRequest) -> bool:
        """Sends the wishes to the instance that listens; False when none does (yet)."""
        socket = QLocalSocket()
        socket.connectToServer(self._name)
        if not socket.waitForConnected(_STEP_MS):
            # A program that has just started may have its lock and not yet its ear.
            return False
        socket.write(encode(wishes) + b"\n")
        socket.waitForBytesWritten(self._patience)
        answer = b""
        deadline = QDeadlineTimer(self._patience)
        while not answer.endswith(b"\n") and socket.waitForReadyRead(max(1, deadline.remainingTime())):
            answer += bytes(socket.readAll().data())
        socket.abort()
        if answer != _TAKEN:
            raise _not_answering()
        return True

    def _somebody_came(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            socket.disconnected.connect(socket.deleteLater)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            if socket.bytesAvailable():
                self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if socket.bytesAvailable() > _MOST_BYTES:
            socket.abort()
        elif socket.canReadLine():
            with contextlib.suppress(CompanionError):
                wishes = decode(bytes(socket.readLine().data()), StartRequest, source="a second start")
                socket.write(_TAKEN)
                socket.flush()
                self.asked.emit(wishes)


def _ear_of(state: Path) -> str:
    """The name under which the program of this folder listens.

    On Windows a pipe's name; elsewhere a socket in the person's own folder, where other users cannot put one, unless
    the path is longer than a socket's may be (108 bytes, unix(7)).
    """
    name = f"companion-{hashlib.sha256(str(state.resolve()).encode()).hexdigest()[:24]}"
    socket = state / "running.socket"
    return str(socket) if os.name == "posix" and len(os.fsencode(socket)) < 100 else name


def _not_answering() -> CompanionError:
    return CompanionError(
        ErrorCode.NOT_ANSWERING,
        "Companion is running but does not react",
        "It was asked to show its window, and nothing came back.",
        "Give it a minute. If it stays like this, restart the PC, or end Companion in the task manager.",
    )
