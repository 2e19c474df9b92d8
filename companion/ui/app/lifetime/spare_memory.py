"""Memory goes back to the system in the pauses: for most of a year nothing is done."""

from __future__ import annotations

import gc
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from companion.ui.state.tasks import TaskRunner

_PAUSE_MS = 1_000


class SpareMemory(QObject):
    """Lets `give_back`, which may take some hundredths of a second, work on another thread after work for `window`."""

    def __init__(self, runner: TaskRunner, give_back: Callable[[], object], window: QWidget) -> None:
        super().__init__(window)
        self._runner, self._give_back, self._window = runner, give_back, window
        self._timer = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._timer.timeout.connect(self._return)

    @property
    def pending(self) -> bool:
        """Whether memory is going to be given back when the pause is over."""
        return self._timer.isActive()

    def return_soon(self) -> None:
        """Give back what is spare a second after this was last called."""
        self._timer.start()

    def return_if_hidden(self) -> None:
        """Give back soon what is spare, where the work was not for the window that the person is looking at."""
        if not self._window.isVisible():
            self.return_soon()

    def return_now(self) -> None:
        """Give back what is spare, after much was let go of."""
        gc.unfreeze()
        gc.collect()
        # What is left stays. The garbage collector holds up the window, and need not look at it again.
        gc.freeze()
        self._return()

    def stop(self) -> None:
        """Give nothing back any more."""
        self._timer.stop()

    def _return(self) -> None:
        self._timer.stop()
        self._runner.run(self, lambda _: self._give_back(), lambda _: None)
