"""The PC on macOS: the `SystemProbe` of this system."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from companion.domain.core.platform import Platform
from companion.domain.installation.proof.system_record import SystemRecord
from companion.domain.pc.facts import (
    Fact,
    Firewall,
    FirewallProfile,
    Installing,
    Machine,
    Power,
    Purpose,
    SecurityProduct,
    Space,
    System,
)
from companion.services.platforms.common import posix
from companion.services.platforms.macos.command import output


def boot_id() -> Fact[str]:
    return Fact.known(output(["sysctl", "-n", "kern.bootsessionuuid"]).strip())


def firewall() -> Fact[Firewall]:
    text = output(["/usr/libexec/ApplicationFirewall/socketfilterfw", "--getglobalstate"])
    return Fact.known(Firewall(profiles=(FirewallProfile(name="macOS", enabled="enabled" in text.lower()),)))


def antivirus() -> Fact[tuple[SecurityProduct, ...]]:
    return Fact.unknown("this system keeps no list of antivirus programs")


def pending_restart() -> Fact[tuple[str, ...]]:
    return Fact.unknown("this system does not say")


def free_space(places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
    return Fact.known(posix.spaces(places))


def standard_folders() -> tuple[tuple[Purpose, str], ...]:
    return ((Purpose.TEMPORARY, os.environ.get("TMPDIR", "/tmp")), (Purpose.PROGRAMS, "/Applications"))  # noqa: S108


def operating_system() -> Fact[System]:
    return Fact.known(
        System(
            platform=Platform.MACOS,
            name="macOS",
            version=platform.mac_ver()[0],
            architecture=platform.machine(),
            memory=int(output(["sysctl", "-n", "hw.memsize"])),
        )
    )


def power() -> Fact[Power]:
    return Fact.known(power_in(output(["pmset", "-g", "batt"])))


def metered() -> Fact[bool]:
    return Fact.unknown("this system does not say")


def machine() -> Fact[Machine]:
    return Fact.known(Machine(maker="Apple", model=output(["sysctl", "-n", "hw.model"]).strip()))


def installing() -> Fact[Installing]:
    return Fact()  # macOS has nothing to ask


def installed_products() -> SystemRecord:
    return SystemRecord.unknown("what macOS keeps of installations is not read by Companion")


def expand(path: str) -> Path:
    return Path(posix.expand_variables(path, os.environ))


def power_in(text: str) -> Power:
    """Power from ``pmset -g batt``."""
    percent = re.search(r"(\d+)%", text)
    return Power(on_mains="AC Power" in text or percent is None, percent=int(percent[1]) if percent else None)
