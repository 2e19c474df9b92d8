"""Files made to break or to hold up their reader: each is answered, within the bound of what is read of any file."""

from __future__ import annotations

import io
import lzma
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.domain.installation.files.identity import Technology
from companion.domain.installation.files.words import identity_lines
from companion.services.installation.installer_files import read_file
from tests.kits.windows_files import program, version

OLE = bytes.fromhex("d0cf11e0a1b11ae1")
MSI = (Path(__file__).parents[3] / "kits/installers/example.msi").read_bytes()
NSIS = b"\0\0\0\0\xef\xbe\xad\xdeNullsoftInst"
CODE = [(b".text", b"code")]
_MOST_MEMORY = 96 << 20
"""Bytes; what is read of a file is bound to 32 MiB, and is held twice for a moment."""


def ole(*, shift: int = 9, fat: int = 0, directory: int = 0, difat: int = 0xFFFFFFFE, sectors: bytes = b"") -> bytes:
    head = bytearray(512)
    head[:8] = OLE
    struct.pack_into("<H", head, 30, shift)
    struct.pack_into("<II", head, 44, 1, directory)
    struct.pack_into("<IIII", head, 60, 0xFFFFFFFE, 0, difat, 1)
    struct.pack_into("<109I", head, 76, *[fat] * 109)
    return bytes(head) + sectors


def ring(sectors: int) -> bytes:
    """A table in which each sector follows the one before it, and the first the last."""
    return struct.pack(f"<{sectors}I", *range(1, sectors), 0)


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le")
    head = text.ljust(64, b"\0") + struct.pack("<HB", len(text) + 2, kind)
    return head.ljust(116, b"\0") + struct.pack("<II", start, size) + b"\0" * 4


def sections(count: int) -> bytes:
    data = bytearray(program(sections=CODE))
    struct.pack_into("<H", data, 0x80 + 6, count)
    return bytes(data) + b"\xff" * 40 * min(count, 4000)


def resources_in_a_ring() -> bytes:
    """Each directory of resources has as many entries as there may be, all of them itself."""
    data = bytearray(program(resources={16: {1: version({"ProductName": "x"})}}))
    at = data.index(struct.pack("<IIHH", 0, 0, 0, 0), 0x200)
    struct.pack_into("<HH", data, at + 12, 0xFFFF, 0xFFFF)
    for row in range(at + 16, min(at + 16 + 8 * 64, len(data) - 8), 8):
        struct.pack_into("<II", data, row, 16, 0x80000000)
    return bytes(data)


def nsis(unpacked: int, following: int, body: bytes) -> bytes:
    return program(sections=CODE, overlay=NSIS + struct.pack("<II", unpacked, following) + body)


def deflated(length: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(bytes(length)) + packer.flush()


def ar(*members: tuple[str, bytes, str]) -> bytes:
    made = b"!<arch>\n"
    for name, data, size in (("debian-binary", b"2.0\n", "4"), *members):
        made += f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{size:<10}`\n".encode() + data
    return made


def tar(name: str, kind: bytes = tarfile.REGTYPE, *, size: int = 0, pax: dict[str, str] | None = None) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.PAX_FORMAT, pax_headers=pax) as file:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, name
        file.addfile(member, io.BytesIO(b""))
    data = bytearray(made.getvalue())
    if size:
        data[124:136] = f"{size:011o}\0".encode()
    return bytes(data)


def rpm(count: int, size: int, rows: bytes = b"") -> bytes:
    header = b"\x8e\xad\xe8\x01\0\0\0\0" + struct.pack(">II", count, size) + rows
    return b"\xed\xab\xee\xdb".ljust(96, b"\0") + header


def zip_of_many(entries: int) -> bytes:
    """An archive whose list names one file so many times."""
    whole = zipped(1)
    listed, end = whole.index(b"PK\x01\x02"), whole.index(b"PK\x05\x06")
    row = whole[listed:end]
    last = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, len(row) * entries, listed, 0)
    return whole[:listed] + row * entries + last


def zipped(entries: int, *, name: str = "{}") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for at in range(entries):
            file.writestr(name.format(at), b"")
    return made.getvalue()


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("AppxManifest.xml", bytes(48 << 20))
    return made.getvalue()


def koly(**fields: int) -> bytes:
    trailer = bytearray(b"koly".ljust(512, b"\0"))
    for at, value in fields.items():
        struct.pack_into(">Q", trailer, int(at[1:]), value)
    return bytes(4096) + bytes(trailer)


HUGE = 0xFFFFFFFF
FILES: dict[str, Callable[[], bytes]] = {
    "ole-fat-of-itself.msi": lambda: ole(sectors=ring(128) * 4),
    "ole-ring.msi": lambda: ole(directory=1, sectors=ring(128) + bytes(512 * 127)),
    "ole-difat-of-itself.msi": lambda: ole(fat=HUGE, directory=127 * 128, difat=0, sectors=bytes(512)),
    "ole-difat-ring.msi": lambda: ole(directory=0x00FFFFFF, difat=0, sectors=struct.pack("<128I", *[0] * 127, 0)),
    "ole-sectors-of-4096.msi": lambda: ole(shift=12, sectors=b"\xff" * 9000),
    "ole-shift-of-63.msi": lambda: ole(shift=63, sectors=bytes(512)),
    "ole-ends-in-its-head.msi": lambda: ole()[:200],
    "ole-root-of-4-gib.msi": lambda: ole(
        directory=1,
        sectors=ring(128) + entry("Root", 5, 2, HUGE) + entry("\u4840\u3f3f", 2, 0, 4095) + bytes(256) + bytes(9999),
    ),
    "msi-tables-cut.msi": lambda: MSI[: len(MSI) // 2],
    "msi-of-ff.msi": lambda: MSI[:512] + b"\xff" * (len(MSI) - 512),
    "msi-of-zeros.msi": lambda: MSI[:1536] + bytes(len(MSI) - 1536),
    "pe-65535-sections.exe": lambda: sections(0xFFFF),
    "pe-cut-in-its-head.exe": lambda: program(sections=CODE)[:130],
    "pe-head-far-away.exe": lambda: b"MZ".ljust(0x3C, b"\0") + struct.pack("<I", HUGE),
    "pe-head-in-itself.exe": lambda: b"MZ" + struct.pack("<I", 0x3C) * 40,
    "pe-resources-in-a-ring.exe": resources_in_a_ring,
    "pe-manifest-of-openings.exe": lambda: program(resources={24: {1: b"requestedExecutionLevel " * 10_000}}),
    "pe-version-of-blocks.exe": lambda: program(
        resources={16: {1: struct.pack("<H", 0xFFFF) + struct.pack("<HHH", 6, 0, 0) * 40_000}}
    ),
    "pe-signature-beyond.exe": lambda: program(sections=CODE, signature=b"signature")[:-4],
    "nsis-says-4-gib.exe": lambda: nsis(HUGE, HUGE, b"\xff" * 64),
    "nsis-bomb.exe": lambda: nsis(4 << 20, 4096, deflated(24 << 20)),
    "nsis-dictionary-of-4-gib.exe": lambda: nsis(9000, 64, b"\x5d" + struct.pack("<I", HUGE) + bytes(64)),
    "nsis-empty.exe": lambda: nsis(0, 0, b""),
    "inno-table-cut.exe": lambda: program(resources={10: {11111: b"rDlPtS"}}),
    "burn-of-ff.exe": lambda: program(sections=[(b".wixburn", b"\x00\x43\xf1\x00" + b"\xff" * 200)]),
    "deb-negative-size.deb": lambda: ar(("control.tar", b"", "-10")),
    "deb-size-of-9-gb.deb": lambda: ar(("control.tar.gz", b"", "9999999999")),
    "deb-members-without-end.deb": lambda: ar(*[("x", b"", "0")] * 5000),
    "deb-gzip-bomb.deb": lambda: _member("control.tar.gz", _gzip(64 << 20)),
    "deb-xz-bomb.deb": lambda: _member("control.tar.xz", lzma.compress(bytes(8 << 20))),
    "deb-control-is-a-link-to-itself.deb": lambda: _member("control.tar", tar("./control", tarfile.SYMTYPE)),
    "deb-control-of-8-gib.deb": lambda: _member("control.tar", tar("control", size=8 << 30)),
    "deb-pax-lies.deb": lambda: _member("control.tar", tar("control", pax={"size": "-5", "path": "x" * 9000})),
    "rpm-counts.rpm": lambda: rpm(HUGE, HUGE),
    "rpm-offsets.rpm": lambda: rpm(400, 9000, struct.pack(">IIII", 1000, 6, HUGE, HUGE) * 400),
    "rpm-cut.rpm": lambda: rpm(1, 1)[:100],
    "dmg-koly-lies.dmg": lambda: koly(_24=1 << 62, _32=1 << 62, _216=1 << 62, _224=1 << 62),
    "appimage-offsets.AppImage": lambda: b"\x7fELF\x02\x01\x01\0AI\x02" + b"\xff" * 300,
    "xar-of-2-to-the-64.pkg": lambda: b"xar!" + b"\xff" * 60,
    "xar-bomb.pkg": lambda: _xar(zlib.compress(bytes(64 << 20))),
    "msix-80000-files.msix": lambda: zip_of_many(80_000),
    "msix-1000000-files.msix": lambda: zip_of_many(1_000_000),
    "msix-bomb.msix": bomb,
    "msix-names.msix": lambda: zipped(60, name="AppxManifest.xml{}" + "x" * 60_000),
    "makeself-label.run": lambda: b'#!/bin/sh\n# Makeself\nlabel="' + b"a" * 70_000,
    "makeself-sizes.run": lambda: b"#!/bin/sh\n# Makeself\n" + b"echo Uncompressed size: " * 3000,
    "zeros.exe": lambda: bytes(3000),
    "shortcut.exe": lambda: b"L\0\0\0\x01\x14\x02\0" + bytes(300),
    "empty.exe": lambda: b"",
}


def _member(name: str, data: bytes) -> bytes:
    return ar((name, data, str(len(data))), ("data.tar", b"", "0"))


def _gzip(length: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(bytes(length)) + packer.flush()


def _xar(table: bytes) -> bytes:
    return b"xar!" + struct.pack(">HHQQI", 28, 1, len(table), 64 << 20, 1) + table


@pytest.mark.parametrize("name", FILES)
def test_a_hostile_file_is_answered(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    tracemalloc.start()
    try:
        found = read_file(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < _MOST_MEMORY
    for line in identity_lines(found, name):
        assert line.endswith(".")
        assert line.isprintable()
    assert found.space_needed is None or found.space_needed >= 0


INCOMPLETE = {
    *("nsis-says-4-gib.exe", "burn-of-ff.exe", "pe-signature-beyond.exe", "deb-size-of-9-gb.deb", "rpm-counts.rpm"),
    *("dmg-koly-lies.dmg", "xar-of-2-to-the-64.pkg"),
}


def bounds_of_a_program() -> list[int]:
    """Where the parts of its head and its sections end, and the bytes beside them."""
    head, optional = 0x80, 0x80 + 24
    table = optional + 224
    ends = [0, 2, 0x3C, 0x40, head, head + 4, optional, optional + 96, table, table + 40, table + 80]
    return sorted({at + by for at in (*ends, 0x200, 0x400, 0x600) for by in (-1, 0, 1)} - {-1})


WHOLE = program(resources={16: {1: version({"ProductName": "Harbour"})}}, sections=CODE, signature=b"s" * 64)


@pytest.mark.parametrize("length", [*bounds_of_a_program(), len(WHOLE) - 64, len(WHOLE) - 1])
def test_a_program_that_was_cut_is_never_called_complete(length: int, tmp_path: Path) -> None:
    path = tmp_path / "setup.exe"
    path.write_bytes(WHOLE[:length])
    found = read_file(path)
    assert found.complete is (None if found.technology is Technology.UNKNOWN else False)
    path.write_bytes(WHOLE)
    assert read_file(path).complete


@pytest.mark.parametrize("name", sorted(INCOMPLETE))
def test_what_speaks_of_more_than_there_is_is_not_complete(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    found = read_file(path)
    assert found.technology is not Technology.UNKNOWN
    assert found.complete is False
