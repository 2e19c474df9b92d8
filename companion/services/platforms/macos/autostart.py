"""Autostart on macOS: the `AutostartControl` of this system, through launch agents (launchd.plist(5))."""

from __future__ import annotations

import contextlib
import os
import plistlib
import re
import shlex
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.pc.facts import AutostartEntry, AutostartKind, Fact, Scope
from companion.services.app.atomic_file import replace_file
from companion.services.platforms.common.failures import not_arranged
from companion.services.platforms.macos.command import output
from companion.services.platforms.protocol import HeldEntry

_OWN_LABEL = "companion.at-login"
_ONCE_LABEL = "companion.once"


def entries() -> Fact[tuple[AutostartEntry, ...]]:
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
                found.append(msgspec.structs.replace(entry, enabled=entry.name not in off and entry.enabled))
    return Fact.known(tuple(found))


def hold(entry: AutostartEntry) -> HeldEntry:
    if entry.kind is not AutostartKind.LAUNCH_AGENT:
        raise CompanionError(
            ErrorCode.HOLD_REFUSED,
            "The automatic start cannot be paused",
            f"“{entry.name}” is started by the system itself, and only an administrator can change that.",
            "Close the program again whenever it comes back.",
        )
    return HeldEntry(entry=entry, before="enabled")


def switch_off(held: HeldEntry) -> None:
    output(["launchctl", "disable", f"gui/{os.getuid()}/{held.entry.name}"])


def switch_on(held: HeldEntry) -> bool:
    output(["launchctl", "enable", f"gui/{os.getuid()}/{held.entry.name}"])
    return True


def starts_at_login() -> bool:
    return _own_program_is_there() and _OWN_LABEL not in _switched_off()


def renew_start_at_login(command: Sequence[str]) -> bool:
    """Replace the program of the app's own launch agent where it has moved."""
    path = _agent(_OWN_LABEL)
    content = _content(path)
    if content is None or content.get("Disabled", False) or _own_program_is_there():
        return False
    if _OWN_LABEL in _switched_off():
        return False
    content.pop("Program", None)
    replace_file(path, plistlib.dumps({**content, "ProgramArguments": list(command)}))
    return True


def start_at_login(command: Sequence[str] | None) -> None:
    _write_agent(_OWN_LABEL, command)


def start_at_next_login(command: Sequence[str] | None) -> None:
    try:
        _write_agent(_ONCE_LABEL, command)
    except OSError as error:
        raise not_arranged(error.strerror) from None


_COLUMNS = "pid=,ppid=,user=,lstart=,comm="
_ROW = re.compile(r"\s*(\d+)\s+(\d+)\s+(\S+)\s+\w{3}\s+(\w{3}\s+\d+\s+[\d:]{8}\s+\d{4})\s+(.+)")


def agent_in(path: Path, scope: Scope, kind: AutostartKind) -> AutostartEntry | None:
    """The entry of one launchd property list (launchd.plist(5)), or None when it is damaged or starts nothing."""
    content = _content(path)
    words = _words(content) if content is not None else []
    if content is None or not words:
        return None
    return AutostartEntry(
        kind=kind,
        name=str(content.get("Label") or path.stem),
        command=shlex.join(words),
        location=str(path),
        scope=scope,
        enabled=not content.get("Disabled", False),
    )


def _content(path: Path) -> dict[str, Any] | None:
    try:
        content = plistlib.loads(path.read_bytes())
    except (OSError, ValueError, ExpatError, plistlib.InvalidFileException):
        return None
    return content if isinstance(content, dict) else None


def _words(content: dict[str, Any]) -> list[str]:
    """The command of a property list; empty when it starts nothing."""
    words = content.get("ProgramArguments") or [content.get("Program")]
    usable = isinstance(words, list) and all(isinstance(word, str) for word in words)
    return words if usable else []


def _own_program_is_there() -> bool:
    content = _content(_agent(_OWN_LABEL))
    words = _words(content) if content is not None else []
    return bool(words) and shutil.which(words[0]) is not None


def _switched_off() -> frozenset[str]:
    text = ""
    with contextlib.suppress(CompanionError):
        text = output(["launchctl", "print-disabled", f"gui/{os.getuid()}"])
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
    content = plistlib.dumps({"Label": label, "ProgramArguments": list(command), "RunAtLoad": True})
    replace_file(path, content)
