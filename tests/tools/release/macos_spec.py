"""Prints, as JSON, what ``build.spec`` would build on macOS: the bundle, and the files that are given to it.

``macos_spec.py WORK``. Run as a program of its own: this Python takes itself for one of macOS. What PyInstaller does
with code, which only works there, is left out.
"""

from __future__ import annotations

import json
import marshal
import struct
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import PyInstaller.utils.hooks  # noqa: F401 - it looks at the system when it is loaded

from tools.environment import ROOT

Entries = list[tuple[str, str, str]]


def main(work: str) -> dict[str, object]:
    made: dict[str, Any] = {}

    def analysis(_scripts: list[str], **given: Any) -> SimpleNamespace:
        made["modules"] = len(given["hiddenimports"])
        datas = []
        for source, place in given["datas"]:
            found = [path for path in (Path(source), *Path(source).rglob("*")) if path.is_file()]
            base = Path(source).parent if Path(source).is_file() else Path(source)
            datas += [(Path(place, path.relative_to(base)).as_posix(), str(path), "DATA") for path in found]
        library = ("PySide6/QtCore.abi3.so", "QtCore", "EXTENSION")
        return SimpleNamespace(binaries=[library], datas=datas, scripts=[], pure=[])

    def archive(_modules: object, name: str) -> SimpleNamespace:
        content = bytearray(b"PYZ\0".ljust(17, b"\0"))
        struct.pack_into("!i", content, 8, len(content))
        Path(name).write_bytes(bytes(content) + marshal.dumps([]))
        return SimpleNamespace(name=name)

    def collect(*parts: Entries | str, name: str, upx: bool) -> str:
        made["files"] = [(entry[0], entry[2]) for part in parts if isinstance(part, list) for entry in part]
        return f"{name}, packed: {upx}"

    def bundle(collected: str, **given: Any) -> None:
        made["bundle"] = {"of": collected, **given}

    builders: dict[str, Callable[..., object]] = {"Analysis": analysis, "PYZ": archive, "COLLECT": collect}
    builders |= {"EXE": lambda *_, **given: given["name"], "BUNDLE": bundle}
    sys.platform = "darwin"
    spec = compile((ROOT / "build.spec").read_text(encoding="utf-8"), "build.spec", "exec")
    exec(spec, {"SPECPATH": str(ROOT), "workpath": work, **builders})  # noqa: S102 - this project's own
    return made


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])) + "\n")
