"""The PC on Windows: the `SystemProbe` of this system."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from ctypes import wintypes
from pathlib import Path

from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Fact, Installing, Machine, Power, Purpose, Space, System
from companion.services.platforms.windows.api import com, win32
from companion.services.platforms.windows.api.registry import key_exists, read_value
from companion.services.platforms.windows.api.win32 import dll
from companion.services.platforms.windows.boot import boot_id
from companion.services.platforms.windows.security import antivirus, firewall
from companion.services.platforms.windows.uninstall_registry import installed_products

__all__ = [
    "antivirus",
    "boot_id",
    "expand",
    "firewall",
    "free_space",
    "installed_products",
    "installing",
    "machine",
    "metered",
    "operating_system",
    "pending_restart",
    "power",
    "standard_folders",
]

_ARCHITECTURES = {0: "x86", 9: "x86_64", 12: "arm64"}
_MACHINES = {0x014C: "x86", 0x8664: "x86_64", 0xAA64: "arm64"}
_WINDOWS_11 = 22000
_SESSION = r"HKLM\SYSTEM\CurrentControlSet\Control\Session Manager"
# Windows Installer holds this one while it carries out an installation ("Windows Installer and mutexes").
_INSTALLER_MUTEX = r"Global\_MSIExecute"
_IN_PROGRESS = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Installer\InProgress"
_WAIT_OBJECT, _ABANDONED, _TIMED_OUT = 0, 0x80, 0x102
_SERVICING = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending"
_SERVICING_NOW = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootInProgress"
_UPDATE_FILES = r"HKLM\SOFTWARE\Microsoft\Updates"
_UPDATE = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired"
_NAMES = r"HKLM\SYSTEM\CurrentControlSet\Control\ComputerName"
_FIRMWARE = r"HKLM\HARDWARE\DESCRIPTION\System\BIOS"
_NO_BATTERY, _UNKNOWN_BATTERY, _UNKNOWN_PERCENT = 128, 255, 255
_LIST_MANAGER, _COST_MANAGER = "{DCB00C01-570F-4A9B-8D69-199FDBA5723B}", "{DCB00008-570F-4A9B-8D69-199FDBA5723B}"
_GET_COST = 3
# NLM_CONNECTION_COST: a fixed or variable price, over the limit, roaming; 0 is "not known".
_PAID = 0x2 | 0x4 | 0x10000 | 0x40000


def operating_system() -> Fact[System]:
    """The true version (programs without a manifest are told an older one), the processor and the memory."""
    version = win32.VersionInformation(size=ctypes.sizeof(win32.VersionInformation))
    dll("ntdll").RtlGetVersion(ctypes.byref(version))
    memory = win32.MemoryStatus(size=ctypes.sizeof(win32.MemoryStatus))
    dll("kernel32").GlobalMemoryStatusEx(ctypes.byref(memory))
    name = "Windows 11" if version.build >= _WINDOWS_11 else f"Windows {version.major}"
    return Fact.known(
        System(
            platform=Platform.WINDOWS,
            name=name,
            version=f"{version.major}.{version.minor}.{version.build}",
            architecture=_architecture(),
            memory=memory.total,
        )
    )


def _architecture() -> str:
    """The real processor, which an emulated program is told only here (IsWow64Process2, since Windows 10 1511)."""
    kernel = dll("kernel32")
    process, native = ctypes.c_ushort(), ctypes.c_ushort()
    try:
        ask = kernel.IsWow64Process2
        ask.argtypes = [wintypes.HANDLE, ctypes.c_void_p, ctypes.c_void_p]
        if ask(kernel.GetCurrentProcess(), ctypes.byref(process), ctypes.byref(native)) and native.value in _MACHINES:
            return _MACHINES[native.value]
    except AttributeError:
        pass
    information = ctypes.create_string_buffer(64)
    kernel.GetNativeSystemInfo(information)
    return _ARCHITECTURES.get(int.from_bytes(information.raw[:2], "little"), "unknown")


def free_space(places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
    """Free bytes for this person, quotas included, by volume."""
    found = []
    for purpose, place in places:
        path = Path(place)
        there = next((folder for folder in (path, *path.parents) if folder.is_dir()), Path(path.anchor or "."))
        free = ctypes.c_ulonglong()
        if not dll("kernel32").GetDiskFreeSpaceExW(str(there), ctypes.byref(free), None, None):
            raise win32.failure()
        volume = ctypes.create_unicode_buffer(512)
        if not dll("kernel32").GetVolumePathNameW(str(there), volume, len(volume)):
            raise win32.failure()
        found.append(Space(purpose=purpose, path=place, volume=volume.value.casefold(), free=free.value))
    return Fact.known(tuple(found))


def standard_folders() -> tuple[tuple[Purpose, str], ...]:
    temporary = os.environ.get("TEMP") or os.environ.get("TMP") or r"C:\Windows\Temp"
    return ((Purpose.TEMPORARY, temporary), (Purpose.PROGRAMS, os.environ.get("PROGRAMFILES", "C:\\")))


def expand(path: str) -> Path:
    return Path(win32.expanded(path))


def power() -> Fact[Power]:
    status = win32.PowerStatus()
    if not dll("kernel32").GetSystemPowerStatus(ctypes.byref(status)):
        raise win32.failure()
    has_battery = status.battery != _UNKNOWN_BATTERY and not status.battery & _NO_BATTERY
    percent = int(status.percent) if has_battery and status.percent != _UNKNOWN_PERCENT else None
    return Fact.known(Power(on_mains=status.mains != 0 or not has_battery, percent=percent))


def metered() -> Fact[bool]:
    """What Windows' own cost manager says of the line in use."""
    cost = wintypes.DWORD()
    try:
        with com.apartment():
            manager = com.create_interface(com.guid(_LIST_MANAGER), com.guid(_COST_MANAGER))
            try:
                ask = com.slot(manager, _GET_COST, ctypes.c_void_p, ctypes.c_void_p)
                com.check(ask(ctypes.byref(cost), None))
            finally:
                com.release(manager)
    except OSError:
        return Fact.unknown("Windows does not say what the line costs")
    if not cost.value:
        return Fact.unknown("Windows does not know what the line costs")
    return Fact.known(bool(cost.value & _PAID))


def machine() -> Fact[Machine]:
    maker, model = (read_value(_FIRMWARE, name) for name in ("SystemManufacturer", "SystemProductName"))
    if not isinstance(maker, str) or not maker.strip():
        return Fact.unknown("the firmware does not say")
    return Fact.known(Machine(maker=maker, model=model if isinstance(model, str) else ""))


def pending_restart() -> Fact[tuple[str, ...]]:
    """The places where Windows notes that it is waiting for a restart."""
    reasons = []
    renames = [read_value(_SESSION, f"PendingFileRenameOperations{number}") for number in ("", "2")]
    if any(isinstance(pairs, list) and any(pairs) for pairs in renames):
        reasons.append("files wait to be replaced")
    if key_exists(_SERVICING) or key_exists(_SERVICING_NOW):
        reasons.append("a part of Windows was changed")
    volatile = read_value(_UPDATE_FILES, "UpdateExeVolatile")
    if key_exists(_UPDATE) or (isinstance(volatile, int) and volatile):
        reasons.append("a Windows update is not finished")
    names = [read_value(rf"{_NAMES}\{which}", "ComputerName") for which in ("ActiveComputerName", "ComputerName")]
    if all(isinstance(name, str) for name in names) and names[0] != names[1]:
        reasons.append("the PC got a new name")
    return Fact.known(tuple(reasons))


def installing() -> Fact[Installing]:
    """What Windows Installer does: at work while its mutex is held; what it began and did not end, it notes."""
    at_work = _is_held(_INSTALLER_MUTEX)
    return Fact.known(Installing(at_work=at_work, cut_off=not at_work and key_exists(_IN_PROGRESS)))


def _is_held(name: str) -> bool:
    """Whether another process holds a mutex; one that was not made is not held. Raises `OSError`."""
    kernel = dll("kernel32")
    mutex = kernel.OpenMutexW(win32.SYNCHRONIZE, False, name)
    if not mutex:
        error = win32.failure()
        if win32.number_of(error) == win32.ERROR_FILE_NOT_FOUND:
            return False
        raise error
    try:
        waited = kernel.WaitForSingleObject(mutex, 0)
        if waited in (_WAIT_OBJECT, _ABANDONED):
            kernel.ReleaseMutex(mutex)
        return bool(waited == _TIMED_OUT)
    finally:
        kernel.CloseHandle(mutex)
