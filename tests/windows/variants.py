"""Other versions of the built program, made of it: what differs is compiled by the Python of the lab."""

from __future__ import annotations

import base64
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from tests.windows.windows_kit import Windows, windows_path
from tools.windows.rare_modules import with_modules


def copy_of(program: Path, folder: Path) -> Path:
    """A copy of a program that costs little, whose files can be added to and removed."""
    shutil.copytree(program, folder, copy_function=os.link)
    return folder


def replace_modules(windows: Windows, program: Path, sources: Mapping[str, str], work: Path) -> None:
    """Put other modules in place of some in the archive of a program's copy."""
    compiled: dict[str, bytes] = {}
    for name, source in sources.items():
        file = work / f"{name}.py"
        file.write_text(source, encoding="utf-8")
        compiled[name] = base64.b64decode(windows.run("compiled", windows_path(file)))
    archive = program / "_internal/companion.pyz"
    content = archive.read_bytes()
    archive.unlink()  # it is a link to the built one
    archive.write_bytes(with_modules(content, compiled))
