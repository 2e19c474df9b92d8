"""Files that the person names as input."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.untrusted.foreign_text import clean_text

_NO_WAITING = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)


def open_plain(path: Path) -> BinaryIO:
    """Returns a plain file, opened to be read; a pipe or a device is not waited for.

    Raises `OSError`, with ENXIO for what is none, and `ValueError` for a name that cannot be one.
    """
    return os.fdopen(plain_opener(path, os.O_RDONLY), "rb")


def plain_opener(path: str | Path, flags: int) -> int:
    """Opens a plain file for `open` or `FileIO`, as their `opener`. Raises as `open_plain`."""
    try:
        descriptor = os.open(path, flags | _NO_WAITING)
    except OSError as error:
        # POSIX systems refuse to open a socket, Windows a folder.
        if error.errno == errno.ENXIO or (isinstance(error, PermissionError) and Path(path).is_dir()):
            raise _not_plain(is_folder=Path(path).is_dir()) from None
        raise
    mode = os.fstat(descriptor).st_mode
    if not stat.S_ISREG(mode):
        os.close(descriptor)
        raise _not_plain(is_folder=stat.S_ISDIR(mode))
    return descriptor


def read_plain(path: Path, most: int) -> bytes:
    """Returns at most `most` bytes from the beginning of a plain file. Raises as `open_plain`."""
    with open_plain(path) as file:
        return file.read(most)


def _not_plain(*, is_folder: bool) -> OSError:
    return OSError(errno.ENXIO, "it is a folder" if is_folder else "it is a pipe or a device, not a file")


def read_start(path: Path, most: int) -> bytes:
    """Returns at most `most` bytes from the beginning of a file. Raises `CompanionError` ``file-not-readable``."""
    try:
        return read_plain(path, most)
    except OSError as error:
        raise not_readable(path, error) from None


def not_readable(path: Path, error: OSError) -> CompanionError:
    """Returns the error for a file that the person named and that cannot be opened or read."""
    return CompanionError(
        ErrorCode.FILE_NOT_READABLE,
        "The file could not be read",
        f"{clean_text(path.name, 100)} could not be opened ({error.strerror}).",
        "Check that the file is still there, or copy it to the desktop and choose it from there.",
    )
