"""Being told to end: by the session at log-off, or by a signal."""

from __future__ import annotations

import logging
import os
import signal
import socket
import threading
from types import FrameType

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QSessionManager

_CANCELLED_AFTER_MS = 60_000
MOST_SECONDS = 4.5
"""Seconds after which a program that was quit is gone, whatever hangs in it."""


def end_within(seconds: float) -> None:
    """End the process after `seconds` if it has not ended by then.

    A thread that hangs in a call of the system cannot be ended, and Python waits for it at its end. Nothing is lost:
    everything that counts is on the disk once it is done.
    """

    def end() -> None:
        logging.getLogger(__name__).warning("something kept the program from ending")
        logging.shutdown()
        os._exit(0)

    watching = threading.Timer(seconds, end)
    watching.daemon = True
    watching.start()


class ShutdownSignals(QObject):
    """Emits `leaving` when the session is about to end, `stayed` when it did not, `told` when a signal ends us."""

    leaving = Signal()
    stayed = Signal()
    told = Signal()

    def __init__(self, qt: QGuiApplication) -> None:
        super().__init__()
        qt.commitDataRequest.connect(self._session_ends, Qt.ConnectionType.DirectConnection)
        # Python runs its handlers only between its own instructions, and Qt's loop may sleep for minutes: the byte
        # that a signal writes into this pair wakes it.
        self._ours, self._theirs = socket.socketpair()
        for end in (self._ours, self._theirs):
            end.setblocking(False)
        self._before_wakeup = signal.set_wakeup_fd(self._theirs.fileno(), warn_on_full_buffer=False)
        names = [name for name in ("SIGTERM", "SIGINT", "SIGHUP") if hasattr(signal, name)]
        self._before = {number: signal.signal(number, self._noted) for number in map(signal.Signals.__getitem__, names)}
        self._notifier = QSocketNotifier(self._ours.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._woken)
        self._signalled = False

    def close(self) -> None:
        """Leave the signals as they were."""
        self._notifier.setEnabled(False)
        signal.set_wakeup_fd(self._before_wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._ours.close()
        self._theirs.close()

    def _noted(self, _number: int, _frame: FrameType | None) -> None:
        self._signalled = True

    def _woken(self) -> None:
        self._ours.recv(64)
        if self._signalled:
            self._signalled = False
            self.told.emit()

    def _session_ends(self, session: QSessionManager) -> None:
        # The system starts us at log-in if the person wants that; a second start beside it is of no use.
        session.setRestartHint(QSessionManager.RestartHint.RestartNever)
        self.leaving.emit()
        # The system does not say when another program has stopped the log-off.
        QTimer.singleShot(_CANCELLED_AFTER_MS, self, self.stayed.emit)
