"""What a file is that is no installer, by its first bytes, and what to do instead: archives, documents, pictures."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import NamedTuple

from companion.domain.core.untrusted.file_heads import HEAD, HeadKind, head_kind
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.formats.msix import list_of_zip
from companion.domain.installation.files.formats.regions import RegionFile, Regions
from companion.domain.installation.files.names import looks_like_installer

_DISC, _DISC_AT = b"CD001", 0x8001
_WEB_PAGES = (b"<!doctype html", b"<html")
_LONGEST_LIST = 1 << 20
_GET_INSTALLER = "Get the installer itself from the maker of the program."


class OtherKind(NamedTuple):
    """What the file is, and what to do next, in sentences."""

    what: str
    advice: str


def other_kind(regions: Regions, filename: str) -> OtherKind | None:
    """Returns what a file is that is no installer; None where that is not known either."""
    if not regions.size:
        return OtherKind("The file is empty.", "Download it again.")
    head = regions.read(0, HEAD)
    kind = head_kind(head)
    if kind is HeadKind.ZIP:
        return _of_zip(regions)
    if kind is HeadKind.ARCHIVE:
        return OtherKind("It is an archive: files that are packed together.", _unpack(None))
    if regions.read(_DISC_AT, len(_DISC)) == _DISC:
        return OtherKind(
            "It is the image of a disc.", "Open it with a double click, then drop the installer in it on Companion."
        )
    return _by_head(head, kind, filename)


def _by_head(head: bytes, kind: HeadKind | None, filename: str) -> OtherKind | None:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if kind is HeadKind.PDF:
        return OtherKind("It is a document (PDF).", _GET_INSTALLER)
    if kind is HeadKind.PICTURE:
        return OtherKind("It is a picture.", _GET_INSTALLER)
    if kind is HeadKind.SHORTCUT or text.startswith(b"[internetshortcut]"):
        return OtherKind("It is a shortcut, which only points to something else.", _GET_INSTALLER)
    if text.startswith(_WEB_PAGES):
        return OtherKind(
            "It is a web page and not a program: the shop may have asked you to sign in, or its link has expired.",
            "Sign in at the shop in your browser, and download it again.",
        )
    if filename.casefold().endswith((".bat", ".cmd", ".ps1", ".vbs", ".js", ".sh", ".reg")):
        return OtherKind("It is a list of commands, and Companion runs none.", _GET_INSTALLER)
    if not head.strip(b"\0"):
        return OtherKind("It begins with nothing but zeros: its download may have broken off.", "Download it again.")
    return None


def _of_zip(regions: Regions) -> OtherKind:
    names = _names_in(regions)
    if "AndroidManifest.xml" in names:
        return OtherKind("It is an app for Android phones.", _GET_INSTALLER)
    if "[Content_Types].xml" in names or "mimetype" in names:
        return OtherKind("It is a document.", _GET_INSTALLER)
    inside = _installer_in(names)
    if inside is None:
        return OtherKind("It is an archive: files that are packed together.", _unpack(None))
    return OtherKind(f"It is an archive, and the installer is in it: {inside}.", _unpack(inside))


def _names_in(regions: Regions) -> frozenset[str]:
    """Returns the names in an archive; none where its list is broken, or longer than that of any real one."""
    if list_of_zip(regions, _LONGEST_LIST) is None:
        return frozenset()
    try:
        with zipfile.ZipFile(RegionFile(regions)) as archive:
            return frozenset(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return frozenset()


def _installer_in(names: Iterable[str]) -> str | None:
    """Returns the harmless name of what is most likely the installer: the one that lies highest, setups first."""
    found = [PurePosixPath(name) for name in names if looks_like_installer(name)]
    if not found:
        return None
    best = min(found, key=lambda path: (len(path.parts), not _is_setup(path.stem), path.name))
    return clean_text(best.name, 80)


def _is_setup(stem: str) -> bool:
    return any(word in stem.casefold() for word in ("setup", "install"))


def _unpack(inside: str | None) -> str:
    return f"Unpack it first (right click, “Extract”), then drop {inside or 'the installer in it'} on Companion."
