"""Starting installers on Linux: from a sealed copy in memory, or as administrator from a copy that only root can write.

memfd_create(2), fcntl(2) (file sealing), pkexec(1).
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.app.input_file import open_plain
from companion.services.platforms.common import posix
from companion.services.platforms.common.root_helper import Progress, as_administrator, progress_in
from companion.services.platforms.linux.packages import into_other_root, other_root, package_kind
from companion.services.platforms.protocol import Launched

_EXECUTABLE = 0x0010  # MFD_EXEC, since Linux 6.3; older kernels refuse it and need it not
_SEALS = fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
_DISMISSED, _NOT_AUTHORISED = 126, 127
_APP_IMAGE = b"AI"
_APP_IMAGE_AT = 8
_HEAD = 64


@dataclasses.dataclass(frozen=True)
class _Sealed:
    """A sealed copy: its descriptor, and what the file is called and where it lies for people."""

    descriptor: int
    name: str
    folder: Path


class Installers:
    """Pins files and starts what is pinned."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment
        self._sealed: dict[Path, _Sealed] = {}

    @contextlib.contextmanager
    def pin(self, path: Path, answered: Callable[[], object] = lambda: None) -> Iterator[tuple[BinaryIO, Path]]:
        """Hand out a copy in memory that no program can change any more, not even one of the same user."""
        with open_plain(path) as source:
            descriptor = _memory(path.name)
            try:
                with os.fdopen(os.dup(descriptor), "wb") as target:
                    posix.copy_content(source, target, answered)
                fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _SEALS)
                launchable = Path(f"/proc/self/fd/{descriptor}")
                self._sealed[launchable] = _Sealed(descriptor, path.name, path.resolve().parent)
                with launchable.open("rb") as handle:
                    yield handle, launchable
            finally:
                self._sealed.pop(Path(f"/proc/self/fd/{descriptor}"), None)
                os.close(descriptor)

    def start(self, launchable: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        """Start what `pin` handed out. Raises `CompanionError`."""
        sealed = self._sealed[launchable]
        head = _head(launchable)
        ending = package_kind(head)
        if ending is not None:
            return self._install_package(launchable, sealed, ending)
        if elevate and os.geteuid() != 0:
            return _start_as_administrator(sealed, arguments)
        environment = dict(self._environment)
        if _is_app_image(head):
            # Its run time reads itself again by this path; /proc/self would be another process by then.
            environment["TARGET_APPIMAGE"] = str(launchable)
        # The descriptor stays open in the child: an interpreter is handed the same path, and opens it once more.
        return posix.start_child(
            [str(launchable), *arguments],
            sealed.folder,
            sealed.name,
            pass_fds=(sealed.descriptor,),
            environment=environment,
        )

    def _install_package(self, launchable: Path, sealed: _Sealed, ending: str) -> Launched:
        """Hand a package to the system's package tools, which know what kind it is by its name."""
        if ending == ".deb" and other_root(self._environment) is not None:
            return posix.start_child(
                into_other_root(str(launchable)),
                Path("/"),
                sealed.name,
                pass_fds=(sealed.descriptor,),
                environment=dict(self._environment),
            )
        return _start_as_administrator(dataclasses.replace(sealed, name=f"package{ending}"), (), called=sealed.name)


def _memory(name: str) -> int:
    flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
    # The kernel allows 249 bytes.
    short = os.fsdecode(os.fsencode(name)[:200])
    try:
        return os.memfd_create(short, flags | _EXECUTABLE)
    except OSError:
        return os.memfd_create(short, flags)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _is_app_image(head: bytes) -> bool:
    return head[_APP_IMAGE_AT : _APP_IMAGE_AT + len(_APP_IMAGE)] == _APP_IMAGE


def _start_as_administrator(sealed: _Sealed, arguments: Sequence[str], *, called: str | None = None) -> Launched:
    """Start it after the person was asked for the password; the administrator needs not be asked."""
    asks = [] if os.geteuid() == 0 else [shutil.which("pkexec")]
    if None in asks:
        raise _unavailable(
            "This PC has no pkexec, the program that asks for the administrator's password.",
            "Install the package “polkit” or “pkexec”, or ask the administrator of this PC to run the installer.",
        )
    with os.fdopen(os.dup(sealed.descriptor), "rb") as file:
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    source = f"/proc/{os.getpid()}/fd/{sealed.descriptor}"
    words = [*filter(None, asks), *as_administrator(source, digest, sealed.name, arguments)]
    try:
        process = subprocess.Popen(
            words,
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={**os.environ, "LC_MESSAGES": "C", "LANGUAGE": ""},
        )
    except OSError as error:
        raise posix.not_runnable(Path(called or sealed.name), error) from None
    return _Elevated(process, called or sealed.name)


class _Elevated:
    """An installer that is started with administrator rights."""

    def __init__(self, process: subprocess.Popen[bytes], name: str) -> None:
        self._process = process
        self._name = name

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def wait(self, seconds: float) -> int | None:
        """Returns the installer's own exit code. Raises `CompanionError` when it was not started at all."""
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None
        said, complaint = (text.decode("utf-8", "replace") for text in self._process.communicate())
        progress = progress_in(said)
        if progress is Progress.VERIFIED:
            return code
        raise self._failure(progress, code, complaint)

    def _failure(self, progress: Progress, code: int, complaint: str) -> CompanionError:
        if progress is Progress.CHANGED:
            return CompanionError(
                ErrorCode.FILE_DAMAGED,
                "This installer is not started",
                f"{self._name} was changed after it had been verified.",
                "Repair the download, then install again. If the result is the same, scan this PC for viruses.",
            )
        if progress is Progress.NOT_BEGUN and code == _DISMISSED:
            return CompanionError(
                ErrorCode.ELEVATION_REFUSED,
                "The administrator's password was not given",
                "The question for the administrator's password was dismissed.",
                "Nothing was changed. Install again and enter the password.",
            )
        if progress is Progress.NOT_BEGUN and "authentication agent" in complaint:
            return _unavailable(
                "No program of this session can ask for the administrator's password.",
                "Start a polkit authentication agent, or ask the administrator of this PC to run the installer.",
            )
        if progress is Progress.NOT_BEGUN and code == _NOT_AUTHORISED:
            return _unavailable(
                "Permission was not given, or it could not be asked for.",
                "Nothing was changed. Ask the administrator of this PC.",
            )
        return CompanionError(
            ErrorCode.NOT_RUNNABLE,
            "The installer could not be started",
            f"{self._name} could not be prepared with administrator rights (exit code {code}).",
            "Check that there is free space on the system's disk, then install again.",
        )


def _unavailable(message: str, hint: str) -> CompanionError:
    return CompanionError(ErrorCode.ELEVATION_UNAVAILABLE, "Administrator rights were not given", message, hint)
