"""Startup tasks of packaged apps: declared in the package's manifest, switched on or off in the person's registry."""

from __future__ import annotations

import ntpath
from collections.abc import Sequence
from pathlib import Path

from companion.domain.pc.facts import AutostartEntry, AutostartKind, Scope
from companion.services.platforms.windows.api.registry import read_value, subkeys, write_number
from companion.services.platforms.windows.startup.documents import parsed

_MODEL = r"HKCU\Software\Classes\Local Settings\Software\Microsoft\Windows\CurrentVersion\AppModel"
PACKAGES = rf"{_MODEL}\Repository\Packages"
"""Where the packages are listed that this person has, by their full names."""
_TASKS = rf"{_MODEL}\SystemAppData"
# Windows.ApplicationModel.StartupTaskState: 0 off, 1 switched off by the person, 2 on, 3 and 4 off and on by a policy.
SWITCHED_OFF = 1
_ON = (2, 4)
_LARGEST = 1024 * 1024


def entries() -> list[AutostartEntry]:
    """The startup tasks of this person's apps; those of apps whose manifest cannot be read have no command."""
    found: list[AutostartEntry] = []
    packages = subkeys(PACKAGES)
    for family in subkeys(_TASKS):
        states = {task: read_value(rf"{_TASKS}\{family}\{task}", "State") for task in subkeys(rf"{_TASKS}\{family}")}
        known = {task: state for task, state in states.items() if isinstance(state, int)}
        if known:
            root = _root_of_family(family, packages)
            found += entries_of(rf"{_TASKS}\{family}", known, root, _manifest(root))
    return found


def entries_of(location: str, states: dict[str, int], root: str, manifest: str) -> list[AutostartEntry]:
    """The entries of one app: its tasks with their states, the folder it is in, and its manifest."""
    programs = startup_tasks(manifest)
    family = location.rpartition("\\")[2]
    found = []
    for task, state in states.items():
        executable, name = programs.get(task, ("", ""))
        found.append(
            AutostartEntry(
                kind=AutostartKind.PACKAGED_APP,
                name=name or family.partition("_")[0],
                command=f'"{ntpath.join(root, executable)}"' if root and executable else "",
                location=rf"{location}\{task}",
                scope=Scope.USER,
                enabled=state in _ON,
            )
        )
    return found


def startup_tasks(manifest: str) -> dict[str, tuple[str, str]]:
    """The program and the name of each startup task of a manifest; none when it is damaged.

    Source: Package manifest schema, ``desktop:Extension Category="windows.startupTask"``, ``uap5`` likewise.
    """
    package = parsed(manifest)
    found: dict[str, tuple[str, str]] = {}
    if package is None:
        return found
    for application in package.iterfind(".//{*}Applications/{*}Application"):
        for extension in application.iterfind("{*}Extensions/{*}Extension[@Category='windows.startupTask']"):
            program = extension.get("Executable") or application.get("Executable") or ""
            for task in extension.iterfind("{*}StartupTask"):
                name = task.get("DisplayName") or ""
                # A name that stands in the app's own table of texts is not looked up.
                found[task.get("TaskId") or ""] = (program, "" if name.startswith("ms-resource:") else name)
    return found


def family_of(full_name: str) -> str:
    """The family name of a package's full name; empty for a package of resources or another kind of name.

    ``Maker.App_1.2.3.4_x64__abc123`` is of ``Maker.App_abc123``.
    """
    parts = full_name.split("_")
    return f"{parts[0]}_{parts[4]}" if len(parts) == 5 and not parts[3] else ""


def state_of(location: str) -> int:
    """The state of a task, as a number of Windows; 0 when it is not there."""
    state = read_value(location, "State")
    return state if isinstance(state, int) else 0


def set_state(location: str, state: int) -> None:
    """Switch a task on or off. Raises `OSError`."""
    write_number(location, "State", state)


def put_back(location: str, before: int) -> bool:
    """Restore the state of a task; False when it was changed meanwhile. Raises `OSError`."""
    now = state_of(location)
    if now == SWITCHED_OFF:
        set_state(location, before)
    return now in (SWITCHED_OFF, before)


def _root_of_family(family: str, packages: Sequence[str]) -> str:
    """The folder of the package of a family; of several versions the last one that is somewhere."""
    found = (root_of(name) for name in reversed(packages) if family_of(name) == family)
    return next(filter(None, found), "")


def root_of(full_name: str) -> str:
    """The folder that a package is in; empty where none is noted."""
    root = read_value(rf"{PACKAGES}\{full_name}", "PackageRootFolder")
    return root if isinstance(root, str) else ""


def _manifest(root: str) -> str:
    if not root:
        return ""
    try:
        with Path(root, "AppxManifest.xml").open("rb") as file:
            return file.read(_LARGEST).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return ""
