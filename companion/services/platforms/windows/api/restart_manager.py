"""Which processes have a file open on Windows."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from ctypes import wintypes
from pathlib import Path

from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.win32 import dll

_MOST_FILES, _MOST_LOOKED_AT = 500, 20_000
# What Windows keeps open while it runs; other files are rarely in the way.
_PROGRAM_FILES = (".exe", ".dll", ".ocx", ".sys", ".drv", ".cpl", ".scr", ".node", ".pyd")


def holders(paths: Iterable[str]) -> Iterator[tuple[str, frozenset[int]]]:
    """Which processes have each file open, as the Restart Manager knows it. Raises `OSError`."""
    for path in paths:
        yield path, users_of((path,))


def users_of(paths: Sequence[str]) -> frozenset[int]:
    """Which processes have one of these files open, as the Restart Manager knows it. Raises `OSError`."""
    manager = dll("rstrtmgr")
    session, key = wintypes.DWORD(), ctypes.create_unicode_buffer(33)
    if status := manager.RmStartSession(ctypes.byref(session), 0, key):
        raise win32.failure(status)
    try:
        names = (wintypes.LPCWSTR * len(paths))(*paths)
        if status := manager.RmRegisterResources(session, len(paths), names, 0, None, 0, None):
            raise win32.failure(status)
        return _affected(session)
    finally:
        manager.RmEndSession(session)


def answers() -> bool:
    """Whether the Restart Manager tells anything: this very process has its own program open.

    Where it is only a stand-in (Wine), it says of every file that nothing has it open, which is no answer.
    """
    try:
        return os.getpid() in users_of((sys.executable,))
    except OSError:
        return False


def programs_below(folder: str) -> tuple[str, ...]:
    """The programs and libraries below a folder, as far as they can be listed, and not too many to ask about."""
    found: list[str] = []
    looked_at = 0
    for place, _, names in os.walk(folder):
        looked_at += len(names)
        found += [str(Path(place, name)) for name in names if name.casefold().endswith(_PROGRAM_FILES)]
        if len(found) >= _MOST_FILES or looked_at >= _MOST_LOOKED_AT:
            break
    return tuple(found[:_MOST_FILES])


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
