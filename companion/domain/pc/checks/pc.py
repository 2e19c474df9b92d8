"""All findings about the PC itself, one for each fact that was looked at."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from companion.domain.pc.checks.disk import space_finding, writable_finding
from companion.domain.pc.checks.folder import FOLDER, folder_finding
from companion.domain.pc.checks.network import clock_finding, metered_finding
from companion.domain.pc.checks.security import antivirus_finding, firewall_finding
from companion.domain.pc.checks.system import (
    elevation_finding,
    installing_finding,
    power_finding,
    restart_finding,
    system_finding,
)
from companion.domain.pc.facts import Fact, Facts
from companion.domain.pc.finding import Finding, Requirements, Severity
from companion.domain.store.profile import Stage

T = TypeVar("T")


def pc_findings(facts: Facts, requirements: Requirements, stage: Stage) -> tuple[Finding, ...]:
    """Returns one finding for each fact that was looked at and matters for `stage`."""
    platform = requirements.platform
    folder = partial(folder_finding, requirements=requirements)
    installing = partial(installing_finding, requirements.alone)
    rows = [
        _row("system", "This PC", facts.system, lambda system: system_finding(system, requirements)),
        _row("space", "The free space", facts.space, lambda places: space_finding(places, requirements, stage)),
        _row("antivirus", "The antivirus program", facts.antivirus, lambda found: antivirus_finding(found, stage)),
        _row("clock", "The clock", facts.clock_offset, lambda offset: clock_finding(offset, platform)),
        _row("power", "The power supply", facts.power, lambda power: power_finding(power, stage)),
    ]
    if stage is Stage.DOWNLOAD:
        rows += [
            _row("writable", "The download folder", facts.writable, lambda may: writable_finding(may, requirements)),
            _row("firewall", "The firewall", facts.firewall, lambda wall: firewall_finding(wall, platform)),
            _row("metered", "The connection", facts.metered, lambda metered: metered_finding(metered, requirements)),
        ]
    else:
        rows += [
            _row("installing", "Whether another installation runs", facts.installing, installing),
            _row(FOLDER, "Who uses the folder that is replaced", facts.folder_users, folder),
            _row("restart", "Whether a restart is pending", facts.pending_restart, restart_finding),
            _row("elevation", "The permission to install programs", facts.who, elevation_finding),
        ]
    return tuple(row for row in rows if row is not None)


def _row(identity: str, what: str, fact: Fact[T], decide: Callable[[T], Finding | None]) -> Finding | None:
    """Returns what `decide` makes of a known fact, why the fact is unknown, or None when it was not looked at."""
    if fact.value is not None:
        return decide(fact.value)
    if not fact.looked_at:
        return None
    return Finding(
        id=identity,
        severity=Severity.UNKNOWN,
        title=f"{what} could not be checked",
        explanation=f"The result is not known because {fact.reason}. You can continue without it.",
    )
