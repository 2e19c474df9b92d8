"""Findings about the PC itself: space, rights, version, restart, protection, power, line and clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from companion.domain.core.clock import wrong_clock
from companion.domain.core.platform import Platform
from companion.domain.pc.facts import Fact, Facts, Firewall, Power, Purpose, SecurityProduct, Space, System, Who
from companion.domain.pc.finding import Finding, Remedy, RemedyKind, Requirements, Severity, size_in_words
from companion.domain.store.profile import Stage, SystemRequirement

T = TypeVar("T")

_FINE, _WARNS, _BLOCKS = Severity.FINE, Severity.WARNS, Severity.BLOCKS
_CLOCK_BREAKS = 86_400.0
_LOW_BATTERY = 30
# Memory is what the firmware leaves over: a "4 GB" PC reports a little less.
_MEMORY_TOLERANCE = 0.9
# Writing a file needs a little more than its length: the journal beside it, the file system's own blocks.
_SPARE = 64 * 10**6

_PLACES = {
    Purpose.DOWNLOADS: "the folder for downloads",
    Purpose.TEMPORARY: "the folder for temporary files",
    Purpose.PROGRAMS: "the disk for programs",
}


def pc_findings(facts: Facts, requirements: Requirements, stage: Stage) -> tuple[Finding, ...]:
    """One row per thing that was looked at and matters for `stage`."""
    downloads = stage is Stage.DOWNLOAD
    rows = [
        _row("system", "This PC's system", facts.system, lambda system: _system(system, requirements)),
        _row("space", "Free space", facts.space, lambda places: _space(places, requirements, stage)),
        _row("antivirus", "The antivirus", facts.antivirus, lambda products: _antivirus(products, stage)),
        _row("clock", "The clock", facts.clock_offset, lambda offset: _clock(offset, requirements.platform)),
        _row("power", "The power supply", facts.power, lambda power: _power(power, stage)),
    ]
    if downloads:
        rows += [
            _row("writable", "The folder for downloads", facts.writable, lambda may: _writable(may, requirements)),
            _row("firewall", "The firewall", facts.firewall, lambda wall: _firewall(wall, requirements.platform)),
            _row("metered", "The internet connection", facts.metered, lambda metered: _metered(metered, requirements)),
        ]
    else:
        rows += [
            _row("restart", "A waiting restart", facts.pending_restart, _restart),
            _row("elevation", "Administrator rights", facts.who, _elevation),
        ]
    return tuple(row for row in rows if row is not None)


def _row(identity: str, what: str, fact: Fact[T], decide: Callable[[T], Finding | None]) -> Finding | None:
    """The finding `decide` makes of a known fact, a row that says why it is unknown, or nothing if nobody looked."""
    if fact.value is not None:
        return decide(fact.value)
    if not fact.looked_at:
        return None
    return Finding(
        id=identity,
        severity=Severity.UNKNOWN,
        title=f"{what} could not be checked",
        explanation=f"It is not known, because {fact.reason}. You can go on without it.",
    )


def _system(system: System, requirements: Requirements) -> Finding:
    needed = next((need for need in requirements.profile.requirements if need.platform is system.platform), None)
    complaints = _complaints(system, needed, requirements.architecture)
    about = f"{system.name} {system.version}, {system.architecture}, {size_in_words(system.memory)} memory"
    if not complaints:
        return Finding(
            id="system",
            severity=_FINE,
            title="This PC fits",
            explanation=f"It has what the product needs: {about}.",
        )
    return Finding(
        id="system",
        severity=_BLOCKS,
        title="The product does not run on this PC",
        explanation=" ".join(complaints),
        evidence=(about,),
        remedies=(
            Remedy(
                kind=RemedyKind.BY_HAND,
                title="Ask for a version that fits",
                explanation="Support can say whether there is another version for this PC, or take the order back.",
            ),
        ),
    )


def _complaints(system: System, needed: SystemRequirement | None, architecture: str | None) -> list[str]:
    found = []
    if needed and needed.version and _numbers(system.version) < _numbers(needed.version):
        found.append(f"It needs {system.name} {needed.version} or newer; this PC has {system.version}.")
    accepted = needed.architectures if needed and needed.architectures else (architecture,) if architecture else ()
    if accepted and _processor(system.architecture) not in {_processor(name) for name in accepted}:
        found.append(f"It is made for {' or '.join(accepted)} processors; this PC has {system.architecture}.")
    if needed and system.memory and system.memory < needed.memory * _MEMORY_TOLERANCE:
        found.append(f"It needs {size_in_words(needed.memory)} of memory; this PC has {size_in_words(system.memory)}.")
    return found


def _numbers(version: str) -> tuple[int, ...]:
    """Dotted numbers for comparing; ``10`` equals ``10.0``."""
    numbers = [int(part) if part.isdecimal() else 0 for part in version.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _processor(name: str) -> str:
    folded = name.casefold().replace("-", "_")
    same = {"amd64": "x86_64", "x64": "x86_64", "aarch64": "arm64", "i386": "x86", "i686": "x86", "win32": "x86"}
    return same.get(folded, folded)


def _space(places: tuple[Space, ...], requirements: Requirements, stage: Stage) -> Finding | None:
    """Compare what is needed on each volume with what is free there; purposes on one volume add up."""
    needs = _needs(requirements, stage)
    volumes: dict[str, tuple[int, int, list[Space]]] = {}
    for place in places:
        need, free, members = volumes.get(place.volume, (0, place.free, []))
        need += needs.get(place.purpose, 0)
        volumes[place.volume] = (need, min(free, place.free), [*members, place] if place.purpose in needs else members)
    if not any(members for _, _, members in volumes.values()):
        return None
    for need, free, members in volumes.values():
        if members and need and free < need + _SPARE:
            return _too_little(need, free, members, requirements)
    least = min((free for _, free, members in volumes.values() if members), default=0)
    resumed = f" {size_in_words(requirements.already)} are there already." if requirements.already else ""
    return Finding(
        id="space",
        severity=_FINE,
        title="There is enough space",
        explanation=f"{size_in_words(least)} are free and {size_in_words(sum(needs.values()))} needed.{resumed}",
    )


def _needs(requirements: Requirements, stage: Stage) -> dict[Purpose, int]:
    installed = next(
        (need.free_space for need in requirements.profile.requirements if need.platform is requirements.platform), 0
    )
    needs = {Purpose.PROGRAMS: installed, Purpose.TEMPORARY: requirements.size}
    if stage is Stage.DOWNLOAD:
        needs = {Purpose.DOWNLOADS: requirements.missing}
    return {purpose: need for purpose, need in needs.items() if need}


def _too_little(need: int, free: int, members: list[Space], requirements: Requirements) -> Finding:
    short = need + _SPARE - free
    where = " and ".join(dict.fromkeys(_PLACES[place.purpose] for place in members))
    counted = (
        f" What is there already ({size_in_words(requirements.already)}) is counted." if requirements.already else ""
    )
    remedies = [
        Remedy(
            kind=RemedyKind.FREE_SPACE,
            title=f"Free {size_in_words(short)}",
            explanation="Empty the recycle bin or let Windows clean up; this row turns by itself."
            if requirements.platform is Platform.WINDOWS
            else "Remove what you no longer need; this row turns by itself.",
            target="ms-settings:storagesense" if requirements.platform is Platform.WINDOWS else None,
        )
    ]
    if any(place.purpose is Purpose.DOWNLOADS for place in members):
        remedies.append(
            Remedy(
                kind=RemedyKind.CHOOSE_FOLDER,
                title="Choose another folder",
                explanation="A folder on another disk may have the space.",
            )
        )
    return Finding(
        id="space",
        severity=_BLOCKS,
        title="The disk is too full",
        explanation=f"{size_in_words(short)} more must be free for {where}: "
        f"{size_in_words(free)} are free, {size_in_words(need + _SPARE)} are needed.{counted}",
        evidence=tuple(f"{place.path}: {place.free} bytes free" for place in members),
        remedies=tuple(remedies),
    )


def _writable(may: bool, requirements: Requirements) -> Finding:
    folder = requirements.destination or "the folder"
    if may:
        return Finding(
            id="writable",
            severity=_FINE,
            title="The folder for downloads can be used",
            explanation=f"Files can be written to {folder}.",
        )
    protected = (
        " Windows may protect it from programs it does not know (Controlled folder access)."
        if requirements.platform is Platform.WINDOWS
        else ""
    )
    return Finding(
        id="writable",
        severity=_BLOCKS,
        title="Nothing can be written to the folder for downloads",
        explanation=f"Writing to {folder} is not allowed.{protected}",
        remedies=(
            Remedy(
                kind=RemedyKind.CHOOSE_FOLDER,
                title="Choose another folder",
                explanation="Your own Downloads folder always works.",
            ),
        ),
    )


def _firewall(wall: Firewall, platform: Platform) -> Finding:
    others = [product.name for product in wall.products if product.enabled is not False]
    closed = [profile.name for profile in wall.profiles if profile.enabled and profile.blocks_outgoing]
    active = [profile.name for profile in wall.profiles if profile.enabled]
    evidence = tuple(f"{profile.name}: {'on' if profile.enabled else 'off'}" for profile in wall.profiles)
    settings = "windowsdefender://network" if platform is Platform.WINDOWS else None
    if closed:
        return Finding(
            id="firewall",
            severity=_WARNS,
            title="The firewall stops programs from reaching the internet",
            explanation=f"It lets only approved programs out (profile {', '.join(closed)}). "
            "If the download does not start, this app must be approved there.",
            evidence=evidence,
            remedies=(
                Remedy(
                    kind=RemedyKind.OPEN_SETTINGS,
                    title="Open the firewall's settings",
                    explanation="Allow this app to use the internet.",
                    target=settings,
                ),
            ),
        )
    if others:
        return Finding(
            id="firewall",
            severity=_FINE,
            title=f"{' and '.join(others)} guards the connection",
            explanation="That is fine. If the download fails, the check of the connection tells whether this is why.",
            evidence=evidence,
        )
    return Finding(
        id="firewall",
        severity=_FINE,
        title="The firewall lets the download through" if active else "No firewall is in the way",
        explanation="Its rules do not stop programs from reaching the internet.",
        evidence=evidence,
    )


def _antivirus(products: tuple[SecurityProduct, ...], stage: Stage) -> Finding:
    active = [product.name for product in products if product.enabled]
    evidence = tuple(f"{product.name}: {_state(product)}" for product in products)
    if len(active) > 1 and stage is Stage.INSTALL:
        return Finding(
            id="antivirus",
            severity=_WARNS,
            title="Two antivirus programs are switched on",
            explanation=f"{' and '.join(active)} watch at the same time and may disturb the installation.",
            evidence=evidence,
            remedies=(
                Remedy(
                    kind=RemedyKind.OPEN_SETTINGS,
                    title="Open Windows Security",
                    explanation="Keep one of them switched on, and never none.",
                    target="windowsdefender:",
                ),
            ),
        )
    named = " and ".join(active)
    return Finding(
        id="antivirus",
        severity=_FINE,
        title=f"{named} watches over this PC" if active else "No antivirus reported itself",
        explanation="Leave it on. What is downloaded is compared with the store's digest, so damage is noticed.",
        evidence=evidence,
    )


def _state(product: SecurityProduct) -> str:
    state = {True: "on", False: "off", None: "does not say whether it is on"}[product.enabled]
    return state + ("" if product.up_to_date is not False else ", out of date")


def _clock(offset: float, platform: Platform) -> Finding:
    wrong = wrong_clock(dt.timedelta(seconds=offset))
    if wrong is None:
        return Finding(
            id="clock", severity=_FINE, title="The clock is right", explanation="It agrees with the store's clock."
        )
    direction = "ahead" if wrong.ahead else "behind"
    return Finding(
        id="clock",
        severity=_BLOCKS if abs(offset) > _CLOCK_BREAKS else _WARNS,
        title="This PC's clock is wrong",
        explanation=f"It is {wrong.amount} {direction}. Secure connections and licences depend on the right time.",
        remedies=(
            Remedy(
                kind=RemedyKind.OPEN_SETTINGS,
                title="Set the clock",
                explanation="Let the PC set its time by itself.",
                target="ms-settings:dateandtime" if platform is Platform.WINDOWS else None,
            ),
        ),
    )


def _power(power: Power, stage: Stage) -> Finding:
    if power.on_mains or power.percent is None or power.percent >= _LOW_BATTERY:
        charge = "" if power.on_mains or power.percent is None else f" The battery holds {power.percent} %."
        return Finding(id="power", severity=_FINE, title="There is enough power", explanation=f"Power is fine.{charge}")
    doing = "download" if stage is Stage.DOWNLOAD else "installation"
    return Finding(
        id="power",
        severity=_WARNS,
        title="The battery is low",
        explanation=f"It holds {power.percent} %, and the {doing} should not be cut off.",
        remedies=(
            Remedy(kind=RemedyKind.PLUG_IN, title="Plug in the charger", explanation="This row turns by itself."),
        ),
    )


def _metered(metered: bool, requirements: Requirements) -> Finding:
    if not metered:
        return Finding(
            id="metered",
            severity=_FINE,
            title="The connection is not counted",
            explanation="This connection is not marked as one that is paid by volume.",
        )
    return Finding(
        id="metered",
        severity=_WARNS,
        title="This connection may cost money",
        explanation=f"It is marked as paid by volume, and {size_in_words(requirements.missing)} are to be downloaded.",
        remedies=(
            Remedy(
                kind=RemedyKind.BY_HAND,
                title="Use another connection",
                explanation="At home over Wi-Fi it usually costs nothing. What is downloaded already is kept.",
            ),
        ),
    )


def _restart(reasons: tuple[str, ...]) -> Finding:
    if not reasons:
        return Finding(
            id="restart", severity=_FINE, title="No restart is waiting", explanation="The PC has no unfinished update."
        )
    return Finding(
        id="restart",
        severity=_WARNS,
        title="The PC wants to restart first",
        explanation="Something installed earlier is not finished until the PC restarts. "
        "Many installers refuse or stop half-way while that is so.",
        evidence=reasons,
        remedies=(
            Remedy(
                kind=RemedyKind.RESTART,
                title="Restart the PC",
                explanation="Save your work first, then open this app again: what is downloaded is kept.",
            ),
        ),
    )


def _elevation(who: Who) -> Finding:
    if who.elevated or who.may_elevate:
        return Finding(
            id="elevation",
            severity=_FINE,
            title="You may install programs",
            explanation="The system may ask once for permission; the answer is “Yes”.",
        )
    return Finding(
        id="elevation",
        severity=_WARNS,
        title="An administrator is needed",
        explanation="Your account may not install programs: the system will ask for an administrator's password.",
        remedies=(
            Remedy(
                kind=RemedyKind.BY_HAND,
                title="Have an administrator at hand",
                explanation="Ask the person who set up this PC to type their password when the system asks.",
            ),
        ),
    )
