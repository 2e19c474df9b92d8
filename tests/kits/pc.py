"""PCs to decide about, built from as few words as a test needs."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from companion.domain.core.platform import Platform
from companion.domain.pc.facts import (
    AutostartEntry,
    AutostartKind,
    Fact,
    Facts,
    Process,
    Scope,
    Who,
    WindowState,
)
from companion.domain.store.profile import (
    BlockerKind,
    BlockerRule,
    BlockerSeverity,
    ProcessMatch,
    Stage,
    SystemRequirement,
)

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
NOW = dt.datetime(2026, 3, 12, 9, 30, tzinfo=ZONE)
GB = 10**9
BOTH = (Stage.DOWNLOAD, Stage.INSTALL)
OWN_PID = 4242
RUN = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"


def rule(identity: str, name: str, *names: str, **changes: object) -> BlockerRule:
    match = {
        key: changes.pop(key)
        for key in ("path_contains", "publishers", "arguments", "helpers", "platform")
        if key in changes
    }
    fields: dict[str, object] = {
        "id": identity,
        "name": name,
        "kind": BlockerKind.OTHER,
        "severity": BlockerSeverity.BLOCKS,
        "stages": (Stage.INSTALL,),
        "why": f"Setup replaces a file that {name} uses.",
        "matches": (ProcessMatch(**({"platform": Platform.WINDOWS, "names": names} | match)),),  # type: ignore[arg-type]
    }
    return BlockerRule(**(fields | changes))  # type: ignore[arg-type]


RULES = (
    rule("outlook", "Outlook", "OUTLOOK.EXE", "olk.exe", force_risk="A message being written would be lost."),
    rule(
        "edge",
        "Edge",
        "msedge.exe",
        helpers=("msedgewebview2.exe",),
        startup_boost="In Edge's settings, under System and performance, switch Startup boost off.",
    ),
    rule("chrome", "Chrome", "chrome.exe", helpers=("crashpad_handler.exe",)),
    rule("vendor", "Old Protect", "guard.exe", path_contains=(r"\Old Protect\\".rstrip("\\"),)),
    rule("maker", "Maker's Tool", "tool.exe", publishers=("Maker Ltd",)),
    rule("java", "Java Mailer", "javaw.exe", arguments=("mailer.jar",)),
    rule(
        "accelerator",
        "Fast Download",
        "fdm.exe",
        stages=BOTH,
        severity=BlockerSeverity.WARNS,
        kind=BlockerKind.DOWNLOAD_ACCELERATOR,
    ),
    rule("chromium", "Chromium", "chromium", "chromium-browser-stable", platform=Platform.LINUX),
)
REQUIREMENTS = (
    SystemRequirement(
        platform=Platform.WINDOWS,
        version="10.0.17763",
        architectures=("x86_64", "arm64"),
        memory=2 * 2**30,
        free_space=2 * GB,
    ),
)


def process(pid: int, name: str, **changes: object) -> Process:
    fields: dict[str, object] = {
        "pid": pid,
        "name": name,
        "parent": 1000,
        "path": rf"C:\Program Files\Example\{name}",
        "started": NOW.replace(hour=8, minute=12),
        "session": 1,
        "owner": r"PC\Anna",
        "elevated": False,
        "windows": WindowState.NONE,
        "arguments": (name,),
    }
    return Process(**(fields | changes))  # type: ignore[arg-type]


def entry(name: str, command: str, **changes: object) -> AutostartEntry:
    fields: dict[str, object] = {
        "kind": AutostartKind.RUN,
        "name": name,
        "command": command,
        "location": RUN,
        "scope": Scope.USER,
    }
    return AutostartEntry(**(fields | changes))  # type: ignore[arg-type]


OWN = process(OWN_PID, "companion.exe", started=NOW.replace(hour=9, minute=0))
SHELL = process(1000, "explorer.exe", parent=None, started=NOW.replace(hour=8, minute=0))
WHO = Who(pid=OWN_PID, session=1, user=r"PC\Anna", elevated=False)


def facts(*processes: Process, entries: tuple[AutostartEntry, ...] = (), **more: object) -> Facts:
    """A PC on which `processes` run, beside this app and the desktop shell."""
    fields: dict[str, object] = {
        "taken_at": NOW,
        "who": Fact.known(WHO),
        "processes": Fact.known((*processes, OWN, SHELL)),
        "autostart": Fact.known(entries),
    }
    return Facts(**(fields | more))  # type: ignore[arg-type]
