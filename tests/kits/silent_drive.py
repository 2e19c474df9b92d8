"""A file whose drive does not answer any more: each attempt to open or to read it waits until the test lets it go.

The kernel asks this process before another call may go on (fanotify(7), permission events), and gets no answer. That
needs the rights of an administrator; where they are missing, tests with it are left out.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import select
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_CLASS_CONTENT, _CLOSE_ON_EXEC, _NON_BLOCKING = 0x04, 0x01, 0x02
_MARK_ADD = 0x01
_AT_THE_WORKING_FOLDER = -100
OPENING, READING = 0x10000, 0x20000
"""What is never answered."""


class SilentDrive:
    """What is asked of the drive of a file."""

    def __init__(self, group: int) -> None:
        self._group = group

    def is_asked(self) -> bool:
        """Returns whether a call waits for the drive."""
        return bool(select.select([self._group], [], [], 0)[0])


@contextlib.contextmanager
def silent(path: Path, what: int = OPENING) -> Iterator[SilentDrive]:
    """Keep everything waiting that opens or reads this file; it goes on at the end of the block."""
    if not sys.platform.startswith("linux"):
        pytest.skip("needs fanotify of Linux")
    system = ctypes.CDLL(None, use_errno=True)
    group = system.fanotify_init(_CLASS_CONTENT | _CLOSE_ON_EXEC | _NON_BLOCKING, os.O_RDONLY)
    if group < 0:
        pytest.skip(f"needs the rights for fanotify ({os.strerror(ctypes.get_errno())})")
    try:
        mark, name = ctypes.c_uint64(what), os.fsencode(path)
        if system.fanotify_mark(group, _MARK_ADD, mark, _AT_THE_WORKING_FOLDER, name):
            pytest.skip(f"this kernel has no events that permit reading ({os.strerror(ctypes.get_errno())})")
        yield SilentDrive(group)
    finally:
        # What waits goes on now.
        os.close(group)
