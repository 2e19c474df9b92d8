"""What made a program of Windows, by the marks that makers of installers leave in it.

Sources: Inno Setup's loader (resource 11111, "rDlPtS"), NSIS's first header (fileform.h), WiX Burn's section
".wixburn", the bundle signature of Clowd.Squirrel and Velopack (SHA-256 of "squirrel bundle"), 7-Zip's, WinRAR's and
Microsoft's (IExpress) self-extractors.
"""

from __future__ import annotations

from companion.domain.installation.files.formats import nsis
from companion.domain.installation.files.formats.pe import RT_RCDATA, Program
from companion.domain.installation.files.formats.regions import Regions
from companion.domain.installation.files.formats.windows_data import INNO_LOADER, OVERLAY
from companion.domain.installation.files.identity import Technology

_INNO_MARKS = (b"rDlPtS", b"Inno")
_SQUIRREL_BUNDLE = bytes.fromhex("94f0b17b6893e02937eb34ef53aae7d42b54f5707ef5d6f57854983e5e94ed7d")
_ARCHIVES = (b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"PK\x03\x04", b";!@Install@!UTF-8!", b"MSCF")
_SHIELD_OVERLAYS = (b"InstallShield\0", b"ISSetupStream")
_SEARCHED = 1 << 20


def kind_of_program(regions: Regions, program: Program) -> Technology:
    """Returns what made the program, `PE` where it has no mark of a maker of installers."""
    overlay = regions.read(program.end, OVERLAY) if program.end else b""
    if any(section.name == b".wixburn" for section in program.sections):
        return Technology.BURN
    if _is_inno(regions, program):
        return Technology.INNO
    if nsis.MARK in overlay or b"Nullsoft.NSIS" in program.manifest:
        return Technology.NSIS
    if overlay.startswith(_SHIELD_OVERLAYS) or _speaks_of(program, "installshield"):
        return Technology.INSTALLSHIELD
    if _is_squirrel(regions, program):
        return Technology.SQUIRREL
    if overlay.lstrip(b"\0").startswith(_ARCHIVES) or _is_self_extracting(program):
        return Technology.SFX
    return Technology.PE


def _is_inno(regions: Regions, program: Program) -> bool:
    if regions.read(0x30, 4) == _INNO_MARKS[1] or b"JR.Inno.Setup" in program.manifest:
        return True
    for leaf in program.leaves:
        if leaf.kind == RT_RCDATA and leaf.name == INNO_LOADER:
            return regions.read(leaf.offset, 6) == _INNO_MARKS[0]
    return False


def _is_squirrel(regions: Regions, program: Program) -> bool:
    """Returns whether its data have the bundle's signature, or its version speaks of Squirrel or Velopack."""
    if "SquirrelAwareVersion" in program.strings or _speaks_of(program, "squirrel", "velopack"):
        return True
    for section in program.sections:
        if section.name in (b".data", b".rdata") and _SQUIRREL_BUNDLE in regions.read(
            section.offset, min(section.size, _SEARCHED)
        ):
            return True
    return False


def _is_self_extracting(program: Program) -> bool:
    return _speaks_of(program, "wextract", "7z.sfx", "7zs.sfx", "self-extract", "sfx")


def _speaks_of(program: Program, *words: str) -> bool:
    said = " ".join(
        program.strings.get(name, "")
        for name in ("InternalName", "OriginalFilename", "FileDescription", "Comments", "ISInternalDescription")
    ).casefold()
    own = program.manifest[:4096].lower()
    return any(word in said or b'name="' + word.encode() in own for word in words)
