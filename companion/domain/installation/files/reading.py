"""What a file is, by its own bytes; nothing that a hostile file holds makes this fail or run on."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from lzma import LZMAError
from pathlib import PurePath
from xml.etree.ElementTree import ParseError

import msgspec

from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.formats import compound_file
from companion.domain.installation.files.formats import unix_packages as unix
from companion.domain.installation.files.formats.msi import read_msi
from companion.domain.installation.files.formats.msix import read_msix
from companion.domain.installation.files.formats.pe import read_program
from companion.domain.installation.files.formats.regions import Regions, TooMuchError
from companion.domain.installation.files.formats.windows_data import data_of
from companion.domain.installation.files.formats.windows_kinds import kind_of_program
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity, Technology, tidy
from companion.domain.installation.files.others import other_kind
from companion.domain.installation.files.space import stated

_ZIP = b"PK\x03\x04"
# What readers raise for broken files: of this module, of zipfile, zlib, lzma, and xml.
_BROKEN = (
    OSError,
    ValueError,
    KeyError,
    IndexError,
    TypeError,
    AttributeError,
    OverflowError,
    RecursionError,
    NotImplementedError,
    EOFError,
    struct.error,
    zlib.error,
    zipfile.BadZipFile,
    LZMAError,
    ParseError,
    RuntimeError,
    MemoryError,
    TooMuchError,
    compound_file.BrokenStorageError,
)
_ENDINGS = {
    Technology.MSI: (".msi",),
    Technology.MSIX: (".msix", ".appx", ".msixbundle", ".appxbundle"),
    Technology.DEB: (".deb",),
    Technology.RPM: (".rpm",),
    Technology.PKG: (".pkg",),
    Technology.DMG: (".dmg",),
}
_PROGRAM_ENDINGS = (".exe", ".com", ".scr", ".dll", ".sys", ".ocx", ".cpl")
_PROGRAMS = frozenset(
    {
        Technology.INNO,
        Technology.NSIS,
        Technology.BURN,
        Technology.INSTALLSHIELD,
        Technology.SQUIRREL,
        Technology.SFX,
        Technology.PE,
    }
)
_HIDING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def read_identity(regions: Regions, filename: str) -> InstallerIdentity:
    """Returns what the file is; what is broken beyond understanding is `UNKNOWN`, and a note says so.

    Raises `UnreadableError` where the system does not read it any further: that tells nothing of the file.
    """
    try:
        found = _read(regions, filename)
    except _BROKEN:
        found = InstallerIdentity(notes=("The file is damaged, or made to look like an installer.",))
    else:
        if found.technology is Technology.UNKNOWN:
            found = _other(regions, filename)
    return msgspec.structs.replace(
        found, notes=(*found.notes, *_notes(found, filename)), space_needed=stated(found.space_needed)
    )


def _other(regions: Regions, filename: str) -> InstallerIdentity:
    try:
        kind = other_kind(regions, filename)
    except _BROKEN:
        kind = None
    return InstallerIdentity(notes=(kind.what,), advice=kind.advice) if kind else InstallerIdentity()


def _read(regions: Regions, filename: str) -> InstallerIdentity:
    head = regions.read(0, 64)
    readers: tuple[tuple[bytes, Callable[[], InstallerIdentity | None]], ...] = (
        (b"MZ", lambda: _program(regions)),
        (compound_file.MAGIC, lambda: read_msi(regions)),
        (_ZIP, lambda: read_msix(regions)),
        (unix.AR_MAGIC, lambda: unix.read_deb(regions)),
        (unix.RPM_MAGIC, lambda: unix.read_rpm(regions)),
        (unix.ELF_MAGIC, lambda: unix.read_elf(regions, filename)),
        (unix.XAR_MAGIC, lambda: unix.read_pkg(regions)),
        (b"#!", lambda: unix.read_script(regions, filename)),
    )
    for magic, reader in readers:
        if head.startswith(magic):
            return reader() or InstallerIdentity()
    return unix.read_dmg(regions) or InstallerIdentity()


def _program(regions: Regions) -> InstallerIdentity | None:
    program = read_program(regions)
    if program is None:
        return None
    strings = program.strings
    technology = kind_of_program(regions, program)
    data = data_of(regions, program, technology)
    return InstallerIdentity(
        technology=technology,
        product_name=tidy(strings.get("ProductName")) or tidy(strings.get("FileDescription")),
        version=tidy(strings.get("ProductVersion")) or tidy(strings.get("FileVersion")),
        publisher=tidy(strings.get("CompanyName")),
        architecture=program.machine,
        signature=FileSignature.UNKNOWN if program.signed_size else FileSignature.NONE,
        needs_administrator=program.needs_administrator,
        complete=program.complete(regions.size) and data.end <= regions.size,
        space_needed=data.space,
    )


def _notes(found: InstallerIdentity, filename: str) -> list[str]:
    """Returns what is odd with the file: a name that hides its ending, one of another kind, a part that is missing."""
    notes = []
    ending = PurePath(filename).suffix.lower()
    if _HIDING.search(filename):
        notes.append(
            f"Its name holds hidden characters that change how it looks; it really ends in “{clean_text(ending, 20)}”."
        )
    if _is_of_another_kind(found.technology, ending):
        notes.append(f"Its name ends in “{clean_text(ending, 20)}”, but its content is of another kind.")
    if found.complete is False:
        notes.append("The file is not complete: it ends earlier than it says itself. Download it again.")
    return notes


def _is_of_another_kind(technology: Technology, ending: str) -> bool:
    claimed = {known: kind for kind, endings in _ENDINGS.items() for known in endings}.get(ending)
    if technology in _PROGRAMS:
        return ending not in _PROGRAM_ENDINGS
    return (
        technology is not Technology.UNKNOWN
        and claimed is not technology
        and (claimed is not None or technology in _ENDINGS or ending in _PROGRAM_ENDINGS)
    )
