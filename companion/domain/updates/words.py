"""What is said about updates."""

from __future__ import annotations

from companion.domain.core.text import size_in_words
from companion.domain.updates.decisions import is_newer
from companion.domain.updates.release import FoundRelease, InstallKind

NO_SOURCE = "This build has no update source."
_HOW = {
    InstallKind.SETUP: "The new version is put into place when you agree; what Companion remembers stays.",
    InstallKind.FOLDER: "The new version is put into place when you agree; what Companion remembers stays.",
    InstallKind.SOURCE: "This copy runs from its source: fetch the new one by “git pull”, then “python3 dev.py setup”.",
    InstallKind.PACKAGE: "This copy is a Python package: update it with “pip install --upgrade companion”.",
    InstallKind.OTHER: "Download the new version from where you got this one, and put it in its place.",
}


def how_to_update(kind: InstallKind) -> str:
    """Returns how a new version gets onto this PC."""
    return _HOW[kind]


def source_sentence(has_source: bool, kind: InstallKind) -> str:
    """Returns where updates come from, and what to do where the program does not look itself."""
    if has_source:
        return "Companion looks for a new version once a day. Nothing about you or this PC is sent."
    return f"{NO_SOURCE} Companion does not look for new versions by itself. {how_to_update(kind)}"


def found_sentence(found: FoundRelease | None, installed: str) -> str:
    """Returns what a look has found."""
    if found is None:
        return f"There is no newer version for this system. You have version {installed}."
    if not is_newer(found.release, installed):
        return f"Companion is up to date: you have version {installed}."
    return f"Version {found.release.version} is there ({size_in_words(found.size)}). You have version {installed}."


def ready_title(version: str) -> str:
    """Returns the title of the notice that asks for consent."""
    return f"Companion {version} is ready"


def new_lines(found: FoundRelease, most: int = 30) -> tuple[str, ...]:
    """Returns what is new, one line each; at most `most` of them, and then how many more there are."""
    notes = found.release.notes
    if not notes:
        return ("The release says nothing about what is new.",)
    more = len(notes) - most
    return (*notes[:most], *((f"… and {more} more.",) if more > 0 else ()))


def rolled_back_sentence(version: str, installed: str) -> str:
    """Returns what is told when a new version did not come up."""
    return (
        f"Version {version} did not start on this PC, so version {installed} was put back. Nothing was lost. "
        "It is not tried again until a further version comes."
    )
