"""Why a program runs although the person did not open it: which autostart entry starts it, or which program did."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from companion.domain.core.model import Model
from companion.domain.pc.facts import AutostartEntry, Process
from companion.domain.pc.process_matching import ancestors
from companion.domain.pc.program_paths import program_name

# Programs of the system that start others: being their child does not say why a program runs.
_LAUNCHERS = frozenset(
    {
        "explorer.exe",
        "svchost.exe",
        "services.exe",
        "wininit.exe",
        "winlogon.exe",
        "userinit.exe",
        "taskhostw.exe",
        "sihost.exe",
        "runtimebroker.exe",
        "wineboot.exe",
        "start.exe",
        "winedevice.exe",
        "systemd",
        "init",
        "launchd",
        "gnome-shell",
        "plasmashell",
        "gnome-session-b",
        "gnome-session-binary",
        "dbus-daemon",
    }
)


class Origin(Model, frozen=True):
    """What starts a program: the `entries` that name it, or the `starter` that did with the entries that name that."""

    entries: tuple[AutostartEntry, ...] = ()
    starter: Process | None = None


def origin_of(processes: Iterable[Process], entries: Iterable[AutostartEntry], known: Mapping[int, Process]) -> Origin:
    """Returns what starts `processes`: the enabled entries that name their program, or else those of their starter.

    `known` maps process ids to every process that was seen, ancestors included.
    """
    enabled = tuple(entry for entry in entries if entry.enabled)
    mine = tuple(processes)
    numbers = {process.pid for process in mine}
    starter = next(
        (
            ancestor
            for process in mine
            for ancestor in ancestors(known, process.pid)
            if ancestor.pid not in numbers and ancestor.name.casefold() not in _LAUNCHERS
        ),
        None,
    )
    # "helper.exe keeps=mail.exe" names both: the helper is what the entry starts, the mail program what it restarts.
    through = _closest(enabled, (starter,), only_first=True) if starter is not None else ()
    direct = _closest(tuple(entry for entry in enabled if entry not in through), mine)
    if direct or starter is None:
        return Origin(entries=direct)
    return Origin(entries=through or _closest(enabled, (starter,)), starter=starter)


def _closest(
    entries: Iterable[AutostartEntry], processes: Iterable[Process], *, only_first: bool = False
) -> tuple[AutostartEntry, ...]:
    """Returns the entries that name the path of one of `processes`; where none does, those that name its file."""
    mine = tuple(processes)
    graded = [
        (entry, max((_closeness(entry, process, only_first=only_first) for process in mine), default=0))
        for entry in entries
    ]
    best = max((grade for _, grade in graded), default=0)
    return tuple(entry for entry, grade in graded if grade == best) if best else ()


def _closeness(entry: AutostartEntry, process: Process, *, only_first: bool = False) -> int:
    # Only the program of a line of a script counts: "taskkill /im outlook.exe" does not start it.
    graded = [_grade(words(line)[:1], process) for line in entry.programs]
    return max((_grade(words(entry.command)[: 1 if only_first else None], process), *graded))


def _grade(candidates: tuple[str, ...], process: Process) -> int:
    """Returns 2 when a word is the path of the program, 1 when it names a program of that name, else 0.

    A name alone counts: the same program may be reached by aliases, short names and versioned folders.
    """
    name = program_name(process.path or process.name).casefold()
    found = 0
    for position, word in enumerate(candidates):
        own = program_name(word).casefold()
        if name not in (own, own + ".exe") or (position and not _is_program(word)):
            continue
        if process.path and _plain(word) in (_plain(process.path), _plain(process.path).removesuffix(".exe")):
            return 2
        found = 1
    return found


def words(command: str) -> tuple[str, ...]:
    """Returns the words of a command line of Windows or a desktop file; an unquoted path with blanks is one word."""
    text = command.strip()
    try:
        parts = shlex.split(text, posix=False)
    except ValueError:
        parts = text.split()
    found = [part.strip("\"'") for part in parts]
    path, ending, _ = text.casefold().partition(".exe")
    path = text[: len(path) + len(ending)] if ending else ""
    if found and _has_folder(found[0]) and " " in path and not any(mark in path for mark in ('"', " /")):
        found.insert(0, path)
    return tuple(word for word in found if word)


def _is_program(word: str) -> bool:
    """Returns whether a later word of a command is itself a program (``cmd /c start outlook.exe``), not an option."""
    return not word.startswith(("-", "/")) or _has_folder(word[1:])


def _has_folder(word: str) -> bool:
    return "\\" in word or "/" in word


def _plain(path: str) -> str:
    return path.replace("\\", "/").casefold()
