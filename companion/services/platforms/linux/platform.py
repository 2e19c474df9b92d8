"""Linux: processes from /proc, autostart from XDG and systemd, windows from X11."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import signal
import subprocess
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from companion.domain.core import platform as systems
from companion.domain.pc.code_signatures import Signature, SignatureState
from companion.domain.pc.facts import (
    AutostartEntry,
    Fact,
    Firewall,
    FirewallProfile,
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
from companion.services.platforms.common import posix, web_pages
from companion.services.platforms.common.waiting import wait_for_any
from companion.services.platforms.linux import proc, x11, xdg
from companion.services.platforms.protocol import HeldEntry, Launched

_SUPPLIES = Path("/sys/class/power_supply")
_DMI = Path("/sys/class/dmi/id")
_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PAGES = frozenset({"https"})


class Linux:
    """The app's `Platform` on Linux. `environment` stands in for the process's own in tests."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, *, open_pidfd: Callable[[int], int] | None = None
    ) -> None:
        self._environment = os.environ if environment is None else environment
        self._open_pidfd = open_pidfd or os.pidfd_open

    @property
    def name(self) -> systems.Platform:
        return systems.Platform.LINUX

    def who(self) -> Fact[Who]:
        user = proc.user_name(os.geteuid())
        return Fact.known(Who(pid=os.getpid(), user=user, elevated=os.geteuid() == 0))

    def sightings(self, names: frozenset[str] | None = None) -> tuple[Sighting, ...]:
        return proc.Lookout(names).once()

    def lookout(self, names: frozenset[str]) -> Callable[[], tuple[Sighting, ...]]:
        return proc.Lookout(names)

    def describe(self, pids: Iterable[int]) -> tuple[Process, ...]:
        found: dict[int, Process] = {}
        waiting = list(pids)
        wanted = set(waiting)
        with x11.look(self._environment) as screen:
            while waiting:
                pid = waiting.pop()
                if pid in found:
                    continue
                process = proc.describe(pid, screen, pid in wanted)
                if process is None:
                    continue
                found[pid] = process
                if process.parent:
                    waiting.append(process.parent)
        return tuple(sorted(found.values(), key=lambda process: (process.pid not in wanted, process.pid)))

    def children(self, pids: Iterable[int]) -> frozenset[int]:
        found: set[int] = set()
        for pid in pids:
            for listing in Path(f"/proc/{pid}/task").glob("*/children"):
                with contextlib.suppress(OSError):
                    found.update(map(int, listing.read_text().split()))
        return frozenset(found)

    def autostart(self) -> Fact[tuple[AutostartEntry, ...]]:
        return Fact.known((*xdg.autostart_entries(self._environment), *xdg.systemd_entries(self._environment)))

    def held_files(self, paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
        wanted = {real: path for path in paths if (real := os.path.realpath(self.expand(path))) and Path(real).exists()}
        holders: dict[str, set[int]] = {}
        for pid, target in proc.open_files() if wanted else ():
            if target in wanted:
                holders.setdefault(target, set()).add(pid)
        return Fact.known(
            tuple(HeldFile(path=wanted[real], pids=tuple(sorted(pids))) for real, pids in sorted(holders.items()))
        )

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]:
        with contextlib.ExitStack() as stack:
            descriptors: dict[int, int] = {}
            gone, unwatched = set(), set()
            for pid in pids:
                try:
                    descriptor = self._open_pidfd(pid)
                except ProcessLookupError:
                    gone.add(pid)
                except OSError:
                    # A sandbox, an old kernel, or too many open files: it can still be looked up.
                    unwatched.add(pid)
                else:
                    stack.callback(os.close, descriptor)
                    descriptors[descriptor] = pid
            return frozenset(gone) | wait_for_any(
                frozenset(descriptors.values()),
                frozenset(unwatched),
                0 if gone else seconds,
                wait=lambda _, pause: posix.wait_by_poll(descriptors, pause),
                ended=proc.ended,
            )

    def boot(self) -> Fact[str]:
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

    def space(self, places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
        return Fact.known(posix.spaces(places))

    def usual_places(self) -> tuple[tuple[Purpose, str], ...]:
        return ((Purpose.TEMPORARY, self._environment.get("TMPDIR", "/tmp")), (Purpose.PROGRAMS, "/usr"))  # noqa: S108

    def system(self) -> Fact[System]:
        release = platform.freedesktop_os_release()
        return Fact.known(
            System(
                platform=systems.Platform.LINUX,
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

    def close_gently(self, pid: int) -> int:
        with x11.look(self._environment) as screen:
            return screen.close(pid)

    def end_session(self, pid: int) -> bool:
        return posix.end(pid, signal.SIGTERM)

    def terminate(self, pid: int) -> None:
        posix.end(pid, signal.SIGKILL)

    def launch(self, arguments: Sequence[str]) -> None:
        posix.launch_detached(arguments)

    def hold(self, entry: AutostartEntry) -> HeldEntry:
        return xdg.hold(entry, self._environment)

    def switch_off(self, held: HeldEntry) -> None:
        xdg.switch_off(held)

    def switch_on(self, held: HeldEntry) -> bool:
        return xdg.switch_on(held)

    pin = staticmethod(posix.pin_copy)

    def signature(self, path: Path) -> Signature:
        del path
        return Signature(state=SignatureState.UNKNOWN)

    def start_installer(self, path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        words = ["/bin/sh", str(path), *arguments] if posix.is_script(path) else [str(path), *arguments]
        if elevate and os.geteuid() != 0:
            words = ["pkexec", *words]
        return posix.start_child(words, path.parent)

    def expand(self, path: str) -> Path:
        return Path(posix.expand_variables(path, self._environment))

    def mark_of_the_web(self, path: Path) -> None:
        # user.xdg.origin.url is the closest there is, and it would store a signed address: nothing is marked.
        del path

    def open_folder(self, path: Path) -> None:
        uri = path.resolve().as_uri()
        words = ["gdbus", "call", "--session", "--dest", "org.freedesktop.FileManager1"]
        words += ["--object-path", "/org/freedesktop/FileManager1"]
        words += ["--method", "org.freedesktop.FileManager1.ShowItems", f"['{uri}']", ""]
        try:
            subprocess.run(words, capture_output=True, timeout=5, check=True)
        except (OSError, subprocess.SubprocessError):
            posix.launch_detached(["xdg-open", str(path.parent)])

    def open_url(self, url: str) -> None:
        posix.launch_detached(["xdg-open", web_pages.checked(url, _PAGES)])

    def starts_at_login(self) -> bool:
        return xdg.own_entry_enabled(self._environment)

    def start_at_login(self, command: Sequence[str] | None) -> None:
        xdg.write_own_entry(command, self._environment)

    def start_at_next_login(self, command: Sequence[str] | None) -> None:
        xdg.write_once_entry(command, self._environment)


def _line(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
