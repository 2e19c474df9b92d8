"""Starting and ending programs on Linux."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from companion.domain.pc.code_signatures import Signature, SignatureState
from companion.services.platforms.common import posix, web_pages
from companion.services.platforms.linux import proc, x11
from companion.services.platforms.linux.installers import Installers
from companion.services.platforms.protocol import Launched

_PAGES = frozenset({"https"})


class LinuxPrograms:
    """The `ProgramLauncher` of Linux."""

    launch = staticmethod(posix.launch_detached)

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._installers = Installers(environment)

    def close_gently(self, pid: int, started: dt.datetime | None = None) -> int:
        with x11.look(self._environment) as screen:
            return screen.close(pid) if _is_the_same(pid, started) else 0

    def end_session(self, pid: int, started: dt.datetime | None = None) -> bool:
        return _signal(pid, started, signal.SIGTERM)

    def terminate(self, pid: int, started: dt.datetime | None = None) -> None:
        _signal(pid, started, signal.SIGKILL)

    def stop_service(self, name: str) -> bool:
        del name  # which service a process is, is not looked up here
        return False

    def signature(self, path: Path) -> Signature:
        del path
        return Signature(state=SignatureState.UNKNOWN)

    def pin(
        self, path: Path, answered: Callable[[], object] = lambda: None
    ) -> contextlib.AbstractContextManager[tuple[BinaryIO, Path]]:
        return self._installers.pin(path, answered)

    def start_installer(self, path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        return self._installers.start(path, arguments, elevate=elevate)

    def mark_of_the_web(self, path: Path) -> None:
        # user.xdg.origin.url is the closest there is, and it would store a signed address: nothing is marked.
        del path

    def comes_from_the_web(self, path: Path) -> bool | None:
        del path
        return None

    def open_folder(self, path: Path) -> None:
        uri = path.resolve().as_uri()
        words = ["gdbus", "call", "--session", "--dest", "org.freedesktop.FileManager1"]
        words += ["--object-path", "/org/freedesktop/FileManager1"]
        words += ["--method", "org.freedesktop.FileManager1.ShowItems", f"['{uri}']", ""]
        try:
            subprocess.run(words, capture_output=True, timeout=5, check=True)
        except (OSError, subprocess.SubprocessError):
            posix.launch_detached(["xdg-open", str(path.parent)])

    def open_url(self, url: str) -> None:
        posix.launch_detached(["xdg-open", web_pages.checked(url, _PAGES)])


def _is_the_same(pid: int, started: dt.datetime | None) -> bool:
    return started is None or proc.started(pid) == started


def _signal(pid: int, started: dt.datetime | None, how: signal.Signals) -> bool:
    """Signal the process that was started then, and none that got its number since (pidfd_send_signal(2))."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return False
    except OSError:
        # A sandbox, or an old kernel.
        return _is_the_same(pid, started) and posix.end(pid, how)
    try:
        if not _is_the_same(pid, started):
            return False
        signal.pidfd_send_signal(descriptor, how)
    except ProcessLookupError:
        return False
    except PermissionError:
        raise posix.close_refused(pid) from None
    finally:
        os.close(descriptor)
    return True
