"""Files that the person asked for: written whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

from companion.domain.errors import CompanionError


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
        raise CompanionError(
            "file-not-written",
            "The file could not be saved",
            f"{path.name} could not be written to {path.parent} ({error.strerror}).",
            "Choose another folder, or free some space on the disk.",
        ) from None
