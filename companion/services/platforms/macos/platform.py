"""macOS: processes from ``ps``, autostart from launch agents, closing through signals."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import platform
import plistlib
import re
import select
import shlex
import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

from companion.domain.core import platform as systems
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.pc.code_signatures import Signature, SignatureState
from companion.domain.pc.facts import (
    AutostartEntry,
    AutostartKind,
    Fact,
    Firewall,
    FirewallProfile,
    HeldFile,
    Machine,
    Power,
    Process,
    Purpose,
    Scope,
    SecurityProduct,
    Sighting,
    Space,
    System,
    Who,
)
from companion.services.platforms.common import posix, web_pages
from companion.services.platforms.common.failures import not_arranged
from companion.services.platforms.common.waiting import wait_for_any
from companion.services.platforms.protocol import HeldEntry, Launched

_LIMIT = 5
# `select` has its BSD half on such systems only, and the type checker looks from wherever it runs.
_select: Any = select
_OWN_LABEL = "companion.at-login"
_ONCE_LABEL = "companion.once"
_PAGES = frozenset({"https", "x-apple.systempreferences"})


class MacOS:
    """The app's `Platform` on macOS."""

    @property
    def name(self) -> systems.Platform:
        return systems.Platform.MACOS

    def who(self) -> Fact[Who]:
        groups = _output(["id", "-Gn"]).split()
        root = os.geteuid() == 0
        user = _output(["id", "-un"]).strip()
        return Fact.known(Who(pid=os.getpid(), user=user, elevated=root, may_elevate=root or "admin" in groups))

    def sightings(self, names: frozenset[str] | None = None) -> tuple[Sighting, ...]:
        return tuple(
            Sighting(pid=process.pid, name=process.name, parent=process.parent)
            for process in processes_in(_output(["ps", "-axo", _COLUMNS]))
            if names is None or process.name.casefold() in names
        )

    def lookout(self, names: frozenset[str]) -> Callable[[], tuple[Sighting, ...]]:
        return lambda: self.sightings(names)

    def describe(self, pids: Iterable[int]) -> tuple[Process, ...]:
        known = {process.pid: process for process in processes_in(_output(["ps", "-axo", _COLUMNS]))}
        wanted = set(pids)
        chain, waiting = set(), list(wanted)
        while waiting:
            pid = waiting.pop()
            if pid in known and pid not in chain:
                chain.add(pid)
                waiting.append(known[pid].parent or 0)
        return tuple(
            sorted((known[pid] for pid in chain), key=lambda process: (process.pid not in wanted, process.pid))
        )

    def children(self, pids: Iterable[int]) -> frozenset[int]:
        parents = set(pids)
        return frozenset(seen.pid for seen in self.sightings() if seen.parent in parents)

    def autostart(self) -> Fact[tuple[AutostartEntry, ...]]:
        places = (
            (Path.home() / "Library/LaunchAgents", Scope.USER, AutostartKind.LAUNCH_AGENT),
            (Path("/Library/LaunchAgents"), Scope.MACHINE, AutostartKind.LAUNCH_AGENT),
            (Path("/Library/LaunchDaemons"), Scope.MACHINE, AutostartKind.SERVICE),
        )
        off = _switched_off()
        found = []
        for folder, scope, kind in places:
            for path in sorted(folder.glob("*.plist")):
                entry = agent_in(path, scope, kind)
                if entry is not None:
                    found.append(_with_state(entry, entry.name not in off and entry.enabled))
        return Fact.known(tuple(found))

    def held_files(self, paths: Sequence[str]) -> Fact[tuple[HeldFile, ...]]:
        found = []
        for path in paths:
            full = self.expand(path)
            if full.exists():
                numbers = _output(["lsof", "-t", "--", str(full)], failing=True).split()
                if numbers:
                    found.append(HeldFile(path=path, pids=tuple(map(int, numbers))))
        return Fact.known(tuple(found))

    def wait_for_exit(self, pids: Iterable[int], seconds: float) -> frozenset[int]:
        gone, watched, unwatched = set(), set(), set()
        with contextlib.closing(_select.kqueue()) as events:
            for pid in pids:
                change = _select.kevent(pid, _select.KQ_FILTER_PROC, _select.KQ_EV_ADD, _select.KQ_NOTE_EXIT)
                try:
                    events.control([change], 0, 0)
                except ProcessLookupError:
                    gone.add(pid)
                except OSError:
                    # Another user's, perhaps: it may not be watched, and can still be looked up.
                    unwatched.add(pid)
                else:
                    watched.add(pid)
            return frozenset(gone) | wait_for_any(
                frozenset(watched),
                frozenset(unwatched),
                0 if gone else seconds,
                wait=lambda those, pause: frozenset(event.ident for event in events.control(None, len(those), pause)),
                ended=lambda those: frozenset(pid for pid in those if not _alive(pid)),
            )

    def boot(self) -> Fact[str]:
        return Fact.known(_output(["sysctl", "-n", "kern.bootsessionuuid"]).strip())

    def firewall(self) -> Fact[Firewall]:
        text = _output(["/usr/libexec/ApplicationFirewall/socketfilterfw", "--getglobalstate"])
        return Fact.known(Firewall(profiles=(FirewallProfile(name="macOS", enabled="enabled" in text.lower()),)))

    def antivirus(self) -> Fact[tuple[SecurityProduct, ...]]:
        return Fact.unknown("this system keeps no list of antivirus programs")

    def pending_restart(self) -> Fact[tuple[str, ...]]:
        return Fact.unknown("this system does not say")

    def space(self, places: Sequence[tuple[Purpose, str]]) -> Fact[tuple[Space, ...]]:
        return Fact.known(posix.spaces(places))

    def usual_places(self) -> tuple[tuple[Purpose, str], ...]:
        return ((Purpose.TEMPORARY, os.environ.get("TMPDIR", "/tmp")), (Purpose.PROGRAMS, "/Applications"))  # noqa: S108

    def system(self) -> Fact[System]:
        return Fact.known(
            System(
                platform=systems.Platform.MACOS,
                name="macOS",
                version=platform.mac_ver()[0],
                architecture=platform.machine(),
                memory=int(_output(["sysctl", "-n", "hw.memsize"])),
            )
        )

    def power(self) -> Fact[Power]:
        return Fact.known(power_in(_output(["pmset", "-g", "batt"])))

    def metered(self) -> Fact[bool]:
        return Fact.unknown("this system does not say")

    def machine(self) -> Fact[Machine]:
        return Fact.known(Machine(maker="Apple", model=_output(["sysctl", "-n", "hw.model"]).strip()))

    def close_gently(self, pid: int) -> int:
        # Through Apple events, as the Quit command does; asking for them may need the person's permission once.
        script = f'tell application "System Events" to set n to name of first process whose unix id is {pid:d}\n'
        script += "tell application n to quit"
        try:
            subprocess.run(["osascript", "-e", script], capture_output=True, timeout=_LIMIT, check=True)
        except (OSError, subprocess.SubprocessError):
            return 0
        return 1

    def end_session(self, pid: int) -> bool:
        return posix.end(pid, signal.SIGTERM)

    def terminate(self, pid: int) -> None:
        posix.end(pid, signal.SIGKILL)

    def launch(self, arguments: Sequence[str]) -> None:
        posix.launch_detached(arguments)

    def hold(self, entry: AutostartEntry) -> HeldEntry:
        if entry.kind is not AutostartKind.LAUNCH_AGENT:
            raise CompanionError(
                ErrorCode.HOLD_REFUSED,
                "It cannot be held back",
                f"“{entry.name}” is started by the system itself, and only an administrator can change that.",
                "Close the program again whenever it comes back.",
            )
        return HeldEntry(entry=entry, before="enabled")

    def switch_off(self, held: HeldEntry) -> None:
        _output(["launchctl", "disable", f"gui/{os.getuid()}/{held.entry.name}"])

    def switch_on(self, held: HeldEntry) -> bool:
        _output(["launchctl", "enable", f"gui/{os.getuid()}/{held.entry.name}"])
        return True

    pin = staticmethod(posix.pin_copy)

    def signature(self, path: Path) -> Signature:
        done = subprocess.run(
            ["codesign", "-dv", "--verbose=2", str(path)], capture_output=True, text=True, check=False
        )
        signer = re.search(r"(?m)^Authority=Developer ID [^:]+: (.+?)(?: \(\w+\))?$", done.stderr)
        if "not signed" in done.stderr or not signer:
            return Signature(state=SignatureState.UNSIGNED)
        holds = subprocess.run(["codesign", "--verify", "--strict", str(path)], capture_output=True, check=False)
        state = SignatureState.VALID if holds.returncode == 0 else SignatureState.ALTERED
        return Signature(state=state, signer=signer[1])

    def start_installer(self, path: Path, arguments: Sequence[str], *, elevate: bool) -> Launched:
        words = ["/bin/sh", str(path), *arguments] if posix.is_script(path) else [str(path), *arguments]
        if path.suffix == ".pkg":
            words = ["/usr/sbin/installer", "-pkg", str(path), "-target", "/"]
        if elevate and os.geteuid() != 0:
            command = " ".join(shlex.quote(word) for word in words).replace("\\", "\\\\").replace('"', '\\"')
            words = ["osascript", "-e", f'do shell script "{command}" with administrator privileges']
        return posix.start_child(words, path.parent)

    def expand(self, path: str) -> Path:
        return Path(posix.expand_variables(path, os.environ))

    def mark_of_the_web(self, path: Path) -> None:
        mark = f"0081;{int(time.time()):x};Companion;"
        subprocess.run(["xattr", "-w", "com.apple.quarantine", mark, str(path)], capture_output=True, check=False)

    def open_folder(self, path: Path) -> None:
        posix.launch_detached(["open", "-R", str(path)])

    def open_url(self, url: str) -> None:
        posix.launch_detached(["open", web_pages.checked(url, _PAGES)])

    def starts_at_login(self) -> bool:
        return _agent(_OWN_LABEL).exists() and _OWN_LABEL not in _switched_off()

    def start_at_login(self, command: Sequence[str] | None) -> None:
        _write_agent(_OWN_LABEL, command)

    def start_at_next_login(self, command: Sequence[str] | None) -> None:
        try:
            _write_agent(_ONCE_LABEL, command)
        except OSError as error:
            raise not_arranged(error.strerror) from None


_COLUMNS = "pid=,ppid=,user=,lstart=,comm="
_ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+(\S+)\s+\w{3}\s+(\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.+)")


def processes_in(listing: str) -> list[Process]:
    """The processes of a ``ps -axo pid=,ppid=,user=,lstart=,comm=`` listing; `comm` is the whole path on macOS."""
    found = []
    for line in listing.splitlines():
        row = _ROW.fullmatch(line)
        if row is None:
            continue
        pid, parent, owner, moment, path = row.groups()
        started = dt.datetime.strptime(moment, "%b %d %H:%M:%S %Y").astimezone()
        found.append(
            Process(
                pid=int(pid),
                name=Path(path).name,
                parent=int(parent) or None,
                path=path if path.startswith("/") else None,
                started=started,
                owner=owner,
                elevated=owner == "root",
            )
        )
    return found


def agent_in(path: Path, scope: Scope, kind: AutostartKind) -> AutostartEntry | None:
    """The entry of one launchd property list (launchd.plist(5)), or None when it is damaged or starts nothing."""
    try:
        content = plistlib.loads(path.read_bytes())
    except (OSError, ValueError, ExpatError, plistlib.InvalidFileException):
        return None
    words = content.get("ProgramArguments") or [content.get("Program")]
    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        return None
    return AutostartEntry(
        kind=kind,
        name=str(content.get("Label") or path.stem),
        command=shlex.join(words),
        location=str(path),
        scope=scope,
        enabled=not content.get("Disabled", False),
    )


def power_in(text: str) -> Power:
    """Power from ``pmset -g batt``."""
    percent = re.search(r"(\d+)%", text)
    return Power(on_mains="AC Power" in text or percent is None, percent=int(percent[1]) if percent else None)


def _with_state(entry: AutostartEntry, enabled: bool) -> AutostartEntry:
    return AutostartEntry(
        kind=entry.kind,
        name=entry.name,
        command=entry.command,
        location=entry.location,
        scope=entry.scope,
        enabled=enabled,
    )


def _switched_off() -> frozenset[str]:
    text = ""
    with contextlib.suppress(CompanionError):
        text = _output(["launchctl", "print-disabled", f"gui/{os.getuid()}"])
    return frozenset(re.findall(r'"([^"]+)" => (?:disabled|true)', text))


def _agent(label: str) -> Path:
    return Path.home() / "Library/LaunchAgents" / f"{label}.plist"


def _write_agent(label: str, command: Sequence[str] | None) -> None:
    """Write or remove one of the app's own launch agents."""
    path = _agent(label)
    if command is None:
        path.unlink(missing_ok=True)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(plistlib.dumps({"Label": label, "ProgramArguments": list(command), "RunAtLoad": True}))


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _output(words: Sequence[str], *, failing: bool = False) -> str:
    """What a system program prints. Raises `CompanionError` ``not-answered``."""
    try:
        return subprocess.run(words, capture_output=True, timeout=_LIMIT, check=not failing, text=True).stdout
    except (OSError, subprocess.SubprocessError):
        raise CompanionError(
            ErrorCode.NOT_ANSWERED, "The system does not answer", f"{Path(words[0]).name} gave no answer.", "Try again."
        ) from None
