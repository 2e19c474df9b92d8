"""Reversible changes, written down before they are made, so that they are undone whatever happens to this app."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path

from companion.domain import wire
from companion.domain.errors import CompanionError
from companion.domain.facts import AutostartEntry
from companion.domain.restoring import Hold, Restored, due_for_restoring
from companion.services.platforms.protocol import HeldEntry, Platform


class Record(wire.Value, frozen=True):
    """One line of the journal: the hold, and what the operating system needs to undo it."""

    hold: Hold
    held: HeldEntry


class Restoration:
    """Holds autostart entries back and puts them back. `folder` keeps the journal, one file per entry."""

    def __init__(self, folder: Path, platform: Platform, clock: Callable[[], dt.datetime]) -> None:
        self._folder = folder
        self._platform = platform
        self._clock = clock

    def hold(self, entries: Iterable[AutostartEntry], job: str) -> tuple[Hold, ...]:
        """Keep `entries` from starting anything until `restore`; `job` is the artifact that is installed.

        The journal is on the disk before the first change. Raises `CompanionError` ``hold-refused``; what was held
        before that stays held, and is in the journal.
        """
        found = []
        for entry in entries:
            held = self._platform.hold(entry)
            path = self._path(held.entry)
            known = _read(path)
            if known is None:
                known = Record(hold=Hold(entry=entry, since=self._clock(), job=job), held=held)
                self._write(path, known)
            # What stood there before the first hold is what counts; a second hold must not take its place.
            self._platform.switch_off(known.held)
            found.append(known.hold)
        return tuple(found)

    def pending(self) -> tuple[Hold, ...]:
        """Everything that is held back at the moment, the oldest first."""
        records = [record for path in self._files() if (record := _read(path)) is not None]
        return tuple(sorted((record.hold for record in records), key=lambda hold: hold.since))

    def restore(self, continuing: Iterable[str] = ()) -> Restored:
        """Put back every entry whose installation is not among `continuing` (artifact ids), or that waits too long.

        Safe to call at every start, and again after being cut off in the middle.
        """
        going_on, now = frozenset(continuing), self._clock()
        restored: list[str] = []
        changed: list[str] = []
        failed: list[str] = []
        for path in self._files():
            record = _read(path)
            if record is None:
                failed.append(path.stem)
                continue
            if not due_for_restoring(record.hold, now, going_on):
                continue
            try:
                as_before = self._platform.switch_on(record.held)
            except CompanionError:
                failed.append(record.hold.entry.name)
                continue
            (restored if as_before else changed).append(record.hold.entry.name)
            path.unlink()
        return Restored(restored=tuple(restored), left_changed=tuple(changed), failed=tuple(failed))

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*.json"))

    def _path(self, entry: AutostartEntry) -> Path:
        identity = "\0".join((entry.kind.value, entry.location, entry.name))
        return self._folder / f"{hashlib.sha256(identity.encode('utf-8', 'surrogateescape')).hexdigest()[:32]}.json"

    def _write(self, path: Path, record: Record) -> None:
        """Write the record so that it is whole and on the disk when this returns."""
        beside = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with beside.open("wb") as file:
                file.write(wire.encode(record))
                file.flush()
                os.fsync(file.fileno())
            beside.replace(path)
        except OSError as error:
            raise CompanionError(
                "hold-refused",
                "Nothing was changed",
                f"What has to be undone later could not be written down ({error.strerror or 'no reason given'}).",
                "Free some space on the disk, then try again.",
            ) from None
        _settle(self._folder)


def _read(path: Path) -> Record | None:
    try:
        return wire.decode(path.read_bytes(), Record, source="the journal of changes")
    except (OSError, CompanionError):
        return None


def _settle(folder: Path) -> None:
    """Make the folder's new name durable, where a folder can be opened for that (not on Windows, which needs none)."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
