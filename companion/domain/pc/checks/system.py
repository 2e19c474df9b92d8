"""Checks of the system: version, processor and memory, power, pending restarts, and administrator rights."""

from __future__ import annotations

from companion.domain.core.text import joined, size_in_words
from companion.domain.pc.facts import Installing, Power, System, Who
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Requirements, Severity
from companion.domain.store.profile import Stage, SystemRequirement

INSTALLING = "installing"
"""The `id` of the finding about another installation that runs."""
# Memory is what the firmware leaves over: a "4 GB" PC reports a little less.
_MEMORY_TOLERANCE = 0.9


def system_finding(system: System, requirements: Requirements) -> Finding:
    """Returns whether the product runs on this system, processor and memory."""
    needed = next((need for need in requirements.profile.requirements if need.platform is system.platform), None)
    complaints = _complaints(system, needed)
    about = f"{system.name} {system.version}, {system.architecture}, {size_in_words(system.memory)} of memory"
    if not complaints:
        return Finding(
            id="system",
            severity=Severity.FINE,
            title="This PC meets the requirements",
            explanation=f"It has what the product needs: {about}.",
        )
    return Finding(
        id="system",
        severity=Severity.BLOCKS,
        title="The product does not run on this PC",
        explanation=" ".join(complaints),
        evidence=(about,),
        remedies=(
            Remedy(
                kind=RemedyKind.BY_HAND,
                title="Ask for a suitable version",
                explanation="Support can tell you whether there is a version for this PC, or refund the order.",
            ),
        ),
    )


def _complaints(system: System, needed: SystemRequirement | None) -> list[str]:
    found = []
    if needed and needed.version and _numbers(system.version) < _numbers(needed.version):
        found.append(f"It needs {system.name} {needed.version} or newer; this PC has {system.version}.")
    accepted = needed.architectures if needed else ()
    if accepted and _processor(system.architecture) not in {_processor(name) for name in accepted}:
        found.append(f"It is made for {joined(accepted, 'or')} processors; this PC has {system.architecture}.")
    if needed and system.memory and system.memory < needed.memory * _MEMORY_TOLERANCE:
        found.append(f"It needs {size_in_words(needed.memory)} of memory; this PC has {size_in_words(system.memory)}.")
    return found


def _numbers(version: str) -> tuple[int, ...]:
    """Returns dotted numbers for comparing; ``10`` equals ``10.0``."""
    numbers = [int(part) if part.isdecimal() else 0 for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _processor(name: str) -> str:
    folded = name.casefold().replace("-", "_")
    same = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64", "i386": "x86", "i686": "x86", "win32": "x86"}
    return same.get(folded, folded)


def power_finding(power: Power, stage: Stage) -> Finding:
    """Returns whether the battery is charged enough, where the PC runs on one."""
    charge = f"Battery at {power.percent} %" if power.percent is not None else ""
    if not power.is_low:
        source = "The PC is plugged in." if power.on_mains else "The PC runs on battery."
        return Finding(
            id="power",
            severity=Severity.FINE,
            title="There is enough power",
            explanation=f"{source} {charge}.".removesuffix(" ."),
        )
    doing = "download" if stage is Stage.DOWNLOAD else "installation"
    return Finding(
        id="power",
        severity=Severity.WARNS,
        title="The battery is low",
        explanation=f"{charge}. The {doing} should not be interrupted.",
        remedies=(
            Remedy(
                kind=RemedyKind.PLUG_IN,
                title="Plug in the charger",
                explanation="This check is updated automatically.",
            ),
        ),
    )


def restart_finding(reasons: tuple[str, ...]) -> Finding:
    """Returns whether the system is waiting for a restart; `reasons` are short phrases."""
    if not reasons:
        return Finding(
            id="restart",
            severity=Severity.FINE,
            title="No restart is pending",
            explanation="All earlier updates are complete.",
        )
    return Finding(
        id="restart",
        severity=Severity.WARNS,
        title="The PC has to restart first",
        explanation="An earlier installation or update is completed only by a restart. "
        "Until then, many installers refuse to start or stop halfway.",
        evidence=reasons,
        remedies=(
            Remedy(
                kind=RemedyKind.RESTART,
                title="Restart the PC",
                explanation="Save your work first. Then open Companion again; your downloads are kept.",
            ),
        ),
    )


def installing_finding(alone: bool, found: Installing) -> Finding | None:
    """Returns whether the system's own installer is at work; with `alone`, the one to be run has to wait for it."""
    if found.at_work:
        return Finding(
            id=INSTALLING,
            severity=Severity.BLOCKS if alone else Severity.WARNS,
            title="Another installation is running",
            explanation="The system installs or updates another program. "
            + ("Only one installation can run at a time." if alone else "Both may need the same files."),
            remedies=(
                Remedy(
                    kind=RemedyKind.BY_HAND,
                    title="Wait until it has finished",
                    explanation="It must not be cut off. This check is updated automatically.",
                ),
            ),
        )
    if not found.cut_off:
        return None
    return Finding(
        id=INSTALLING,
        severity=Severity.WARNS,
        title="An earlier installation was cut off",
        explanation="The system's own installer has noted that an installation did not come to its end. "
        "Until that is settled, others may be refused.",
        remedies=(
            Remedy(
                kind=RemedyKind.RESTART,
                title="Restart the PC",
                explanation="Save your work first. Then run that other installation again, or remove its program.",
            ),
        ),
    )


def elevation_finding(who: Who) -> Finding:
    """Returns whether this account may install programs."""
    if who.elevated or who.may_elevate:
        return Finding(
            id="elevation",
            severity=Severity.FINE,
            title="You can install programs",
            explanation="If the system asks for permission, answer “Yes”.",
        )
    return Finding(
        id="elevation",
        severity=Severity.WARNS,
        title="An administrator is needed",
        explanation="Your account cannot install programs: the system will ask for an administrator's password.",
        remedies=(
            Remedy(
                kind=RemedyKind.BY_HAND,
                title="Ask an administrator to help",
                explanation="The person who set up this PC can enter their password when the system asks for it.",
            ),
        ),
    )
