"""Check of the folder that an installation replaces: who has files in it open, also what no list of programs knows."""

from __future__ import annotations

from companion.domain.core.platform import Platform
from companion.domain.core.text import joined
from companion.domain.pc.facts import Process
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Requirements, Severity
from companion.domain.pc.program_paths import plain
from companion.domain.pc.untouchable import guarded

FOLDER = "folder"
"""The `id` of the finding about the folder."""


def folder_finding(users: tuple[Process, ...], requirements: Requirements) -> Finding | None:
    """Returns which programs use the folder; None when none does."""
    folder, product = requirements.replaced_folder or "", requirements.replaced_product or "the product"
    if not users:
        return None
    names = sorted({process.label or process.name for process in users})
    who = f"{joined(names)} {'has' if len(names) == 1 else 'have'} files of {product} open"
    if all(_lies_in(process, folder) for process in users):
        who = f"{product} itself is running"
    return Finding(
        id=FOLDER,
        severity=Severity.WARNS,
        title=who,
        explanation=f"The installation replaces files in {folder}, and what is open there can make it fail or wait for "
        "a restart.",
        evidence=tuple(f"{process.path or process.name} (process {process.pid})" for process in users),
        remedies=(_way_out(users, names, requirements.platform),),
        pids=tuple(process.pid for process in users),
    )


def _way_out(users: tuple[Process, ...], names: list[str], platform: Platform) -> Remedy:
    told, one = joined(names), len(names) == 1
    if all(guarded(process, platform) is not None for process in users):
        return Remedy(
            kind=RemedyKind.RESTART,
            title="Restart the PC if the installer asks for it",
            explanation=f"{told} {'belongs' if one else 'belong'} to the system and {'stays' if one else 'stay'} open: "
            "a restart then completes the installation.",
        )
    return Remedy(
        kind=RemedyKind.BY_HAND,
        title=f"Close {told}",
        explanation=f"Save your work in {'it' if one else 'them'} first. This check is updated automatically.",
    )


def _lies_in(process: Process, folder: str) -> bool:
    return process.path is not None and plain(process.path).startswith(plain(folder).rstrip("/") + "/")
