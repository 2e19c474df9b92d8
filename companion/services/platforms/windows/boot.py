"""Telling one run of Windows from another."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator

from companion.domain.pc.facts import Fact
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.win32 import dll

_ALL_PROCESSES = 5
_LENGTH_MISMATCH = 0xC0000004
# Started by Windows once at each boot, never again before the next; without it Windows does not run.
_FIRST_SERVICE = "services.exe"


def boot_id() -> Fact[str]:
    """When the service control manager was started, as the system noted it then.

    No special rights are needed for that (NtQuerySystemInformation, SystemProcessInformation). The time since the start
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
