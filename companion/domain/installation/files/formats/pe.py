"""Reading a program of Windows (PE, "Portable Executable"): sections, resources, version, manifest, signature.

Source: "PE Format" (learn.microsoft.com). Only regions are read, because libraries for this format map the whole file
into memory, where a file that shrinks meanwhile ends the process.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from companion.domain.installation.files.formats.regions import Regions, number
from companion.domain.installation.files.formats.version_info import version_strings

RT_RCDATA, RT_VERSION, RT_MANIFEST = 10, 16, 24
_MACHINES = {0x014C: "x86", 0x8664: "x64", 0xAA64: "arm64", 0x01C0: "arm", 0x01C4: "arm"}
_PE32_PLUS = 0x20B
_RESOURCES, _CERTIFICATES = 2, 4
_SUBDIRECTORY = 0x80000000
# More than any real program has.
_MOST_SECTIONS, _MOST_ENTRIES, _MOST_LEAVES, _LONGEST_LEAF = 96, 64, 256, 256 * 1024
_LEVEL = re.compile(rb"requestedExecutionLevel[^>]{0,200}?level\s*=\s*[\"'](\w{1,40})[\"']")


class Section(NamedTuple):
    """A section: where it lies in memory and in the file."""

    name: bytes
    address: int
    virtual_size: int
    offset: int
    size: int


class Leaf(NamedTuple):
    """A resource: its type and name (numbers, or 0 where it is named by a text), and where it lies in the file."""

    kind: int
    name: int
    offset: int
    size: int


class Program(NamedTuple):
    """What the headers of a program tell.

    `end` is where its sections end in the file, `head_end` where their table does, `signed_at` where it is signed.
    """

    machine: str | None
    sections: tuple[Section, ...]
    leaves: tuple[Leaf, ...]
    strings: dict[str, str]
    manifest: bytes
    end: int
    head_end: int
    signed_at: int
    signed_size: int

    def complete(self, size: int) -> bool:
        """Returns whether a file of `size` bytes has everything the headers speak of."""
        return max(self.end, self.head_end, self.signed_at + self.signed_size) <= size

    @property
    def needs_administrator(self) -> bool | None:
        """Whether its manifest asks for administrator rights; None where that depends on the user or is not said."""
        found = _LEVEL.search(self.manifest)
        level = found[1].lower() if found else b""
        return {b"requireadministrator": True, b"asinvoker": False}.get(level)


def read_program(regions: Regions) -> Program | None:
    """Returns what the headers tell, or None when this is no program of Windows."""
    head = regions.read(0, 64)
    if head[:2] != b"MZ":
        return None
    at = number(head, 0x3C, 4)
    header = regions.read(at, 24 + 240)
    if header[:4] != b"PE\0\0" or len(header) < 24 + 96:
        return None
    optional = header[24:]
    directories = 112 if number(optional, 0, 2) == _PE32_PLUS else 96
    table, rows = at + 24 + number(header, 20, 2), number(header, 6, 2)
    sections = _sections(regions, table, rows)
    leaves = tuple(_leaves(regions, sections, number(optional, directories + 8 * _RESOURCES, 4)))
    signed_at, signed_size = (number(optional, directories + 8 * _CERTIFICATES + skip, 4) for skip in (0, 4))
    return Program(
        machine=_MACHINES.get(number(header, 4, 2)),
        sections=sections,
        leaves=leaves,
        strings=version_strings(_first(regions, leaves, RT_VERSION)),
        manifest=_first(regions, leaves, RT_MANIFEST),
        end=max((section.offset + section.size for section in sections if section.size), default=0),
        head_end=table + 40 * rows,
        signed_at=signed_at,
        signed_size=signed_size,
    )


def _sections(regions: Regions, at: int, count: int) -> tuple[Section, ...]:
    table = regions.read(at, min(count, _MOST_SECTIONS) * 40)
    return tuple(
        Section(
            table[row : row + 8].rstrip(b"\0"),
            number(table, row + 12, 4),
            number(table, row + 8, 4),
            number(table, row + 20, 4),
            number(table, row + 16, 4),
        )
        for row in range(0, len(table) - 39, 40)
    )


def _place(sections: tuple[Section, ...], address: int) -> int | None:
    """Returns where in the file an address in memory lies."""
    for section in sections:
        if section.address <= address < section.address + max(section.virtual_size, section.size):
            return section.offset + address - section.address
    return None


def _leaves(regions: Regions, sections: tuple[Section, ...], address: int) -> Iterator[Leaf]:
    """Walks the three levels of resources: types, names, languages; of each name the first language."""
    root = _place(sections, address) if address else None
    if root is None:
        return
    left = _MOST_LEAVES
    for kind, below in _entries(regions, root, 0):
        for name, lowest in _entries(regions, root, below & ~_SUBDIRECTORY) if below & _SUBDIRECTORY else ():
            languages = _entries(regions, root, lowest & ~_SUBDIRECTORY) if lowest & _SUBDIRECTORY else ((0, lowest),)
            for _, data in tuple(languages)[:1]:
                row = regions.read(root + data, 16)
                offset = _place(sections, number(row, 0, 4))
                if offset is not None and not data & _SUBDIRECTORY:
                    yield Leaf(kind, name, offset, number(row, 4, 4))
                left -= 1
                if not left:
                    return


def _entries(regions: Regions, root: int, at: int) -> list[tuple[int, int]]:
    """Returns the rows of a directory of resources: a number (0 for a text) and what lies below."""
    head = regions.read(root + at, 16)
    count = min(number(head, 12, 2) + number(head, 14, 2), _MOST_ENTRIES)
    rows = regions.read(root + at + 16, count * 8)
    found = [(number(rows, row, 4), number(rows, row + 4, 4)) for row in range(0, len(rows) - 7, 8)]
    return [(0 if name & _SUBDIRECTORY else name, below) for name, below in found]


def _first(regions: Regions, leaves: tuple[Leaf, ...], kind: int) -> bytes:
    leaf = next((leaf for leaf in leaves if leaf.kind == kind), None)
    return regions.read(leaf.offset, min(leaf.size, _LONGEST_LEAF)) if leaf else b""
