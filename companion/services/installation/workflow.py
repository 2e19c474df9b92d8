"""From "may it be installed?" to "it is installed": the PC is looked at, blockers are closed, the installer runs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.platform import Platform
from companion.domain.entitlements.seats import ThisPC as SeatHere
from companion.domain.entitlements.seats import seat_use
from companion.domain.installation.exit_codes import Outcome
from companion.domain.installation.files.checks import is_package
from companion.domain.installation.models import InstallationProgress, InstallationResult
from companion.domain.installation.versions import is_older, older_version
from companion.domain.pc.closing import ClosingProgress, ClosingResult
from companion.domain.pc.network_diagnostics import NetworkReport, StepResult
from companion.domain.pc.preflight import Finding, Requirements, findings
from companion.domain.store.orders import Download, Grant, Licence
from companion.domain.store.profile import ExitMeaning, Probe, Profile, Stage
from companion.services.app.cancellation import Cancellation
from companion.services.installation.recovery import Recovery
from companion.services.installation.runner import Installer
from companion.services.pc.checker import Preflight
from companion.services.pc.device import ThisPC
from companion.services.pc.general_rules import with_rules_of_any_maker
from companion.services.pc.program_closer import ProgramCloser
from companion.services.storage.database import Library
from companion.services.storage.records import CHECKED, INSTALLED, TimelineEntry
from companion.services.storage.versions_seen import VersionsSeen
from companion.services.store.orders import Orders

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True, slots=True)
class Installed:
    """How an installation ended; `licence` is the licence with this PC's seat, when one was taken.

    `seat_later` says that the seat is taken as soon as the store answers.
    """

    result: InstallationResult
    licence: Licence | None
    seat_later: bool = False


CheckNetwork = Callable[[str, Probe, Callable[[StepResult], None], Cancellation], NetworkReport]
"""Checks the connection to a store by its address, step by step."""


class Installations:
    """Everything between a download and a working product. Every step lands in the case time-line."""

    def __init__(
        self,
        platform: Platform,
        preflight: Preflight,
        closing: ProgramCloser,
        installer: Installer,
        recovery: Recovery,
        check_network: CheckNetwork,
        orders: Orders,
        library: Library,
        this_pc: ThisPC,
        clock: Callable[[], dt.datetime],
        zone: dt.tzinfo,
    ) -> None:
        self._platform = platform
        self._preflight = preflight
        self._closing = closing
        self._installer = installer
        self._recovery = recovery
        self._check_network = check_network
        self._orders = orders
        self._library = library
        self._this_pc = this_pc
        self._clock = clock
        self._zone = zone
        self._versions = VersionsSeen(library, orders.store)

    def requirements(
        self, profile: Profile, download: Download | None = None, folder: Path | None = None, grant: Grant | None = None
    ) -> Requirements:
        """What downloading `download` into `folder`, and installing it, needs of this PC."""
        already = 0
        if download is not None and folder is not None:
            already = _bytes_there(folder, download)
        return Requirements(
            profile=with_rules_of_any_maker(profile),
            platform=self._platform,
            destination=str(folder) if folder is not None else None,
            size=download.size if download is not None else 0,
            already=already,
            files=grant.installation.proof_paths if grant is not None else (),
            alone=grant is not None and is_package(grant.filename),
        )

    def look(
        self, stage: Stage, requirements: Requirements, cancellation: Cancellation | None = None
    ) -> tuple[Finding, ...]:
        """Returns what blocks `stage` right now, the gravest first."""
        facts = self._preflight.gather(stage, requirements, cancellation)
        rows = findings(facts, requirements, stage, self._clock(), self._zone)
        self._note(CHECKED, None, stage=stage.value, **_counts(rows))
        return rows

    def watch(
        self,
        stage: Stage,
        requirements: Requirements,
        on_change: Callable[[tuple[Finding, ...]], None],
        cancellation: Cancellation,
    ) -> None:
        """Call `on_change` with the findings now and whenever they change, until cancelled (raises `Cancelled`)."""
        self._preflight.watch(
            stage,
            requirements,
            lambda facts: on_change(findings(facts, requirements, stage, self._clock(), self._zone)),
            cancellation,
        )

    def check_network(
        self, profile: Profile, on_step: Callable[[StepResult], None], cancellation: Cancellation
    ) -> NetworkReport | None:
        """Check the connection to the store step by step; None when the store offers no probe. Raises `Cancelled`."""
        if profile.probe is None:
            return None
        report = self._check_network(self._orders.store, profile.probe, on_step, cancellation)
        self._note("checked the connection to the store", None, fine=report.fine, between=len(report.between))
        return report

    def close_blockers(
        self,
        stage: Stage,
        requirements: Requirements,
        on_step: Callable[[ClosingProgress], None],
        cancellation: Cancellation,
        *,
        force: bool = False,
        only: Iterable[str] | None = None,
        agreed: Collection[int] = (),
        watch: float | None = None,
    ) -> ClosingResult:
        """Close what blocks `stage`; `force` only with the person's explicit consent.

        `agreed` are processes that may be other programs and that the person agreed to close all the same; `watch` is
        how many seconds newcomers are looked out for, where it is not the usual time.
        """
        closed = self._closing.close(
            stage, requirements, on_step, cancellation, force=force, only=only, agreed=agreed, watch=watch
        )
        self._note(
            "closed programs",
            None,
            gone=len(closed.gone),
            left=len(closed.left),
            cameBack=len(closed.came_back),
            forced=force,
        )
        return closed

    def install(
        self,
        number: str,
        licence: Licence | None,
        grant: Grant,
        path: Path,
        profile: Profile,
        on_step: Callable[[InstallationProgress], None],
        cancellation: Cancellation,
        *,
        older: bool = False,
    ) -> Installed:
        """Verify and run the installer, check that it succeeded, and take a seat of `licence` for this PC.

        `older` is the person's consent to a version older than one seen before. Raises `CompanionError`
        ``older-version`` without it, and what the installer raises.
        What was paused for it is restored afterwards; when a restart is needed to finish, only after that.
        """
        job, name = grant.artifact_id, licence.product_name if licence is not None else grant.filename

        def exited(outcome: Outcome) -> None:
            if outcome.meaning is ExitMeaning.RESTART:
                self._recovery.needs_restart(job)

        newest = self._versions.newest(job)
        if newest is not None and is_older(grant.version, newest) and not older:
            raise older_version(grant.filename, grant.version, newest)
        self._versions.note(job, grant.version)
        self._recovery.begin(job, number, name, grant.installation.proof_paths)
        try:
            result = self._installer.install(path, grant, profile, on_step, cancellation, on_exit=exited)
        except BaseException as error:
            self._recovery.end(job, succeeded=False)
            if isinstance(error, CompanionError):
                self._note("installation failed", number, artifact=job, code=error.code)
            raise
        self._note(
            INSTALLED if result.succeeded else "installation failed",
            number,
            artifact=job,
            store=self._orders.store,
            version=grant.version,
            exitCode=result.exit_code,
            meaning=result.outcome.meaning.value,
            proven=result.proven,
        )
        if result.outcome.meaning is not ExitMeaning.RESTART:
            self._recovery.end(job, succeeded=result.succeeded)
        return self._with_seat(number, licence, result) if result.succeeded else Installed(result, None)

    def _with_seat(self, number: str, licence: Licence | None, result: InstallationResult) -> Installed:
        """Note at the store that this PC uses the licence, now or once it answers; the product works without."""
        if licence is None or seat_use(licence, self._this_pc.seat_id).this_pc is not SeatHere.NOT_YET:
            return Installed(result, None)
        seat = (number, licence.id, self._this_pc.seat_id, self._this_pc.name)
        try:
            return Installed(result, self._orders.actions.take_seat(*seat, can_be_later=True))
        except CompanionError as error:
            _log.warning("no seat was taken: %s", error.code)
            later = error.kind is ErrorKind.UNREACHABLE or error.code == ErrorCode.CREDENTIALS_NEEDED
            if later:
                self._orders.seats.note(*seat)
            return Installed(result, None, seat_later=later)

    def _note(self, event: str, number: str | None, **facts: str | int | float | bool | None) -> None:
        self._library.note(TimelineEntry(at=self._clock(), event=event, order_number=number, facts=facts))


def _counts(rows: tuple[Finding, ...]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.severity.value] = counts.get(row.severity.value, 0) + 1
    return counts


def _bytes_there(folder: Path, download: Download) -> int:
    """Bytes of the download that are on the disk already, finished or not."""
    for name in (download.filename, download.filename + ".part"):
        try:
            return min((folder / name).stat().st_size, download.size)
        except OSError:
            continue
    return 0
