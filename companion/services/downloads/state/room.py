"""Room for a file of unknown length: it neither fills the disk nor grows for ever."""

from __future__ import annotations

import shutil
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import size_in_words
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.room import MOST_BYTES, room_to_grow, until_measured_again


class Room:
    """How far one file may grow in `folder`. Used by one thread at a time."""

    def __init__(self, folder: Path, most_bytes: int | None) -> None:
        self._folder = folder
        self._most = most_bytes
        self._unmeasured = 0

    def require_total(self, total: int) -> None:
        """Raise `CompanionError` ``too-long`` if the length that a server tells is above the one that is allowed."""
        if self._most is not None and total > self._most:
            raise failure(
                ErrorCode.TOO_LONG,
                message=f"The file has {size_in_words(total)}, and at most {size_in_words(self._most)} are allowed.",
                hint="Allow more, or check that the address is right.",
            )

    def require(self, count: int, reach: int) -> None:
        """Raise `CompanionError` unless `count` more bytes may be written, after which the file has `reach` bytes.

        ``too-long`` above the length that is allowed, ``disk-full`` while the disk still has a reserve.
        """
        most = MOST_BYTES if self._most is None else self._most
        if reach > most:
            raise failure(
                ErrorCode.TOO_LONG,
                message=f"The server does not say how long this file is, and more than {size_in_words(most)} came.",
            )
        if count > self._unmeasured:
            disk = shutil.disk_usage(self._folder)
            room = room_to_grow(disk.free, disk.total)
            if count > room:
                raise _disk_is_nearly_full(disk.free)
            self._unmeasured = max(count, until_measured_again(room))
        self._unmeasured -= count


def _disk_is_nearly_full(free: int) -> CompanionError:
    return failure(
        ErrorCode.DISK_FULL,
        message="The server does not say how long this file is, and only "
        f"{size_in_words(free)} are left on this disk. The download was stopped before the disk is full.",
    )
