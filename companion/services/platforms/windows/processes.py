"""Processes and their windows on Windows."""

from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import datetime as dt
import functools
from collections.abc import Iterable, Iterator
from ctypes import wintypes

from companion.domain.pc.facts import Fact, Process, Sighting, WindowState
from companion.services.platforms.common.text import clean
from companion.services.platforms.common.waiting import wait_for_any
from companion.services.platforms.windows import win32
from companion.services.platforms.windows.win32 import dll

_SNAP_PROCESS = 2
_COMMAND_LINE = 60
_TOKEN_USER, _TOKEN_ELEVATION_TYPE, _TOKEN_ELEVATION = 1, 18, 20
_SPLIT_TOKEN = 3
_ALL_PROCESSES = 5
_LENGTH_MISMATCH = 0xC0000004
# Started by Windows once at each boot, never again before the next; without it Windows does not run.
_FIRST_SERVICE = "services.exe"
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
_CLOAKED = 14
_OWNER = 4
# Windows that input methods hang on every program.
_FOREIGN_CLASSES = frozenset({"IME", "MSCTFIME UI", "Default IME"})
_MOST_HANDLES = 63


def sightings(names: frozenset[str] | None = None) -> tuple[Sighting, ...]:
    """Every process (of one of `names`, in small letters) with its parent, from one snapshot."""
    kernel = dll("kernel32")
    snapshot = kernel.CreateToolhelp32Snapshot(_SNAP_PROCESS, 0)
    if snapshot == win32.INVALID_HANDLE:
        raise win32.failure()
    try:
        entry = win32.ProcessEntry(size=ctypes.sizeof(win32.ProcessEntry))
        pointer = ctypes.byref(entry)
        found = []
        more = kernel.Process32FirstW(snapshot, pointer)
        while more:
            name = entry.name
            if names is None or name.casefold() in names:
                found.append(Sighting(pid=entry.pid, name=name, parent=entry.parent or None))
            more = kernel.Process32NextW(snapshot, pointer)
        return tuple(found)
    finally:
        kernel.CloseHandle(snapshot)


def describe(pids: Iterable[int]) -> tuple[Process, ...]:
    """Everything about `pids`, and what is needed to recognise their ancestors."""
    wanted = set(pids)
    seen = {sighting.pid: sighting for sighting in sightings()}
    windows = top_windows()
    found: dict[int, Process] = {}
    waiting = sorted(wanted & seen.keys())
    while waiting:
        pid = waiting.pop()
        if pid in found:
            continue
        found[pid] = _describe(seen[pid], windows.get(pid, []), pid in wanted)
        parent = seen[pid].parent
        if parent in seen:
            waiting.append(parent)
    return tuple(sorted(found.values(), key=lambda process: (process.pid not in wanted, process.pid)))


def _describe(sighting: Sighting, windows: list[Window], wanted: bool) -> Process:
    path = started = owner = elevated = None
    arguments: tuple[str, ...] | None = None
    with (
        contextlib.suppress(OSError),
        win32.process_handle(sighting.pid, win32.PROCESS_QUERY_LIMITED_INFORMATION) as handle,
    ):
        path = _image_path(handle)
        started = _started(handle)
        owner, elevated = _identity(handle)
        # Command lines may hold what is nobody's business: only those of wanted processes are read.
        arguments = (_arguments(handle) or _arguments_in_memory(sighting.pid)) if wanted else None
    label, publisher = version_texts(path) if path else (None, None)
    return Process(
        pid=sighting.pid,
        name=sighting.name,
        parent=sighting.parent,
        path=path,
        label=label,
        publisher=publisher,
        arguments=arguments,
        started=started,
        session=session_of(sighting.pid),
        owner=owner,
        elevated=elevated,
        windows=_state(windows),
        titles=tuple(window.title for window in windows if window.visible and window.title),
    )


def _state(windows: list[Window]) -> WindowState:
    if any(window.visible for window in windows):
        return WindowState.VISIBLE
    return WindowState.HIDDEN if windows else WindowState.NONE


def _image_path(handle: int) -> str | None:
    size = wintypes.DWORD(32768)
    text = ctypes.create_unicode_buffer(size.value)
    if not dll("kernel32").QueryFullProcessImageNameW(handle, 0, text, ctypes.byref(size)):
        return None
    return clean(text.value)


def _started(handle: int) -> dt.datetime | None:
    times = [ctypes.c_ulonglong() for _ in range(4)]
    if not dll("kernel32").GetProcessTimes(handle, *map(ctypes.byref, times)):
        return None
    return _EPOCH + dt.timedelta(microseconds=times[0].value // 10)


def _arguments(handle: int) -> tuple[str, ...] | None:
    """The command line as words (NtQueryInformationProcess, ProcessCommandLineInformation, since Windows 8.1)."""
    needed = ctypes.c_ulong()
    buffer = ctypes.create_string_buffer(65536 + ctypes.sizeof(win32.UnicodeString))
    status = dll("ntdll").NtQueryInformationProcess(
        handle, _COMMAND_LINE, buffer, ctypes.sizeof(buffer), ctypes.byref(needed)
    )
    if status != 0:
        return None
    text = win32.UnicodeString.from_buffer(buffer)
    if not text.buffer or not text.length:
        return ()
    return split_command(clean(ctypes.wstring_at(text.buffer, text.length // 2)))


def _arguments_in_memory(pid: int) -> tuple[str, ...] | None:
    """The command line as the process itself keeps it, where the system does not tell (before Windows 8.1, Wine)."""
    import psutil  # only here, because importing it takes longer than a whole look

    with contextlib.suppress(psutil.Error, OSError):
        return tuple(clean(word) for word in psutil.Process(pid).cmdline()) or None
    return None


def split_command(command: str) -> tuple[str, ...]:
    """A command line split as Windows programs split it."""
    count = ctypes.c_int()
    words = dll("shell32").CommandLineToArgvW(command, ctypes.byref(count))
    if not words:
        return (command,)
    try:
        texts = (wintypes.LPWSTR * count.value).from_address(words)
        return tuple(text or "" for text in texts)
    finally:
        dll("kernel32").LocalFree(words)


def session_of(pid: int) -> int | None:
    """The session a process belongs to."""
    session = wintypes.DWORD()
    if not dll("kernel32").ProcessIdToSessionId(pid, ctypes.byref(session)):
        return None
    return session.value


def _identity(handle: int) -> tuple[str | None, bool | None]:
    """Owner (``DOMAIN\\name``) and whether the process runs with an administrator's full rights."""
    token = wintypes.HANDLE()
    if not dll("advapi32").OpenProcessToken(handle, win32.TOKEN_QUERY, ctypes.byref(token)):
        # A process that may be looked at, but not its rights, has more of them than this one.
        return None, True if win32.last_error() == win32.ERROR_ACCESS_DENIED else None
    try:
        elevation = wintypes.DWORD()
        size = wintypes.DWORD()
        known = dll("advapi32").GetTokenInformation(
            token, _TOKEN_ELEVATION, ctypes.byref(elevation), 4, ctypes.byref(size)
        )
        return _token_user(token), bool(elevation.value) if known else None
    finally:
        dll("kernel32").CloseHandle(token)


def _token_user(token: wintypes.HANDLE) -> str | None:
    size = wintypes.DWORD()
    dll("advapi32").GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(max(size.value, 64))
    if not dll("advapi32").GetTokenInformation(token, _TOKEN_USER, buffer, len(buffer), ctypes.byref(size)):
        return None
    sid = ctypes.c_void_p.from_buffer(buffer)
    name, domain = ctypes.create_unicode_buffer(257), ctypes.create_unicode_buffer(257)
    name_size, domain_size, kind = wintypes.DWORD(257), wintypes.DWORD(257), wintypes.DWORD()
    if not dll("advapi32").LookupAccountSidW(
        None, sid, name, ctypes.byref(name_size), domain, ctypes.byref(domain_size), ctypes.byref(kind)
    ):
        return None
    return f"{domain.value}\\{name.value}" if domain.value else name.value


def own_identity() -> tuple[str | None, bool, bool]:
    """This process's owner, whether it runs as administrator, and whether it could ask to."""
    kernel = dll("kernel32")
    owner, elevated = _identity(kernel.GetCurrentProcess())
    token = wintypes.HANDLE()
    kind, size = wintypes.DWORD(), wintypes.DWORD()
    if dll("advapi32").OpenProcessToken(kernel.GetCurrentProcess(), win32.TOKEN_QUERY, ctypes.byref(token)):
        dll("advapi32").GetTokenInformation(token, _TOKEN_ELEVATION_TYPE, ctypes.byref(kind), 4, ctypes.byref(size))
        kernel.CloseHandle(token)
    return owner, bool(elevated), bool(elevated) or kind.value == _SPLIT_TOKEN


@functools.lru_cache(maxsize=512)
def version_texts(path: str) -> tuple[str | None, str | None]:
    """FileDescription and CompanyName of a program's version resource."""
    library = dll("version")
    unused = wintypes.DWORD()
    size = library.GetFileVersionInfoSizeW(path, ctypes.byref(unused))
    if not size:
        return None, None
    block = ctypes.create_string_buffer(size)
    if not library.GetFileVersionInfoW(path, 0, size, block):
        return None, None
    pointer, length = ctypes.c_void_p(), ctypes.c_uint()
    if not library.VerQueryValueW(block, r"\VarFileInfo\Translation", ctypes.byref(pointer), ctypes.byref(length)):
        return None, None
    if not pointer.value or length.value < 4:
        return None, None
    language, page = (ctypes.c_ushort * 2).from_address(pointer.value)
    texts = []
    for name in ("FileDescription", "CompanyName"):
        query = rf"\StringFileInfo\{language:04x}{page:04x}\{name}"
        found = library.VerQueryValueW(block, query, ctypes.byref(pointer), ctypes.byref(length))
        texts.append(clean(ctypes.wstring_at(pointer.value)).strip() or None if found and pointer.value else None)
    return texts[0], texts[1]


@dataclasses.dataclass(frozen=True)
class Window:
    """A top-level window; `owned` ones belong to another window (dialogs, tool windows)."""

    handle: int
    visible: bool
    owned: bool
    title: str


def top_windows() -> dict[int, list[Window]]:
    """The top-level windows by process; those of input methods are left out."""
    user = dll("user32")
    found: dict[int, list[Window]] = {}
    text = ctypes.create_unicode_buffer(512)

    def note(handle: int, _: int) -> bool:
        pid = wintypes.DWORD()
        user.GetWindowThreadProcessId(handle, ctypes.byref(pid))
        user.GetClassNameW(handle, text, len(text))
        if text.value not in _FOREIGN_CLASSES:
            # Asks the window manager, not the program: a hung program cannot hold this up.
            user.GetWindowTextW(handle, text, len(text))
            visible = bool(user.IsWindowVisible(handle)) and not _cloaked(handle)
            owned = bool(user.GetWindow(handle, _OWNER))
            found.setdefault(pid.value, []).append(Window(handle, visible, owned, clean(text.value)))
        return True

    user.EnumWindows(win32.callback(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)(note), 0)
    return found


def _cloaked(handle: int) -> bool:
    """Whether the desktop hides a window that believes itself visible (suspended apps, other virtual desktops)."""
    value = wintypes.DWORD()
    try:
        failed = dll("dwmapi").DwmGetWindowAttribute(handle, _CLOAKED, ctypes.byref(value), 4)
    except (OSError, AttributeError):
        return False
    return failed == 0 and bool(value.value)


def wait_for_exit(pids: Iterable[int], seconds: float) -> frozenset[int]:
    """Returns those of `pids` that are gone, as soon as there is one; an empty set after `seconds`."""
    gone: set[int] = set()
    unwatched: set[int] = set()
    with contextlib.ExitStack() as stack:
        handles: dict[int, int] = {}
        for pid in pids:
            try:
                handle = stack.enter_context(win32.process_handle(pid, win32.SYNCHRONIZE))
            except OSError as error:
                (unwatched if win32.number_of(error) == win32.ERROR_ACCESS_DENIED else gone).add(pid)
            else:
                # Windows waits for so many at once; the others are looked up, like those that may not be opened.
                if len(handles) < _MOST_HANDLES:
                    handles[pid] = handle
                else:
                    unwatched.add(pid)
        return frozenset(gone) | wait_for_any(
            frozenset(handles),
            frozenset(unwatched),
            0 if gone else seconds,
            wait=lambda _, pause: _wait_for_handles(handles, pause),
            ended=lambda closed: closed - {sighting.pid for sighting in sightings()},
        )


def _wait_for_handles(handles: dict[int, int], seconds: float) -> frozenset[int]:
    kernel = dll("kernel32")
    array = (wintypes.HANDLE * len(handles))(*handles.values())
    kernel.WaitForMultipleObjects(len(handles), array, False, int(seconds * 1000))
    return frozenset(pid for pid, handle in handles.items() if kernel.WaitForSingleObject(handle, 0) == 0)


def boot() -> Fact[str]:
    """When the service control manager was started, as the system noted it then.

    Nobody's rights are needed for that (NtQuerySystemInformation, SystemProcessInformation). The time since the start
    is no such mark: the moment reckoned from it moves with the clock.
    """
    moments = [created for name, created in _created() if name.casefold() == _FIRST_SERVICE and created]
    if not moments:
        return Fact.unknown("Windows does not say when it was started")
    return Fact.known(str(min(moments)))


def _created() -> Iterator[tuple[str, int]]:
    """Every process by name, and when it was created, in 100 ns since 1601."""
    size = ctypes.c_ulong(1 << 18)
    while True:
        buffer = ctypes.create_string_buffer(size.value)
        status = dll("ntdll").NtQuerySystemInformation(_ALL_PROCESSES, buffer, len(buffer), ctypes.byref(size))
        if status & 0xFFFFFFFF != _LENGTH_MISMATCH:
            break
        size.value = max(size.value, len(buffer)) * 2
    offset = 0
    while status == 0:
        process = win32.SystemProcess.from_buffer(buffer, offset)
        name = process.name
        yield ctypes.wstring_at(name.buffer, name.length // 2) if name.buffer else "", process.created
        if not process.next:
            return
        offset += process.next


def holders(paths: Iterable[str]) -> Iterator[tuple[str, frozenset[int]]]:
    """Which processes have each file open, as the Restart Manager knows it. Raises `OSError`."""
    manager = dll("rstrtmgr")
    for path in paths:
        session, key = wintypes.DWORD(), ctypes.create_unicode_buffer(33)
        if status := manager.RmStartSession(ctypes.byref(session), 0, key):
            raise win32.failure(status)
        try:
            names = (wintypes.LPCWSTR * 1)(path)
            if status := manager.RmRegisterResources(session, 1, names, 0, None, 0, None):
                raise win32.failure(status)
            yield path, _affected(session)
        finally:
            manager.RmEndSession(session)


# RM_PROCESS_INFO: process id and start time, two names, three numbers, and a flag.
_PROCESS_INFO_SIZE = 4 + 8 + 256 * 2 + 64 * 2 + 4 + 4 + 4 + 4
_MORE_DATA = 234


def _affected(session: wintypes.DWORD) -> frozenset[int]:
    count, needed, reasons = ctypes.c_uint(16), ctypes.c_uint(), wintypes.DWORD()
    while True:
        buffer = ctypes.create_string_buffer(_PROCESS_INFO_SIZE * max(count.value, 1))
        status = dll("rstrtmgr").RmGetList(
            session, ctypes.byref(needed), ctypes.byref(count), buffer, ctypes.byref(reasons)
        )
        if status != _MORE_DATA:
            break
        count = ctypes.c_uint(needed.value + 4)
    if status:
        raise win32.failure(status)
    return frozenset(
        int.from_bytes(buffer.raw[position * _PROCESS_INFO_SIZE :][:4], "little") for position in range(count.value)
    )
