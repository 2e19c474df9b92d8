"""The PC on macOS: the `SystemProbe` of this system."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Sequence
from pathlib import Path

from companion.domain.core.platform import Platform
from companion.domain.installation.proof.receipts import read_receipts
from companion.domain.installation.proof.system_record import MOST_PRODUCTS, SystemRecord
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

_RECEIPTS, _HISTORY = Path("/var/db/receipts"), Path("/Library/Receipts/InstallHistory.plist")
_MOST_READ = 16 << 20


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
    return receipts_in(_RECEIPTS, _HISTORY)


def receipts_in(folder: Path, history: Path) -> SystemRecord:
    """The packages that have a receipt in `folder`, with the names that the `history` of installations has for them."""
    try:
        receipts = [_start_of(path) for path in sorted(folder.glob("*.plist"))[: MOST_PRODUCTS + 1]]
        if not receipts and not folder.is_dir():
            return SystemRecord.unknown("macOS's receipts are not where they are looked for")
        known_as = _start_of(history) if history.is_file() else b""
    except OSError as error:
        return SystemRecord.unknown(f"macOS's receipts cannot be read ({error.strerror})")
    return read_receipts(receipts, known_as)


def _start_of(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_MOST_READ)


def expand(path: str) -> Path:
    return Path(posix.expand_variables(path, os.environ))


def power_in(text: str) -> Power:
    """Power from ``pmset -g batt``."""
    percent = re.search(r"(\d+)%", text)
    return Power(on_mains="AC Power" in text or percent is None, percent=int(percent[1]) if percent else None)
