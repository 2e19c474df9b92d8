"""What installations leave to be done later, by this run of the app or by another: restore, check, open again."""

from __future__ import annotations

import datetime as dt
import logging
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import msgspec

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.installation.autostart_holds import BY_HAND, Hold, Restored
from companion.domain.installation.files.identity import InstallerIdentity
from companion.domain.installation.recovery import (
    InstallationRecord,
    RecoveredInstallation,
    RecoveryStatus,
    missing_in,
    status_of,
)
from companion.domain.installation.relaunch import ClosedProgram, RelaunchOutcome, RelaunchResult
from companion.domain.pc.facts import AutostartEntry
from companion.services.installation.autostart_holds import AutostartHolds
from companion.services.installation.relaunch import Relauncher
from companion.services.platforms.protocol import PlatformServices
from companion.services.storage.pending_records import PendingRecord, PendingRecords
from companion.services.storage.records import TimelineEntry

_log = logging.getLogger(__name__)

Note = Callable[[TimelineEntry], None]
_Found = tuple[PendingRecord[InstallationRecord], RecoveredInstallation]
_GOING_ON = frozenset({RecoveryStatus.RUNNING, RecoveryStatus.WAITS})


class RecoveryResult(Model, frozen=True):
    """What earlier runs had left to do: entries restored, installations continued, programs that may be opened."""

    restored: Restored = Restored()
    installations: tuple[RecoveredInstallation, ...] = ()
    closed: tuple[ClosedProgram, ...] = ()


class Recovery:
    """Everything that has to be undone or finished after an installation, whatever happens to this app meanwhile.

    `folder` keeps the journals, `note` takes steps of the time-line, and `command` starts this app with its window.
    """

    def __init__(
        self,
        folder: Path,
        platform: PlatformServices,
        clock: Callable[[], dt.datetime],
        note: Note,
        command: Sequence[str],
    ) -> None:
        self._holds = AutostartHolds(folder / "held-back", platform.autostart, clock)
        self._underway = PendingRecords(folder / "underway", InstallationRecord)
        self.relauncher = Relauncher(folder / "closed", platform, clock)
        self._platform = platform
        self._clock = clock
        self._write_note = note
        self._command = tuple(command)

    # Before an installation

    def hold(self, entries: Iterable[AutostartEntry], job: str = BY_HAND) -> tuple[Hold, ...]:
        """Keep programs from starting by themselves until artifact `job` is installed, even over a restart.

        Those held `BY_HAND` wait for whichever installation comes next. What is changed is written down first, so that
        it is restored whatever happens. Raises `CompanionError`.
        """
        held = self._holds.hold(entries, job)
        for hold in held:
            self._note("held back", None, entry=hold.entry.name, kind=hold.entry.kind.value)
        return held

    def hold_over_restart(self, entries: Iterable[AutostartEntry]) -> tuple[Hold, ...]:
        """Keep programs from starting at the next sign-in, and start this app at it. Raises `CompanionError`.

        They are held `BY_HAND`, because no installation has begun whose end could restore them.
        """
        held = self.hold(entries)
        self._arrange(True)
        return held

    def release(self, job: str) -> None:
        """Restore the automatic starts that are paused for `job` alone."""
        others = {hold.job for hold in self.held()} - {job}
        self._put_back(continuing=(), going_on=tuple(others))

    def held(self) -> tuple[Hold, ...]:
        """Returns the automatic starts that are paused now."""
        return self._holds.pending()

    # During one

    def begin(
        self, job: str, number: str, name: str, proofs: Sequence[str], file: InstallerIdentity | None = None
    ) -> None:
        """Write down that an installation begins, so that a later run knows of it.

        `file` is what is run, where no store names files that prove success.
        """
        own = next(iter(self._platform.processes.describe([os.getpid()])), None)
        underway = InstallationRecord(
            job=job,
            number=number,
            name=name,
            since=self._clock(),
            boot=self._platform.system.boot_id().value,
            proofs=tuple(proofs),
            owner=os.getpid(),
            owner_started=own.started if own else None,
            file=file,
        )
        self._write(underway)

    def needs_restart(self, job: str) -> None:
        """The installer asks for a restart, which may come at once: this app then goes on at the next sign-in."""
        underway = self._underway.read(job)
        if underway is not None:
            self._write(msgspec.structs.replace(underway, restart=True))
            self._arrange(True)
            self._note("waits for a restart", underway.number, artifact=job)

    def end(self, job: str, *, succeeded: bool) -> None:
        """The installation has ended; after a success the automatic starts that were paused for it are restored."""
        for entry in self._underway.entries():
            if entry.value is not None and entry.value.job == job:
                self._underway.remove(entry)
        if succeeded:
            self._put_back(continuing=(), going_on=self._going_on(self._looked_at()))

    # After one

    def recover(self) -> RecoveryResult:
        """Do what earlier runs left to do, as far as it is time; done at every start of the program.

        What is paused stays so while another run of this app installs, until a restart that an installation waits
        for, and, where it was held by hand, for a day.
        """
        return self._settle(continuing=(BY_HAND,))

    def put_back(self, *, give_up: bool = False) -> RecoveryResult:
        """Restore all automatic starts that were paused; with `give_up` also what waits for a restart."""
        return self._settle(continuing=(), give_up=give_up)

    def leave(self) -> None:
        """End for now: what was paused for an installation here is restored, unless a restart finishes it."""
        going_on = [found for found in self._looked_at(leaving=True) if found[1].standing in _GOING_ON]
        self._put_back(continuing=(BY_HAND,), going_on=self._going_on(going_on))
        if any(found.standing is RecoveryStatus.WAITS for _, found in going_on):
            # Signing out and in again may have used up what was arranged.
            self._arrange(True)

    def reopen(self) -> tuple[RelaunchResult, ...]:
        """Open again what was closed."""
        reopened = self.relauncher.reopen()
        for found in reopened:
            event = (
                "opened again"
                if found.ending in (RelaunchOutcome.OPENED, RelaunchOutcome.RUNNING)
                else "not opened again"
            )
            self._note(event, None, program=found.name, ending=found.ending.value)
        return reopened

    def _settle(self, *, continuing: Sequence[str], give_up: bool = False) -> RecoveryResult:
        looked = self._looked_at()
        going_on: list[_Found] = []
        ended: list[_Found] = []
        for entry, found in looked:
            stays = found.standing is RecoveryStatus.RUNNING or (found.standing is RecoveryStatus.WAITS and not give_up)
            (going_on if stays else ended).append((entry, found))
        for entry, found in ended:
            self._note_end(found)
            self._underway.remove(entry)
        restored = self._put_back(continuing=continuing, going_on=self._going_on(going_on))
        waits = any(found.standing is RecoveryStatus.WAITS for _, found in going_on)
        if waits or ended:
            self._arrange(waits)
        installations = tuple(found for _, found in looked)
        return RecoveryResult(restored=restored, installations=installations, closed=self.relauncher.waiting())

    def _looked_at(self, *, leaving: bool = False) -> list[_Found]:
        """Every installation that was begun and where it stands now; a damaged note of one is forgotten."""
        found = []
        entries = self._underway.entries()
        boot = self._platform.system.boot_id().value if entries else None
        for entry in entries:
            if entry.value is None:
                self._underway.remove(entry)
                # What waited for a restart, if it did, is not known any more.
                self._arrange(False)
            else:
                found.append((entry, self._look_at(entry.value, boot, leaving)))
        return found

    def _look_at(self, underway: InstallationRecord, boot: str | None, leaving: bool) -> RecoveredInstallation:
        ends_here = leaving and underway.owner == os.getpid()
        described = () if ends_here else self._platform.processes.describe([underway.owner])
        owner = next((process for process in described if process.pid == underway.owner), None)
        standing = status_of(underway, boot, owner, self._clock())
        missing = self._missing(underway) if standing not in _GOING_ON else None
        return RecoveredInstallation(
            number=underway.number,
            job=underway.job,
            name=underway.name,
            standing=standing,
            proven=missing == (),
            missing=missing or (),
        )

    def _missing(self, underway: InstallationRecord) -> tuple[str, ...] | None:
        """What proves the installation and is not there; None where nothing would prove it."""
        system = self._platform.system
        if underway.file is not None:
            return missing_in(system.installed_products(), underway.file)
        if not underway.proofs:
            return None
        return tuple(proof for proof in underway.proofs if not system.expand(proof).exists())

    @staticmethod
    def _going_on(looked: Iterable[_Found]) -> tuple[str, ...]:
        jobs = [found.job for _, found in looked if found.standing in _GOING_ON]
        return (*jobs, BY_HAND) if jobs else ()

    def _put_back(self, *, continuing: Sequence[str], going_on: Sequence[str]) -> Restored:
        restored = self._holds.restore(continuing, going_on)
        for name in (*restored.restored, *restored.left_changed):
            self._note("put back", None, entry=name, asItWas=name in restored.restored)
        if restored.failed:
            _log.warning("could not restore %d autostart entries", len(restored.failed))
        return restored

    def _note_end(self, found: RecoveredInstallation) -> None:
        event = {
            RecoveryStatus.RESTARTED: "went on after the restart",
            RecoveryStatus.CUT_OFF: "installation was cut off",
        }.get(found.standing, "stopped waiting for the restart")
        self._note(event, found.number, artifact=found.job, proven=found.proven, missing=len(found.missing))

    def _write(self, underway: InstallationRecord) -> None:
        try:
            self._underway.write(underway.job, underway)
        except CompanionError as error:
            # An installation does not wait for a disk that takes no notes.
            _log.warning("a later start will not know of this installation: %s", error.message)

    def _arrange(self, wanted: bool) -> None:
        """Let the next sign-in start this app, or no more. The person can always start it, so a failure is no more."""
        try:
            self._platform.autostart.start_at_next_login(self._command if wanted else None)
        except CompanionError as error:
            _log.warning("the start at the next sign-in could not be arranged: %s", error.message)

    def _note(self, event: str, number: str | None, **facts: str | int | float | bool | None) -> None:
        try:
            self._write_note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))
        except CompanionError as error:
            # Restoring does not wait for the time-line.
            _log.warning("a step could not be noted: %s", error.message)
