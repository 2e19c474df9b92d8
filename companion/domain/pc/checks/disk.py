"""Checks of the disks: free space, and whether the download folder can be written to."""

from __future__ import annotations

from companion.domain.core.platform import Platform
from companion.domain.core.text import joined, size_in_words
from companion.domain.pc.facts import Purpose, Space
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Requirements, Severity
from companion.domain.store.profile import Stage

# Writing a file needs a little more than its length: the journal beside it, the file system's own blocks.
_SPARE = 64 * 10**6

_PLACES = {
    Purpose.DOWNLOADS: "the download folder",
    Purpose.TEMPORARY: "temporary files",
    Purpose.PROGRAMS: "programs",
}


def space_finding(places: tuple[Space, ...], requirements: Requirements, stage: Stage) -> Finding | None:
    """Returns whether each volume has the space that is needed there; purposes on one volume add up.

    None when nothing is needed at any of `places`.
    """
    needs = _needs(requirements, stage)
    volumes: dict[str, tuple[int, int, list[Space]]] = {}
    for place in places:
        need, free, members = volumes.get(place.volume, (0, place.free, []))
        need += needs.get(place.purpose, 0)
        volumes[place.volume] = (need, min(free, place.free), [*members, place] if place.purpose in needs else members)
    used = [(need, free, members) for need, free, members in volumes.values() if members]
    if not used:
        return None
    for need, free, members in used:
        if free < need + _SPARE:
            return _too_little(need, free, members, requirements)
    least = min(free for _, free, _ in used)
    resumed = f" {size_in_words(requirements.already)} have been downloaded already." if requirements.already else ""
    return Finding(
        id="space",
        severity=Severity.FINE,
        title="There is enough free space",
        explanation=f"{size_in_words(least)} are free, {size_in_words(sum(needs.values()))} are needed.{resumed}",
    )


def _needs(requirements: Requirements, stage: Stage) -> dict[Purpose, int]:
    """Returns the bytes needed for each purpose, without purposes that need none."""
    if stage is Stage.DOWNLOAD:
        needs = {Purpose.DOWNLOADS: requirements.missing}
    else:
        system = (need for need in requirements.profile.requirements if need.platform is requirements.platform)
        installed = next((need.free_space for need in system), 0)
        needs = {Purpose.PROGRAMS: installed, Purpose.TEMPORARY: requirements.size}
    return {purpose: need for purpose, need in needs.items() if need}


def _too_little(need: int, free: int, members: list[Space], requirements: Requirements) -> Finding:
    short = need + _SPARE - free
    where = joined(tuple(dict.fromkeys(_PLACES[place.purpose] for place in members)))
    counted = (
        f" The {size_in_words(requirements.already)} downloaded already are taken into account."
        if requirements.already
        else ""
    )
    remedies = [_free_space(short, requirements.platform)]
    if any(place.purpose is Purpose.DOWNLOADS for place in members):
        remedies.append(
            Remedy(
                kind=RemedyKind.CHOOSE_FOLDER,
                title="Choose another folder",
                explanation="A folder on another disk may have enough space.",
            )
        )
    return Finding(
        id="space",
        severity=Severity.BLOCKS,
        title="Not enough free space",
        explanation=f"{size_in_words(short)} more are needed for {where}: "
        f"{size_in_words(free)} are free, {size_in_words(need + _SPARE)} are needed.{counted}",
        evidence=tuple(f"{place.path}: {place.free} bytes free" for place in members),
        remedies=tuple(remedies),
    )


def _free_space(short: int, platform: Platform) -> Remedy:
    windows = platform is Platform.WINDOWS
    return Remedy(
        kind=RemedyKind.FREE_SPACE,
        title=f"Free {size_in_words(short)}",
        explanation="Empty the Recycle Bin or let Windows clean up. This check is updated automatically."
        if windows
        else "Delete what you no longer need. This check is updated automatically.",
        target="ms-settings:storagesense" if windows else None,
    )


def writable_finding(may: bool, requirements: Requirements) -> Finding:
    """Returns whether files can be written to the download folder."""
    folder = requirements.destination or "the folder"
    if may:
        return Finding(
            id="writable",
            severity=Severity.FINE,
            title="The download folder can be used",
            explanation=f"Files can be saved in {folder}.",
        )
    protected = (
        " Windows may protect it from programs it does not know (Controlled folder access)."
        if requirements.platform is Platform.WINDOWS
        else ""
    )
    return Finding(
        id="writable",
        severity=Severity.BLOCKS,
        title="The download folder cannot be used",
        explanation=f"Files cannot be saved in {folder}.{protected}",
        remedies=(
            Remedy(
                kind=RemedyKind.CHOOSE_FOLDER,
                title="Choose another folder",
                explanation="Your own Downloads folder usually works.",
            ),
        ),
    )
