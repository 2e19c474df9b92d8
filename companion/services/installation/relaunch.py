"""Opening again, once, what was closed for an installation; written down before it is closed."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterable
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.domain.installation.relaunch import (
    ClosedProgram,
    RelaunchOutcome,
    RelaunchResult,
    closed_program,
    file_name,
    relaunch_refusal,
    runs_again,
    worth_offering,
)
from companion.domain.pc.closing import Relaunch
from companion.domain.pc.process_matching import listed_name
from companion.services.platforms.protocol import PlatformServices
from companion.services.storage.pending_records import PendingRecord, PendingRecords

_log = logging.getLogger(__name__)


class Relauncher:
    """What was closed and is to be opened again. `folder` keeps the journal, one file per program."""

    def __init__(self, folder: Path, platform: PlatformServices, clock: Callable[[], dt.datetime]) -> None:
        self._records = PendingRecords(folder, ClosedProgram)
        self._platform = platform
        self._clock = clock

    def remember(self, programs: Iterable[Relaunch]) -> None:
        """Write down what is about to be closed. Closing does not wait for a disk that takes no notes."""
        for program in programs:
            known = closed_program(program, self._clock(), _digest(program.arguments[0]), str(Path.home()))
            try:
                self._records.write("\0".join(known.program.arguments), known)
            except CompanionError as error:
                _log.warning("what is closed cannot be offered later: %s", error.message)

    def waiting(self) -> tuple[ClosedProgram, ...]:
        """What may be offered to be opened again: closed not long ago, and not running. The rest is forgotten."""
        entries = self._records.entries()
        running = self._running(entries)
        found = []
        for entry in entries:
            if entry.value is None or entry.path in running or not worth_offering(entry.value, self._clock()):
                self._records.remove(entry)
            else:
                found.append(entry.value)
        return tuple(found)

    def reopen(self) -> tuple[RelaunchResult, ...]:
        """Open everything again that is waiting, each program once, also when two runs of this app ask for it.

        Nothing is started but what was closed: the same file with the same content, with the same arguments.
        """
        entries = [entry for entry in self._records.entries() if entry.value is not None]
        # Looked up once, before the first one is opened: two documents of one program are both opened again.
        running = self._running(entries)
        return tuple(
            RelaunchResult(name=entry.value.program.name, ending=ending)
            for entry in entries
            if entry.value is not None and (ending := self._reopen(entry, entry.path in running)) is not None
        )

    def forget(self) -> None:
        """Leave closed what is closed."""
        for entry in self._records.entries():
            self._records.remove(entry)

    def _reopen(self, entry: PendingRecord[ClosedProgram], running: bool) -> RelaunchOutcome | None:
        """Open one program; None when another run of this app is at it."""
        taken = entry if entry.taken else self._records.take(entry)
        if taken is None or entry.value is None:
            return None
        ending = (
            RelaunchOutcome.RUNNING
            if running
            else relaunch_refusal(entry.value, _digest(entry.value.path), interrupted=entry.taken)
        )
        if ending is None:
            try:
                self._platform.programs.launch(entry.value.program.arguments)
                ending = RelaunchOutcome.OPENED
            except CompanionError:
                ending = RelaunchOutcome.REFUSED
        self._records.remove(taken)
        return ending

    def _running(self, entries: Iterable[PendingRecord[ClosedProgram]]) -> frozenset[Path]:
        """The entries whose program runs."""
        known = {entry.path: entry.value for entry in entries if entry.value is not None}
        if not known:
            return frozenset()
        names = frozenset(listed_name(file_name(closed), self._platform.name) for closed in known.values())
        pids = {seen.pid for seen in self._platform.processes.list_processes(names)}
        processes = [process for process in self._platform.processes.describe(sorted(pids)) if process.pid in pids]
        who = self._platform.processes.who().value
        return frozenset(
            path for path, closed in known.items() if runs_again(closed, processes, who, self._platform.name)
        )


def _digest(path: str) -> str | None:
    """SHA-256 of a program's file; None when it cannot be read."""
    try:
        with Path(path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None
