"""What a file is that is no installer, and what to do instead."""

from __future__ import annotations

import io
import zipfile

import pytest

from companion.domain.installation.files.formats.regions import BytesRegions, Regions, UnreadableError
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.files.reading import read_identity
from companion.domain.installation.files.words import identity_lines


def read(data: bytes, name: str = "setup.exe") -> InstallerIdentity:
    return read_identity(BytesRegions(data), name)


def archive(*names: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name in names:
            file.writestr(name, "x")
    return made.getvalue()


@pytest.mark.parametrize(
    ("names", "inside"),
    [
        (("Harbour/readme.txt", "Harbour/setup.exe", "Harbour/redist/vc_redist.exe"), "setup.exe"),
        (("tool.exe", "harbour-setup.msi"), "harbour-setup.msi"),
        (("deep/setup.exe", "harbour.exe"), "harbour.exe"),
        (("in\u202evoice.exe",), "invoice.exe"),
    ],
)
def test_an_archive_names_the_installer_in_it_and_what_to_do(names: tuple[str, ...], inside: str) -> None:
    found = read(archive(*names), "harbour.zip")
    assert (found.technology, found.complete) == (Technology.UNKNOWN, None)
    assert found.notes == (f"It is an archive, and the installer is in it: {inside}.",)
    assert found.advice == f"Unpack it first (right click, “Extract”), then drop {inside} on Companion."
    assert identity_lines(found, "harbour.zip") == [
        "harbour.zip is no installer that Companion knows.",
        *found.notes,
        found.advice,
    ]


@pytest.mark.parametrize(
    ("data", "name", "what"),
    [
        (b"", "setup.exe", "The file is empty."),
        (b"%PDF-1.7\n", "manual.pdf", "It is a document (PDF)."),
        (b"\x89PNG\r\n\x1a\n", "setup.exe", "It is a picture."),
        (b"\xff\xd8\xff\xe0", "photo.jpg", "It is a picture."),
        (b"RIFF\0\0\0\0WEBPVP8 ", "photo.webp", "It is a picture."),
        (b"L\0\0\0\x01\x14\x02\0" + b"\0" * 12, "setup.lnk", "It is a shortcut, which only points to something else."),
        (b"[InternetShortcut]\r\nURL=x", "setup.url", "It is a shortcut, which only points to something else."),
        (b"@echo off\r\nsetup.exe\r\n", "install.bat", "It is a list of commands, and Companion runs none."),
        (b"7z\xbc\xaf\x27\x1c", "a.7z", "It is an archive: files that are packed together."),
        (b"\x1f\x8b\x08", "a.tar.gz", "It is an archive: files that are packed together."),
        (b"a.txt".ljust(257, b"\0") + b"ustar\0", "a.tar", "It is an archive: files that are packed together."),
        (archive("readme.txt"), "a.zip", "It is an archive: files that are packed together."),
        (archive("[Content_Types].xml", "word/document.xml"), "a.docx", "It is a document."),
        (archive("AndroidManifest.xml", "setup.exe"), "a.apk", "It is an app for Android phones."),
        (b"\0" * 0x8001 + b"CD001", "a.iso", "It is the image of a disc."),
        (b"\0" * 5000, "setup.exe", "It begins with nothing but zeros: its download may have broken off."),
    ],
)
def test_other_kinds_are_told(data: bytes, name: str, what: str) -> None:
    found = read(data, name)
    assert found.technology is Technology.UNKNOWN
    assert found.notes == (what,)
    assert (found.advice or "").endswith(".")


@pytest.mark.parametrize("head", ["<!DOCTYPE html><html>", "\ufeff\r\n <HTML lang=de>"])
def test_a_page_for_signing_in_under_the_installers_name_is_told(head: str) -> None:
    """Shops answer an expired link with a page, and browsers keep it under the file's name."""
    found = read(head.encode(), "setup.exe")
    assert found.notes[0].startswith("It is a web page and not a program")
    assert found.advice == "Sign in at the shop in your browser, and download it again."


def test_an_archive_with_a_broken_or_endless_list_is_an_archive_all_the_same() -> None:
    whole = archive("setup.exe")
    for broken in (whole[:-30], whole[:20], whole[:-4] + b"\xff\xff\xff\xff", whole[:50] + b"\xff" * 400):
        assert read(broken, "a.zip").technology is Technology.UNKNOWN


class Leaving(Regions):
    """A file on a network drive that goes away after some reads."""

    def __init__(self, data: bytes, reads: int) -> None:
        self._inner, self._left = BytesRegions(data), reads

    @property
    def size(self) -> int:
        return self._inner.size

    def read(self, offset: int, length: int) -> bytes:
        self._left -= 1
        if self._left < 0:
            raise UnreadableError(OSError(5, "Input/output error"))
        return self._inner.read(offset, length)


def test_a_file_that_cannot_be_read_to_its_end_is_not_called_damaged() -> None:
    for data, name in ((archive("setup.exe"), "a.zip"), (archive("AppxManifest.xml"), "a.msix"), (b"%PDF-", "a.pdf")):
        for reads in range(3):
            with pytest.raises(UnreadableError):
                read_identity(Leaving(data, reads), name)
