"""Reasons not to run a file that can be read from the file itself."""

from __future__ import annotations

import msgspec

from companion.domain.core.platform import Platform
from companion.domain.installation.files.identity import FileSignature, InstallerIdentity, Technology
from companion.domain.installation.files.space import space_sentence
from companion.domain.installation.files.words import misfit_sentence
from companion.domain.pc.finding import Finding, Severity
from companion.domain.store.profile import Profile, SystemRequirement
from companion.domain.store.rules.general import GeneralRules

MISFIT = "file-fits"
"""The `id` of the finding that a file is made for another PC."""
_NO_INSTALLER, _NOT_COMPLETE, _SIGNATURE = "file", "file-complete", "file-signature"
OF_FILE = frozenset({MISFIT, _NO_INSTALLER, _NOT_COMPLETE, _SIGNATURE})
"""The `id` of each finding that the file itself is in the way."""


def rules_for(
    found: InstallerIdentity, size: int, rules: Profile | GeneralRules, platform: Platform
) -> Profile | GeneralRules:
    """Returns the rules with the space that this file needs on the disk, where that is more than they ask for."""
    asked = next(
        (need for need in rules.requirements if need.platform is platform), SystemRequirement(platform=platform)
    )
    needed = msgspec.structs.replace(asked, free_space=max(asked.free_space, _space_for(found, size)))
    others: tuple[SystemRequirement, ...] = tuple(need for need in rules.requirements if need is not asked)
    return msgspec.structs.replace(rules, requirements=(needed, *others))


def _space_for(found: InstallerIdentity, size: int) -> int:
    """Returns the bytes that are needed at least: what the file states, and not less than its own size unpacked."""
    if found.technology in (Technology.UNKNOWN, Technology.APPIMAGE):
        return 0
    return max(size, found.space_needed or 0)


def runs_alone(found: InstallerIdentity) -> bool:
    """Returns whether it may use the system's own installer, of which only one can be at work at a time."""
    return found.technology not in _INDEPENDENT


def is_package(filename: str) -> bool:
    """Returns whether a file of that name is for the system's own installer; what a program does, no name tells."""
    return filename.casefold().endswith((".msi", ".msp", ".deb", ".rpm", ".pkg"))


def file_findings(found: InstallerIdentity, name: str) -> tuple[Finding, ...]:
    """Returns what blocks running the file, or one finding that says that it fits; `name` is harmless."""
    rows = []
    if found.technology is Technology.UNKNOWN:
        rows.append(_blocks(_NO_INSTALLER, f"{name} is no installer", " ".join(found.notes) or _NOT_KNOWN))
    if found.fits is False:
        rows.append(_blocks(MISFIT, f"{name} does not run on this PC", misfit_sentence(found)))
    if found.complete is False:
        rows.append(_blocks(_NOT_COMPLETE, f"{name} is not complete", "It ends too early. Download it again."))
    if found.signature is FileSignature.INVALID:
        rows.append(_blocks(_SIGNATURE, f"The signature of {name} is not valid", _NOT_VALID))
    if rows:
        return tuple(rows)
    fine = Finding(
        id="file",
        severity=Severity.FINE,
        title=f"{name} can be run here",
        explanation=" ".join(filter(None, ("Nothing in the file is against it.", space_sentence(found)))),
    )
    return (fine,)


# What these do is their own work; others may have a package of the system's inside.
_INDEPENDENT = frozenset({Technology.NSIS, Technology.INNO, Technology.SQUIRREL, Technology.APPIMAGE, Technology.RUN})
_NOT_KNOWN = "It is of no kind that Companion knows."
_NOT_VALID = "It was changed after its maker had signed it, or this PC does not trust the signature. Download it again."


def _blocks(identity: str, title: str, explanation: str) -> Finding:
    return Finding(id=identity, severity=Severity.BLOCKS, title=title, explanation=explanation)
