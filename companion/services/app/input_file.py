"""Files that the person names as input."""

from __future__ import annotations

import errno
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode


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
