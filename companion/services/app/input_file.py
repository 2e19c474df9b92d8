"""Files that the person names as input."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from companion.domain.core.errors import CompanionError, ErrorCode

_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)


def open_plain(path: Path) -> BinaryIO:
    """Returns a plain file, opened to be read; a pipe or a device is not waited for.

    Raises `OSError`, with ENXIO for what is none, and `ValueError` for a name that cannot be one.
    """
    descriptor = os.open(path, os.O_RDONLY | _NO_WAITING)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.ENXIO, "it is no plain file")
    return os.fdopen(descriptor, "rb")


def without_waiting(path: str, flags: int) -> int:
    """Opens a file for `open` or `FileIO`, as their `opener`; a pipe or a device is not waited for."""
    return os.open(path, flags | _NO_WAITING)


def read_start(path: Path, most: int) -> bytes:
    """Returns at most `most` bytes from the beginning of a file. Raises `CompanionError` ``file-not-readable``."""
    try:
        # Only a plain file ends: a pipe or a device could keep the reader waiting for ever.
        if not path.is_file():
            raise FileNotFoundError(errno.ENOENT, "there is no such file")
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise CompanionError(
            ErrorCode.FILE_NOT_READABLE,
            "The file could not be read",
            f"{path.name} could not be opened ({error.strerror}).",
            "Check that the file is still there, or copy it to the desktop and choose it from there.",
        ) from None
