"""Locks on files, which the system frees when their process ends, however it ends."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Iterator
from pathlib import Path

try:
    import fcntl

    def try_lock(handle: int) -> None:
        """Lock an open file for this process alone. Raises `OSError` when another one holds it."""
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)

except ImportError:  # Windows
    import msvcrt

    def try_lock(handle: int) -> None:
        """Lock an open file for this process alone. Raises `OSError` when another one holds it."""
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]


_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})
_LOOK_AGAIN_SECONDS = 0.02


@contextlib.contextmanager
def locked(path: Path, patience: float) -> Iterator[None]:
    """Hold the lock of the file `path`, waiting up to `patience` seconds for it; the file stays.

    Raises `OSError`, `TimeoutError` when another process holds it for longer.
    """
    handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        _wait_for(handle, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)


def _wait_for(handle: int, until: float) -> None:
    while True:
        try:
            try_lock(handle)
            return
        except OSError as error:
            if error.errno not in _HELD:
                raise
            if time.monotonic() > until:
                raise TimeoutError("another program holds the lock") from None
        time.sleep(_LOOK_AGAIN_SECONDS)
