"""Which files of two builds of the same source differ: ``python -m tools.release.comparing ONE OTHER``."""

from __future__ import annotations

import marshal
import struct
import sys
from itertools import count
from pathlib import Path

_ARCHIVE = ".pyz"


def differences(one: Path, other: Path) -> list[str]:
    """Returns a line for each file that is not the same in both folders, or for two files that differ."""
    if one.is_file() and other.is_file():
        return _of_files(one.name, one, other)
    mine, theirs = _files(one), _files(other)
    lines = [f"only in {folder}: {name}" for folder, name in _unpaired(one, other, mine, theirs)]
    for name in sorted(mine & theirs):
        lines += _of_files(name, one / name, other / name)
    return lines


def _files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _unpaired(one: Path, other: Path, mine: set[str], theirs: set[str]) -> list[tuple[Path, str]]:
    return [*((one, name) for name in sorted(mine - theirs)), *((other, name) for name in sorted(theirs - mine))]


def _of_files(name: str, one: Path, other: Path) -> list[str]:
    first, second = one.read_bytes(), other.read_bytes()
    if first == second:
        return []
    if name.endswith(_ARCHIVE) and (modules := _modules(first, second)):
        return [f"{name}: {', '.join(modules)}"]
    begin = next(at for at in count() if first[at : at + 1] != second[at : at + 1])
    differ = sum(a != b for a, b in zip(first, second, strict=False)) + abs(len(first) - len(second))
    return [f"{name}: {differ} bytes, the first at {begin:#x}"]


def _modules(first: bytes, second: bytes) -> list[str]:
    """Returns the modules of two archives whose content differs."""
    mine, theirs = _contents(first), _contents(second)
    return sorted(name for name in mine.keys() | theirs.keys() if mine.get(name) != theirs.get(name))


def _contents(archive: bytes) -> dict[str, bytes]:
    (begin,) = struct.unpack_from("!i", archive, 8)
    return {name: archive[start:][: abs(length)] for name, (_, start, length) in marshal.loads(archive[begin:])}


def main(words: list[str]) -> int:
    """Print what differs; returns 1 where something does."""
    lines = differences(*(Path(word) for word in words[:2]))
    print("\n".join(lines) or "The same bytes.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
