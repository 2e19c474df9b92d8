"""What a file is, by its own bytes."""

from __future__ import annotations

import gzip
import io
import lzma
import random
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.core.platform import Platform
from companion.domain.installation.files.formats.msi import read_properties, stream_name
from companion.domain.installation.files.formats.regions import BytesRegions
from companion.domain.installation.files.identity import (
    FileSignature,
    InstallerIdentity,
    Technology,
    fits_pc,
    with_signature,
)
from companion.domain.installation.files.reading import read_identity
from companion.domain.installation.files.words import identity_lines
from companion.domain.pc.code_signatures import Signature, SignatureState
from tests.kits.windows_files import program, version

MSI = (Path(__file__).parents[3] / "kits/installers/example.msi").read_bytes()
HARBOUR = {"ProductName": "Harbour Suite", "ProductVersion": "4.2.1", "CompanyName": "Harbour Software"}
SQUIRREL = bytes.fromhex("94f0b17b6893e02937eb34ef53aae7d42b54f5707ef5d6f57854983e5e94ed7d")
NSIS = struct.pack("<I", 0) + b"\xef\xbe\xad\xdeNullsoftInst" + b"\0" * 100


def manifest(level: str = "", name: str = "Harbour") -> bytes:
    asks = f'<requestedExecutionLevel level="{level}" uiAccess="false"/>' if level else ""
    return f'<assembly><assemblyIdentity name="{name}"/>{asks}</assembly>'.encode()


def read(data: bytes, name: str = "setup.exe") -> InstallerIdentity:
    return read_identity(BytesRegions(data), name)


def setup(strings: dict[str, str] | None = None, **parts: object) -> bytes:
    resources = {16: {1: version(HARBOUR | (strings or {}))}, 24: {1: manifest("requireAdministrator")}}
    resources |= parts.pop("resources", {})  # type: ignore[call-overload]
    return program(resources=resources, **parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("data", "technology"),
    [
        (setup(), Technology.PE),
        (setup(overlay=NSIS), Technology.NSIS),
        (setup(overlay=b"\0" * 512 + NSIS), Technology.NSIS),
        (setup(resources={10: {11111: b"rDlPtS\xcd\xe6\xd7\x7b\x0b\x2a"}}), Technology.INNO),
        (setup(resources={24: {1: manifest("asInvoker", "JR.Inno.Setup")}}), Technology.INNO),
        (setup(sections=[(b".wixburn", b"\x00\x43\xf1\x00")]), Technology.BURN),
        (setup(overlay=b"InstallShield\0more"), Technology.INSTALLSHIELD),
        (setup({"InternalName": "InstallShield Setup Launcher"}), Technology.INSTALLSHIELD),
        (setup(sections=[(b".data", b"\0" * 16 + SQUIRREL)]), Technology.SQUIRREL),
        (setup({"SquirrelAwareVersion": "1"}), Technology.SQUIRREL),
        (setup(overlay=b"7z\xbc\xaf\x27\x1c\0\x04"), Technology.SFX),
        (setup(overlay=b"Rar!\x1a\x07\x01\0"), Technology.SFX),
        (setup({"InternalName": "Wextract"}), Technology.SFX),
        (setup(resources={10: {11111: b"another program's"}}), Technology.PE),
    ],
)
def test_who_made_a_program_of_windows(data: bytes, technology: Technology) -> None:
    found = read(data)
    assert found.technology is technology
    assert (found.product_name, found.version, found.publisher) == ("Harbour Suite", "4.2.1", "Harbour Software")
    assert found.complete is True
    assert found.notes == ()


@pytest.mark.parametrize(
    ("level", "needs"),
    [("requireAdministrator", True), ("asInvoker", False), ("highestAvailable", None), ("", None)],
)
def test_administrator_rights_are_what_the_manifest_asks_for(level: str, needs: bool | None) -> None:
    assert read(setup(resources={24: {1: manifest(level)}})).needs_administrator is needs


@pytest.mark.parametrize(("machine", "word"), [(0x14C, "x86"), (0x8664, "x64"), (0xAA64, "arm64"), (0x1234, None)])
def test_the_processor_is_named(machine: int, word: str | None) -> None:
    assert read(setup(machine=machine)).architecture == word


def test_a_signature_is_seen_but_not_believed() -> None:
    assert read(setup()).signature is FileSignature.NONE
    found = read(setup(signature=b"\x08\0\0\0\0\x02\x02\0"))
    assert found.signature is FileSignature.UNKNOWN
    assert found.signer is None
    valid = with_signature(found, Signature(state=SignatureState.VALID, signer="Harbour Software"))
    assert (valid.signature, valid.signer) == (FileSignature.VALID, "Harbour Software")
    altered = with_signature(found, Signature(state=SignatureState.ALTERED, signer="Harbour Software"))
    assert (altered.signature, altered.signer) == (FileSignature.INVALID, None)


def test_a_package_of_windows_installer() -> None:
    found = read(MSI, "harbour.msi")
    assert found == InstallerIdentity(
        technology=Technology.MSI,
        product_name="Harbour Suite",
        version="4.2.1",
        publisher="Harbour Software",
        architecture="x64",
        signature=FileSignature.NONE,
        needs_administrator=True,
        complete=True,
        space_needed=3,
    )


MANIFEST = """<?xml version="1.0"?><Package xmlns="http://schemas.microsoft.com/appx/manifest/foundation/windows10">
<Identity Name="Harbour.Suite" Version="4.2.1.0" Publisher="CN=Harbour, O=&quot;Harbour, Inc&quot;"
 ProcessorArchitecture="x64"/><Properties><DisplayName>Harbour Suite</DisplayName>
<PublisherDisplayName>ms-resource:name</PublisherDisplayName></Properties></Package>"""


def archive(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in files.items():
            file.writestr(name, data)
    return made.getvalue()


def test_a_package_of_the_microsoft_store() -> None:
    found = read(archive({"AppxManifest.xml": MANIFEST.encode(), "AppxSignature.p7x": b"PKCX"}), "harbour.msix")
    assert found.technology is Technology.MSIX
    assert (found.product_name, found.version, found.publisher) == ("Harbour Suite", "4.2.1.0", "Harbour")
    assert (found.architecture, found.needs_administrator) == ("x64", False)
    assert found.signature is FileSignature.UNKNOWN
    assert read(archive({"readme.txt": b"hello"}), "harbour.zip").technology is Technology.UNKNOWN


def deb(
    compress: str = ".xz",
    control: str = "Package: harbour\nVersion: 4.2.1-1\nInstalled-Size: 300000\n",
    before: tuple[bytes, bytes] | None = None,
) -> bytes:
    """A package; in its archive stands a member `before` the control file, of a type and with a content."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as file:
        if before is not None:
            first = tarfile.TarInfo("first")
            first.type, content = before
            first.size = len(content)
            file.addfile(first, io.BytesIO(content))
        text = f"{control}Architecture: amd64\nMaintainer: Harbour Software <a@harbour.example>\n".encode()
        member = tarfile.TarInfo("./control")
        member.size = len(text)
        file.addfile(member, io.BytesIO(text))
    plain = tar.getvalue()
    packed = {".xz": lzma.compress(plain), ".gz": gzip.compress(plain)}.get(compress, plain)
    parts = [("debian-binary", b"2.0\n"), (f"control.tar{compress}", packed), ("data.tar.xz", b"data")]
    return b"!<arch>\n" + b"".join(
        f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(data):<10}`\n".encode() + data + b"\n" * (len(data) % 2)
        for name, data in parts
    )


@pytest.mark.parametrize("compress", [".xz", ".gz", ""])
def test_a_package_of_debian(compress: str) -> None:
    found = read(deb(compress), "harbour.deb")
    assert (found.technology, found.product_name, found.version) == (Technology.DEB, "harbour", "4.2.1-1")
    assert (found.publisher, found.architecture) == ("Harbour Software", "x64")
    assert (found.needs_administrator, found.complete, found.space_needed) == (True, True, 300_000 << 10)
    for size in ("-5", "many", "9" * 40, "٣"):
        assert read(deb("", f"Package: harbour\nInstalled-Size: {size}\n"), "harbour.deb").space_needed is None


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_an_extended_header_of_nothing_but_digits_is_passed_over(kind: bytes) -> None:
    found = read(deb(".gz", before=(kind, b"1" * 3_000_000)), "harbour.deb")
    assert (found.technology, found.product_name, found.version) == (Technology.DEB, "harbour", "4.2.1-1")


def test_a_package_whose_fields_cannot_be_unpacked_is_known_all_the_same() -> None:
    found = read(deb(".zst"), "harbour.deb")
    assert (found.technology, found.product_name, found.complete) == (Technology.DEB, None, True)


def rpm(sizes: dict[int, bytes] | None = None) -> bytes:
    def header(tags: dict[int, str | bytes]) -> bytes:
        rows, store = b"", b""
        for tag, value in tags.items():
            rows += struct.pack(">IIII", tag, 6 if isinstance(value, str) else 4, len(store), 1)
            store += value.encode() + b"\0" if isinstance(value, str) else value
        return b"\x8e\xad\xe8\x01\0\0\0\0" + struct.pack(">II", len(tags), len(store)) + rows + store

    lead = b"\xed\xab\xee\xdb".ljust(96, b"\0")
    signature = header({1005: "sig"})
    main = header(
        {1000: "harbour", 1001: "4.2.1", 1002: "1", 1011: "Harbour Software", 1022: "x86_64", **(sizes or {})}
    )
    return lead + signature + b"\0" * (-len(lead + signature) % 8) + main + b"payload"


def test_other_packages() -> None:
    found = read(rpm(), "harbour.rpm")
    assert (found.technology, found.product_name, found.version) == (Technology.RPM, "harbour", "4.2.1-1")
    assert (found.publisher, found.architecture, found.signature) == ("Harbour Software", "x64", FileSignature.UNKNOWN)
    assert found.space_needed is None
    small, large = struct.pack(">I", 312_000_000), struct.pack(">Q", 5 << 32)
    assert read(rpm({1009: small}), "harbour.rpm").space_needed == 312_000_000
    assert read(rpm({1009: small, 5009: large}), "harbour.rpm").space_needed == 5 << 32
    elf = bytearray(64)
    elf[:4], elf[18:20] = b"\x7fELF", struct.pack("<H", 62)
    assert read(bytes(elf), "tool").technology is Technology.UNKNOWN
    assert read(bytes(elf), "harbour.run").technology is Technology.RUN
    elf[8:11] = b"AI\x02"
    assert read(bytes(elf), "harbour").technology is Technology.APPIMAGE
    script = b'#!/bin/sh\n# This script was generated using Makeself 2.5.0\nlabel="Harbour Suite"\n'
    assert read(script, "harbour.sh").product_name == "Harbour Suite"
    assert read(b"#!/bin/sh\necho hi\n", "harbour.sh").technology is Technology.UNKNOWN
    table = zlib.compress(b'<xar><toc><signature style="RSA"/></toc></xar>')
    xar = b"xar!" + struct.pack(">HHQQI", 28, 1, len(table), 40, 1) + table
    assert read(xar, "harbour.pkg").signature is FileSignature.UNKNOWN
    assert read(b"\0" * 100 + b"koly".ljust(512, b"\0"), "harbour.dmg").technology is Technology.DMG


def test_what_is_cut_off_is_said_to_be_incomplete() -> None:
    whole = setup(signature=b"signature-of-it!")
    found = read(whole[:-8])
    assert (found.technology, found.complete) == (Technology.PE, False)
    assert found.notes == ("The file is not complete: it ends earlier than it says itself. Download it again.",)
    assert read(deb()[:-5], "harbour.deb").complete is False


@pytest.mark.parametrize(
    "whole", [setup(overlay=NSIS), MSI, deb(), rpm(), archive({"AppxManifest.xml": MANIFEST.encode()})]
)
def test_no_length_of_a_file_makes_reading_fail(whole: bytes) -> None:
    for length in [*range(0, min(len(whole), 600), 3), *range(600, len(whole), 331)]:
        read(whole[:length])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**32))
def test_no_damage_makes_reading_fail(seed: int) -> None:
    chance = random.Random(seed)
    data = bytearray(chance.choice((setup(overlay=NSIS), MSI, deb(), rpm())))
    for _ in range(chance.randint(1, 40)):
        data[chance.randrange(min(len(data), 4096))] = chance.choice((0, 1, 0x7F, 0xFF, chance.randrange(256)))
    read(bytes(data))


def test_tables_of_endless_length_are_not_read() -> None:
    streams = {stream_name("Property"): b"\1\0" * 100_000, stream_name("_StringPool"): b"\0" * 1000}
    assert read_properties(streams.get) == {}
    text, count = b"ProductNameHarbour", struct.pack("<IHHHH", 1252, 11, 1, 7, 1)
    small = {"Property": b"\1\0\2\0", "_StringPool": count, "_StringData": text}
    assert read_properties({stream_name(name): data for name, data in small.items()}.get) == {"ProductName": "Harbour"}


def test_an_archive_that_grows_without_end_is_not_unpacked() -> None:
    bomb = archive({"AppxManifest.xml": b"<Package>" + b" " * (64 << 20)})
    found = read(bomb, "harbour.msix")
    assert found.technology is Technology.UNKNOWN
    assert found.notes[0].startswith("The file is damaged")
    entities = MANIFEST.replace("<Package", '<!DOCTYPE a [<!ENTITY b "bbbb">]><Package', 1)
    for data in (entities.encode(), entities.encode("utf-16")):
        assert read(archive({"AppxManifest.xml": data}), "harbour.msix").product_name is None


def test_a_name_that_deceives_is_noted() -> None:
    assert read(setup(), "invoice\u202efdp.exe").notes == (
        "Its name holds hidden characters that change how it looks; it really ends in “.exe”.",
    )
    assert read(setup(), "invoice.pdf").notes == ("Its name ends in “.pdf”, but its content is of another kind.",)
    assert read(MSI, "setup.exe").notes == ("Its name ends in “.exe”, but its content is of another kind.",)
    both = setup() + archive({"AppxManifest.xml": MANIFEST.encode()})
    assert read(both, "harbour.msix").technology is Technology.SFX
    assert read(both, "harbour.msix").notes


def test_texts_of_the_file_are_made_harmless() -> None:
    found = read(setup({"ProductName": "Harbour\u202e\x1b[2J", "CompanyName": "\0\0"}))
    assert (found.product_name, found.publisher) == ("Harbour[2J", None)


@pytest.mark.parametrize(
    ("technology", "made_for", "platform", "here", "fits"),
    [
        (Technology.MSI, "x64", Platform.WINDOWS, "x86_64", True),
        (Technology.MSI, "x86", Platform.WINDOWS, "x86_64", True),
        (Technology.MSI, "x64", Platform.WINDOWS, "x86", False),
        (Technology.MSI, "arm64", Platform.WINDOWS, "x86_64", False),
        (Technology.MSI, "x64", Platform.WINDOWS, "arm64", None),
        (Technology.MSI, "x64", Platform.LINUX, "x86_64", False),
        (Technology.MSI, None, Platform.WINDOWS, "x86_64", None),
        (Technology.DEB, "any", Platform.LINUX, "riscv64", True),
        (Technology.DEB, "x64", Platform.LINUX, "aarch64", False),
        (Technology.RUN, None, Platform.LINUX, "x86_64", None),
        (Technology.UNKNOWN, None, Platform.LINUX, "x86_64", None),
    ],
)
def test_whether_it_fits(
    technology: Technology, made_for: str | None, platform: Platform, here: str, fits: bool | None
) -> None:
    assert fits_pc(InstallerIdentity(technology=technology, architecture=made_for), platform, here) is fits


def test_what_is_said_of_it() -> None:
    found = read(setup(overlay=NSIS))
    assert identity_lines(found, "setup.exe") == [
        "setup.exe is an installer made with NSIS.",
        "It installs Harbour Suite 4.2.1, by Harbour Software.",
        "It is complete, but not checked: nothing shows that it is the maker's own file.",
        "It is not signed.",
        "It needs administrator rights.",
    ]
    assert identity_lines(read(b"hello", "a.txt"), "a\u202e.txt") == ["a.txt is no installer that Companion knows."]
