"""Other versions of the built program, made of it: what differs is compiled by the Python of the lab."""

from __future__ import annotations

import base64
import marshal
import os
import shutil
import struct
from collections.abc import Mapping
from pathlib import Path

from tests.windows.windows_kit import Windows, windows_path

_OFFSET = 8


def copy_of(program: Path, folder: Path) -> Path:
    """A copy of a program that costs little, whose files can be added to and removed."""
    shutil.copytree(program, folder, copy_function=os.link)
    return folder


def replace_modules(windows: Windows, program: Path, sources: Mapping[str, str], work: Path) -> None:
    """Put other modules in place of some in the archive of a program's copy."""
    archive = program / "_internal/companion.pyz"
    before = archive.read_bytes()
    (begin,) = struct.unpack_from("!i", before, _OFFSET)
    table = dict(marshal.loads(before[begin:]))  # noqa: S302 - built here
    after = bytearray(before[:begin])
    for name, source in sources.items():
        file = work / f"{name}.py"
        file.write_text(source, encoding="utf-8")
        block = base64.b64decode(windows.run("compiled", windows_path(file)))
        table[name] = (table[name][0], len(after), len(block))
        after += block
    struct.pack_into("!i", after, _OFFSET, len(after))
    archive.unlink()  # it is a link to the built one
    archive.write_bytes(bytes(after) + marshal.dumps(list(table.items())))
