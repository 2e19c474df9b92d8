"""Autostart on Windows: the `AutostartControl` of this system."""

from __future__ import annotations

import base64
import contextlib
import ctypes
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.pc.facts import AutostartEntry, AutostartKind, Fact, Scope
from companion.services.platforms.common.failures import not_arranged
from companion.services.platforms.protocol import HeldEntry
from companion.services.platforms.windows import scheduled_tasks, shell_link
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.registry import opened, values
from companion.services.platforms.windows.api.win32 import dll
from companion.services.platforms.windows.startup import packaged_apps, scripts, services, sign_in_settings

_CURRENT = r"Software\Microsoft\Windows\CurrentVersion"
_CURRENT_32 = r"Software\WOW6432Node\Microsoft\Windows\CurrentVersion"
_APPROVED = rf"{_CURRENT}\Explorer\StartupApproved"
# hive, key, kind, scope, and the key under StartupApproved that holds the person's veto.
_RUN_KEYS = (
    ("HKCU", rf"{_CURRENT}\Run", AutostartKind.RUN, Scope.USER, "Run"),
    ("HKLM", rf"{_CURRENT}\Run", AutostartKind.RUN, Scope.MACHINE, "Run"),
    ("HKLM", rf"{_CURRENT_32}\Run", AutostartKind.RUN, Scope.MACHINE, "Run32"),
    ("HKCU", rf"{_CURRENT}\RunOnce", AutostartKind.RUN_ONCE, Scope.USER, None),
    ("HKLM", rf"{_CURRENT}\RunOnce", AutostartKind.RUN_ONCE, Scope.MACHINE, None),
    ("HKLM", rf"{_CURRENT_32}\RunOnce", AutostartKind.RUN_ONCE, Scope.MACHINE, None),
    ("HKCU", rf"{_CURRENT}\Policies\Explorer\Run", AutostartKind.POLICY, Scope.USER, None),
    ("HKLM", rf"{_CURRENT}\Policies\Explorer\Run", AutostartKind.POLICY, Scope.MACHINE, None),
)
# CSIDL_STARTUP and CSIDL_COMMON_STARTUP.
_STARTUP_FOLDERS = ((7, "HKCU", Scope.USER), (24, "HKLM", Scope.MACHINE))
_HELD_FOLDER = "Startup (held back for an installation)"
_TASKS_UNKNOWN = "the task service of Windows does not answer"
_OWN_NAME = "Companion"
# Kinds whose entry is one value of the registry.
_VALUES = (AutostartKind.RUN, AutostartKind.RUN_ONCE, AutostartKind.LOAD, AutostartKind.LOGON_SCRIPT)
# learn.microsoft.com, "Run and RunOnce Registry Keys": "a command line no longer than 260 characters".
_LONGEST_COMMAND = 260


class _Value(msgspec.Struct, frozen=True):
    """A registry value as it stood: type number and raw data."""

    type: int
    data: str


def entries() -> Fact[tuple[AutostartEntry, ...]]:
    """Returns all that starts programs here; what does not answer is a gap, not an empty list."""
    tasks = scheduled_tasks.entries()
    found = (
        *_run_values(),
        *_startup_links(),
        *services.entries(),
        *(tasks or ()),
        *sign_in_settings.entries(),
        *packaged_apps.entries(),
    )
    gaps = () if tasks is not None else (_TASKS_UNKNOWN,)
    return Fact.known(tuple(scripts.with_programs(entry) for entry in found), *gaps)


def approved(data: bytes | None) -> bool:
    """Whether the person left an entry switched on: an odd first byte, or a moment after it, is their veto."""
    return not data or not (data[0] & 1 or any(data[4:12]))


def hold(entry: AutostartEntry) -> HeldEntry:
    """Read what has to be restored. Raises ``hold-refused``."""
    with _translated(entry):
        if entry.kind in _VALUES:
            with opened(entry.location) as (winreg, key):
                data, kind = winreg.QueryValueEx(key, entry.name)
            return HeldEntry(entry=entry, before=_spelled(data, kind))
        if entry.kind is AutostartKind.STARTUP_FOLDER:
            path = Path(entry.location)
            return HeldEntry(entry=entry, before=str(path.parent.parent / _HELD_FOLDER / path.name))
        if entry.kind is AutostartKind.SERVICE:
            return HeldEntry(entry=entry, before=str(services.start_of(entry.location)))
        if entry.kind is AutostartKind.SCHEDULED_TASK:
            return HeldEntry(entry=entry, before="enabled")
        if entry.kind is AutostartKind.PACKAGED_APP:
            return HeldEntry(entry=entry, before=str(packaged_apps.state_of(entry.location)))
    raise CompanionError(
        ErrorCode.HOLD_REFUSED,
        "The automatic start cannot be paused",
        f"“{entry.name}” is a rule of this PC's administrator.",
        "Ask the administrator of this PC.",
    )


def switch_off(held: HeldEntry) -> None:
    """Take the value away, move the link aside, or let the service wait for being asked."""
    entry = held.entry
    with _translated(entry):
        if entry.kind in _VALUES:
            with opened(entry.location, write=True) as (winreg, key), contextlib.suppress(FileNotFoundError):
                winreg.DeleteValue(key, entry.name)
        elif entry.kind is AutostartKind.STARTUP_FOLDER:
            _move(Path(entry.location), Path(held.before))
        elif entry.kind is AutostartKind.SERVICE:
            services.set_start(entry.location, services.ON_DEMAND)
        elif entry.kind is AutostartKind.PACKAGED_APP:
            packaged_apps.set_state(entry.location, packaged_apps.SWITCHED_OFF)
        else:
            scheduled_tasks.set_enabled(entry.location, False)


def switch_on(held: HeldEntry) -> bool:
    """Put everything back; what has been set anew meanwhile stays, and is reported by False."""
    entry = held.entry
    with _translated(entry):
        if entry.kind in _VALUES:
            return _restore_value(held)
        if entry.kind is AutostartKind.STARTUP_FOLDER:
            return _move_back(Path(held.before), Path(entry.location))
        if entry.kind is AutostartKind.SERVICE:
            return services.put_back(entry.location, int(held.before))
        if entry.kind is AutostartKind.PACKAGED_APP:
            return packaged_apps.put_back(entry.location, int(held.before))
        scheduled_tasks.set_enabled(entry.location, True)
    return True


def starts_at_login() -> bool:
    """Whether the app's own Run value is there, its program too, and the person has not switched it off."""
    return any(_program_is_there(entry.command) for entry in _own_values() if entry.enabled)


def renew_start_at_login(command: Sequence[str]) -> bool:
    """Replace the app's own Run value where its program has moved; one that was vetoed is left alone."""
    moved = [entry for entry in _own_values() if entry.enabled and not _program_is_there(entry.command)]
    if moved:
        start_at_login(command)
    return bool(moved)


def _own_values() -> list[AutostartEntry]:
    return [
        entry
        for entry in _run_values()
        if entry.name == _OWN_NAME and entry.scope is Scope.USER and entry.kind is AutostartKind.RUN
    ]


def _program_is_there(command: str) -> bool:
    """Whether the program of a command line as `subprocess.list2cmdline` writes it is there."""
    program = command[1:].partition('"')[0] if command.startswith('"') else command.partition(" ")[0]
    return shutil.which(program) is not None


def start_at_login(command: Sequence[str] | None) -> None:
    """Write or remove the app's own Run value; the person's veto is never touched."""
    with opened(rf"HKCU\{_CURRENT}\Run", write=True) as (winreg, key):
        if command is not None:
            winreg.SetValueEx(key, _OWN_NAME, 0, winreg.REG_SZ, subprocess.list2cmdline(command))
            return
        with contextlib.suppress(FileNotFoundError):
            winreg.DeleteValue(key, _OWN_NAME)


def start_at_next_login(command: Sequence[str] | None) -> None:
    """Write or remove the app's own RunOnce value. Raises `CompanionError` ``not-arranged``.

    The value's name has no "!" before it: with one, Windows would take the value away only when the program ends, and
    this one stays open; without it, it is gone before the program starts. Nor is it removed where it is not, for what
    runs from this key must not write to it meanwhile.
    """
    location = rf"HKCU\{_CURRENT}\RunOnce"
    if command is None and not any(name == _OWN_NAME for name, _ in values(location)):
        return
    text = None if command is None else subprocess.list2cmdline(command)
    if text is not None and len(text) > _LONGEST_COMMAND:
        raise not_arranged("Windows takes no command of that length")
    try:
        with opened(location, write=True) as (winreg, key):
            if text is not None:
                winreg.SetValueEx(key, _OWN_NAME, 0, winreg.REG_SZ, text)
                return
            with contextlib.suppress(FileNotFoundError):
                winreg.DeleteValue(key, _OWN_NAME)
    except OSError as error:
        raise not_arranged(error.strerror) from None


def _run_values() -> list[AutostartEntry]:
    found = []
    for hive, path, kind, scope, veto in _RUN_KEYS:
        vetoes = dict(values(rf"{hive}\{_APPROVED}\{veto}")) if veto else {}
        for name, data in values(rf"{hive}\{path}"):
            if not isinstance(data, str) or not data:
                continue
            state = vetoes.get(name)
            found.append(
                AutostartEntry(
                    kind=kind,
                    name=name,
                    command=win32.expanded(data),
                    location=rf"{hive}\{path}",
                    scope=scope,
                    enabled=approved(state if isinstance(state, bytes) else None),
                )
            )
    return found


def _startup_links() -> list[AutostartEntry]:
    found = []
    for number, hive, scope in _STARTUP_FOLDERS:
        text = ctypes.create_unicode_buffer(32768)
        if dll("shell32").SHGetFolderPathW(None, number, None, 0, text) != 0:
            continue
        folder = Path(text.value)
        vetoes = dict(values(rf"{hive}\{_APPROVED}\StartupFolder"))
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if path.name.casefold() == "desktop.ini" or not path.is_file():
                continue
            command = shell_link.command_of(path.read_bytes()) if path.suffix.casefold() == ".lnk" else f'"{path}"'
            state = vetoes.get(path.name)
            found.append(
                AutostartEntry(
                    kind=AutostartKind.STARTUP_FOLDER,
                    name=path.stem,
                    command=win32.expanded(command or ""),
                    location=str(path),
                    scope=scope,
                    enabled=approved(state if isinstance(state, bytes) else None),
                )
            )
    return found


def _spelled(data: object, kind: int) -> str:
    raw = data if isinstance(data, bytes) else str(data).encode("utf-16-le", "surrogatepass")
    return msgspec.json.encode(_Value(type=kind, data=base64.b64encode(raw).decode())).decode()


def _restore_value(held: HeldEntry) -> bool:
    value = msgspec.json.decode(held.before, type=_Value)
    raw = base64.b64decode(value.data)
    with opened(held.entry.location, write=True) as (winreg, key):
        text_types = (winreg.REG_SZ, winreg.REG_EXPAND_SZ)
        data: object = raw.decode("utf-16-le", "surrogatepass") if value.type in text_types else raw
        with contextlib.suppress(FileNotFoundError):
            there, _ = winreg.QueryValueEx(key, held.entry.name)
            return bool(there == data)
        winreg.SetValueEx(key, held.entry.name, 0, value.type, data)
    return True


def _move(source: Path, target: Path) -> None:
    if not source.exists() and target.exists():
        return
    target.parent.mkdir(exist_ok=True)
    source.replace(target)


def _move_back(source: Path, target: Path) -> bool:
    if not source.exists():
        return target.exists()
    if target.exists():
        return False
    source.replace(target)
    with contextlib.suppress(OSError):
        source.parent.rmdir()
    return True


@contextlib.contextmanager
def _translated(entry: AutostartEntry) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CompanionError(
            ErrorCode.HOLD_REFUSED,
            "It could not be changed",
            f"Windows does not allow this app to change “{entry.name}” ({error.strerror or 'no reason given'}).",
            "Start this app as administrator, or close the program again whenever it comes back.",
        ) from None
