"""The values of an identified file, and whether it fits a PC."""

from __future__ import annotations

import enum

import msgspec

from companion.domain.core.model import Model
from companion.domain.core.platform import Platform
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.pc.code_signatures import Signature, SignatureState


class Technology(enum.StrEnum):
    """What made an installer, or what kind of package it is."""

    MSI = "msi"
    INNO = "inno"
    NSIS = "nsis"
    BURN = "burn"
    INSTALLSHIELD = "installshield"
    SQUIRREL = "squirrel"
    """Squirrel, Clowd.Squirrel or Velopack."""
    MSIX = "msix"
    SFX = "sfx"
    """An archive that unpacks itself."""
    PE = "pe"
    """A program of Windows; whether it installs anything is not known."""
    DEB = "deb"
    RPM = "rpm"
    APPIMAGE = "appimage"
    RUN = "run"
    PKG = "pkg"
    DMG = "dmg"
    UNKNOWN = "unknown"


class FileSignature(enum.StrEnum):
    """What is known of the signature in a file."""

    VALID = "valid"
    INVALID = "invalid"
    NONE = "none"
    UNKNOWN = "unknown"
    """There is one that this system cannot check, or it is not known whether there is one."""


class InstallerIdentity(Model, frozen=True):
    """What a file is by its own bytes; None is what it does not tell.

    `architecture` is ``x86``, ``x64``, ``arm64``, ``arm`` or ``any``; `fits` whether this PC can run it. `complete` is
    false when the file ends before its own headers say it does. `notes` are sentences about what is odd with it.
    `space_needed` is what its program takes on the disk, in bytes; `space_free` what is free there, on `space_on`.
    `advice` is what to do instead with a file that is no installer.
    """

    technology: Technology = Technology.UNKNOWN
    product_name: str | None = None
    version: str | None = None
    publisher: str | None = None
    architecture: str | None = None
    fits: bool | None = None
    signer: str | None = None
    signature: FileSignature = FileSignature.UNKNOWN
    needs_administrator: bool | None = None
    mark_of_the_web: bool | None = None
    purchase: str | None = None
    complete: bool | None = None
    notes: tuple[str, ...] = ()
    space_needed: int | None = None
    space_free: int | None = None
    space_on: str | None = None
    advice: str | None = None


_LINUX = frozenset({Technology.DEB, Technology.RPM, Technology.APPIMAGE})
_MACOS = frozenset({Technology.PKG, Technology.DMG})
_WINDOWS = frozenset(Technology) - _LINUX - _MACOS - {Technology.RUN, Technology.UNKNOWN}
_RUNS_ON = {
    "x64": frozenset({"x64", "x86"}),
    "arm64": frozenset({"arm64"}),
    "x86": frozenset({"x86"}),
}
_NAMES = {"amd64": "x64", "x86_64": "x64", "aarch64": "arm64", "arm64": "arm64", "x64": "x64"}
_NAMES |= dict.fromkeys(("x86", "i386", "i486", "i586", "i686", "intel"), "x86")
_NAMES |= dict.fromkeys(("arm", "armhf", "armv7hl", "armel"), "arm")
_NAMES |= dict.fromkeys(("any", "all", "noarch", "neutral"), "any")


def architecture_word(name: str | None) -> str | None:
    """Returns the word for an architecture in the spelling of any system or package; others are kept as they are."""
    plain = (name or "").strip().lower()
    return _NAMES.get(plain, plain or None)


def platform_of(technology: Technology) -> Platform | None:
    """Returns the system that files of this kind are for, None where it is not told by the kind."""
    for platform, kinds in ((Platform.LINUX, _LINUX), (Platform.MACOS, _MACOS), (Platform.WINDOWS, _WINDOWS)):
        if technology in kinds:
            return platform
    return None


def fits_pc(found: InstallerIdentity, platform: Platform, architecture: str | None) -> bool | None:
    """Returns whether a PC of this system and processor can run the file; None where that is not known.

    A PC with an ARM processor runs programs for Intel processors on Windows 11 and macOS, not on Windows 10.
    """
    made_for = platform_of(found.technology)
    if made_for is None:
        return None
    if made_for is not platform:
        return False
    here = architecture_word(architecture)
    if found.architecture == "any":
        return True
    if found.architecture is None or here not in _RUNS_ON:
        return None
    if found.architecture in _RUNS_ON[here]:
        return True
    return None if here == "arm64" and platform is not Platform.LINUX else False


def with_signature(found: InstallerIdentity, signature: Signature) -> InstallerIdentity:
    """Returns `found` with what the system says of its signature; only a valid one tells the signer."""
    state = {
        SignatureState.VALID: FileSignature.VALID,
        SignatureState.UNSIGNED: FileSignature.NONE,
        SignatureState.ALTERED: FileSignature.INVALID,
        SignatureState.UNTRUSTED: FileSignature.INVALID,
        SignatureState.UNKNOWN: found.signature,
    }[signature.state]
    signer = clean_text(signature.signer) if signature.signer and state is FileSignature.VALID else None
    return msgspec.structs.replace(found, signature=state, signer=signer)


def tidy(text: str | None) -> str | None:
    """Returns a text of the file made harmless, None where nothing is left of it."""
    return clean_text(text.replace("\0", " "), 200) or None if text else None
