"""Scheduled tasks on Windows: read through the task service, understood from their own XML."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from xml.etree import ElementTree as Xml

from companion.domain.pc.facts import AutostartEntry, AutostartKind, Scope, StartMoment
from companion.services.platforms.windows.api import com
from companion.services.platforms.windows.startup.documents import parsed

_HIDDEN_TOO = 1
# Windows' own housekeeping: over a hundred tasks that start nothing a person would know.
_HOUSEKEEPING = r"\Microsoft\Windows"
# The first of them that a task has says when it is started.
_TRIGGERS = {
    "LogonTrigger": StartMoment.SIGN_IN,
    "BootTrigger": StartMoment.SYSTEM_START,
    "SessionStateChangeTrigger": StartMoment.UNLOCK,
    "CalendarTrigger": StartMoment.SCHEDULE,
    "TimeTrigger": StartMoment.SCHEDULE,
    "EventTrigger": StartMoment.EVENT,
    "IdleTrigger": StartMoment.EVENT,
}
_ELSEWHERE = re.compile(r"S-1-5-(18|19|20)|SYSTEM|LOCAL SERVICE|NETWORK SERVICE", re.IGNORECASE)


def entry_of(path: str, definition: str, enabled: bool = True) -> AutostartEntry | None:
    """The entry a task's XML describes, or None when it starts no program or is damaged.

    Source: Task Scheduler Schema, ``Task/Actions/Exec``, ``Task/Settings/Enabled``, ``Task/Principals/Principal``.
    """
    task = parsed(definition)
    if task is None:
        return None
    commands = []
    for action in task.iterfind("{*}Actions/{*}Exec"):
        command = (action.findtext("{*}Command") or "").strip().strip('"')
        arguments = (action.findtext("{*}Arguments") or "").strip()
        if command:
            commands.append(f'"{command}" {arguments}'.strip())
    if not commands:
        return None
    triggers = [trigger for trigger in task.iterfind("{*}Triggers/*") if _is_on(trigger)]
    # A task whose every trigger is off starts nothing; one without triggers is started by other programs.
    switched_off = not _is_on(task.find("{*}Settings")) or (not triggers and task.find("{*}Triggers/*") is not None)
    user = task.findtext("{*}Principals/{*}Principal/{*}UserId") or ""
    group = task.findtext("{*}Principals/{*}Principal/{*}GroupId")
    for_all = group is not None or _ELSEWHERE.fullmatch(user.strip()) is not None
    return AutostartEntry(
        kind=AutostartKind.SCHEDULED_TASK,
        name=path.rpartition("\\")[2],
        command="; ".join(commands),
        location=path,
        scope=Scope.MACHINE if for_all else Scope.USER,
        enabled=enabled and not switched_off,
        moment=_moment(triggers),
        restarts=task.find("{*}Settings/{*}RestartOnFailure") is not None
        or any(trigger.find("{*}Repetition/{*}Interval") is not None for trigger in triggers),
    )


def _is_on(part: Xml.Element | None) -> bool:
    text = part.findtext("{*}Enabled") if part is not None else None
    return (text or "true").strip().lower() not in ("false", "0")


def _moment(triggers: list[Xml.Element]) -> StartMoment | None:
    names = {trigger.tag.rpartition("}")[2] for trigger in triggers}
    return next((moment for name, moment in _TRIGGERS.items() if name in names), None)


def entries() -> list[AutostartEntry] | None:
    """The tasks this person may see; None where the task service does not answer."""
    try:
        return _entries()
    except OSError:
        return None


def _entries() -> list[AutostartEntry]:
    found = []
    with com.apartment():
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
