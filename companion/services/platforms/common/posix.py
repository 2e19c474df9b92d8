"""What Linux and macOS do alike: ending processes, launching programs, and launching exactly what was verified."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shutil
import signal
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.pc.facts import Purpose, Space
from companion.services.app.input_file import open_plain

_PIECE = 1 << 20


def end(pid: int, how: signal.Signals) -> bool:
    """Send `how`; False when the process is gone already. Raises `CompanionError` ``close-refused``."""
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        return False
    except PermissionError:
        raise close_refused(pid) from None
    return True


def close_refused(pid: int) -> CompanionError:
    """Returns the error of a process that another user owns."""
    return CompanionError(
        ErrorCode.CLOSE_REFUSED,
        "It may not be closed",
        f"Program number {pid} belongs to another user.",
        "Ask the person it belongs to, or an administrator, to close it.",
    )


def launch_detached(arguments: Sequence[str]) -> None:
    """Start a program that is no child of this one, through a shell that ends at once; words are passed on unparsed."""
    try:
        subprocess.run(
            ["/bin/sh", "-c", '"$@" >/dev/null 2>&1 </dev/null &', "sh", *arguments],
            start_new_session=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        raise CompanionError(
            ErrorCode.NOT_RUNNABLE,
            "It could not be started",
            f"{Path(arguments[0]).name} could not be started.",
            "Start it yourself from the menu.",
        ) from None


class Child:
    """A program that runs as a child of this one."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    @property
    def pid(self) -> int | None:
        return self._process.pid

    def wait(self, seconds: float) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None


def start_child(
    words: Sequence[str],
    folder: Path,
    name: str,
    *,
    pass_fds: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
) -> Child:
    """Start an installer, which people know as `name`, in `folder`. Raises `CompanionError` ``not-runnable``."""
    try:
        process = subprocess.Popen(
            words,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            # What a command prints on its own standard output is its result.
            stdout=_standard_error(),
            start_new_session=True,
            pass_fds=pass_fds,
            env=environment,
        )
    except OSError as error:
        raise not_runnable(Path(name), error) from None
    return Child(process)


def _standard_error() -> int:
    """The descriptor of standard error, or nothing in a program that has none."""
    try:
        os.fstat(2)
    except OSError:
        return subprocess.DEVNULL
    return 2


def not_runnable(path: Path, error: OSError) -> CompanionError:
    return CompanionError(
        ErrorCode.NOT_RUNNABLE,
        "The installer could not be started",
        f"The system refused to start {path.name}: {error.strerror or 'unknown reason'}.",
        "Check with support that this download is made for your system.",
    )


def is_script(path: Path) -> bool:
    """Whether the file is a shell script (starts with ``#!``)."""
    with path.open("rb") as file:
        return file.read(2) == b"#!"


@contextlib.contextmanager
def pin_copy(path: Path, answered: Callable[[], object] = lambda: None) -> Iterator[tuple[BinaryIO, Path]]:
    """Hand out a private copy under the same name: files here cannot be locked, so the copy is what is read and run.

    The folder is open to this user only; the copy cannot be written once it is made.
    """
    folder = Path(tempfile.mkdtemp(prefix="companion-"))
    try:
        copy = folder / path.name
        with open_plain(path) as source, copy.open("xb") as target:
            copy_content(source, target, answered)
        copy.chmod(stat.S_IRUSR | stat.S_IXUSR)
        folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with copy.open("rb") as handle:
            yield handle, copy
    finally:
        folder.chmod(stat.S_IRWXU)
        shutil.rmtree(folder, ignore_errors=True)


def copy_content(source: BinaryIO, target: BinaryIO, answered: Callable[[], object]) -> None:
    """Copy what an open file holds at the beginning; `answered` is called after each piece, and may raise."""
    left = os.fstat(source.fileno()).st_size
    while piece := source.read(min(_PIECE, left)):
        answered()
        target.write(piece)
        left -= len(piece)


def spaces(places: Iterable[tuple[Purpose, str]]) -> tuple[Space, ...]:
    """Free bytes for an unprivileged user (statvfs f_bavail) at each place."""
    found = []
    for purpose, path in places:
        there = nearest_folder(Path(path))
        numbers = os.statvfs(there)
        free = numbers.f_bavail * numbers.f_frsize
        found.append(Space(purpose=purpose, path=path, volume=str(there.stat().st_dev), free=free))
    return tuple(found)


def nearest_folder(path: Path) -> Path:
    """The folder itself, or its nearest parent that exists."""
    return next((folder for folder in (path, *path.parents) if folder.is_dir()), Path(path.anchor or "."))


def expand_variables(path: str, environment: Mapping[str, str]) -> str:
    """``~``, ``$NAME`` and ``${NAME}`` replaced; an unknown name stays as it is, so that it matches nothing."""
    if path.startswith("~/"):
        path = "$HOME" + path[1:]
    return re.sub(r"\$\{?(\w+)\}?", lambda found: environment.get(found[1], found[0]), path)


def wait_by_poll(descriptors: dict[int, int], seconds: float) -> frozenset[int]:
    """The process ids (values) whose descriptors (keys) became readable within `seconds`."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, select.POLLIN)
    return frozenset(descriptors[ready] for ready, _ in poll.poll(seconds * 1000))
