"""Opening closed programs again after an installation: the same file, once, and only while it is still wanted."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable

from companion.domain.core.model import Instant, Model
from companion.domain.core.platform import Platform
from companion.domain.core.redaction import redact
from companion.domain.core.text import joined
from companion.domain.pc.closing import Relaunch
from companion.domain.pc.facts import Process, Who
from companion.domain.pc.process_matching import Reach, reach_of
from companion.domain.pc.program_paths import program_name

# A program that was not missed for a day is not offered any longer.
_LONGEST_OFFER = dt.timedelta(days=1)


class ClosedProgram(Model, frozen=True):
    """A program that was closed for an installation, as it was then.

    `sha256` is of its file, None where it could not be read. `complete` is false when its arguments hold what must not
    be written down; they are then left out, and it cannot be opened again as it was.
    """

    program: Relaunch
    since: Instant
    sha256: str | None
    complete: bool = True

    @property
    def path(self) -> str:
        """The program's file."""
        return self.program.arguments[0]


class RelaunchOutcome(enum.StrEnum):
    """The outcome of opening a program again."""

    OPENED = "opened"
    RUNNING = "running"
    """The person has opened it already."""
    GONE = "gone"
    CHANGED = "changed"
    UNKNOWN = "unknown"
    """How it was started was not written down."""
    INTERRUPTED = "interrupted"
    """This app was ended while it opened it: perhaps it was opened, and it is not opened twice."""
    REFUSED = "refused"


class RelaunchResult(Model, frozen=True):
    """The outcome for one program."""

    name: str
    ending: RelaunchOutcome


def closed_program(program: Relaunch, since: dt.datetime, sha256: str | None, home: str) -> ClosedProgram:
    """Returns the record of `program`; `home` is the person's folder, whose name counts as no secret here."""
    complete = not any(_tells_a_secret(word, home) for word in program.arguments)
    if not complete:
        program = Relaunch(name=program.name, arguments=program.arguments[:1])
    return ClosedProgram(program=program, since=since, sha256=sha256, complete=complete)


def worth_offering(closed: ClosedProgram, now: dt.datetime) -> bool:
    """Returns whether it was closed recently enough to be offered."""
    return abs(now - closed.since) <= _LONGEST_OFFER


def runs_again(closed: ClosedProgram, processes: Iterable[Process], who: Who | None, platform: Platform) -> bool:
    """Returns whether the person is running it: the same file, in this session, as this user."""
    return any(
        process.path is not None
        and _spelled(process.path, platform) == _spelled(closed.path, platform)
        and reach_of(process, who) in (Reach.MINE, Reach.ELEVATED)
        for process in processes
    )


def relaunch_refusal(closed: ClosedProgram, sha256: str | None, *, interrupted: bool) -> RelaunchOutcome | None:
    """Returns why it is not opened again, or None; `sha256` is of its file now, None where it cannot be read."""
    if interrupted:
        return RelaunchOutcome.INTERRUPTED
    if not closed.complete or closed.sha256 is None:
        return RelaunchOutcome.UNKNOWN
    if sha256 is None:
        return RelaunchOutcome.GONE
    return None if sha256 == closed.sha256 else RelaunchOutcome.CHANGED


def relaunch_sentence(found: RelaunchResult) -> str:
    """Returns the outcome for one program in a sentence."""
    return {
        RelaunchOutcome.OPENED: f"{found.name} is open again.",
        RelaunchOutcome.RUNNING: f"{found.name} is open already.",
        RelaunchOutcome.GONE: f"{found.name} was not opened because its file is no longer there.",
        RelaunchOutcome.CHANGED: f"{found.name} was not opened because its file has changed since it was closed. "
        "If it was updated, open it yourself.",
        RelaunchOutcome.UNKNOWN: f"{found.name} was not opened because it is not known how it was started. "
        "Open it yourself.",
        RelaunchOutcome.INTERRUPTED: f"{found.name} may be open already. If it is not, open it yourself.",
        RelaunchOutcome.REFUSED: f"{found.name} could not be started. Open it yourself.",
    }[found.ending]


def names_of(programs: Iterable[ClosedProgram]) -> str:
    """Returns the names of the programs, each once: "Outlook and Chrome"."""
    return joined(sorted({closed.program.name for closed in programs}))


def file_name(closed: ClosedProgram) -> str:
    """Returns the name of its process."""
    return program_name(closed.path)


def _tells_a_secret(word: str, home: str) -> bool:
    plain = word.replace(home, "~") if home else word
    return redact(plain) != plain


def _spelled(path: str, platform: Platform) -> str:
    return path.replace("/", "\\").casefold() if platform is Platform.WINDOWS else path
