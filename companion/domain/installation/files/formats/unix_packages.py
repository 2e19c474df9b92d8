"""Reading packages of Linux and macOS: deb(5), RPM's headers, AppImage, self-extracting scripts, xar, disk images."""

from __future__ import annotations

import lzma
import re
import struct
import zlib
from collections.abc import Iterator

from companion.domain.installation.files.formats.regions import Regions, number
from companion.domain.installation.files.identity import (
    FileSignature,
    InstallerIdentity,
    Technology,
    architecture_word,
    tidy,
)

AR_MAGIC, RPM_MAGIC, ELF_MAGIC, XAR_MAGIC = b"!<arch>\ndebian-binary", b"\xed\xab\xee\xdb", b"\x7fELF", b"xar!"
_DMG_TRAILER, _DMG_TRAILER_SIZE = b"koly", 512
# In its trailer: where the data and the list of properties begin, each followed by its length.
_DMG_PARTS = (24, 216)
_MACHINES = {3: "x86", 62: "x64", 183: "arm64", 40: "arm"}
_RPM_HEADER = b"\x8e\xad\xe8\x01"
_RPM_LEAD = 96
_RPM_SIZE, _RPM_LONG_SIZE = 1009, 5009
_RPM_NAMES = {1000: "name", 1001: "version", 1002: "release", 1011: "vendor", 1022: "arch"}
# RPMSIGTAG and RPMTAG of signatures by DSA, RSA, PGP and GPG.
_RPM_SIGNATURES = frozenset({267, 268, 1002, 1005})
_LONGEST_HEADER, _MOST_TAGS = 4 << 20, 512
_TAR_BLOCK = 512
_LONGEST_CONTROL, _LONGEST_UNPACKED = 1 << 20, 4 << 20
_FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*):[ \t]*(.*)$", re.MULTILINE)
_MAKESELF = b"Makeself"
_LABEL = re.compile(rb'^label="([^"\n]{1,200})"', re.MULTILINE)
_UNPACKED = re.compile(rb"^\s{0,8}echo Uncompressed size: (\d{1,12}) KB", re.MULTILINE)
_SCRIPT = 64 * 1024
_MOST_DIGITS = 12


def read_deb(regions: Regions) -> InstallerIdentity:
    """Returns what the package's control file tells; a package may keep it in a form that Python cannot unpack."""
    fields: dict[str, str] = {}
    names: list[str] = []
    end = 8
    for name, offset, size in _members(regions):
        names.append(name)
        end = offset + size
        if name.startswith("control.tar") and size <= _LONGEST_CONTROL:
            fields = _control(name, regions.read(offset, size))
    return InstallerIdentity(
        technology=Technology.DEB,
        product_name=tidy(fields.get("Package")),
        version=tidy(fields.get("Version")),
        publisher=tidy(fields.get("Maintainer", "").partition("<")[0]),
        architecture=architecture_word(tidy(fields.get("Architecture"))),
        # Repositories are signed, not the packages in them; a few packages have a member of debsigs.
        signature=FileSignature.UNKNOWN if any(name.startswith("_gpg") for name in names) else FileSignature.NONE,
        needs_administrator=True,
        complete=end <= regions.size and any(name.startswith("data.tar") for name in names),
        space_needed=_kibibytes(fields.get("Installed-Size", "")),
    )


def _kibibytes(text: str) -> int | None:
    """Returns a number of kibibytes in bytes; None for what is no number."""
    plain = text.strip()
    return int(plain) << 10 if plain.isascii() and plain.isdecimal() and len(plain) <= _MOST_DIGITS else None


def _members(regions: Regions) -> Iterator[tuple[str, int, int]]:
    """Yields name, place and size of the members of an ar archive; three and perhaps a signature are expected."""
    at = 8
    for _ in range(8):
        head = regions.read(at, 60)
        if len(head) < 60 or head[58:60] != b"`\n" or not head[48:58].strip().isdigit():
            return
        size = int(head[48:58])
        yield head[:16].decode("ascii", "replace").strip().rstrip("/"), at + 60, size
        at += 60 + size + size % 2


def _control(name: str, data: bytes) -> dict[str, str]:
    if name.endswith(".gz"):
        data = zlib.decompressobj(31).decompress(data, _LONGEST_UNPACKED)
    elif name.endswith(".xz"):
        data = lzma.LZMADecompressor(memlimit=128 << 20).decompress(data, _LONGEST_UNPACKED)
    elif not name.endswith(".tar"):
        return {}
    return dict(_FIELD.findall(_control_file(data).decode("utf-8", "replace")))


def _control_file(archive: bytes) -> bytes:
    """Returns the file ``control`` of a tar archive, empty where there is none.

    Python's tarfile takes hours for extended headers that hold nothing but digits (CVE-2024-6232).
    """
    at = 0
    while len(head := archive[at : at + _TAR_BLOCK]) == _TAR_BLOCK and head[0]:
        name, kind = head[:100].partition(b"\0")[0], head[156:157]
        size = int(head[124:136].strip(b" \0") or b"0", 8)
        at += _TAR_BLOCK
        if name.lstrip(b"./") == b"control" and kind in (b"0", b"\0"):
            return archive[at : at + min(size, _LONGEST_CONTROL)]
        at += -(-size // _TAR_BLOCK) * _TAR_BLOCK
    return b""


def read_rpm(regions: Regions) -> InstallerIdentity:
    """Returns what the package's two headers tell."""
    signatures, after = _rpm_header(regions, _RPM_LEAD)
    tags, end = _rpm_header(regions, after + -after % 8)
    texts = {name: _text_at(tags[tag]) for tag, name in _RPM_NAMES.items() if tag in tags}
    version = "-".join(filter(None, (texts.get("version"), texts.get("release"))))
    return InstallerIdentity(
        technology=Technology.RPM,
        product_name=tidy(texts.get("name")),
        version=tidy(version),
        publisher=tidy(texts.get("vendor")),
        architecture=architecture_word(tidy(texts.get("arch"))),
        signature=FileSignature.UNKNOWN if _RPM_SIGNATURES & signatures.keys() else FileSignature.NONE,
        needs_administrator=True,
        complete=None if end < regions.size else False,
        space_needed=_size_in(tags),
    )


def _size_in(tags: dict[int, bytes]) -> int | None:
    """Returns the size of the package's files; beside that of 32 bits stands one of 64, where it is too small."""
    for tag, width in ((_RPM_LONG_SIZE, 8), (_RPM_SIZE, 4)):
        if len(data := tags.get(tag, b"")[:width]) == width:
            return int.from_bytes(data, "big")
    return None


def _text_at(data: bytes) -> str:
    return data.partition(b"\0")[0].decode("utf-8", "replace")


def _rpm_header(regions: Regions, at: int) -> tuple[dict[int, bytes], int]:
    """Returns what is kept from the place of each tag on, and where the header ends. Numbers are big-endian."""
    head = regions.read(at, 16)
    if head[:4] != _RPM_HEADER or len(head) < 16:
        return {}, at
    count, size = struct.unpack(">II", head[8:16])
    rows = regions.read(at + 16, 16 * min(count, _MOST_TAGS))
    store = regions.read(at + 16 + 16 * count, min(size, _LONGEST_HEADER))
    found: dict[int, bytes] = {}
    for row in range(0, len(rows) - 15, 16):
        tag, _, offset, _ = struct.unpack(">IIII", rows[row : row + 16])
        found[tag] = store[offset : offset + 1024]
    return found, at + 16 + 16 * count + size


def read_elf(regions: Regions, name: str) -> InstallerIdentity:
    """Returns what a program of Linux is: an AppImage by its mark, an installer by its ending."""
    head = regions.read(0, 64)
    mark = head[8:11] in (b"AI\x01", b"AI\x02")
    if not mark and not name.lower().endswith((".run", ".bin")):
        return InstallerIdentity()
    return InstallerIdentity(
        technology=Technology.APPIMAGE if mark else Technology.RUN,
        architecture=_MACHINES.get(number(head, 18, 2)),
        needs_administrator=False if mark else None,
        # An AppImage runs from where it lies.
        space_needed=0 if mark else None,
    )


def read_script(regions: Regions, name: str) -> InstallerIdentity:
    """Returns what a script is: one that unpacks what follows it, by Makeself's mark or the file's ending."""
    head = regions.read(0, _SCRIPT)
    if _MAKESELF not in head and not name.lower().endswith(".run"):
        return InstallerIdentity()
    label, unpacked = _LABEL.search(head), _UNPACKED.search(head)
    return InstallerIdentity(
        technology=Technology.RUN,
        product_name=tidy(label[1].decode("utf-8", "replace")) if label else None,
        signature=FileSignature.NONE,
        space_needed=_kibibytes(unpacked[1].decode()) if unpacked else None,
    )


def read_pkg(regions: Regions) -> InstallerIdentity:
    """Returns what a package of macOS tells: whether its table of contents has a signature."""
    head = regions.read(0, 28)
    size, packed = int.from_bytes(head[4:6], "big"), int.from_bytes(head[8:16], "big")
    contents = regions.read(size, min(packed, _LONGEST_CONTROL))
    table = zlib.decompressobj().decompress(contents, _LONGEST_UNPACKED) if contents else b""
    return InstallerIdentity(
        technology=Technology.PKG,
        signature=FileSignature.UNKNOWN if b"<signature" in table or b"<x-signature" in table else FileSignature.NONE,
        complete=size + packed <= regions.size,
    )


def read_dmg(regions: Regions) -> InstallerIdentity | None:
    """Returns what a disk image tells, by the trailer that it ends with; None for anything else."""
    trailer = regions.read(max(regions.size - _DMG_TRAILER_SIZE, 0), _DMG_TRAILER_SIZE)
    if not trailer.startswith(_DMG_TRAILER):
        return None
    ends = (sum(struct.unpack_from(">QQ", trailer, at)) for at in _DMG_PARTS if len(trailer) == _DMG_TRAILER_SIZE)
    return InstallerIdentity(
        technology=Technology.DMG, complete=None if max(ends, default=0) <= regions.size else False
    )
