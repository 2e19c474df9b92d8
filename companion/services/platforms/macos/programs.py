"""Starting and ending programs on macOS: the `ProgramLauncher` of this system."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import re
import shlex
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.domain.pc.code_signatures import Signature, SignatureState
from companion.services.platforms.common import posix, web_pages
from companion.services.platforms.common.posix import launch_detached as launch
from companion.services.platforms.common.posix import pin_copy as pin
from companion.services.platforms.common.root_helper import as_administrator
from companion.services.platforms.macos.command import LIMIT, output
from companion.services.platforms.macos.processes import describe
from companion.services.platforms.protocol import Launched

__all__ = [
    "close_gently",
    "comes_from_the_web",
    "end_session",
    "launch",
    "mark_of_the_web",
    "open_folder",
    "open_url",
    "pin",
    "signature",
    "start_installer",
    "stop_service",
    "terminate",
]

_PAGES = frozenset({"https", "x-apple.systempreferences"})


def close_gently(pid: int, started: dt.datetime | None = None) -> int:
    if not _is_the_same(pid, started):
        return 0
    # Through Apple events, as the Quit command does; asking for them may need the person's permission once.
    script = f'tell application "System Events" to set n to name of first process whose unix id is {pid:d}\n'
    script += "tell application n to quit"
    try:
        subprocess.run(["osascript", "-e", script], capture_output=True, timeout=LIMIT, check=True)
    except (OSError, subprocess.SubprocessError):
        return 0
    return 1


def end_session(pid: int, started: dt.datetime | None = None) -> bool:
    return _is_the_same(pid, started) and posix.end(pid, signal.SIGTERM)


def terminate(pid: int, started: dt.datetime | None = None) -> None:
    if _is_the_same(pid, started):
        posix.end(pid, signal.SIGKILL)


def stop_service(name: str) -> bool:
    del name  # which service a process is, is not looked up here
    return False


def _is_the_same(pid: int, started: dt.datetime | None) -> bool:
    """Whether the process was started then: numbers are used again."""
    return started is None or any(process.pid == pid and process.started == started for process in describe([pid]))


def signature(path: Path) -> Signature:
    done = subprocess.run(["codesign", "-dv", "--verbose=2", str(path)], capture_output=True, text=True, check=False)
    signer = re.search(r"(?m)^Authority=Developer ID [^:]+: (.+?)(?: \(\w+\))?$", done.stderr)
    if "not signed" in done.stderr or not signer:
        return Signature(state=SignatureState.UNSIGNED)
    holds = subprocess.run(["codesign", "--verify", "--strict", str(path)], capture_output=True, check=False)
    state = SignatureState.VALID if holds.returncode == 0 else SignatureState.ALTERED
    return Signature(state=state, signer=signer[1])


def start_installer(path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
    """Start an installer from its private copy; as administrator from a copy that only the administrator can write."""
    words = ["/bin/sh", str(path), *arguments] if posix.is_script(path) else [str(path), *arguments]
    if path.suffix == ".pkg":
        words = ["/usr/sbin/installer", "-pkg", str(path), "-target", "/"]
    if elevate and os.geteuid() != 0:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        rights = as_administrator(str(path), digest, path.name, arguments)
        command = " ".join(shlex.quote(word) for word in rights).replace("\\", "\\\\").replace('"', '\\"')
        words = ["osascript", "-e", f'do shell script "{command}" with administrator privileges']
    return posix.start_child(words, path.parent, path.name)


def mark_of_the_web(path: Path) -> None:
    mark = f"0081;{int(time.time()):x};Companion;"
    subprocess.run(["xattr", "-w", "com.apple.quarantine", mark, str(path)], capture_output=True, check=False)


def comes_from_the_web(path: Path) -> bool | None:
    try:
        return bool(output(["xattr", "-p", "com.apple.quarantine", str(path)], failing=True).strip())
    except CompanionError:
        return None


def open_folder(path: Path) -> None:
    posix.launch_detached(["open", "-R", str(path)])


def open_url(url: str) -> None:
    posix.launch_detached(["open", web_pages.checked(url, _PAGES)])
