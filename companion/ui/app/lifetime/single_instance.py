"""One program per person: the second start hands its wishes to the first and ends."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QDeadlineTimer, QLockFile, QObject, QTimer, Signal

from companion.domain.core.errors import CompanionError
from companion.domain.core.serialization import decode_exact
from companion.services.app.instance.running_program import (
    ANSWER_SECONDS,
    TAKEN,
    StartRequest,
    announce,
    hand_over,
    not_answering,
    place_to_listen,
    quitting,
    retract,
)
from companion.ui.app.lifetime.later_starts import make_listener

_log = logging.getLogger(__name__)

_STEP_MS = 100


class SingleInstance(QObject):
    """The lock of one person's running program, and its ear for later starts; `asked` carries their `StartRequest`.

    `on_quit` is called when one of them asks this program to quit; at first that ends whatever loop Qt is in.
    """

    asked = Signal(object)

    def __init__(self, state: Path, *, patience_ms: int = int(ANSWER_SECONDS * 1000)) -> None:
        super().__init__()
        self.on_quit: Callable[[], object] = QCoreApplication.exit  # which ends a dialog's own loop too
        self._patience = patience_ms
        self._state = state
        # What cannot be made here is told, with its reason, when the library is opened.
        with contextlib.suppress(OSError):
            state.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._lock = QLockFile(str(state / "running.lock"))
        # Age says nothing about a lock; whether its process still runs does, and Qt looks at that.
        self._lock.setStaleLockTime(0)
        self._listener = make_listener(self, self._hear)
        self.address: str | None = None
        """Where it listens, once it does."""

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
            if hand_over(self._state, wishes, seconds=self._patience / 1000):
                return False
            if waiting.hasExpired():
                self._take_over()
        self._listen()
        return True

    def _listen(self) -> None:
        """Be there for later starts; without a place for that the program runs all the same."""
        address = place_to_listen(self._state)
        if address is None:
            _log.warning("later starts cannot be heard: there is no private folder for the socket")
            return
        if trouble := self._listener.listen(address):
            _log.warning("later starts cannot be heard: %s", trouble)
            return
        self.address = address
        try:
            announce(self._state, address)
        except OSError as error:
            _log.warning("later starts cannot be heard: %s", error.strerror)

    def _take_over(self) -> None:
        """Takes over a lock behind which no instance listens: its process id belongs to another program by now."""
        _log.warning("the lock of a program that has ended is taken over")
        try:
            Path(self._lock.fileName()).unlink(missing_ok=True)
        except OSError:
            raise not_answering() from None

    def end(self) -> None:
        """Let the next start be the one running program."""
        self._listener.close()
        if self._lock.isLocked():
            retract(self._state)
        self._lock.unlock()

    def _hear(self, line: bytes) -> bytes:
        """Do what a later start wants; returns the answer, nothing for what is no request.

        It is done only once the answer is on its way: after quitting nothing more is sent.
        """
        try:
            wishes = decode_exact(line, StartRequest, source="a second start")
        except CompanionError:
            return b""
        if wishes.quit:
            QTimer.singleShot(0, self, lambda: self.on_quit())
            return quitting(os.getpid())
        QTimer.singleShot(0, self, lambda: self.asked.emit(wishes))
        return TAKEN
