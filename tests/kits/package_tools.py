"""Turns of the tests of several processes that start the system's package tools, or would be disturbed by them.

A check of this PC sees every program that runs, so also what another test has started at the same time.
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

_LOCK = Path(tempfile.gettempdir()) / "companion-tests-of-package-tools.lock"


@contextlib.contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """Holds a turn: `alone` with a package tool, or together with others that need none to run."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with _LOCK.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        yield
