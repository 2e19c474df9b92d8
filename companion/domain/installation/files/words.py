"""What a file is, in lines for people."""

from __future__ import annotations

from companion.domain.core.platform import Platform
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity, Technology, platform_of
from companion.domain.installation.files.space import space_sentence
from companion.domain.installation.files.verification import Verification, VerifiedBy, of_file, verification_sentence

KINDS = {
    Technology.MSI: "a package of Windows Installer",
    Technology.INNO: "an installer made with Inno Setup",
    Technology.NSIS: "an installer made with NSIS",
    Technology.BURN: "an installer made with WiX (Burn)",
    Technology.INSTALLSHIELD: "an installer made with InstallShield",
    Technology.SQUIRREL: "an installer made with Squirrel or Velopack",
    Technology.MSIX: "a package of Windows (MSIX)",
    Technology.SFX: "an archive that unpacks itself",
    Technology.PE: "a program for Windows",
    Technology.DEB: "a package of Debian and Ubuntu",
    Technology.RPM: "an RPM package",
    Technology.APPIMAGE: "an AppImage, which needs no installation",
    Technology.RUN: "an installer for Linux",
    Technology.PKG: "a package of macOS",
    Technology.DMG: "a disk image of macOS",
    Technology.UNKNOWN: "a file of no kind that Companion knows",
}
"""What a file of each technology is, in the middle of a sentence."""
_SYSTEMS = {Platform.WINDOWS: "Windows", Platform.LINUX: "Linux", Platform.MACOS: "macOS"}
_SIGNATURES = {
    FileSignature.VALID: "Its signature is valid: {signer}.",
    FileSignature.INVALID: "Its signature is not valid. Do not run it.",
    FileSignature.NONE: "It is not signed.",
    FileSignature.UNKNOWN: "Whether it is signed, and by whom, could not be checked here.",
}


def identity_lines(found: InstallerIdentity, filename: str, verification: Verification | None = None) -> list[str]:
    """Returns what is known of the file, and how far it is verified, in plain lines; by itself where that is all."""
    verification = verification or of_file(found)
    name = clean_text(filename, 100)
    if found.technology is Technology.UNKNOWN:
        return [f"{name} is no installer that Companion knows.", *found.notes, *filter(None, (found.advice,))]
    product = " ".join(filter(None, (found.product_name, found.version)))
    lines = [f"{name} is {KINDS[found.technology]}."]
    if product:
        lines.append(f"It installs {product}{f', by {found.publisher}' if found.publisher else ''}.")
    lines.append(verification_sentence(verification))
    if verification.how is not VerifiedBy.SIGNATURE:
        lines.append(_SIGNATURES[found.signature].format(signer=found.signer or "no name in it"))
    if found.fits is False:
        lines.append(misfit_sentence(found))
    if (needs := space_sentence(found)) is not None:
        lines.append(needs)
    if found.needs_administrator:
        lines.append("It needs administrator rights.")
    if found.mark_of_the_web:
        lines.append("It was downloaded from the internet.")
    return [*lines, *found.notes]


def misfit_sentence(found: InstallerIdentity) -> str:
    """Returns what the file is made for, in a sentence that says that this PC is another."""
    platform = platform_of(found.technology)
    system = _SYSTEMS.get(platform) if platform else None
    processors = f"{found.architecture} processors" if found.architecture not in (None, "any") else None
    made = " with ".join(filter(None, (system, processors)))
    return f"It does not run on this PC: it is made for {made}." if made else "It does not run on this PC."
