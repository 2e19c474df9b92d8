"""Modules that few starts need, compressed together: each by itself, as PyInstaller does it, they take twice as much.

An archive of PyInstaller's is a head, the modules, and a table at the end: for each its kind, where it begins and how
long it is. Here the length of a module in a group is that of the group, and negative; ``one_archive.py`` reads it.
"""

from __future__ import annotations

import lzma
import marshal
import struct
import zlib
from pathlib import Path

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


def group_rare_modules(archive: Path) -> None:
    """Compress the modules of each group together; an archive in which that was done stays as it is."""
    before = archive.read_bytes()
    table = _table(before)
    if any(length < 0 for _, _, length in table.values()):
        return
    after, places = bytearray(before[:_HEAD]), {}
    for names in _together(table):
        blocks = {name: before[table[name][1] :][: table[name][2]] for name in names}
        grouped = len(names) > 1
        block = _compressed(blocks) if grouped else blocks[names[0]]
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
        block = zlib.compress(content, 9)
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


def _compressed(blocks: dict[str, bytes]) -> bytes:
    return lzma.compress(marshal.dumps({name: zlib.decompress(block) for name, block in blocks.items()}), preset=9)
