"""The partial file beside its final place: lock, room on the disk, and the one step that makes it final."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import size_in_words
from companion.domain.core.words.error_words import failure
from companion.services.app.file_lock import try_lock
from companion.services.downloads.state import journal

PART = ".part"
LOCK = ".lock"
_FAT32_LIMIT = 4 * 1024**3 - 1
_FAT = ("fat32", "vfat", "msdos", "fat", "msdosfs")
"""What Windows, Linux and macOS call it."""
_HELD_BY_ANOTHER = (5, 32)  # ERROR_ACCESS_DENIED, ERROR_SHARING_VIOLATION
_PATIENCE_WITH_ANTIVIRUS = 30.0


def describe_disk_error(error: OSError, size: int | None = None) -> CompanionError:
    """Turn an error of the file system into words; `size` is the size of the file that was being written."""
    windows = getattr(error, "winerror", None)
    if error.errno in (errno.ENOSPC, errno.EDQUOT) or windows in (39, 112):
        return failure(ErrorCode.DISK_FULL)
    if error.errno == errno.EFBIG or windows == 223 or (error.errno == errno.EINVAL and (size or 0) > _FAT32_LIMIT):
        return failure(ErrorCode.TOO_LARGE)
    why = os.strerror(error.errno or 0)
    return failure(ErrorCode.FOLDER, message=f"The file could not be written in the chosen folder: {why}.")


class DownloadFiles:
    """The final path of one download and the files beside it."""

    def __init__(self, folder: Path, filename: str) -> None:
        self.folder = folder
        self.final = folder / filename
        self.part = folder / (filename + PART)
        self.journal = folder / (filename + PART + journal.ENDING)
        self.lock = folder / (filename + PART + LOCK)

    def refuse_links(self) -> None:
        """Raise `CompanionError` ``link`` if a link, folder or device stands at the place of any of the files."""
        for path in (self.final, self.part, self.journal, self.lock):
            with contextlib.suppress(FileNotFoundError):
                if not stat.S_ISREG(path.lstat().st_mode):
                    raise failure(ErrorCode.LINK)

    def present(self) -> int:
        """Bytes that the partial holds on disk already (0 without one); a sparse file counts what it really holds."""
        try:
            found = self.part.stat()
        except OSError:
            return 0
        blocks: int | None = getattr(found, "st_blocks", None)
        return found.st_size if blocks is None else min(found.st_size, blocks * 512)

    def require_room(self, size: int) -> None:
        """Raise ``disk-full`` if the rest of `size` bytes does not fit, counting what is already there.

        Or ``too-large`` if no file of that size can be on this disk, however much of it is free.
        """
        if size > _FAT32_LIMIT and _file_system(self.folder) in _FAT:
            raise failure(ErrorCode.TOO_LARGE)
        free = shutil.disk_usage(self.folder).free
        short = size - self.present() - free
        if short > 0:
            raise failure(
                ErrorCode.DISK_FULL,
                message=f"The file needs {size_in_words(short)} more than the {size_in_words(free)} free on this disk.",
            )

    def discard_empty(self) -> None:
        """Remove partial and journal if nothing has arrived, so that a refused download leaves nothing behind."""
        with contextlib.suppress(OSError):
            if self.part.stat().st_size == 0:
                self.discard()

    def discard(self) -> None:
        """Remove partial and journal; their content is void."""
        self.part.unlink(missing_ok=True)
        journal.remove(self.journal)


def _file_system(folder: Path) -> str:
    """Returns the name of the file system that `folder` is on, in small letters; empty if it is not known."""
    import psutil  # here, because loading it costs start-up time and few folders need it

    where = folder.resolve()
    try:
        found = [each for each in psutil.disk_partitions() if where.is_relative_to(each.mountpoint)]
    except (OSError, psutil.Error):
        return ""
    return max(found, key=lambda each: len(each.mountpoint)).fstype.lower() if found else ""


class Lock:
    """Held while one process works on a partial; the system frees it when the process dies."""

    def __init__(self, path: Path) -> None:
        """Take the lock. Raises `CompanionError` ``locked`` if another one holds it."""
        self._path = path
        while True:
            self._handle = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
            try:
                try_lock(self._handle)
                if os.path.samestat(os.fstat(self._handle), path.stat()):
                    return
            except FileNotFoundError:
                pass  # The last holder removed it in between: this handle locks nothing that others can see.
            except OSError:
                os.close(self._handle)
                raise failure(ErrorCode.LOCKED) from None
            os.close(self._handle)

    def release(self) -> None:
        """Let go and remove the lock file."""
        try:
            # Removed while still held, so that no other process can hold the name.
            self._path.unlink()
            left = False
        except FileNotFoundError:
            left = False
        except OSError:  # Windows removes no open file.
            left = True
        os.close(self._handle)
        if left:
            with contextlib.suppress(OSError):
                self._path.unlink()


def synchronise(path: Path) -> None:
    """Force the content of the file at `path` onto the disk."""
    with path.open("r+b") as file:
        _flush(file.fileno())


def _flush(handle: int) -> None:
    getattr(os, "fdatasync", os.fsync)(handle)


def move_into_place(part: Path, final: Path, wait: Callable[[float], None]) -> None:
    """Rename `part` to `final` in one step and make the name durable.

    An antivirus may hold the file for a moment: tried again for up to half a minute, pausing through `wait`.
    Raises `CompanionError` ``in-use`` if it is still held, others as the disk says.
    """
    waited, pause = 0.0, 0.1
    while True:
        try:
            part.replace(final)
            break
        except OSError as error:
            stored = getattr(error, "winerror", None) in _HELD_BY_ANOTHER or error.errno in (errno.EACCES, errno.EBUSY)
            if not stored:
                raise describe_disk_error(error) from error
            if waited >= _PATIENCE_WITH_ANTIVIRUS:
                raise failure(ErrorCode.IN_USE) from error
        wait(pause)
        waited, pause = waited + pause, min(pause * 1.5, 2.0)
    with contextlib.suppress(OSError):  # Windows cannot open folders, and needs not to.
        handle = os.open(final.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
