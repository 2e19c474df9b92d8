"""Which programs a script starts that Windows runs at sign-in: command files, and scripts of Windows' own hosts."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec

from companion.domain.core.untrusted.foreign_text import text_of
from companion.domain.pc.autostart_origin import words
from companion.domain.pc.facts import AutostartEntry
from companion.services.platforms.common.text import clean
from companion.services.platforms.windows.api import win32

_LARGEST, _MOST_COMMANDS = 64 * 1024, 100
# learn.microsoft.com, "Command prompt line string limitation".
_LONGEST_LINE = 8191
_COMMAND_FILES = (".cmd", ".bat")
# "Run" and "Exec" of WScript.Shell, "ShellExecute" of Shell.Application; in PowerShell "&" and Start-Process.
_IN_HOSTS = re.compile(r'\b(?:run|exec|shellexecute)\s*\(?\s*"((?:[^"\r\n]|"")+)"', re.IGNORECASE)
_IN_POWERSHELL = re.compile(
    r"""(?:&|\bstart-process\b(?:\s+-filepath)?|\bsaps\b)\s*(?:'([^'\r\n]+)'|"([^"\r\n]+)"|([\w:\\/.%$~-]+))""",
    re.IGNORECASE,
)
_IN_LINKS = re.compile(r"(?m)^URL=file:///?(.+?)\s*$", re.IGNORECASE)
_READERS = {".vbs": _IN_HOSTS, ".js": _IN_HOSTS, ".wsf": _IN_HOSTS, ".ps1": _IN_POWERSHELL, ".url": _IN_LINKS}
_CONDITION = re.compile(
    r"""if\s+(?:/i\s+)?(?:not\s+)?(?:(?:exist|defined|errorlevel)\s+(?:"[^"]*"|\S+)|\S+\s*==\s*\S+|\S+\s+\w{3}\s+\S+)\s+""",
    re.IGNORECASE,
)
_PARTS = re.compile(r"""((?:"[^"]*"?|\^.|[^&|()"^])+)""")
# Of "start", these take a word; the others stand alone.
_START_TAKES = re.compile(r'/d\s+(?:"[^"]*"|\S+)\s*|/(?:node|affinity|machine)\s+\S+\s*|/\w+\s*', re.IGNORECASE)


def with_programs(entry: AutostartEntry) -> AutostartEntry:
    """Returns `entry` with what the script starts that its command runs, where it runs one."""
    found = [command for path in _scripts_of(entry.command) for command in _commands_of(path)]
    return msgspec.structs.replace(entry, programs=tuple(found[:_MOST_COMMANDS])) if found else entry


def commands_in(text: str, suffix: str, folder: str) -> tuple[str, ...]:
    """Returns the commands of a script's text, with its own `folder` in place of the variables for it.

    What such a command is made of at run time is not worked out: a program named by a variable is not found.
    """
    reader = _READERS.get(suffix)
    if reader is None:
        found = [command for line in _lines(text) for command in _commands_of_line(line, folder)]
    else:
        found = [next(filter(None, each.groups())).replace('""', '"') for each in reader.finditer(text)]
    return tuple(found[:_MOST_COMMANDS])


def _lines(text: str) -> list[str]:
    # A caret at the end of a line of a command file joins it with the next one.
    return re.sub(r"\^\r?\n", "", text).splitlines()


def _commands_of_line(line: str, folder: str) -> list[str]:
    start = line[:_LONGEST_LINE].strip().lstrip("@").lstrip()
    if not start or start.startswith(":") or start[:4].casefold() == "rem ":
        return []
    own = re.sub(r"%~dp0\\?|%~d0%~p0|%cd%\\", lambda _: f"{folder}\\", start, flags=re.IGNORECASE)
    return [program for part in _PARTS.findall(own) if (program := _program_of(part))]


def _program_of(part: str) -> str:
    """Returns the command of a part of a line, without what only says how it is run; empty when it starts nothing."""
    rest = part.strip().lstrip("@").lstrip()
    while True:
        before = rest
        condition = _CONDITION.match(rest)
        rest = rest[condition.end() :] if condition else rest
        name, _, words_ = rest.partition(" ")
        if name.casefold() in ("call", "else", "do"):
            rest = words_.lstrip()
        elif name.casefold() in ("start", "start.exe"):
            rest = re.sub(r'^"[^"]*"\s*', "", words_.lstrip())
            while (shorter := _START_TAKES.sub("", rest, count=1) if rest.startswith("/") else rest) != rest:
                rest = shorter
            # A single text in quotation marks is the title of a window, or all there is to start.
            rest = rest or words_.strip()
        elif name.casefold() in ("cmd", "cmd.exe") and re.match(r"(?:/\w\s+)*/[ck]\s", words_.lstrip(), re.IGNORECASE):
            rest = re.sub(r"^(?:/\w\s+)*?/[ck]\s+", "", words_.lstrip(), flags=re.IGNORECASE)
        if rest == before:
            return rest


def _scripts_of(command: str) -> list[Path]:
    suffixes = (*_COMMAND_FILES, *_READERS)
    named = [word for word in words(command) if word.casefold().endswith(suffixes) and ("\\" in word or "/" in word)]
    return list(dict.fromkeys(map(Path, named)))


def _commands_of(path: Path) -> tuple[str, ...]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST)
    except (OSError, ValueError):
        return ()
    suffix = path.suffix.casefold()
    return tuple(win32.expanded(clean(each)) for each in commands_in(text_of(content), suffix, str(path.parent)))
