"""Linux: processes from /proc, autostart from XDG and systemd, windows from X11."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import platform
import re
import signal
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from companion.domain import orders
from companion.domain.errors import CompanionError
from companion.domain.facts import (
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
    WindowState,
)
from companion.domain.signatures import Signature, SignatureState
from companion.services.platforms import _pages, _posix, _x11, _xdg
from companion.services.platforms._text import clean
from companion.services.platforms.protocol import HeldEntry, Launched

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_SUPPLIES = Path("/sys/class/power_supply")
_DMI = Path("/sys/class/dmi/id")
_PAGES = frozenset({"https"})


class Linux:
    """The app's `Platform` on Linux. `environment` stands in for the process's own in tests."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        self._environment = os.environ if environment is None else environment

    @property
    def name(self) -> orders.Platform:
        return orders.Platform.LINUX

    def who(self) -> Fact[Who]:
        user = _user_name(os.geteuid())
        return Fact.known(Who(pid=os.getpid(), user=user, elevated=os.geteuid() == 0))

    def sightings(self) -> tuple[Sighting, ...]:
        # One small file per process is the cheapest look; `comm` costs a fraction of `stat`. The calls of `os` are
        # used directly because a file object for each of thousands of processes would take longer than the reading.
        found = []
        for entry in os.listdir("/proc"):  # noqa: PTH208
            if entry[0] > "9":
                continue
            with contextlib.suppress(OSError):
                descriptor = os.open(f"/proc/{entry}/comm", os.O_RDONLY)
                try:
                    name = os.read(descriptor, 64)
                finally:
                    os.close(descriptor)
                found.append(Sighting(pid=int(entry), name=name[:-1].decode("utf-8", "replace")))
        return tuple(found)

    def describe(self, pids: Iterable[int]) -> tuple[Process, ...]:
        found: dict[int, Process] = {}
        waiting = list(pids)
        wanted = set(waiting)
        with _x11.look(self._environment) as screen:
            while waiting:
                pid = waiting.pop()
                if pid in found:
                    continue
                process = _describe(pid, screen, pid in wanted)
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
        return Fact.known((*_xdg.autostart_entries(self._environment), *_xdg.systemd_entries(self._environment)))

    def held_files(self, paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
        wanted = {real: path for path in paths if (real := os.path.realpath(self.expand(path))) and Path(real).exists()}
        holders: dict[str, set[int]] = {}
        for pid, target in _open_files() if wanted else ():
            if target in wanted:
                holders.setdefault(target, set()).add(pid)
        return Fact.known(
            tuple(HeldFile(path=wanted[real], pids=tuple(sorted(pids))) for real, pids in sorted(holders.items()))
        )

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]:
        with contextlib.ExitStack() as stack:
            descriptors: dict[int, int] = {}
            gone = set()
            for pid in pids:
                try:
                    descriptor = os.pidfd_open(pid)
                except ProcessLookupError:
                    gone.add(pid)
                    continue
                stack.callback(os.close, descriptor)
                descriptors[descriptor] = pid
            return frozenset(gone) | _posix.wait_by_poll(descriptors, 0 if gone else seconds)

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
        return Fact.known(_posix.spaces(places))

    def usual_places(self) -> tuple[tuple[Purpose, str], ...]:
        return ((Purpose.TEMPORARY, self._environment.get("TMPDIR", "/tmp")), (Purpose.PROGRAMS, "/usr"))  # noqa: S108

    def system(self) -> Fact[System]:
        release = platform.freedesktop_os_release()
        return Fact.known(
            System(
                platform=orders.Platform.LINUX,
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
        with _x11.look(self._environment) as screen:
            return screen.close(pid)

    def end_session(self, pid: int) -> bool:
        return _posix.end(pid, signal.SIGTERM)

    def terminate(self, pid: int) -> None:
        _posix.end(pid, signal.SIGKILL)

    def launch(self, arguments: Sequence[str]) -> None:
        _posix.launch_detached(arguments)

    def hold(self, entry: AutostartEntry) -> HeldEntry:
        return _xdg.hold(entry, self._environment)

    def switch_off(self, held: HeldEntry) -> None:
        _xdg.switch_off(held)

    def switch_on(self, held: HeldEntry) -> bool:
        return _xdg.switch_on(held)

    pin = staticmethod(_posix.pin_copy)

    def signature(self, path: Path) -> Signature:
        del path
        return Signature(state=SignatureState.UNKNOWN)

    def start_installer(self, path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        words = ["/bin/sh", str(path), *arguments] if _posix.is_script(path) else [str(path), *arguments]
        if elevate and os.geteuid() != 0:
            words = ["pkexec", *words]
        return _posix.start_child(words, path.parent)

    def expand(self, path: str) -> Path:
        return Path(_posix.expand_variables(path, self._environment))

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
            _posix.launch_detached(["xdg-open", str(path.parent)])

    def open_url(self, url: str) -> None:
        _posix.launch_detached(["xdg-open", _pages.checked(url, _PAGES)])

    def starts_at_login(self) -> bool:
        return _xdg.own_entry_enabled(self._environment)

    def start_at_login(self, command: Sequence[str] | None) -> None:
        _xdg.write_own_entry(command, self._environment)


def _describe(pid: int, screen: _x11.Screen, wanted: bool) -> Process | None:
    """What /proc tells of one process (proc(5)), or None when it is gone or only waits to be buried.

    Command lines may hold what is nobody's business, so only those of `wanted` processes are read.
    """
    base = f"/proc/{pid}"
    try:
        text = Path(base, "stat").read_bytes().decode("utf-8", "replace")
        owner = Path(base).stat().st_uid
    except (FileNotFoundError, ProcessLookupError):
        return None
    name, rest = text[text.index("(") + 1 : text.rindex(")")], text[text.rindex(")") + 2 :].split()
    if rest[0] in "ZX":
        return None
    path = _executable(base)
    arguments = _arguments(base) if wanted else None
    state, titles = screen.of(pid)
    if state is WindowState.UNKNOWN and _has_no_display(base):
        state = WindowState.NONE
    return Process(
        pid=pid,
        name=Path(path).name if path and len(name.encode()) >= 15 else name,
        parent=int(rest[1]) or None,
        path=path,
        arguments=arguments,
        started=_boot() + dt.timedelta(seconds=int(rest[19]) / _TICKS),
        owner=_user_name(owner),
        elevated=owner == 0,
        windows=state,
        titles=titles,
    )


def _executable(base: str) -> str | None:
    try:
        # The kernel marks a file that an update has replaced meanwhile.
        return clean(str(Path(base, "exe").readlink())).removesuffix(" (deleted)")
    except OSError:
        return None


def _arguments(base: str) -> tuple[str, ...] | None:
    try:
        raw = Path(base, "cmdline").read_bytes()
    except OSError:
        return None
    return tuple(word.decode("utf-8", "replace") for word in raw.rstrip(b"\0").split(b"\0")) if raw else ()


def _has_no_display(base: str) -> bool:
    """Whether the process was started without any screen, so that it cannot have a window."""
    try:
        names = {variable.partition(b"=")[0] for variable in Path(base, "environ").read_bytes().split(b"\0")}
    except OSError:
        return False
    return not names & {b"DISPLAY", b"WAYLAND_DISPLAY"}


@functools.cache
def _boot() -> dt.datetime:
    for line in Path("/proc/stat").read_text().splitlines():
        if line.startswith("btime "):
            return dt.datetime.fromtimestamp(int(line.split()[1]), dt.UTC)
    raise CompanionError("no-boot-time", "No start time", "The kernel does not say when it started.", "Restart the PC.")


@functools.cache
def _user_name(number: int) -> str:
    import pwd  # there is none on Windows, where this module must still import

    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)


def _line(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""


def _open_files() -> Iterator[tuple[int, str]]:
    """Every open or mapped file this user may see, with the process that has it open."""
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for descriptor in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    yield int(process.name), str(descriptor.readlink())
        with contextlib.suppress(OSError):
            yield int(process.name), str((process / "exe").readlink())
