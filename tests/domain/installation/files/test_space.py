"""The space that an installer's program takes, as its own file states it, beside what is free."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from companion.domain.core.platform import Platform
from companion.domain.installation.file_card import file_card
from companion.domain.installation.files.checks import rules_for
from companion.domain.installation.files.formats.msi import read_space, stream_name
from companion.domain.installation.files.formats.regions import BytesRegions
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.files.reading import read_identity
from companion.domain.installation.files.space import space_sentence, with_room
from companion.domain.installation.files.verification import Verification
from companion.domain.installation.files.words import identity_lines
from companion.domain.installation.proof.installation import CheckedFile
from companion.domain.pc.facts import Purpose, Space
from companion.domain.pc.finding import Severity
from companion.domain.store.rules.general import GeneralRules
from tests.kits.windows_files import program

MB = 10**6
MSI = InstallerIdentity(technology=Technology.MSI, space_needed=312 * MB, fits=True)
DISKS = (
    Space(purpose=Purpose.TEMPORARY, path="D:\\Temp", volume="d:\\", free=900 * MB),
    Space(purpose=Purpose.PROGRAMS, path="C:\\Program Files", volume="c:\\", free=41 * MB),
)


def read(data: bytes, name: str = "setup.exe") -> InstallerIdentity:
    return read_identity(BytesRegions(data), name)


# What files state


def nsis_header(*sections: tuple[int, int], wide: bool = False) -> bytes:
    """The second header: flags, eight places with their counts, then sections of flags and kilobytes."""
    width, stride = (8, 24 + 1024) if wide else (4, 24 + 512)
    start = 4 + 8 * (width + 4) + 40
    end = start + stride * len(sections)
    places = [(start, 0), (start, len(sections)), (end, 0), *[(end, 0)] * 5]
    head = struct.pack("<I", 0) + b"".join(struct.pack("<QI" if wide else "<II", *each) for each in places)
    rows = b"".join(struct.pack("<IIIIII", 0, 0, flags, 0, 0, size).ljust(stride, b"\0") for flags, size in sections)
    return head.ljust(start, b"\0") + rows + b"\0" * 64


def deflated(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


def of_lzma(data: bytes) -> bytes:
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 20, "lc": 3, "lp": 0, "pb": 2}]
    return b"\x5d" + struct.pack("<I", 1 << 20) + lzma.compress(data, lzma.FORMAT_RAW, filters=filters)


def nsis(header: bytes, pack: Callable[[bytes], bytes] | None, *, solid: bool = False, following: int = 0) -> bytes:
    length = struct.pack("<I", len(header))
    if pack is None:
        body = length + header
    elif solid:
        body = pack(length + header + b"files")
    else:
        packed = pack(header)
        body = struct.pack("<I", len(packed) | 0x80000000) + packed
    first = struct.pack("<I", 0) + b"\xef\xbe\xad\xdeNullsoftInst"
    return program(
        sections=[(b".text", b"code")],
        overlay=first + struct.pack("<II", len(header), following or 28 + len(body)) + body,
    )


@pytest.mark.parametrize("solid", [False, True])
@pytest.mark.parametrize("pack", [deflated, of_lzma, None, lambda data: b"\0" + of_lzma(data)])
@pytest.mark.parametrize("wide", [False, True])
def test_nsis_counts_the_sections_that_are_chosen_at_first(
    pack: Callable[[bytes], bytes] | None, solid: bool, wide: bool
) -> None:
    data = nsis(nsis_header((1, 300_000), (0, 500), (1, 12), wide=wide), pack, solid=solid)
    found = read(data)
    assert (found.technology, found.space_needed) == (Technology.NSIS, 300_012 << 10)
    assert found.complete is True


def test_an_installer_that_lost_its_end_is_not_complete() -> None:
    """A download that broke off has all the headers of a program; only the data behind them are too short."""
    whole = nsis(nsis_header((1, 300)), deflated)
    found = read(whole[:-20])
    assert (found.technology, found.complete) == (Technology.NSIS, False)
    table = b"rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a\x01\0\0\0" + struct.pack("<7I", 2560, 0, 0, 0, 0, 0, 0)
    inno = program(resources={10: {11111: table}})
    assert len(inno) < 2560
    assert read(inno).complete is False
    assert read(inno.ljust(2560, b"\0")).complete is True
    head = struct.pack("<I", 0x00F14300).ljust(24, b"\0") + struct.pack("<6I4I", 1024, 0, 0, 0, 1, 2, 500, 700, 0, 0)
    burn = program(sections=[(b".wixburn", head)])
    assert read(burn.ljust(2223, b"\0")).complete is False
    assert read(burn.ljust(2224, b"\0")).complete is True


@pytest.mark.slow
@pytest.mark.parametrize(
    "header",
    [
        b"",
        b"\0" * 400,
        nsis_header((1, 7))[:80],
        nsis_header(*[(1, 1)] * 5000),
        struct.pack("<I", 0) + struct.pack("<II", 0xFFFFFFFF, 0xFFFFFFFF) * 8,
        struct.pack("<I", 0) + struct.pack("<IIIIII", 9, 1, 9, 1, 8, 1) + b"\0" * 60,
    ],
)
def test_a_header_that_lies_tells_no_space(header: bytes) -> None:
    for pack in (deflated, of_lzma, None):
        assert read(nsis(header, pack)).space_needed in (None, 1 << 10)
    huge = nsis(nsis_header((1, 7)), deflated).replace(
        struct.pack("<I", len(nsis_header((1, 7)))), struct.pack("<I", 0x7FFFFFFF), 1
    )
    assert read(huge).space_needed is None
    bomb = nsis(b"\0" * (64 << 20), deflated)
    assert read(bomb).space_needed is None


TYPES = {"File": 0x2D48, "Component_": 0x0D48, "FileName": 0x0FFF, "FileSize": 0x0104, "Attributes": 0x1502}


def msi_streams(sizes: list[int], *, types: dict[str, int] | None = None, wide: bool = False) -> dict[str, bytes]:
    """The streams of a package with these files."""
    types = TYPES if types is None else types
    texts = ["File", *(name for name in types if name != "File"), "a.dll", "b.dll"]
    width = 3 if wide else 2
    pool = struct.pack("<I", 1252 | (0x80000000 if wide else 0)) + b"".join(
        struct.pack("<HH", len(text), 1) for text in texts
    )

    def number(text: str) -> bytes:
        return (texts.index(text) + 1).to_bytes(width, "little")

    columns = number("File") * len(types) + b"".join(struct.pack("<H", 0x8000 + at) for at in range(len(types)))
    columns += b"".join(number(name) for name in types)
    columns += b"".join(struct.pack("<H", kind ^ 0x8000) for kind in types.values())
    table = b""
    for kind in types.values():
        if kind & 0x0800:
            table += number("a.dll") * len(sizes)
        elif kind & 0xFF == 4:
            table += b"".join(struct.pack("<I", size ^ 0x80000000) for size in sizes)
        else:
            table += struct.pack("<H", 0x8000) * len(sizes)
    named = {"_StringPool": pool, "_StringData": "".join(texts).encode(), "_Columns": columns, "File": table}
    return {stream_name(name): data for name, data in named.items()}


def test_a_package_of_windows_installer_adds_its_files_up() -> None:
    for wide in (False, True):
        assert read_space(msi_streams([200 * MB, 112 * MB, 5], wide=wide).get) == 312 * MB + 5
    many = msi_streams([1000] * 200_000)
    assert read_space(many.get) == 200 * MB, "more files than a package may have properties"


def test_tables_that_contradict_themselves_tell_no_space() -> None:
    whole = msi_streams([7, 8])
    file = stream_name("File")
    for broken in (
        whole | {file: whole[file][:-1]},
        whole | {file: b""},
        {name: data for name, data in whole.items() if name != file},
        whole | {stream_name("_Columns"): b""},
        whole | {stream_name("_Columns"): b"\xff" * 4000},
        whole | {stream_name("_Columns"): b"\1\0" * 400_000},
        whole | {stream_name("_StringPool"): b""},
        msi_streams([7], types={name: kind for name, kind in TYPES.items() if name != "FileSize"}),
        msi_streams([7], types=TYPES | {"FileSize": 0x0502}),
    ):
        assert read_space(broken.get) is None
    assert read_space(msi_streams([-5 & 0x7FFFFFFF | 0x80000000, 8]).get) == 8, "a negative size takes nothing"


def test_packages_and_scripts_state_it() -> None:
    script = b'#!/bin/sh\n# Makeself 2.5.0\nlabel="Harbour"\n\techo Uncompressed size: 2940 KB\n'
    assert read(script, "harbour.run").space_needed == 2940 << 10
    assert read(script.replace(b"2940", b"lots"), "harbour.run").space_needed is None
    image = b"\x7fELF\x02\x01\x01\x00AI\x02".ljust(64, b"\0")
    assert read(image, "Harbour.AppImage").space_needed == 0
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("AppxManifest.xml", "<Package/>")
        archive.writestr("harbour.exe", b"\0" * 5000)
    assert read(made.getvalue(), "harbour.msix").space_needed == 5010


# What is said of it


def test_what_is_needed_stands_beside_what_is_free() -> None:
    found = with_room(MSI, DISKS)
    assert (found.space_free, found.space_on) == (41 * MB, "C:")
    assert space_sentence(found) == "It needs 312 MB; 41.0 MB are free on C:."
    assert "It needs 312 MB; 41.0 MB are free on C:." in identity_lines(found, "setup.msi")
    assert space_sentence(MSI) == "It needs 312 MB on the disk."
    unknown = replace(found, space_needed=None)
    assert space_sentence(unknown) == "The space that it needs is not stated in the file; 41.0 MB are free on C:."
    posix = Space(purpose=Purpose.PROGRAMS, path="/usr", volume="2049", free=41 * MB)
    assert space_sentence(with_room(MSI, (posix,))) == "It needs 312 MB; 41.0 MB are free on the disk of your programs."


def test_nothing_is_said_of_what_is_not_installed_here() -> None:
    for found in (replace(MSI, fits=False), InstallerIdentity()):
        assert with_room(found, DISKS).space_free is None
    assert space_sentence(InstallerIdentity()) is None
    assert space_sentence(InstallerIdentity(technology=Technology.APPIMAGE, space_needed=0)) is None


def test_the_wizard_warns_of_a_full_disk_before_it_goes_on() -> None:
    file = CheckedFile(
        place="/x", name="a.msi", found=with_room(MSI, DISKS), size=5, sha256="0" * 64, verification=Verification()
    )
    card = file_card(file)
    assert ("Space needed", "312 MB; 41.0 MB are free on C:") in card.facts
    (row,) = (row for row in card.rows if "free space" in row.sentence)
    assert row.severity is Severity.WARNS
    assert row.sentence == "There is not enough free space for it. It needs 312 MB; 41.0 MB are free on C:."


def test_the_check_asks_for_what_the_file_states() -> None:
    general = GeneralRules(id="general")
    asked = {
        name: rules_for(found, 5 * MB, general, Platform.WINDOWS).requirements[0].free_space
        for name, found in {
            "stated": MSI,
            "less than its own size": replace(MSI, space_needed=1),
            "not stated": replace(MSI, space_needed=None),
            "runs where it lies": InstallerIdentity(technology=Technology.APPIMAGE, space_needed=0),
            "no installer": InstallerIdentity(),
        }.items()
    }
    assert asked == {
        "stated": 312 * MB,
        "less than its own size": 5 * MB,
        "not stated": 5 * MB,
        "runs where it lies": 0,
        "no installer": 0,
    }
    twice = rules_for(
        MSI, 5, rules_for(replace(MSI, space_needed=999 * MB), 5, general, Platform.WINDOWS), Platform.WINDOWS
    )
    assert [need.free_space for need in twice.requirements] == [999 * MB]
