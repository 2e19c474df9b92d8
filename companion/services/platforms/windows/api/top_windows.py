"""The windows that programs show on Windows."""

from __future__ import annotations

import ctypes
import dataclasses
from ctypes import wintypes

from companion.services.platforms.common.text import shown
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.win32 import dll

_CLOAKED = 14
_OWNER = 4
# Windows that input methods hang on every program.
_FOREIGN_CLASSES = frozenset({"IME", "MSCTFIME UI", "Default IME"})


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
            found.setdefault(pid.value, []).append(Window(handle, visible, owned, shown(text.value)))
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
