"""Scheduled tasks on Windows: read through the task service, understood from their own XML."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from companion.domain.pc.facts import AutostartEntry, AutostartKind, Scope
from companion.services.platforms.windows.api import com

_HIDDEN_TOO = 1
# Windows' own housekeeping: over a hundred tasks that start nothing a person would know.
_HOUSEKEEPING = r"\Microsoft\Windows"
_ELSEWHERE = re.compile(r"S-1-5-(18|19|20)|SYSTEM|LOCAL SERVICE|NETWORK SERVICE", re.IGNORECASE)


def entry_of(path: str, definition: str, enabled: bool = True) -> AutostartEntry | None:
    """The entry a task's XML describes, or None when it starts no program or is damaged.

    Source: Task Scheduler Schema, ``Task/Actions/Exec``, ``Task/Settings/Enabled``, ``Task/Principals/Principal``.
    """
    try:
        # The declaration names UTF-16 while the text is decoded already. Entities cannot occur in a task: refused.
        if "<!DOCTYPE" in definition:
            return None
        task = Xml.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", definition))  # noqa: S314
    except Xml.ParseError:
        return None
    commands = []
    for action in task.iterfind("{*}Actions/{*}Exec"):
        command = (action.findtext("{*}Command") or "").strip().strip('"')
        arguments = (action.findtext("{*}Arguments") or "").strip()
        if command:
            commands.append(f'"{command}" {arguments}'.strip())
    if not commands:
        return None
    switched_off = (task.findtext("{*}Settings/{*}Enabled") or "true").strip().lower() == "false"
    user = task.findtext("{*}Principals/{*}Principal/{*}UserId") or ""
    group = task.findtext("{*}Principals/{*}Principal/{*}GroupId")
    everybody = group is not None or _ELSEWHERE.fullmatch(user.strip()) is not None
    return AutostartEntry(
        kind=AutostartKind.SCHEDULED_TASK,
        name=path.rpartition("\\")[2],
        command="; ".join(commands),
        location=path,
        scope=Scope.MACHINE if everybody else Scope.USER,
        enabled=enabled and not switched_off,
    )


def entries() -> list[AutostartEntry]:
    """The tasks this person may see; none where the task service does not answer."""
    found = []
    with contextlib.suppress(OSError), com.apartment():
        service = _service()
        for task in _tasks(service.call("GetFolder", "\\")):
            with contextlib.suppress(OSError):
                entry = entry_of(task.get("Path"), task.get("Xml"), task.get("Enabled"))
                if entry is not None:
                    found.append(entry)
            del task
        del service
    return found


def set_enabled(path: str, enabled: bool) -> None:
    """Switch a task on or off. Raises `OSError`."""
    with com.apartment():
        service = _service()
        task = service.call("GetFolder", "\\").call("GetTask", path)
        task.put("Enabled", enabled)
        del task, service


def _service() -> com.Automation:
    service = com.create("Schedule.Service")
    service.call("Connect")
    return service


def _tasks(folder: com.Automation) -> Iterator[com.Automation]:
    yield from folder.call("GetTasks", _HIDDEN_TOO)
    for inner in folder.call("GetFolders", 0):
        if not inner.get("Path").startswith(_HOUSEKEEPING):
            yield from _tasks(inner)
