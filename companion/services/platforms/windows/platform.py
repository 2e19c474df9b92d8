"""Windows: the app's `Platform`, put together from the parts beside it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from companion.domain.core import platform as systems
from companion.domain.pc.code_signatures import Signature
from companion.domain.pc.facts import (
    AutostartEntry,
    Fact,
    Firewall,
    HeldFile,
    Machine,
    Power,
    Process,
    Purpose,
    SecurityProduct,
    Sighting,
    Space,
    System,
    Who,
)
from companion.services.platforms.common import web_pages
from companion.services.platforms.protocol import HeldEntry, Launched
from companion.services.platforms.windows import autostart, closing, processes, security, system

_PAGES = frozenset({"https", "ms-settings", "windowsdefender"})
_MARK = "[ZoneTransfer]\r\nZoneId=3\r\n"


class Windows:
    """The app's `Platform` on Windows 10 and later."""

    @property
    def name(self) -> systems.Platform:
        return systems.Platform.WINDOWS

    def who(self) -> Fact[Who]:
        pid = os.getpid()
        user, elevated, may = processes.own_identity()
        session = processes.session_of(pid)
        return Fact.known(Who(pid=pid, session=session, user=user, elevated=elevated, may_elevate=may))

    def sightings(self, names: frozenset[str] | None = None) -> tuple[Sighting, ...]:
        return processes.sightings(names)

    def lookout(self, names: frozenset[str]) -> Callable[[], tuple[Sighting, ...]]:
        return lambda: self.sightings(names)

    def describe(self, pids: Iterable[int]) -> tuple[Process, ...]:
        return processes.describe(pids)

    def children(self, pids: Iterable[int]) -> frozenset[int]:
        parents = set(pids)
        return frozenset(seen.pid for seen in processes.sightings() if seen.parent in parents)

    def autostart(self) -> Fact[tuple[AutostartEntry, ...]]:
        return Fact.known(autostart.entries())

    def held_files(self, paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
        there = {str(full): path for path in paths if (full := self.expand(path)).is_file()}
        found = processes.holders(there)
        return Fact.known(tuple(HeldFile(path=there[full], pids=tuple(sorted(pids))) for full, pids in found if pids))

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]:
        return processes.wait_for_exit(pids, seconds)

    def boot(self) -> Fact[str]:
        return processes.boot()

    def firewall(self) -> Fact[Firewall]:
        return security.firewall()

    def antivirus(self) -> Fact[tuple[SecurityProduct, ...]]:
        return security.antivirus()

    def pending_restart(self) -> Fact[tuple[str, ...]]:
        return system.pending_restart()

    def space(self, places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
        return system.space(places)

    def usual_places(self) -> tuple[tuple[Purpose, str], ...]:
        temporary = os.environ.get("TEMP") or os.environ.get("TMP") or r"C:\Windows\Temp"
        return ((Purpose.TEMPORARY, temporary), (Purpose.PROGRAMS, os.environ.get("PROGRAMFILES", "C:\\")))

    def system(self) -> Fact[System]:
        return system.system()

    def power(self) -> Fact[Power]:
        return system.power()

    def metered(self) -> Fact[bool]:
        return system.metered()

    def machine(self) -> Fact[Machine]:
        return system.machine()

    def close_gently(self, pid: int) -> int:
        return closing.close_gently(pid)

    def end_session(self, pid: int) -> bool:
        return closing.end_session(pid)

    def terminate(self, pid: int) -> None:
        closing.terminate(pid)

    def launch(self, arguments: Sequence[str]) -> None:
        closing.launch(arguments)

    def hold(self, entry: AutostartEntry) -> HeldEntry:
        return autostart.hold(entry)

    def switch_off(self, held: HeldEntry) -> None:
        autostart.switch_off(held)

    def switch_on(self, held: HeldEntry) -> bool:
        return autostart.switch_on(held)

    pin = staticmethod(closing.pin)

    def signature(self, path: Path) -> Signature:
        return security.signature(path)

    def start_installer(self, path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        return closing.start_installer(path, arguments, elevate=elevate)

    def expand(self, path: str) -> Path:
        return Path(autostart.expanded(path))

    def mark_of_the_web(self, path: Path) -> None:
        # Without HostUrl: the address is signed and would let others download.
        Path(f"{path}:Zone.Identifier").write_text(_MARK, encoding="ascii", newline="")

    def open_folder(self, path: Path) -> None:
        self.launch([self._system("explorer.exe"), "/select,", str(path)])

    def open_url(self, url: str) -> None:
        # As the shell's child: a browser this app had started itself would count as a part of it.
        page = web_pages.checked(url, _PAGES)
        self.launch([self._system("System32", "rundll32.exe"), "url.dll,FileProtocolHandler", page])

    def starts_at_login(self) -> bool:
        return autostart.own_entry_enabled()

    def start_at_login(self, command: Sequence[str] | None) -> None:
        autostart.write_own_entry(None if command is None else subprocess.list2cmdline(command))

    def start_at_next_login(self, command: Sequence[str] | None) -> None:
        autostart.write_once_entry(None if command is None else subprocess.list2cmdline(command))

    def _system(self, *parts: str) -> str:
        return str(Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), *parts))
