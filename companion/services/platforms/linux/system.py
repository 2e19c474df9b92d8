"""The PC on Linux: its settings and its hardware."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
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
from companion.services.platforms.linux.packages import installed_packages

_SUPPLIES = Path("/sys/class/power_supply")
_DMI = Path("/sys/class/dmi/id")
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class LinuxSystem:
    """The `SystemProbe` of Linux."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment

    def boot_id(self) -> Fact[str]:
        # random(4): made anew at each boot; a boot's moment would move with the clock.
        mark = _line(_BOOT)
        return Fact.known(mark) if mark else Fact.unknown("the kernel does not say")

    def firewall(self) -> Fact[Firewall]:
        with contextlib.suppress(OSError):
            enabled = re.search(r"(?m)^ENABLED=yes", Path("/etc/ufw/ufw.conf").read_text()) is not None
            defaults = Path("/etc/default/ufw").read_text()
            closed = re.search(r'(?m)^DEFAULT_OUTPUT_POLICY="(DROP|REJECT)"', defaults) is not None
            profile = FirewallProfile(name="ufw", enabled=enabled, blocks_outgoing=closed)
            return Fact.known(Firewall(profiles=(profile,)))
        return Fact.unknown("only an administrator can read this system's rules")

    def antivirus(self) -> Fact[tuple[SecurityProduct, ...]]:
        return Fact.unknown("this system keeps no list of antivirus programs")

    def pending_restart(self) -> Fact[tuple[str, ...]]:
        if not Path("/run/reboot-required").exists():
            return Fact.known(())
        packages = ""
        with contextlib.suppress(OSError):
            packages = ", ".join(sorted(set(Path("/run/reboot-required.pkgs").read_text().split())))
        return Fact.known((f"updated: {packages}" if packages else "an update asks for it",))

    def installing(self) -> Fact[Installing]:
        return Fact()  # the package managers are seen among the programs that run

    def free_space(self, places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
        return Fact.known(posix.spaces(places))

    def standard_folders(self) -> tuple[tuple[Purpose, str], ...]:
        return ((Purpose.TEMPORARY, self._environment.get("TMPDIR", "/tmp")), (Purpose.PROGRAMS, "/usr"))  # noqa: S108

    def operating_system(self) -> Fact[System]:
        release = platform.freedesktop_os_release()
        return Fact.known(
            System(
                platform=Platform.LINUX,
                name=release.get("NAME", "Linux"),
                version=release.get("VERSION_ID", ""),
                architecture=platform.machine(),
                memory=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
            )
        )

    def power(self) -> Fact[Power]:
        mains, percent = [], None
        for supply in sorted(_SUPPLIES.iterdir()) if _SUPPLIES.is_dir() else ():
            kind = _line(supply / "type")
            if kind == "Mains":
                mains.append(_line(supply / "online") == "1")
            elif kind == "Battery" and _line(supply / "scope") != "Device" and _line(supply / "capacity").isdecimal():
                percent = int(_line(supply / "capacity"))
        return Fact.known(Power(on_mains=any(mains) or percent is None, percent=percent))

    def metered(self) -> Fact[bool]:
        service = "org.freedesktop.NetworkManager"
        words = ["busctl", "--system", "get-property", service, f"/{service.replace('.', '/')}", service, "Metered"]
        try:
            answer = subprocess.run(words, capture_output=True, timeout=2, check=True, text=True).stdout
        except (OSError, subprocess.SubprocessError):
            return Fact.unknown("NetworkManager does not run here")
        # NMMetered: 1 yes, 2 no, 3 guessed yes, 4 guessed no, 0 unknown.
        number = answer.split()[-1]
        if number == "0":
            return Fact.unknown("the system does not say")
        return Fact.known(number in ("1", "3"))

    def machine(self) -> Fact[Machine]:
        maker = _line(_DMI / "sys_vendor")
        if not maker:
            return Fact.unknown("the firmware does not say")
        return Fact.known(Machine(maker=maker, model=_line(_DMI / "product_name")))

    def installed_products(self) -> SystemRecord:
        return installed_packages(self._environment)

    def expand(self, path: str) -> Path:
        return Path(posix.expand_variables(path, self._environment))


def _line(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
