"""What the headers of makers of installers tell of the data behind a program: where they end, and what they take.

Sources: NSIS's first header; Inno Setup's loader table (``TSetupLdrOffsetTable``, version 1); WiX Burn's section
(``BURN_SECTION_HEADER``). What the data of Inno Setup and Burn take on the disk stands in parts that change with each
version: it is not known.
"""

from __future__ import annotations

from typing import NamedTuple

from companion.domain.installation.files.formats.nsis import first_header, space_of_sections
from companion.domain.installation.files.formats.pe import RT_RCDATA, Program
from companion.domain.installation.files.formats.regions import Regions, number
from companion.domain.installation.files.identity import Technology

INNO_LOADER = 11111
"""The number of the resource in which Inno Setup's loader keeps its table."""
OVERLAY = 256 * 1024
"""Bytes behind a program in which NSIS begins: at a multiple of 512, or a little later where something lies between."""
_INNO_TABLE = b"rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a\x01\0\0\0"
_BURN_MAGIC = b"\x00\x43\xf1\x00"
_MOST_CONTAINERS = 16


class InstallerData(NamedTuple):
    """Where the data end in the file (0: not told), and the bytes that the program takes on the disk."""

    end: int = 0
    space: int | None = None


def data_of(regions: Regions, program: Program, kind: Technology) -> InstallerData:
    """Returns what is told of the data of an installer of this kind."""
    if kind is Technology.NSIS:
        first = first_header(regions, program.end, OVERLAY)
        return InstallerData(first.end, space_of_sections(regions, first)) if first else InstallerData()
    if kind is Technology.INNO:
        return InstallerData(_end_of_inno(regions, program))
    return InstallerData(_end_of_burn(regions, program)) if kind is Technology.BURN else InstallerData()


def _end_of_inno(regions: Regions, program: Program) -> int:
    leaves = (leaf for leaf in program.leaves if (leaf.kind, leaf.name) == (RT_RCDATA, INNO_LOADER))
    tables = (regions.read(leaf.offset, 20) for leaf in leaves)
    return next((number(table, 16, 4) for table in tables if table.startswith(_INNO_TABLE)), 0)


def _end_of_burn(regions: Regions, program: Program) -> int:
    section = next((section for section in program.sections if section.name == b".wixburn"), None)
    head = regions.read(section.offset, 48 + 4 * _MOST_CONTAINERS) if section else b""
    if not head.startswith(_BURN_MAGIC):
        return 0
    containers = min(number(head, 44, 4), _MOST_CONTAINERS)
    sizes = sum(number(head, 48 + 4 * at, 4) for at in range(containers))
    return number(head, 24, 4) + sizes if sizes else 0
