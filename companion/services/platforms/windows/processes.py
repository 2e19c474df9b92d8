"""What is running on Windows: the `ProcessProbe` of this system."""

from __future__ import annotations

import contextlib
import ctypes
import datetime as dt
import functools
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from ctypes import wintypes

from companion.domain.pc.facts import Fact, HeldFile, ListedProcess, Process, Who, WindowState
from companion.services.platforms.common.text import clean, shown
from companion.services.platforms.common.waiting import wait_for_any
from companion.services.platforms.windows.api import restart_manager, win32
from companion.services.platforms.windows.api.top_windows import Window, top_windows
from companion.services.platforms.windows.api.win32 import dll
from companion.services.platforms.windows.startup import services
from companion.services.platforms.windows.system import expand

_SNAP_PROCESS = 2
_COMMAND_LINE = 60
_TOKEN_ELEVATION_TYPE, _TOKEN_ELEVATION = 18, 20
_SPLIT_TOKEN = 3
_EPOCH = dt.datetime(1601, 1, 1, tzinfo=dt.UTC)
_MOST_HANDLES = 63
_NO_RESTART_MANAGER = "the Restart Manager of Windows does not answer"
_SERVICE_MANAGER = "services.exe"


def who() -> Fact[Who]:
    pid = os.getpid()
    user, elevated, may = _own_identity()
    return Fact.known(Who(pid=pid, session=session_of(pid), user=user, elevated=elevated, may_elevate=may))


def list_processes(names: frozenset[str] | None = None) -> tuple[ListedProcess, ...]:
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
                found.append(ListedProcess(pid=entry.pid, name=shown(name), parent=entry.parent or None))
            more = kernel.Process32NextW(snapshot, pointer)
        return tuple(found)
    finally:
        kernel.CloseHandle(snapshot)


def process_lister(names: frozenset[str]) -> Callable[[], tuple[ListedProcess, ...]]:
    return functools.partial(list_processes, names)


def children(pids: Iterable[int]) -> frozenset[int]:
    parents = set(pids)
    return frozenset(seen.pid for seen in list_processes() if seen.parent in parents)


def left_behind(pid: int) -> frozenset[int]:
    return children((pid,))


def held_files(paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
    there = {str(full): path for path in paths if (full := expand(path)).is_file()}
    if there and not restart_manager.answers():
        return Fact.unknown(_NO_RESTART_MANAGER)
    found = restart_manager.holders(there)
    return Fact.known(tuple(HeldFile(path=there[full], pids=tuple(sorted(pids))) for full, pids in found if pids))


def folder_users(folder: str) -> Fact[tuple[int, ...]]:
    if not restart_manager.answers():
        return Fact.unknown(_NO_RESTART_MANAGER)
    files = restart_manager.programs_below(folder)
    return Fact.known(tuple(sorted(restart_manager.users_of(files))) if files else ())


def describe(pids: Iterable[int]) -> tuple[Process, ...]:
    """Everything about `pids`, and what is needed to recognise their ancestors."""
    wanted = set(pids)
    seen = {sighting.pid: sighting for sighting in list_processes()}
    windows = top_windows()
    of_services = _services_among(wanted, seen)
    found: dict[int, Process] = {}
    waiting = sorted(wanted & seen.keys())
    while waiting:
        pid = waiting.pop()
        if pid in found:
            continue
        found[pid] = _describe(seen[pid], windows.get(pid, []), pid in wanted, of_services.get(pid))
        parent = seen[pid].parent
        if parent in seen:
            waiting.append(parent)
    return tuple(sorted(found.values(), key=lambda process: (process.pid not in wanted, process.pid)))


def _services_among(pids: Iterable[int], seen: Mapping[int, ListedProcess]) -> dict[int, str]:
    """The services among `pids`, by their process; asked for only where the service manager has started one."""
    parents = (seen.get(seen[pid].parent or 0) for pid in pids if pid in seen)
    if not any(parent is not None and parent.name.casefold() == _SERVICE_MANAGER for parent in parents):
        return {}
    return services.names_by_process()


def _describe(sighting: ListedProcess, windows: list[Window], wanted: bool, service: str | None) -> Process:
    path = started = owner = elevated = None
    arguments: tuple[str, ...] | None = None
    with (
        contextlib.suppress(OSError),
        win32.process_handle(sighting.pid, win32.PROCESS_QUERY_LIMITED_INFORMATION) as handle,
    ):
        path = _image_path(handle)
        started = started_of(handle)
        owner, elevated = _identity(handle)
        # Command lines may hold private data: only those of wanted processes are read.
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
        service=service,
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


def started_of(handle: int) -> dt.datetime | None:
    """Returns when an open process was started; None when Windows does not tell."""
    times = [ctypes.c_ulonglong() for _ in range(4)]
    if not dll("kernel32").GetProcessTimes(handle, *map(ctypes.byref, times)):
        return None
    return moment_of(times[0].value)


def moment_of(ticks: int) -> dt.datetime | None:
    """Returns the moment of a FILETIME; None for one that cannot be, as of a process that has just ended."""
    try:
        return _EPOCH + dt.timedelta(microseconds=ticks // 10) if ticks else None
    except OverflowError:
        return None


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
    try:
        with win32.token_of(handle) as token:
            elevation = _number_of(token, _TOKEN_ELEVATION)
            return _token_user(token), bool(elevation) if elevation is not None else None
    except OSError as error:
        # A process that may be looked at, but not its rights, has more of them than this one.
        return None, True if win32.number_of(error) == win32.ERROR_ACCESS_DENIED else None


def _number_of(token: int, kind: int) -> int | None:
    number, size = wintypes.DWORD(), wintypes.DWORD()
    known = dll("advapi32").GetTokenInformation(token, kind, ctypes.byref(number), 4, ctypes.byref(size))
    return number.value if known else None


def _token_user(token: int) -> str | None:
    size = wintypes.DWORD()
    dll("advapi32").GetTokenInformation(token, win32.TOKEN_USER, None, 0, ctypes.byref(size))
    buffer = ctypes.create_string_buffer(max(size.value, 64))
    if not dll("advapi32").GetTokenInformation(token, win32.TOKEN_USER, buffer, len(buffer), ctypes.byref(size)):
        return None
    sid = ctypes.c_void_p.from_buffer(buffer)
    name, domain = ctypes.create_unicode_buffer(257), ctypes.create_unicode_buffer(257)
    name_size, domain_size, kind = wintypes.DWORD(257), wintypes.DWORD(257), wintypes.DWORD()
    if not dll("advapi32").LookupAccountSidW(
        None, sid, name, ctypes.byref(name_size), domain, ctypes.byref(domain_size), ctypes.byref(kind)
    ):
        return None
    return f"{domain.value}\\{name.value}" if domain.value else name.value


def _own_identity() -> tuple[str | None, bool, bool]:
    """This process's owner, whether it runs as administrator, and whether it could ask to."""
    this = dll("kernel32").GetCurrentProcess()
    owner, elevated = _identity(this)
    kind = None
    with contextlib.suppress(OSError), win32.token_of(this) as token:
        kind = _number_of(token, _TOKEN_ELEVATION_TYPE)
    return owner, bool(elevated), bool(elevated) or kind == _SPLIT_TOKEN


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
        texts.append(shown(ctypes.wstring_at(pointer.value)).strip() or None if found and pointer.value else None)
    return texts[0], texts[1]


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
            ended=lambda closed: closed - {sighting.pid for sighting in list_processes()},
        )


def _wait_for_handles(handles: dict[int, int], seconds: float) -> frozenset[int]:
    kernel = dll("kernel32")
    array = (wintypes.HANDLE * len(handles))(*handles.values())
    kernel.WaitForMultipleObjects(len(handles), array, False, int(seconds * 1000))
    return frozenset(pid for pid, handle in handles.items() if kernel.WaitForSingleObject(handle, 0) == 0)
