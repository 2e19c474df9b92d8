"""Installing a file of any maker: looked at, held, run, watched, and proven by the system's own record."""

from __future__ import annotations

import contextlib
import dataclasses
import time
from collections.abc import Callable, Collection, Iterator
from functools import partial
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.installation.exit_codes import Outcome, explain_exit
from companion.domain.installation.files.checks import file_findings
from companion.domain.installation.files.identity import InstallerIdentity, Technology
from companion.domain.installation.files.verification import Verification, VerifiedBy, of_file, strongest
from companion.domain.installation.launching import launch_arguments, takes_rights
from companion.domain.installation.models import InstallationProgress, InstallationResult, InstallationStep
from companion.domain.installation.proof.installation import CheckedFile, FileInstallation
from companion.domain.installation.proof.outcome import (
    Evidence,
    FileOutcome,
    Proof,
    needs_no_installation,
    newer_version,
    proof_of,
)
from companion.domain.installation.proof.system_record import SystemRecord
from companion.domain.installation.versions import older_version
from companion.domain.pc.code_signatures import SignatureState
from companion.domain.pc.facts import Process
from companion.domain.pc.finding import Severity
from companion.domain.store.profile import ExitMeaning, Profile
from companion.domain.store.rules.general import GeneralRules
from companion.services.app.cancellation import Cancellation
from companion.services.app.drive import ANSWER_SECONDS, Signs
from companion.services.app.input_file import open_plain
from companion.services.installation.installer_files import (
    digest_of,
    hold_file_safely,
    identify,
    identify_here,
    read_file_safely,
)
from companion.services.installation.installer_logs import InstallerLogs
from companion.services.installation.proven_files import ProvenFiles
from companion.services.installation.recovery import Recovery
from companion.services.installation.watching import InstallerWatch, OnStep, step_at
from companion.services.platforms.protocol import PlatformServices


@dataclasses.dataclass(frozen=True)
class Expectation:
    """The digest that a file must have, and what names it: a list of the person's, or the person."""

    sha256: str
    named_by: str


@dataclasses.dataclass(frozen=True)
class _Ran:
    """How the installer's own process ended; `children` is what was started below it meanwhile."""

    code: int
    children: dict[int, Process]
    launched: Path
    log: Path | None


class FileInstaller:
    """Installs files; `makers` returns the names that the directory has for the maker of a file's product.

    What an installer started may go on for `children_limit` seconds after it. `of_store` returns how far a store has
    verified the file of a digest, None where none has. A drive that is silent for `answer_seconds` does not answer.
    """

    def __init__(
        self,
        platform: PlatformServices,
        recovery: Recovery,
        logs: InstallerLogs,
        proven: ProvenFiles,
        *,
        makers: Callable[[InstallerIdentity], Collection[str]] = lambda _: (),
        of_store: Callable[[str], Verification | None] = lambda _: None,
        children_limit: float = 1800.0,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._platform = platform
        self._answer_seconds = answer_seconds
        self._recovery = recovery
        self._logs = logs
        self._proven = proven
        self._makers = makers
        self._of_store = of_store
        self._watch = InstallerWatch(platform, children_limit=children_limit)

    def look(self, path: Path, cancellation: Cancellation, expected: Expectation | None = None) -> CheckedFile:
        """Returns what the file is, its digest, and how far it is verified; nothing of it is run.

        Raises `Cancelled` and `CompanionError`: ``bad-file`` for what is no installer, ``file-missing``,
        ``file-not-readable``, and ``file-damaged`` when it is not what `expected` says.
        """
        found = identify(path, self._platform, cancellation, seconds=self._answer_seconds)
        name = clean_text(path.name, 100)
        if found.technology is Technology.UNKNOWN:
            raise _no_installer(name, found)
        sha256, size = read_file_safely(path, partial(_digest, path), cancellation, self._answer_seconds)
        return CheckedFile(
            place=str(path),
            name=name,
            found=found,
            size=size,
            sha256=sha256,
            verification=self._verify(found, name, sha256, expected),
        )

    def grade(self, found: InstallerIdentity) -> Verification:
        """Returns how far a file is verified by itself, without reading the whole of it."""
        return of_file(found, self._makers(found))

    def install(
        self,
        file: CheckedFile,
        rules: Profile | GeneralRules | None,
        on_step: OnStep,
        cancellation: Cancellation,
        *,
        silent: bool = False,
        older: bool = False,
    ) -> FileInstallation:
        """Run exactly what was looked at, wait for it and what it starts, and compare the system's record.

        Cancelling stops the waiting before the start; an installer that runs is never cut off. `older` is the person's
        consent to a version older than the one that is installed. Raises `Cancelled` and `CompanionError`
        (``file-missing``, ``file-not-readable``, ``file-damaged``, ``blocked``, ``older-version``, ``not-silent``,
        ``elevation-refused``, ``elevation-unavailable``, ``not-runnable``).
        """
        if needs_no_installation(file.found):
            return FileInstallation(file=file, proof=Proof(outcome=FileOutcome.PORTABLE))
        start, job = time.monotonic(), file.job
        launch_arguments(file.found.technology, silent=silent, log=None)  # refused before anything is begun
        before = self._platform.system.installed_products()
        if not older and (newest := newer_version(before, file.found)) is not None:
            raise older_version(file.name, file.found.version or "", newest)
        waited = bool(self._platform.system.pending_restart().value)
        self._recovery.begin(job, "", file.found.product_name or file.name, (), file.found)
        try:
            ran = self._run(file, start, on_step, cancellation, silent=silent)
            explained = explain_exit(ran.code, rules, self._platform.name, file.found.technology)
            if explained.meaning is ExitMeaning.RESTART:
                self._recovery.needs_restart(job)
            installer = Path(file.place).name
            still = self._watch.wait_for_children(ran.children, installer, ran.launched, start, on_step)
            on_step(step_at(InstallationStep.CHECKING, "The system's list of programs is read.", start))
            evidence = self._evidence(file, explained, before, waited, still)
            done = self._done(file, ran, evidence, start)
        except BaseException:
            self._recovery.end(job, succeeded=False)
            raise
        if done.proof.outcome is not FileOutcome.RESTART_LEFT:
            self._recovery.end(job, succeeded=explained.succeeded)
        elif explained.meaning is not ExitMeaning.RESTART:
            self._recovery.needs_restart(job)
        on_step(step_at(InstallationStep.DONE, explained.sentence, start))
        return done

    def _verify(self, found: InstallerIdentity, name: str, sha256: str, expected: Expectation | None) -> Verification:
        if expected is not None and expected.sha256 != sha256:
            raise CompanionError(
                ErrorCode.FILE_DAMAGED,
                "This is not the file that it should be",
                f"{name} has another SHA-256 than {expected.named_by} names: it is damaged, or another file.",
                "Download it again. Do not start it by hand.",
            )
        known = [self.grade(found), self._of_store(sha256), self._proven.known(sha256)]
        if expected is not None:
            known.append(Verification(how=VerifiedBy.MANIFEST, by=expected.named_by))
        verification = strongest(*filter(None, known))
        self._proven.remember(sha256, verification)
        return verification

    def _run(
        self, file: CheckedFile, start: float, on_step: OnStep, cancellation: Cancellation, *, silent: bool
    ) -> _Ran:
        """Hold the file, make sure that it is the one that was looked at, and run it to the end of its process."""
        on_step(InstallationProgress(step=InstallationStep.VERIFYING, sentence=f"{file.name} is checked once more."))
        held = hold_file_safely(Path(file.place), partial(self._hold, file), cancellation, self._answer_seconds)
        with held as (found, launchable):
            cancellation.check()
            log = self._logs.begin(found.technology)
            on_step(InstallationProgress(step=InstallationStep.STARTING, sentence=f"{file.name} is started."))
            try:
                launched = self._platform.programs.start_installer(
                    launchable,
                    launch_arguments(found.technology, silent=silent, log=str(log) if log else None),
                    elevate=takes_rights(found, silent=silent),
                )
                code, children = self._watch.wait(launched, start, on_step)
            except BaseException:
                if log is not None:
                    self._logs.finish(log, found.technology, keep=False)
                raise
            return _Ran(code, children, launchable, log)

    @contextlib.contextmanager
    def _hold(self, file: CheckedFile, signs: Signs) -> Iterator[tuple[InstallerIdentity, Path]]:
        """Hold the file, and make sure that it is the one that was looked at, and that it is to be run.

        What it is, and the path to launch, as `ProgramLauncher.pin` holds it.
        """
        path = Path(file.place)
        with self._platform.programs.pin(path, signs) as (handle, launchable):
            if digest_of(handle, signs) != (file.sha256, file.size):
                raise _changed(file.name)
            found = identify_here(launchable, path.name, self._platform, signs)
            if found.technology is not file.found.technology or found.version != file.found.version:
                raise _changed(file.name)
            _refuse(found, file.name)
            yield found, launchable

    def _evidence(
        self, file: CheckedFile, explained: Outcome, before: SystemRecord, waited: bool, still: tuple[Process, ...]
    ) -> Evidence:
        system = self._platform.system
        return Evidence(
            file=file.found,
            explained=explained,
            before=before,
            after=system.installed_products(),
            restart_pending=explained.succeeded and not waited and bool(system.pending_restart().value),
            still_running=tuple(process.name for process in still),
        )

    def _done(self, file: CheckedFile, ran: _Ran, evidence: Evidence, start: float) -> FileInstallation:
        proof = proof_of(evidence)
        log, cause = None, None
        if ran.log is not None:
            log, cause = self._logs.finish(ran.log, file.found.technology, keep=proof.verified is False)
        result = InstallationResult(
            exit_code=ran.code,
            outcome=evidence.explained,
            proven=proof.verified is True,
            seconds=round(time.monotonic() - start, 3),
            signer=file.found.signer,
            signature=SignatureState.VALID if file.verification.how is VerifiedBy.SIGNATURE else None,
            still_running=evidence.still_running,
        )
        return FileInstallation(
            file=file,
            proof=proof,
            result=result,
            log=str(log) if log else None,
            cause=cause.sentence if cause else None,
        )


def _digest(path: Path, signs: Signs) -> tuple[str, int]:
    with open_plain(path) as file:
        return digest_of(file, signs)


def _refuse(found: InstallerIdentity, name: str) -> None:
    """Raise `CompanionError` ``blocked`` for what is not to be run by what it is itself."""
    blocking = [row for row in file_findings(found, name) if row.severity is Severity.BLOCKS]
    if blocking:
        raise CompanionError(
            ErrorCode.BLOCKED,
            "This installer is not started",
            " ".join(f"{row.title}: {row.explanation}" for row in blocking),
            "Get the installer for this PC from its maker, and download it again.",
        )


def _changed(name: str) -> CompanionError:
    return CompanionError(
        ErrorCode.FILE_DAMAGED,
        "This installer is not started",
        f"{name} was exchanged or changed after it had been looked at.",
        "Download it again. If the result is the same, scan this PC for viruses.",
    )


def _no_installer(name: str, found: InstallerIdentity) -> CompanionError:
    return CompanionError(
        ErrorCode.BAD_FILE,
        "This is no installer that Companion knows",
        " ".join((f"{name} is not started: its content is of no kind that installs programs.", *found.notes)),
        found.advice or "Download it again from the maker of the program.",
    )
