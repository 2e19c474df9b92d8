"""Older and rarer values of the registry that start programs at sign-in, beside the Run keys.

Sources: learn.microsoft.com, "Winlogon" (Shell, Userinit), "INF AddReg: Active Setup", Group Policy scripts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from companion.domain.pc.autostart_origin import words
from companion.domain.pc.facts import AutostartEntry, AutostartKind, Scope
from companion.domain.pc.program_paths import program_name
from companion.services.platforms.windows.api import win32
from companion.services.platforms.windows.api.registry import read_value, subkeys, values

_CURRENT = r"Software\Microsoft\Windows\CurrentVersion"
_NT = r"Software\Microsoft\Windows NT\CurrentVersion"
_SETUP = r"Software\Microsoft\Active Setup\Installed Components"
_SETUP_32 = r"Software\WOW6432Node\Microsoft\Active Setup\Installed Components"
# Group Policy keeps what it has worked out apart from what an administrator wrote.
_SCRIPTS = (rf"{_CURRENT}\Group Policy\Scripts\Logon", r"Software\Policies\Microsoft\Windows\System\Scripts\Logon")
_HIVES = (("HKCU", Scope.USER), ("HKLM", Scope.MACHINE))
# What stands there on every Windows.
_USUAL = {"Shell": "explorer.exe", "Userinit": "userinit.exe"}
_WINLOGON = ("Shell", "Userinit", "AppSetup", "Taskman")


def entries() -> list[AutostartEntry]:
    """What these places start on this PC."""
    found = []
    for hive, scope in _HIVES:
        for path in (rf"{_NT}\Winlogon", rf"{_CURRENT}\Policies\System"):
            found += winlogon_entries(rf"{hive}\{path}", scope, _texts(rf"{hive}\{path}"))
        for path in _SCRIPTS:
            found += _policy_scripts(rf"{hive}\{path}", scope)
    found += loaded_entries(rf"HKCU\{_NT}\Windows", _texts(rf"HKCU\{_NT}\Windows"))
    found += logon_script_entries(r"HKCU\Environment", _texts(r"HKCU\Environment"))
    for path in (_SETUP, _SETUP_32):
        found += _active_setup(path)
    return [msgspec.structs.replace(entry, command=win32.expanded(entry.command)) for entry in found]


def winlogon_entries(location: str, scope: Scope, texts: Mapping[str, str]) -> list[AutostartEntry]:
    """What stands beside the usual program in the values from which Windows makes the desktop."""
    found = []
    for name in _WINLOGON:
        commands = [part.strip() for part in texts.get(name, "").split(",")]
        others = [command for command in commands if command and not _is_usual(name, command)]
        if others:
            found.append(_entry(AutostartKind.WINLOGON, name, "; ".join(others), location, scope))
    return found


def _is_usual(name: str, command: str) -> bool:
    return program_name((words(command) or ("",))[0]).casefold() == _USUAL.get(name)


def loaded_entries(location: str, texts: Mapping[str, str]) -> list[AutostartEntry]:
    """The values that once were lines of a file: what they name starts with the desktop."""
    return [
        _entry(AutostartKind.LOAD, name, texts[name], location, Scope.USER)
        for name in ("Load", "Run")
        if texts.get(name, "").strip()
    ]


def logon_script_entries(location: str, texts: Mapping[str, str]) -> list[AutostartEntry]:
    """The script that a person's own environment names."""
    name = "UserInitMprLogonScript"
    command = texts.get(name, "").strip()
    return [_entry(AutostartKind.LOGON_SCRIPT, name, command, location, Scope.USER)] if command else []


def active_setup_entry(
    location: str, identity: str, machine: Mapping[str, str], person: Mapping[str, str]
) -> AutostartEntry | None:
    """The command that Windows runs for this person at the next sign-in; None when it has run in this version."""
    command = machine.get("StubPath", "").strip()
    if not command or _numbers(person.get("Version", "")) >= _numbers(machine.get("Version", "")) > ():
        return None
    if not machine.get("Version") and person:
        return None
    name = machine.get("", "").strip() or identity
    return _entry(AutostartKind.ACTIVE_SETUP, name, command, location, Scope.MACHINE)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d{1,9}", version))


def _active_setup(path: str) -> list[AutostartEntry]:
    found = []
    for identity in subkeys(rf"HKLM\{path}"):
        if read_value(rf"HKLM\{path}\{identity}", "IsInstalled") == 0:
            continue
        machine = _texts(rf"HKLM\{path}\{identity}")
        person = _texts(rf"HKCU\{path}\{identity}")
        entry = active_setup_entry(rf"HKLM\{path}\{identity}", identity, machine, person)
        if entry is not None:
            found.append(entry)
    return found


def _policy_scripts(location: str, scope: Scope) -> list[AutostartEntry]:
    found = []
    for policy in subkeys(location):
        for place in subkeys(rf"{location}\{policy}"):
            key = rf"{location}\{policy}\{place}"
            texts = _texts(key)
            script = texts.get("Script", "").strip().strip('"')
            if script:
                command = f'"{script}" {texts.get("Parameters", "")}'.strip()
                found.append(_entry(AutostartKind.POLICY, program_name(script), command, key, scope))
    return found


def _entry(kind: AutostartKind, name: str, command: str, location: str, scope: Scope) -> AutostartEntry:
    return AutostartEntry(kind=kind, name=name, command=command, location=location, scope=scope)


def _texts(location: str) -> dict[str, str]:
    return {name: data for name, data in values(location) if isinstance(data, str)}
