"""Putting a new version into its place where versions are folders side by side, with a link to the present one.

``base/current`` is a link to ``base/versions/1.2.3``. The new version is unpacked beside, tried, and becomes the
present one by replacing the link in one step; whatever ends this run at any moment leaves the link on one whole
version. The program that does it keeps its own files meanwhile, and the version before stays, to go back to.
"""

from __future__ import annotations

import contextlib
import lzma
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.updates.words import rolled_back_sentence
from companion.services.app.atomic_file import make_folder, sync_folder
from companion.services.app.cancellation import Cancellation

if TYPE_CHECKING or sys.version_info >= (3, 12):
    import tarfile
else:
    # Python 3.11 refuses what would land elsewhere only from 3.11.4 on; Debian 12 has 3.11.2.
    from backports import tarfile

PROGRAM = "companion"
_CURRENT, _VERSIONS = "current", "versions"
_BEGUN, _NEXT = ".unpacking-", ".next"
_TRY_SECONDS = 60.0
_MOST_UNPACKED = 2 * 1024**3
Step = Callable[[str], object]


class VersionFolders:
    """The versions below one folder."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self._versions = base / _VERSIONS
        self._current = base / _CURRENT

    def present(self) -> Path:
        """Returns the folder of the present version."""
        return self._current.resolve()

    def program(self) -> Path:
        """Returns the program of the present version, by the path that stays the same through updates."""
        return self._current / PROGRAM

    def prepare(self, archive: Path, version: str, on_step: Step = lambda _: None) -> Path:
        """Unpack a version beside the present one and try it; returns its folder. Nothing that runs is touched.

        Raises `CompanionError` ``update-failed``.
        """
        begun, ready = self._versions / f"{_BEGUN}{version}", self._versions / version
        on_step("unpacking")
        try:
            self.tidy()
            if ready == self.present():
                return ready
            shutil.rmtree(ready, ignore_errors=True)
            make_folder(begun)
            _unpack(archive, version, begun)
            on_step("trying")
            require_works(begun / PROGRAM, version)
            begun.replace(ready)
            sync_folder(self._versions)
        except (OSError, EOFError, lzma.LZMAError, tarfile.TarError) as error:
            shutil.rmtree(begun, ignore_errors=True)
            raise _failed(f"The new version could not be unpacked ({_reason(error)}).") from None
        except CompanionError:
            shutil.rmtree(begun, ignore_errors=True)
            raise
        return ready

    def switch_to(self, folder: Path) -> None:
        """Make a folder the present version, in one step. Raises `CompanionError` ``update-failed``."""
        beside = self.base / _NEXT
        try:
            beside.unlink(missing_ok=True)
            beside.symlink_to(Path(_VERSIONS) / folder.name)
            beside.replace(self._current)
            sync_folder(self.base)
        except OSError as error:
            raise _failed(f"The new version could not be put into place ({_reason(error)}).") from None

    def tidy(self, keep: Path | None = None) -> None:
        """Remove what an earlier run has begun, and versions that are neither the present one nor `keep`."""
        present = self.present()
        for each in self._versions.iterdir():
            begun = each.name.startswith(_BEGUN)
            if begun or (keep is not None and each not in (present, keep)):
                shutil.rmtree(each, ignore_errors=True)
        with contextlib.suppress(OSError):
            (self.base / _NEXT).unlink(missing_ok=True)


class FolderUpdate:
    """One update of `folders`. `quit` ends the program that runs and tells whether one did; `start` starts the present
    one; `answers` tells whether it is up; `put_back` undoes what a new version that does not come up has changed.
    """

    def __init__(
        self,
        folders: VersionFolders,
        quit_running: Callable[[], bool],
        start: Callable[[Path], object],
        answers: Callable[[], bool],
        put_back: Callable[[], object],
        on_step: Step = lambda _: None,
        *,
        patience: float = _TRY_SECONDS,
    ) -> None:
        """`patience` is how many seconds the new version has to come up."""
        self._folders, self._quit, self._start = folders, quit_running, start
        self._answers, self._put_back = answers, put_back
        self._on_step, self._patience = on_step, patience

    def install(self, archive: Path, version: str, installed: str) -> None:
        """Unpack, try, switch and start a version; goes back to the one before when it does not come up.

        Raises `CompanionError` ``update-failed``; then what was there is as it was, and runs again if it ran.
        """
        before = self._folders.present()
        after = self._folders.prepare(archive, version, self._on_step)
        self._on_step("quitting")
        was_running = self._quit()
        self._on_step("switching")
        self._folders.switch_to(after)
        self._on_step("starting")
        if self._comes_up(version, was_running):
            self._on_step("done")
            self._folders.tidy(keep=before)
            return
        self._on_step("going back")
        self._quit_again()
        self._folders.switch_to(before)
        self._put_back()
        if was_running:
            self._start(self._folders.program())
        raise _failed(rolled_back_sentence(version, installed))

    def _comes_up(self, version: str, was_running: bool) -> bool:
        try:
            require_works(self._folders.program(), version)
            if not was_running:
                return True
            self._start(self._folders.program())
        except CompanionError:
            return False
        # Not a cancellation of the caller's: from here on either the new version comes up or the old one is put back.
        return Cancellation().wait_until(self._up, self._patience)

    def _up(self) -> bool:
        try:
            return self._answers()
        except CompanionError:  # it listens and does not react
            return False

    def _quit_again(self) -> None:
        with contextlib.suppress(CompanionError):
            self._quit()


def require_works(program: Path, version: str) -> None:
    """Raises `CompanionError` ``update-failed`` unless a program starts here and says that it is this version."""
    try:
        ran = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=_TRY_SECONDS)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        raise _failed("The new version does not start on this PC.") from None
    if ran.returncode != 0 or ran.stdout.split() != ["Companion", version]:
        raise _failed("The new version does not start on this PC.")


def _unpack(archive: Path, version: str, into: Path) -> None:
    """Unpack the folder of a version; what would land elsewhere is refused. Raises `OSError` or `tarfile.TarError`."""
    inside = f"Companion/{_VERSIONS}/{version}/"
    with tarfile.open(archive, "r:*") as packed:
        wanted = [member for member in packed if member.name.startswith(inside)]
        if not wanted:
            raise tarfile.ReadError("the version is not in it")
        if sum(member.size for member in wanted) > _MOST_UNPACKED:
            raise tarfile.ReadError("it is too large")
        for member in wanted:
            packed.extract(member.replace(name=member.name.removeprefix(inside)), into, filter="data")


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or "no reason given"


def _failed(message: str) -> CompanionError:
    return failure(ErrorCode.UPDATE_FAILED, message=message)
