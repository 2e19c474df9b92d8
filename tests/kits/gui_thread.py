"""Notices what may block on the thread of the window: database, keychain, network, files and other programs."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any, NamedTuple

_FILE_CALLS = frozenset(
    (
        *("access", "chmod", "fsync", "link", "listdir", "lstat", "mkdir", "open", "readlink", "remove", "rename"),
        *("replace", "rmdir", "scandir", "stat", "statvfs", "symlink", "truncate", "unlink", "utime"),
    )
)
_PROGRAM_CALLS = frozenset(("fork", "forkpty", "posix_spawn", "posix_spawnp", "system", "waitpid", "CreateProcess"))
_MODULES_OF_CALLS = {
    **{(module, name): "a file" for module in ("posix", "nt") for name in _FILE_CALLS},
    **{(module, name): "another program" for module in ("posix", "nt", "_winapi") for name in _PROGRAM_CALLS},
    ("io", "open"): "a file",
    ("_io", "open"): "a file",
    ("_io", "open_code"): "a file",
    ("_posixsubprocess", "fork_exec"): "another program",
    ("time", "sleep"): "a wait",
}
_TYPES_OF_METHODS = {"sqlite3": "the database", "_socket": "the network", "_ssl": "the network"}
_PACKAGES = {
    "/companion/services/storage/database.py": "the database",
    "/companion/services/store/keychain/keychain.py": "the keychain",
    "/keyring/": "the keychain",
    "/secretstorage/": "the keychain",
    "/jeepney/": "the session bus",
    "/requests/": "the network",
    "/urllib3/": "the network",
    "/psutil/": "other programs",
}

ALLOWED = {
    "<frozen importlib._bootstrap>": "program code is read when it is first needed",
    "/inspect.py": "PySide looks at the source of modules that are imported after it",
    "/zoneinfo/_common.py": "time zone rules, which come with Python or the system, read once each",
    "/zoneinfo/_tzpath.py": "the same rules are looked for",
    "/companion/services/app/resources.py": "what is shipped with the program is looked for",
    "/weakref.py": "what is left of connections that were closed is taken away with other garbage, without any answer",
    "/logging/__init__.py": "log lines are short, local, and must not be lost when the program ends unexpectedly",
    "/companion/ui/look/icons.py": "drawings that are shipped with the program, read once each",
    "/companion/ui/look/theme.py": "the style sheet that is shipped with the program, read once",
}
"""The files whose frames may be on the stack of a blocking call, each with the reason."""


class BlockingCall(NamedTuple):
    """What was touched on the thread of the window, and the places in the program that led there."""

    what: str
    call: str
    places: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.what}: {self.call}\n    " + "\n    ".join(self.places)


class GuiThreadWatch:
    """Records blocking calls that code of the window makes on the thread this context is entered on.

    It looks at each call of Python and C functions (`sys.setprofile`): statements of SQLite raise no audit event.
    """

    def __init__(self) -> None:
        self.calls: list[BlockingCall] = []

    def __enter__(self) -> GuiThreadWatch:
        sys.setprofile(self._look)
        return self

    def __exit__(self, *_: object) -> None:
        sys.setprofile(None)

    def _look(self, frame: FrameType, event: str, argument: Any) -> None:
        found = _what_is_called(frame, event, argument)
        if found is None:
            return
        places = _places(frame)
        if places:
            made = BlockingCall(*found, places)
            if made not in self.calls:
                self.calls.append(made)


def _what_is_called(frame: FrameType, event: str, argument: Any) -> tuple[str, str] | None:
    """What a call touches, and its name; None when it cannot block."""
    if event == "c_call":
        name = argument.__name__
        what = _MODULES_OF_CALLS.get((argument.__module__, name))
        owner = type(getattr(argument, "__self__", None))
        what = what or _TYPES_OF_METHODS.get(owner.__module__)
        return (what, f"{owner.__name__}.{name}") if what is not None else None
    if event == "call":
        path = frame.f_code.co_filename.replace("\\", "/")
        what = next((what for part, what in _PACKAGES.items() if part in path), None)
        return (what, frame.f_code.co_qualname) if what is not None else None
    return None


def _places(frame: FrameType | None) -> tuple[str, ...]:
    """The lines of the program on the stack, innermost first; none where the window has no part or a reason exists."""
    places: list[str] = []
    window = False
    while frame is not None:
        path = frame.f_code.co_filename.replace("\\", "/")
        if any(path.endswith(allowed) for allowed in ALLOWED):
            return ()
        window = window or "/companion/ui/" in path
        if "/companion/" in path:
            places.append(f"{path.rpartition('/companion/')[2]}:{frame.f_lineno} {frame.f_code.co_name}")
        frame = frame.f_back
    return tuple(places) if window else ()
