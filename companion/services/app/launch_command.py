"""The words that start this very program again."""

from __future__ import annotations

import sys
from pathlib import Path

from companion.services.app.paths import Places, places


def start_command(where: Places, *, tray: bool) -> tuple[str, ...]:
    """The command that starts this program, in the tray or with its window, with the folder it keeps its things in."""
    if getattr(sys, "frozen", False):
        program: tuple[str, ...] = (sys.executable,)
    else:
        program = (_windowless(Path(sys.executable)), "-m", "companion")
    # The usual folders need no word; naming one of them would move the others.
    home = ("--home", str(where.state)) if where == places(where.state) else ()
    return (*program, *home, *(("--tray",) if tray else ()))


def _windowless(python: Path) -> str:
    """On Windows the Python that opens no black window beside ours."""
    quiet = python.with_name("pythonw.exe")
    return str(quiet if quiet.exists() else python)
