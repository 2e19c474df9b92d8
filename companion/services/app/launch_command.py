"""The command that starts this program again."""

from __future__ import annotations

import sys
from pathlib import Path

from companion.services.app.paths import AppFolders, app_folders


def start_command(where: AppFolders, *, tray: bool) -> tuple[str, ...]:
    """Returns the command that starts this program with the same folders, in the tray or with its window."""
    started = _windowless(Path(sys.executable))
    program = (started,) if getattr(sys, "frozen", False) else (started, "-m", "companion")
    # The default folders are not named: naming one of them would move the others.
    home = ("--home", str(where.state)) if where == app_folders(where.state) else ()
    return (*program, *home, *(("--tray",) if tray else ()))


def _windowless(program: Path) -> str:
    """Returns the same Python, or built program, that opens no console window, where there is one (on Windows)."""
    quiet = program.with_name(f"{program.stem}w{program.suffix}")
    return str(quiet if program.suffix == ".exe" and quiet.exists() else program)
