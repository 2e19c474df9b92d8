"""The command that starts this program again."""

from __future__ import annotations

import sys
from pathlib import Path

from companion.services.app.paths import AppFolders, app_folders


def start_command(where: AppFolders, *, tray: bool) -> tuple[str, ...]:
    """Returns the command that starts this program with the same folders, in the tray or with its window."""
    started = _windowless(_lasting(Path(sys.executable)))
    program = (started,) if getattr(sys, "frozen", False) else (started, "-m", "companion")
    # The default folders are not named: naming one of them would move the others.
    home = ("--home", str(where.state)) if where == app_folders(where.state) else ()
    return (*program, *home, *(("--tray",) if tray else ()))


def _lasting(program: Path) -> Path:
    """Returns the path that stays the same through updates, where versions are folders side by side (on Linux)."""
    folder = program.parent
    link = folder.parent.parent / "current"
    if folder.parent.name == "versions" and link.is_symlink() and link.resolve() == folder:
        return link / program.name
    return program


def _windowless(program: Path) -> str:
    """Returns the same Python, or built program, that opens no console window, where there is one (on Windows)."""
    quiet = program.with_name(f"{program.stem}w{program.suffix}")
    return str(quiet if program.suffix == ".exe" and quiet.exists() else program)
