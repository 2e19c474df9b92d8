"""Which processes have a file open on Windows."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Iterator
from ctypes import wintypes

from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.win32 import dll


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
