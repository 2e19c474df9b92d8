"""Ctrl-C as a cancellation."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from companion.services.app.cancellation import Cancellation


@contextlib.contextmanager
def interruptible() -> Iterator[Cancellation]:
    """Yields a cancellation that the first Ctrl-C sets, so that work ends where it is safe; the second ends at once."""
    cancellation = Cancellation()
    if threading.current_thread() is not threading.main_thread():
        yield cancellation
        return

    def stop(*_: object) -> None:
        if cancellation.cancelled:
            raise KeyboardInterrupt
        cancellation.cancel()

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancellation
    finally:
        signal.signal(signal.SIGINT, before)
