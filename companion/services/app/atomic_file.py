"""The one way in which files are written: whole and on the disk, or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from companion.domain.core.errors import ErrorCode
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.core.words.error_words import failure

PRIVATE = 0o600
"""Only this user may read and write it."""

# A folder on some network disks cannot be written through by itself; its names are durable there all the same.
_NO_FOLDER_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EBADF})


def replace_file(path: Path, content: bytes | str) -> None:
    """Write a file so that it is either whole and on the disk, or as it was before. Raises `OSError`.

    Text is written as UTF-8. The content is written under a name of its own in the same folder and then given the
    file's name; a symbolic link in its place is replaced, never followed. A file that exists keeps its mode, a new
    one is private. What was begun is removed when it fails.
    """
    data = content.encode() if isinstance(content, str) else content
    with replacing(path) as temporary:
        _write_new(temporary, data, path)


def new_name_beside(path: Path) -> Path:
    """Returns a name in the same folder that nothing has and nothing else will choose."""
    # What `secrets` would return; that brings OpenSSL along, which takes milliseconds of each start.
    return path.with_name(f".companion-{os.urandom(8).hex()}.tmp")


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Gives a name beside `path` to write under; what is there, complete and on the disk, then becomes `path`.

    It is removed when the block fails. Raises `OSError`.
    """
    temporary = new_name_beside(path)
    try:
        yield temporary
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise
    sync_folder(path.parent)


def _write_new(temporary: Path, data: bytes, path: Path) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(temporary, flags, PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        _keep_mode(path, temporary)
        file.flush()
        os.fsync(file.fileno())


def write_file(path: Path, content: bytes | str) -> None:
    """Write a file that the person asked for: one that exists keeps its mode, a new one is private.

    A pipe or a device of that name stays. Raises `CompanionError` ``file-not-written``.
    """
    name, folder = clean_text(path.name, 100), clean_text(str(path.parent))
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            # The new file would take its place: for an administrator also that of /dev/null, which all programs use.
            raise failure(
                ErrorCode.FILE_NOT_WRITTEN,
                message=f"{name} in {folder} is a pipe or a device, not a file. It was left alone.",
                hint="Choose another name.",
            )
        replace_file(path, content)
    except OSError as error:
        raise failure(
            ErrorCode.FILE_NOT_WRITTEN,
            message=f"{name} could not be written to {folder} ({error.strerror or 'no reason given'}).",
        ) from None


def append_durably(path: Path, content: bytes) -> None:
    """Add `content` to the end of a private file, which is made when there is none; it is on the disk at the return.

    A symbolic link is not followed. Raises `OSError`.
    """
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    handle = os.open(path, flags, PRIVATE)
    with os.fdopen(handle, "ab") as file:
        begun = file.tell() == 0
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    if begun:
        sync_folder(path.parent)


def make_private(path: Path) -> None:
    """Take a file or folder of this user away from all others; what cannot be changed or is not there is left."""
    with contextlib.suppress(OSError):
        found = path.lstat()
        if not stat.S_ISLNK(found.st_mode) and found.st_mode & 0o077:
            path.chmod(stat.S_IMODE(found.st_mode) & 0o700)


def private_folder(folder: Path) -> None:
    """Make a folder that no other user can look into, or make the one that is there so. Raises `OSError`."""
    make_folder(folder)
    make_private(folder)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it that are missing, for this user only; one that is there is left as it is.

    Raises `OSError`.
    """
    # Path.mkdir gives the mode to the last folder alone.
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def sync_file(path: Path) -> None:
    """Make the content of a file durable. Raises `OSError`."""
    handle = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable. Raises `OSError` when the disk fails.

    Windows cannot open folders, and does not need it: there renaming is durable by itself.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def _keep_mode(path: Path, temporary: Path) -> None:
    with contextlib.suppress(OSError):
        found = path.lstat()
        if stat.S_ISREG(found.st_mode):
            temporary.chmod(stat.S_IMODE(found.st_mode))
