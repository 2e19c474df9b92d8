"""Reversible changes, written down before they are made, so that they are undone whatever happens to this app."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.installation.autostart_holds import Hold, Restored, due_for_restoring
from companion.domain.pc.facts import AutostartEntry
from companion.services.platforms.protocol import AutostartControl, HeldEntry
from companion.services.storage.pending_records import PendingRecords


class Record(Model, frozen=True):
    """One entry of the journal: the hold, and what the operating system needs to undo it."""

    hold: Hold
    held: HeldEntry


class AutostartHolds:
    """Holds autostart entries back and puts them back. `folder` keeps the journal, one file per entry."""

    def __init__(self, folder: Path, autostart: AutostartControl, clock: Callable[[], dt.datetime]) -> None:
        self._records = PendingRecords(folder, Record)
        self._autostart = autostart
        self._clock = clock

    def hold(self, entries: Iterable[AutostartEntry], job: str) -> tuple[Hold, ...]:
        """Keep `entries` from starting anything until `restore`; `job` is the artifact that is installed.

        The journal is on the disk before the first change. Raises `CompanionError` ``hold-refused``, or
        ``record-not-written`` when the journal cannot be written; what was held before that stays held, and is in the
        journal.
        """
        found = []
        for entry in entries:
            held = self._autostart.hold(entry)
            identity = "\0".join((held.entry.kind.value, held.entry.location, held.entry.name))
            known = self._records.read(identity)
            # What stood there before the first hold is what counts; a second hold must not take its place.
            record = Record(hold=Hold(entry=entry, since=self._clock(), job=job), held=known.held if known else held)
            if known is None or known.hold.job != job:
                self._records.write(identity, record)
            self._autostart.switch_off(record.held)
            found.append(record.hold)
        return tuple(found)

    def pending(self) -> tuple[Hold, ...]:
        """Returns all entries that are paused now, the oldest first."""
        holds = [entry.value.hold for entry in self._records.entries() if entry.value is not None]
        return tuple(sorted(holds, key=lambda hold: hold.since))

    def restore(self, continuing: Collection[str] = (), awaiting: Collection[str] = ()) -> Restored:
        """Put back every entry whose job is in neither list; those of `continuing` only when they wait too long.

        Safe to call at every start, and again after being cut off in the middle.
        """
        now = self._clock()
        restored: list[str] = []
        changed: list[str] = []
        failed: list[str] = []
        for entry in self._records.entries():
            record = entry.value
            if record is None:
                failed.append(entry.path.stem)
                continue
            if not due_for_restoring(record.hold, now, continuing, awaiting):
                continue
            try:
                as_before = self._autostart.switch_on(record.held)
            except CompanionError:
                failed.append(record.hold.entry.name)
                continue
            (restored if as_before else changed).append(record.hold.entry.name)
            self._records.remove(entry)
        return Restored(restored=tuple(restored), left_changed=tuple(changed), failed=tuple(failed))
