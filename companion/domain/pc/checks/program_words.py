"""What is said of a running program beside the store's words: its file, why it may be another one, why it stays."""

from __future__ import annotations

from companion.domain.core.text import joined
from companion.domain.pc.facts import Process
from companion.domain.pc.process_matching import Doubt, Running
from companion.domain.pc.untouchable import Guarded

_GUARDED = {
    Guarded.SYSTEM: "It is a part of the system or of your session",
    Guarded.SHELL: "It is a command line in which other programs run",
    Guarded.KEYCHAIN: "It keeps your passwords",
    Guarded.SECURITY: "It protects this PC",
}


def file_in_words(process: Process) -> str:
    """Returns what the file of `process` is, by its own words and its place, and not by the store's.

    “Thunderbird” by Mozilla Corporation (C:\\Program Files\\Mozilla Thunderbird\\thunderbird.exe, process 7)
    """
    place = process.path or "its file could not be read"
    own = f"“{process.label or process.name}”"
    by = f" by {process.publisher}" if process.publisher else ""
    return f"{own}{by} ({place}, process {process.pid})"


def files_in_words(program: Running) -> tuple[str, ...]:
    """Returns each file of `program` once, in words."""
    first: dict[tuple[str | None, str], Process] = {}
    for process in (*program.instances, *program.processes):
        first.setdefault((process.path, process.name), process)
    return tuple(file_in_words(process) for process in first.values())


def doubt_sentence(program: Running) -> str:
    """Returns why `program` may be another program than the one the store names; empty when it is certain."""
    name, files = program.rule.name, joined(sorted({process.path or process.name for process in program.processes}))
    return {
        None: "",
        Doubt.DETAILS: "Its details could not be read, so this may be another program of the same name.",
        Doubt.PATH: "Its file could not be read, so this may be another program of the same name.",
        Doubt.INTERPRETER: f"It is a script, run by {files}, so this may be another program than {name}.",
        Doubt.ELSEWHERE: f"Its file is {files}, and nothing shows that this is {name}: it may be another program of "
        "the same name.",
    }[program.doubt]


def guarded_sentence(why: Guarded) -> str:
    """Returns why Companion never closes such a program."""
    return f"{_GUARDED[why]}: Companion never closes it."
