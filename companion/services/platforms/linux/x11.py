"""Windows on an X11 screen, through libX11 where it is installed (EWMH 1.5, ICCCM 4.2.8.1)."""

from __future__ import annotations

import contextlib
import ctypes
import functools
import threading
from collections.abc import Iterator, Mapping
from typing import Any

from companion.domain.pc.facts import WindowState
from companion.services.platforms.common.text import shown
from companion.services.platforms.linux.x11_owners import ProgramsOwnWords, ServerKnowledge

_ANY_TYPE = 0
_CLIENT_MESSAGE = 33
_VIEWABLE = 2
_LONGEST = 1 << 16
# Xlib keeps one error handler for the whole program.
_turn = threading.Lock()


class Screen:
    """What could be seen of the windows: by process id, their numbers, whether they show, and their titles."""

    def __init__(self, link: _Link | None, certain: bool) -> None:
        self._link = link
        self._certain = certain
        self._seen: dict[int, list[tuple[int, bool, str]]] | None = None

    def of(self, pid: int) -> tuple[WindowState, tuple[str, ...]]:
        """What a person sees of process `pid`, and the titles of its windows."""
        if self._link is None:
            return WindowState.UNKNOWN, ()
        windows = self._windows(self._link).get(pid, [])
        if not windows:
            return (WindowState.NONE if self._certain else WindowState.UNKNOWN), ()
        shown = any(visible for _, visible, _ in windows)
        state = WindowState.VISIBLE if shown else WindowState.HIDDEN
        return state, tuple(title for _, visible, title in windows if visible and title)

    def close(self, pid: int) -> int:
        """Ask each of the process's windows to close, as the window manager's button does; how many were asked."""
        if self._link is None:
            return 0
        windows = self._windows(self._link).get(pid, [])
        return sum(self._link.ask_to_close(window) for window, _, _ in windows)

    def _windows(self, link: _Link) -> dict[int, list[tuple[int, bool, str]]]:
        if self._seen is None:
            self._seen = {}
            for window, managed in link.top_windows():
                numbers = link.numbers(window, "_NET_WM_PID")
                if not managed and not numbers:
                    continue
                visible = managed or link.viewable(window)
                owner = link.owner(window, numbers)
                if owner is None:
                    # It may be anyone's: of no program it can be said any more that it has no window.
                    self._certain = self._certain and not visible
                    continue
                self._seen.setdefault(owner, []).append((window, visible, link.text(window, "_NET_WM_NAME")))
        return self._seen


@contextlib.contextmanager
def look(environment: Mapping[str, str]) -> Iterator[Screen]:
    """The windows on the screen `environment` names; on Wayland, programs without an X11 window stay unknown."""
    library = _library()
    name = environment.get("DISPLAY")
    if library is None or not name:
        yield Screen(None, certain=False)
        return
    with _turn:
        display = library.XOpenDisplay(name.encode())
        if not display:
            yield Screen(None, certain=False)
            return
        # A window may vanish between two questions; Xlib's own handler would end the whole program then.
        before = library.XSetErrorHandler(_ignore)
        try:
            yield Screen(_Link(library, display), certain="WAYLAND_DISPLAY" not in environment)
        finally:
            library.XSync(display, 0)
            library.XSetErrorHandler(before)
            library.XCloseDisplay(display)


class _Data(ctypes.Union):
    _fields_ = (("longs", ctypes.c_long * 5),)


class _ClientMessage(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("serial", ctypes.c_ulong),
        ("send_event", ctypes.c_int),
        ("display", ctypes.c_void_p),
        ("window", ctypes.c_ulong),
        ("message_type", ctypes.c_ulong),
        ("format", ctypes.c_int),
        ("data", _Data),
        # XEvent is a union of 24 longs.
        ("padding", ctypes.c_long * 24),
    )


class _Attributes(ctypes.Structure):
    # XWindowAttributes up to map_state; the rest is only reserved.
    _fields_ = (
        ("before", ctypes.c_int * 5),
        ("visual", ctypes.c_void_p),
        ("root", ctypes.c_ulong),
        ("kinds", ctypes.c_int * 4),
        ("planes", ctypes.c_ulong * 2),
        ("save_under", ctypes.c_int),
        ("colormap", ctypes.c_ulong),
        ("map_installed", ctypes.c_int),
        ("map_state", ctypes.c_int),
        ("after", ctypes.c_long * 16),
    )


_Handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


_ignore = _Handler(lambda display, event: 0)  # noqa: ARG005


class _Link:
    """One open connection to a screen."""

    def __init__(self, library: Any, display: int) -> None:
        self._x = library
        self._display = display
        self._root = library.XDefaultRootWindow(display)
        self._server = ServerKnowledge(library, display, self._root)
        self._programs = ProgramsOwnWords()

    def owner(self, window: int, numbers: list[int]) -> int | None:
        """The process whose window it is; None when that is not known. `numbers` is what the program says itself."""
        found = self._server.owner(window)
        if found is None and numbers:
            found = self._programs.owner(numbers[0], self.text(window, "WM_CLIENT_MACHINE"))
        return found

    def top_windows(self) -> list[tuple[int, bool]]:
        """Each top-level window and whether a window manager lists it."""
        managed = self.numbers(self._root, "_NET_CLIENT_LIST")
        if managed:
            return [(window, True) for window in managed]
        root, parent, count = ctypes.c_ulong(), ctypes.c_ulong(), ctypes.c_uint()
        children = ctypes.POINTER(ctypes.c_ulong)()
        if not self._x.XQueryTree(self._display, self._root, *map(ctypes.byref, (root, parent, children, count))):
            return []
        found = [(children[position], False) for position in range(count.value)]
        if children:
            self._x.XFree(children)
        return found

    def viewable(self, window: int) -> bool:
        attributes = _Attributes()
        return bool(
            self._x.XGetWindowAttributes(self._display, window, ctypes.byref(attributes))
            and attributes.map_state == _VIEWABLE
        )

    def numbers(self, window: int, name: str) -> list[int]:
        """The property as numbers; format 32 arrives as C longs."""
        raw, count = self._property(window, name)
        if raw is None:
            return []
        return list((ctypes.c_ulong * count).from_buffer_copy(raw))

    def text(self, window: int, name: str) -> str:
        raw, count = self._property(window, name)
        return shown(raw[:count].decode("utf-8", "replace")) if raw else ""

    def ask_to_close(self, window: int) -> bool:
        if self._atom("WM_DELETE_WINDOW") not in self.numbers(window, "WM_PROTOCOLS"):
            return False
        message = _ClientMessage(
            type=_CLIENT_MESSAGE, window=window, message_type=self._atom("WM_PROTOCOLS"), format=32
        )
        message.data.longs[0] = self._atom("WM_DELETE_WINDOW")
        return bool(self._x.XSendEvent(self._display, window, 0, 0, ctypes.byref(message)))

    def _atom(self, name: str) -> int:
        return int(self._x.XInternAtom(self._display, name.encode(), 0))

    def _property(self, window: int, name: str) -> tuple[bytes | None, int]:
        kind, layout = ctypes.c_ulong(), ctypes.c_int()
        count, left = ctypes.c_ulong(), ctypes.c_ulong()
        data = ctypes.c_void_p()
        self._x.XGetWindowProperty(
            self._display,
            window,
            self._atom(name),
            0,
            _LONGEST,
            0,
            _ANY_TYPE,
            *map(ctypes.byref, (kind, layout, count, left, data)),
        )
        if not data.value:
            return None, 0
        width = {8: 1, 16: ctypes.sizeof(ctypes.c_short), 32: ctypes.sizeof(ctypes.c_long)}.get(layout.value, 0)
        raw = ctypes.string_at(data.value, count.value * width)
        self._x.XFree(data)
        return (raw or None), int(count.value)


@functools.cache
def _library() -> Any:
    try:
        library = ctypes.CDLL("libX11.so.6")
    except OSError:
        return None
    number, pointer = ctypes.c_ulong, ctypes.c_void_p
    library.XOpenDisplay.restype = pointer
    library.XOpenDisplay.argtypes = [ctypes.c_char_p]
    library.XDefaultRootWindow.restype = number
    library.XDefaultRootWindow.argtypes = [pointer]
    library.XInternAtom.restype = number
    library.XInternAtom.argtypes = [pointer, ctypes.c_char_p, ctypes.c_int]
    library.XGetWindowProperty.argtypes = [pointer, number, number, ctypes.c_long, ctypes.c_long, ctypes.c_int, number]
    library.XGetWindowProperty.argtypes += [pointer] * 5
    library.XQueryTree.argtypes = [pointer, number, *[pointer] * 4]
    library.XGetWindowAttributes.argtypes = [pointer, number, pointer]
    library.XSendEvent.argtypes = [pointer, number, ctypes.c_int, ctypes.c_long, pointer]
    library.XCreateSimpleWindow.restype = number
    library.XCreateSimpleWindow.argtypes = [pointer, number, *[ctypes.c_int] * 2, *[ctypes.c_uint] * 3, *[number] * 2]
    library.XDestroyWindow.argtypes = [pointer, number]
    library.XSync.argtypes = [pointer, ctypes.c_int]
    library.XCloseDisplay.argtypes = [pointer]
    library.XFree.argtypes = [pointer]
    library.XSetErrorHandler.restype = pointer
    library.XSetErrorHandler.argtypes = [pointer]
    return library
