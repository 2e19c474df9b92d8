"""Which process an X11 window belongs to, also when the process has another number in a sandbox of its own.

X-Resource extension 1.2, QueryClientIds: the server's own knowledge of who is connected. Where it cannot be had,
_NET_WM_PID (EWMH 1.5) is what the program says of itself, by the number it has in its own view (pid_namespaces(7)).
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import socket
from pathlib import Path
from typing import Any

_PID = 1 << 1
_FIRST_WITH_NUMBERS = (1, 2)


class _Wanted(ctypes.Structure):
    # XResClientIdSpec
    _fields_ = (("client", ctypes.c_ulong), ("mask", ctypes.c_uint))


class ServerKnowledge:
    """What the X server knows of its clients' process ids."""

    def __init__(self, x: Any, display: int, root: int) -> None:
        self._display = display
        self._library = _resource_library()
        self._trusted = self._library is not None and self._knows_this_process(x, root)

    def owner(self, window: int) -> int | None:
        """Returns the process that made `window`, by its number here; None when the server does not tell."""
        return self._ask(window) if self._trusted else None

    def _knows_this_process(self, x: Any, root: int) -> bool:
        """Whether the server counts processes as this one does: it may run in another namespace of numbers."""
        events, errors, major, minor = (ctypes.c_int() for _ in range(4))
        library = self._library
        if not library.XResQueryExtension(self._display, ctypes.byref(events), ctypes.byref(errors)):
            return False
        if not library.XResQueryVersion(self._display, ctypes.byref(major), ctypes.byref(minor)):
            return False
        if (major.value, minor.value) < _FIRST_WITH_NUMBERS:
            return False
        own = x.XCreateSimpleWindow(self._display, root, 0, 0, 1, 1, 0, 0, 0)
        try:
            return self._ask(own) == os.getpid()
        finally:
            x.XDestroyWindow(self._display, own)

    def _ask(self, window: int) -> int | None:
        wanted = _Wanted(window, _PID)
        count, found = ctypes.c_long(), ctypes.c_void_p()
        library = self._library
        if library.XResQueryClientIds(self._display, 1, ctypes.byref(wanted), ctypes.byref(count), ctypes.byref(found)):
            return None
        try:
            pid = library.XResGetClientPid(found) if count.value else -1
        finally:
            if found.value:
                library.XResClientIdsDestroy(count, found)
        return pid if pid > 0 else None


class ProgramsOwnWords:
    """Which process a program's own number (_NET_WM_PID) means."""

    def __init__(self) -> None:
        self._by_inner: dict[int, list[int]] | None = None

    def owner(self, number: int, machine: str) -> int | None:
        """Returns the process that says `number` of itself; None unless it is the only one, and on this `machine`."""
        if machine != socket.gethostname():
            return None
        if self._by_inner is None:
            self._by_inner = _by_inner_number()
        found = self._by_inner.get(number, [])
        return found[0] if len(found) == 1 else None


def _by_inner_number() -> dict[int, list[int]]:
    """The processes by the number each has in its innermost namespace (proc_pid_status(5), NSpid)."""
    found: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                found.setdefault(inner_number(entry), []).append(int(entry.name))
    return found


def inner_number(process: Path) -> int:
    """Returns the number that a process (its folder in /proc) has in its own view. Raises `OSError`."""
    for line in (process / "status").read_text(errors="replace").splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    return int(process.name)


@functools.cache
def _resource_library() -> Any:
    try:
        library = ctypes.CDLL("libXRes.so.1")
    except OSError:
        return None
    pointer = ctypes.c_void_p
    library.XResQueryExtension.argtypes = [pointer, pointer, pointer]
    library.XResQueryVersion.argtypes = [pointer, pointer, pointer]
    library.XResQueryClientIds.argtypes = [pointer, ctypes.c_long, pointer, pointer, pointer]
    library.XResGetClientPid.argtypes = [pointer]
    library.XResGetClientPid.restype = ctypes.c_int
    library.XResClientIdsDestroy.argtypes = [ctypes.c_long, pointer]
    library.XResClientIdsDestroy.restype = None
    return library
