"""Files that the person asked for: written whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from pathlib import Path

from companion.domain.core.error_words import failure
from companion.domain.core.errors import CompanionError, ErrorCode


def write_file(path: Path, content: bytes) -> None:
    """Write a file so that it is either whole or as it was before. Raises `CompanionError` ``file-not-written``."""
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
            raise
    except OSError as error:
        raise failure(
            ErrorCode.FILE_NOT_WRITTEN,
            message=f"{path.name} could not be written to {path.parent} ({error.strerror}).",
        ) from None


def read_start(path: Path, most: int) -> bytes:
    """At most `most` bytes from the beginning of a file. Raises `CompanionError` ``file-not-readable``."""
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
