"""Reading what the file of an installer is: a few regions of it, within a bound, whatever it turns out to be."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.platform import Platform
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.formats.regions import TooMuchError, UnreadableError
from companion.domain.installation.files.identity import (
    FileSignature,
    InstallerIdentity,
    Technology,
    fits_pc,
    with_signature,
)
from companion.domain.installation.files.reading import read_identity
from companion.domain.installation.files.space import with_room
from companion.services.app.cancellation import Cancellation
from companion.services.app.drive import ANSWER_SECONDS, SLOWEST, Signs, at_drive
from companion.services.app.input_file import open_plain
from companion.services.platforms.protocol import PlatformServices

T = TypeVar("T")
Answered = Callable[[], object]

_MOST_READ = 32 << 20
"""Bytes that are read of any file: several times what a real installer takes."""
_MOST_READS = 20_000
_CHUNK = 1 << 20


class GrowingError(OSError):
    """A file that grew while it was read."""


class FileRegions:
    """The regions of an open file; a file that shrinks meanwhile gives fewer bytes."""

    def __init__(self, descriptor: int, answered: Answered = lambda: None) -> None:
        """`answered` is called after each answer of the drive."""
        self._descriptor = descriptor
        self._answered = answered
        self._left, self._reads_left = _MOST_READ, _MOST_READS
        self._size = os.fstat(descriptor).st_size

    @property
    def size(self) -> int:
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        """Returns the bytes at `offset`. Raises `TooMuchError` and `UnreadableError`."""
        length = min(length, max(self._size - offset, 0))
        if length <= 0 or offset < 0:
            return b""
        self._left -= length
        self._reads_left -= 1
        if self._left < 0 or self._reads_left < 0:
            raise TooMuchError
        try:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            found = os.read(self._descriptor, length)
        except OSError as error:
            raise UnreadableError(error) from None
        self._answered()
        return found


def identify(
    path: Path, platform: PlatformServices, cancellation: Cancellation, *, seconds: float = ANSWER_SECONDS
) -> InstallerIdentity:
    """Returns what the file is, by its own bytes and by what the system says of it; nothing of it is run.

    Only a signature that is there is checked, which makes the system read the whole file. Raises `Cancelled` and
    `CompanionError` ``file-missing``, ``bad-file`` or ``file-not-readable``, also where its drive does not answer for
    `seconds`.
    """
    return read_file_safely(path, lambda signs: identify_here(path, path.name, platform, signs), cancellation, seconds)


def file_size(path: Path, cancellation: Cancellation) -> int:
    """Returns the size of a file. Raises `Cancelled` and `CompanionError` as `identify`."""
    return read_file_safely(path, lambda _: path.stat().st_size, cancellation)


def read_file_safely(
    path: Path,
    work: Callable[[Signs], T],
    cancellation: Cancellation,
    seconds: float = ANSWER_SECONDS,
    *,
    too_late: Callable[[T], object] = lambda _: None,
) -> T:
    """Returns what `work` at the drive of a file returns (`at_drive`). Raises `Cancelled` and `CompanionError`."""
    try:
        return at_drive(work, cancellation, seconds=seconds, too_late=too_late)
    except (OSError, ValueError) as error:
        raise not_opened(path, error) from None


@contextlib.contextmanager
def hold_file_safely(
    path: Path,
    hold: Callable[[Signs], contextlib.AbstractContextManager[T]],
    cancellation: Cancellation,
    seconds: float = ANSWER_SECONDS,
) -> Iterator[T]:
    """What `hold` at the drive of a file gives, until the end of the block; what it gives too late is let go.

    Raises as `read_file_safely`.
    """

    def begin(signs: Signs) -> tuple[T, contextlib.ExitStack]:
        with contextlib.ExitStack() as stack:
            return stack.enter_context(hold(signs)), stack.pop_all()

    held, stack = read_file_safely(path, begin, cancellation, seconds, too_late=lambda late: late[1].close())
    with stack:
        yield held


def identify_here(path: Path, name: str, platform: PlatformServices, signs: Signs) -> InstallerIdentity:
    """Returns what a file is that people know as `name`, within the work of `at_drive`."""
    if platform.name is Platform.WINDOWS and ":" in name:
        # A stream beside the content of a file, which no folder shows.
        raise _no_file(path)
    return _with_system(read_file(path, name, signs), path, platform, signs)


def _with_system(found: InstallerIdentity, path: Path, platform: PlatformServices, signs: Signs) -> InstallerIdentity:
    system = platform.system.operating_system().value
    found = msgspec.structs.replace(
        found,
        fits=fits_pc(found, platform.name, system.architecture if system else None),
        mark_of_the_web=platform.programs.comes_from_the_web(path),
    )
    if found.technology is Technology.UNKNOWN:
        return found
    with contextlib.suppress(OSError):
        found = with_room(found, platform.system.free_space(platform.system.standard_folders()).value or ())
    if found.signature is FileSignature.NONE:
        return found
    # The system reads the whole of it, and tells nothing meanwhile.
    signs(then=path.stat().st_size / SLOWEST)
    return with_signature(found, platform.programs.signature(path))


def read_file(path: Path, name: str | None = None, answered: Answered = lambda: None) -> InstallerIdentity:
    """Returns what the bytes of the file tell, which people know as `name`. Raises `CompanionError` as `identify`.

    `answered` is called after each answer of its drive.
    """
    try:
        with open_plain(path) as file:
            return read_identity(FileRegions(file.fileno(), answered), name or path.name)
    except UnreadableError as error:
        raise not_opened(path, error.error) from None
    except (OSError, ValueError) as error:
        raise not_opened(path, error) from None


def digest_of(file: BinaryIO, answered: Answered) -> tuple[str, int]:
    """Returns the SHA-256 and the size of what an open file holds; `answered` is called after each piece of it.

    Raises `OSError`, also `GrowingError`, and what `answered` raises.
    """
    digest, size, whole = hashlib.sha256(), 0, os.fstat(file.fileno()).st_size
    while chunk := file.read(_CHUNK):
        answered()
        digest.update(chunk)
        size += len(chunk)
        if size > whole:
            raise GrowingError
    return digest.hexdigest(), size


def not_opened(path: Path, error: OSError | ValueError) -> CompanionError:
    """Returns the error of a file that the system does not open, or does not read to its end."""
    name = clean_text(path.name or str(path), 100)
    reason = error.strerror if isinstance(error, OSError) else None
    number = error.errno if isinstance(error, OSError) else None
    if isinstance(error, FileNotFoundError):
        return CompanionError(
            ErrorCode.FILE_MISSING,
            "There is no such file",
            f"{name} is not there.",
            "Check its name, and the folder that it is in. If that is on a network drive or a stick, check that it is "
            "connected.",
            kind=ErrorKind.USAGE,
        )
    if isinstance(error, GrowingError):
        return _not_readable(
            "This file is still being written",
            f"{name} grew while it was read: it is still being downloaded or copied.",
            "Wait until that has finished, then try again.",
        )
    if isinstance(error, TimeoutError):
        return _not_readable(
            "The drive does not answer",
            f"The drive with {name} does not answer.",
            "If it is a network drive, check that the network is connected; if it is a stick or a disk, unplug it and "
            "plug it in again. Or copy the file to this PC, then try again.",
        )
    # Windows refuses to open a folder, POSIX systems a pipe of the network kind.
    if number == errno.ENXIO or (isinstance(error, PermissionError) and path.is_dir()):
        return _no_file(path)
    return _not_readable(
        "This file cannot be read",
        f"{name} cannot be read ({reason or 'its name cannot be used'}).",
        "If it lies on a network drive or a stick, check that it is connected. Else check that you may read it; if its "
        "path is very long, copy it to a folder with a short name.",
    )


def _not_readable(title: str, message: str, hint: str) -> CompanionError:
    return CompanionError(ErrorCode.FILE_NOT_READABLE, title, message, hint, kind=ErrorKind.USAGE)


def _no_file(path: Path) -> CompanionError:
    return CompanionError(
        ErrorCode.BAD_FILE,
        "This is not a file",
        f"{clean_text(path.name, 100) or path} is a folder, a pipe or a device.",
        "Name the installer itself.",
        kind=ErrorKind.USAGE,
    )
