"""Why a program runs although nobody opened it: which autostart entry starts it, or which program did."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping

from companion.domain.core.model import Model
from companion.domain.pc.facts import AutostartEntry, Process
from companion.domain.pc.process_matching import ancestors, program_name

# Programs that start others on everybody's behalf: being their child tells nothing about why.
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
    """What starts a program: `entries` that name it, or the `starter` that did, with the entries that name that."""

    entries: tuple[AutostartEntry, ...] = ()
    starter: Process | None = None


def origin_of(processes: Iterable[Process], entries: Iterable[AutostartEntry], known: Mapping[int, Process]) -> Origin:
    """What starts `processes` again: the enabled entries that name their program, or else that name their starter.

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
    # "helper.exe keeps=mail.exe" names both: then the helper is what starts, and the mail program what it keeps.
    through = _closest(enabled, (starter,), only_first=True) if starter is not None else ()
    direct = _closest(tuple(entry for entry in enabled if entry not in through), mine)
    if direct or starter is None:
        return Origin(entries=direct)
    return Origin(entries=through or _closest(enabled, (starter,)), starter=starter)


def _closest(
    entries: Iterable[AutostartEntry], processes: Iterable[Process], *, only_first: bool = False
) -> tuple[AutostartEntry, ...]:
    """The entries that name the path of one of `processes`; where none does, those that name its file."""
    mine = tuple(processes)
    graded = [
        (entry, max((_closeness(entry, process, only_first=only_first) for process in mine), default=0))
        for entry in entries
    ]
    best = max((grade for _, grade in graded), default=0)
    return tuple(entry for entry, grade in graded if grade == best) if best else ()


def starts(entry: AutostartEntry, process: Process) -> bool:
    """Whether the command of `entry` names the program of `process`, by its path or by its file name alone."""
    return _closeness(entry, process) > 0


def _closeness(entry: AutostartEntry, process: Process, *, only_first: bool = False) -> int:
    """2: the command holds the very path; 1: a program of that name; 0: neither.

    A name alone counts, for the same program hides behind aliases, short names and versioned folders.
    """
    name = program_name(process.path or process.name).casefold()
    found = 0
    for position, word in enumerate(words(entry.command)[: 1 if only_first else None]):
        own = program_name(word).casefold()
        if name not in (own, own + ".exe") or (position and not _is_program(word)):
            continue
        if process.path and _plain(word) in (_plain(process.path), _plain(process.path).removesuffix(".exe")):
            return 2
        found = 1
    return found


def words(command: str) -> tuple[str, ...]:
    """The words of a command line as Windows or a desktop file writes it; a bare path with blanks is one word."""
    text = command.strip()
    try:
        parts = shlex.split(text, posix=False)
    except ValueError:
        parts = text.split()
    found = [part.strip("\"'") for part in parts]
    if not text.startswith(('"', "'")) and " " in text:
        end = text.casefold().find(".exe")
        if end > 0:
            found.insert(0, text[: end + 4])
    return tuple(word for word in found if word)


def _is_program(word: str) -> bool:
    """Whether a later word of a command is itself a program (``cmd /c start outlook.exe``), not an option."""
    return not word.startswith(("-", "/")) or _has_folder(word[1:])


def _has_folder(word: str) -> bool:
    return "\\" in word or "/" in word


def _plain(path: str) -> str:
    return path.replace("\\", "/").casefold()
