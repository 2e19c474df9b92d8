"""Reading and writing the Windows registry, in one view for 32-bit and 64-bit programs."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from companion.services.platforms.windows.api import win32


def read_value(location: str, name: str) -> object:
    """One registry value, or None when it is not there."""
    with contextlib.suppress(OSError), opened(location) as (winreg, key):
        found: object = winreg.QueryValueEx(key, name)[0]
        return found
    return None


def key_exists(location: str) -> bool:
    """Whether a registry key is there."""
    with contextlib.suppress(OSError), opened(location):
        return True
    return False


def subkeys(location: str) -> tuple[str, ...]:
    """The names of the keys below a key; none when it is not there."""
    found: list[str] = []
    with contextlib.suppress(OSError), opened(location) as (winreg, key):
        while True:
            found.append(winreg.EnumKey(key, len(found)))
    return tuple(found)


def write_number(location: str, name: str, value: int) -> None:
    """Write a REG_DWORD. Raises `OSError`."""
    with opened(location, write=True) as (winreg, key):
        winreg.SetValueEx(key, name, 0, winreg.REG_DWORD, value)


@contextlib.contextmanager
def opened(location: str, *, write: bool = False) -> Iterator[tuple[Any, Any]]:
    winreg = win32.module("winreg")
    hive, _, path = location.partition("\\")
    hives = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE, "HKU": winreg.HKEY_USERS}
    root = hives[hive]
    # One view for all: the 32-bit keys have their own place in it.
    rights = winreg.KEY_WOW64_64KEY | winreg.KEY_READ | (winreg.KEY_SET_VALUE if write else 0)
    key = (winreg.CreateKeyEx if write else winreg.OpenKeyEx)(root, path, 0, rights)
    try:
        yield winreg, key
    finally:
        winreg.CloseKey(key)


def values(location: str) -> Iterator[tuple[str, object]]:
    with contextlib.suppress(OSError), opened(location) as (winreg, key):
        position = 0
        while True:
            name, data, _ = winreg.EnumValue(key, position)
            yield name, data
            position += 1
