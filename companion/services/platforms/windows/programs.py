"""Starting and ending programs on Windows: the `ProgramLauncher` of this system."""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from ctypes import wintypes
from pathlib import Path
from typing import BinaryIO

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.platforms.common import web_pages
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.top_windows import top_windows
from companion.services.platforms.windows.api.win32 import dll
from companion.services.platforms.windows.processes import started_of
from companion.services.platforms.windows.security import signature
from companion.services.platforms.windows.startup.services import stop_service

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

_PAGES = frozenset({"https", "ms-settings", "windowsdefender"})
_ZONE, _INTERNET, _LONGEST_MARK = re.compile(r"^ZoneId\s*=\s*(\d)", re.MULTILINE), 3, 4096
_MARK = "[ZoneTransfer]\r\nZoneId=3\r\n"
_WM_CLOSE, _WM_QUERYENDSESSION, _WM_ENDSESSION = 0x0010, 0x0011, 0x0016
_ENDSESSION_CLOSEAPP = 1
_ABORT_IF_HUNG = 2
_ANSWER_WITHIN = 5000
_KILLED = 1
_TIMED_OUT = 0x102
_GENERIC_READ, _SHARE_READ, _OPEN_EXISTING = 0x80000000, 1, 3
_NO_CLOSE_PROCESS, _NO_ASYNC = 0x40, 0x100
_SHOW_NORMAL = 1
_DETACHED, _NEW_GROUP, _EXTENDED_STARTUP = 0x8, 0x200, 0x80000
_PARENT_PROCESS = 0x00020000
# What cmd.exe would take for more than text, quoted or not.
_COMMAND_LETTERS = frozenset('&|<>^%!"\r\n')


@contextlib.contextmanager
def _held(pid: int, started: dt.datetime | None, rights: int = 0) -> Iterator[int | None]:
    """The open process that was started then, or None when its number has gone to another one.

    As long as a process is held open, Windows gives its number to no other. Raises `OSError`.
    """
    with win32.process_handle(pid, win32.PROCESS_QUERY_LIMITED_INFORMATION | rights) as handle:
        yield handle if started is None or started_of(handle) == started else None


def close_gently(pid: int, started: dt.datetime | None = None) -> int:
    """Post WM_CLOSE to what a person could close; where nothing shows, to the hidden windows."""
    with contextlib.suppress(OSError), _held(pid, started) as handle:
        windows = top_windows().get(pid, []) if handle is not None else []
        shown = [window for window in windows if window.visible and not window.owned]
        chosen = shown or [window for window in windows if not window.owned]
        return sum(bool(dll("user32").PostMessageW(window.handle, _WM_CLOSE, 0, 0)) for window in chosen)
    return 0


def end_session(pid: int, started: dt.datetime | None = None) -> bool:
    """Ask all windows whether the session may end, and only if all agree, say that it does."""
    with contextlib.suppress(OSError), _held(pid, started) as handle:
        windows = [window.handle for window in top_windows().get(pid, [])] if handle is not None else []
        if not windows:
            return False
        agreed = all(_send(window, _WM_QUERYENDSESSION, 0) for window in windows)
        for window in windows:
            _send(window, _WM_ENDSESSION, int(agreed))
        return agreed
    return False


def _send(window: int, message: int, ending: int) -> bool:
    answer = ctypes.c_size_t()
    arrived = dll("user32").SendMessageTimeoutW(
        window, message, ending, _ENDSESSION_CLOSEAPP, _ABORT_IF_HUNG, _ANSWER_WITHIN, ctypes.byref(answer)
    )
    return bool(arrived and answer.value)


def terminate(pid: int, started: dt.datetime | None = None) -> None:
    """TerminateProcess; a process that is gone already is fine. Raises ``close-refused``."""
    try:
        with _held(pid, started, win32.PROCESS_TERMINATE) as handle:
            if handle is not None and not dll("kernel32").TerminateProcess(handle, _KILLED):
                raise win32.failure()
    except OSError as error:
        if win32.number_of(error) != win32.ERROR_ACCESS_DENIED:
            return
        raise CompanionError(
            ErrorCode.CLOSE_REFUSED,
            "It may not be closed",
            f"Windows does not allow this app to end program number {pid}.",
            "Close it yourself, or start this app as administrator.",
        ) from None


def launch(arguments: Sequence[str]) -> None:
    """Start a program as a child of the desktop shell: with the person's own rights, outside this app's tree."""
    command = ctypes.create_unicode_buffer(subprocess.list2cmdline(arguments))
    startup = win32.StartupInformation(size=ctypes.sizeof(win32.StartupInformation))
    information = win32.ProcessInformation()
    with _shell_as_parent() as attributes:
        startup.attributes = attributes
        done = dll("kernel32").CreateProcessW(
            None,
            command,
            None,
            None,
            False,
            _DETACHED | _NEW_GROUP | _EXTENDED_STARTUP,
            None,
            None,
            ctypes.byref(startup),
            ctypes.byref(information),
        )
        problem = None if done else win32.failure()
    if problem is not None:
        raise CompanionError(
            ErrorCode.NOT_RUNNABLE,
            "It could not be started",
            f"{Path(arguments[0]).name} could not be started.",
            "Start it yourself from the Start menu.",
        ) from problem
    for handle in (information.process, information.thread):
        dll("kernel32").CloseHandle(handle)


@contextlib.contextmanager
def _shell_as_parent() -> Iterator[int | None]:
    """The attribute list that makes the desktop shell the parent; None where there is no shell."""
    kernel = dll("kernel32")
    window = dll("user32").GetShellWindow()
    pid = wintypes.DWORD()
    if not window or not dll("user32").GetWindowThreadProcessId(window, ctypes.byref(pid)):
        yield None
        return
    try:
        handle_of_shell = win32.process_handle(pid.value, win32.PROCESS_CREATE_PROCESS)
        with handle_of_shell as shell:
            size = ctypes.c_size_t()
            kernel.InitializeProcThreadAttributeList(None, 1, 0, ctypes.byref(size))
            room = ctypes.create_string_buffer(size.value)
            if not kernel.InitializeProcThreadAttributeList(room, 1, 0, ctypes.byref(size)):
                raise win32.failure()
            parent = wintypes.HANDLE(shell)
            kernel.UpdateProcThreadAttribute(
                room, 0, _PARENT_PROCESS, ctypes.byref(parent), ctypes.sizeof(parent), None, None
            )
            try:
                yield ctypes.addressof(room)
            finally:
                kernel.DeleteProcThreadAttributeList(room)
    except OSError:
        yield None


@contextlib.contextmanager
def pin(path: Path, answered: Callable[[], object] = lambda: None) -> Iterator[tuple[BinaryIO, Path]]:
    """Open `path` so that no program can write, rename or delete it until the end of the block. Raises `OSError`."""
    full = path.resolve()
    handle = dll("kernel32").CreateFileW(str(full), _GENERIC_READ, _SHARE_READ, None, _OPEN_EXISTING, 0, None)
    if handle == win32.INVALID_HANDLE:
        raise win32.failure()
    descriptor = win32.module("msvcrt").open_osfhandle(handle, os.O_RDONLY)
    answered()
    with os.fdopen(descriptor, "rb") as file:
        yield file, full


def mark_of_the_web(path: Path) -> None:
    # Without HostUrl: the address is signed and would let others download.
    Path(f"{path}:Zone.Identifier").write_text(_MARK, encoding="ascii", newline="")


def comes_from_the_web(path: Path) -> bool | None:
    try:
        with Path(f"{path}:Zone.Identifier").open(encoding="utf-8", errors="replace") as file:
            found = _ZONE.search(file.read(_LONGEST_MARK))
    except FileNotFoundError:
        return False
    except OSError:
        return None  # a disk without such marks
    return int(found[1]) >= _INTERNET if found else None


def open_folder(path: Path) -> None:
    launch([_program_of_windows("explorer.exe"), "/select,", str(path)])


def open_url(url: str) -> None:
    # As the shell's child: a browser this app had started itself would count as a part of it.
    page = web_pages.checked(url, _PAGES)
    launch([_program_of_windows("System32", "rundll32.exe"), "url.dll,FileProtocolHandler", page])


def _program_of_windows(*parts: str) -> str:
    return str(Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), *parts))


class Launched:
    """A program started through the shell."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self._pid = dll("kernel32").GetProcessId(handle) or None

    @property
    def pid(self) -> int | None:
        return self._pid

    def wait(self, seconds: float) -> int | None:
        kernel = dll("kernel32")
        waited = kernel.WaitForSingleObject(self._handle, int(seconds * 1000))
        if waited == _TIMED_OUT:
            return None
        if waited != 0:
            raise win32.failure()
        code = wintypes.DWORD()
        if not kernel.GetExitCodeProcess(self._handle, ctypes.byref(code)):
            raise win32.failure()
        return code.value

    def __del__(self) -> None:
        dll("kernel32").CloseHandle(self._handle)


def start_installer(path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
    """Start an .exe, .msi or .cmd through ShellExecuteEx, which asks for consent where the file needs it."""
    program, words = _command_for(path, arguments)
    execution = win32.ShellExecution(
        size=ctypes.sizeof(win32.ShellExecution),
        mask=_NO_CLOSE_PROCESS | _NO_ASYNC,
        verb="runas" if elevate else "open",
        file=program,
        parameters=words,
        folder=str(path.parent),
        show=_SHOW_NORMAL,
    )
    if not dll("shell32").ShellExecuteExW(ctypes.byref(execution)):
        raise _not_started(path, win32.last_error())
    if not execution.process:
        raise _not_started(path, 0)
    return Launched(execution.process)


def _command_for(path: Path, arguments: Sequence[str]) -> tuple[str, str]:
    """Program and parameters; Windows Installer packages and command files have a program of their own."""
    system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32"
    kind = path.suffix.casefold()
    if kind == ".msi":
        return str(system / "msiexec.exe"), subprocess.list2cmdline(["/i", str(path), *arguments])
    if kind in (".cmd", ".bat"):
        if any(_COMMAND_LETTERS & set(word) for word in (str(path), *arguments)):
            raise CompanionError(
                ErrorCode.NOT_RUNNABLE,
                "The installer is not started",
                f"The name of {path.name}, or an option of it, holds characters that a command file would obey.",
                "Move the download to a folder without special characters in its name, or ask support.",
            )
        inner = " ".join(f'"{word}"' for word in (str(path), *arguments))
        return str(system / "cmd.exe"), f'/d /s /c "{inner}"'
    return str(path), subprocess.list2cmdline(arguments)


def _not_started(path: Path, number: int) -> CompanionError:
    if number == win32.ERROR_CANCELLED:
        return CompanionError(
            ErrorCode.ELEVATION_REFUSED,
            "Windows did not get your permission",
            "Windows asked whether the installer may change this PC, and the answer was “No”.",
            "Nothing was changed. Start again and answer “Yes”.",
        )
    reason = (win32.failure(number).strerror or "no reason given").rstrip(".") if number else "no reason given"
    return CompanionError(
        ErrorCode.NOT_RUNNABLE,
        "The installer could not be started",
        f"Windows refused to start {path.name}: {reason}.",
        "Check with support that this download is made for your PC.",
    )
