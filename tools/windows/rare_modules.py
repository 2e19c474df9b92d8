"""The archive of modules, made smaller: none has columns, and those that few starts need are compressed together.

Each by itself, as PyInstaller compresses them, they take twice as much.

An archive of PyInstaller's is a head, the modules, and a table at the end: for each its kind, where it begins and how
long it is. Here the length of a module in a group is that of the group, and negative; ``one_archive.py`` reads it.
"""

from __future__ import annotations

import lzma
import marshal
import struct
import zlib
from pathlib import Path

from tools.windows.byte_code import without_columns

GROUPS = (
    ("holidays",),  # 300 countries, of which a person needs one or two
    ("companion.demo", "werkzeug", "markupsafe"),
    ("tuf", "securesystemslib"),
    ("oxmsg", "olefile"),
    ("companion.domain.mail",),
    ("keyring", "jaraco", "more_itertools", "backports", "importlib_metadata", "win32ctypes", "zipp"),  # the keychain
    ("companion.services.platforms.linux", "companion.services.platforms.macos"),
)
Table = dict[str, tuple[int, int, int]]
_HEAD = 17
_OFFSET = 8
_WITH_CODE = (0, 1)
"""The kinds of entries that are modules and packages."""


def group_rare_modules(archive: Path) -> None:
    """Compress modules without columns, those of each group together; an archive of which that was done stays."""
    before = archive.read_bytes()
    table = _table(before)
    if any(length < 0 for _, _, length in table.values()):
        return
    after, places = bytearray(before[:_HEAD]), {}
    for names in _together(table):
        contents = {name: _content(before, table[name]) for name in names}
        grouped = len(names) > 1
        block = _together_compressed(contents) if grouped else _compressed(contents[names[0]])
        for name in names:
            places[name] = (table[name][0], len(after), -len(block) if grouped else len(block))
        after += block
    struct.pack_into("!i", after, _OFFSET, len(after))
    archive.write_bytes(bytes(after) + marshal.dumps([(name, places[name]) for name in table]))


def with_modules(archive: bytes, modules: dict[str, bytes]) -> bytes:
    """Returns an archive in which the byte code of some modules is another; for tests and measurements."""
    table = _table(archive)
    (begin,) = struct.unpack_from("!i", archive, _OFFSET)
    after = bytearray(archive[:begin])
    for name, content in modules.items():
        block = _compressed(content)
        table[name] = (table[name][0], len(after), len(block))
        after += block
    struct.pack_into("!i", after, _OFFSET, len(after))
    return bytes(after) + marshal.dumps(list(table.items()))


def _table(content: bytes) -> Table:
    (begin,) = struct.unpack_from("!i", content, _OFFSET)
    return dict(marshal.loads(content[begin:]))


def _together(table: Table) -> list[list[str]]:
    """Returns the names of the archive, those of a group together. What has no content is in no group."""
    groups: list[list[str]] = [[] for _ in GROUPS]
    alone = []
    for name, (_, _, length) in table.items():
        own = (at for at, packages in enumerate(GROUPS) if length and any(_is_in(name, each) for each in packages))
        at = next(own, None)
        if at is None:
            alone.append([name])
        else:
            groups[at].append(name)
    return [*alone, *filter(None, groups)]


def _is_in(name: str, package: str) -> bool:
    return name == package or name.startswith(f"{package}.")


def _content(archive: bytes, entry: tuple[int, int, int]) -> bytes:
    """Returns what an entry stands for; nothing for a package without a module of its own."""
    kind, begin, length = entry
    if not length:
        return b""
    content = zlib.decompress(archive[begin:][:length])
    return without_columns(content) if kind in _WITH_CODE else content


def _compressed(content: bytes) -> bytes:
    return zlib.compress(content, 9) if content else b""


def _together_compressed(contents: dict[str, bytes]) -> bytes:
    return lzma.compress(marshal.dumps(contents), preset=9)
