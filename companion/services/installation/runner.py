"""Running an installer: exactly the bytes that were verified, watched to the end, and success checked."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.installation.exit_codes import Outcome, explain_exit
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.models import InstallationProgress, InstallationResult, InstallationStep
from companion.domain.pc.code_signatures import Signature, SignatureState, contradicts, lacks_signature
from companion.domain.pc.facts import Process
from companion.domain.store.orders import Grant
from companion.domain.store.profile import ExitMeaning, Profile
from companion.services.app.cancellation import Cancellation
from companion.services.app.drive import SLOWEST, Signs
from companion.services.installation.installer_files import digest_of, hold_file_safely, read_file
from companion.services.installation.watching import InstallerWatch, OnStep, step_at
from companion.services.platforms.protocol import PlatformServices


class _Ran(NamedTuple):
    """How the installer's own process ended; `children` is what was started below it meanwhile."""

    code: int
    children: dict[int, Process]
    installer: str
    launched: Path
    signature: Signature
    technology: Technology


class _Held(NamedTuple):
    """A verified file that is held: the path to launch, who signed it, and what made it."""

    launchable: Path
    signature: Signature
    technology: Technology


class Installer:
    """Installs verified artifacts; what an installer started may go on for `children_limit` seconds after it."""

    def __init__(self, platform: PlatformServices, *, children_limit: float = 1800.0) -> None:
        self._platform = platform
        self._watch = InstallerWatch(platform, children_limit=children_limit)

    def install(
        self,
        path: Path,
        grant: Grant,
        profile: Profile,
        on_step: OnStep,
        cancellation: Cancellation,
        *,
        elevate: bool | None = None,
        on_exit: Callable[[Outcome], None] = lambda _: None,
    ) -> InstallationResult:
        """Verify `path` against `grant`, run it, wait for it and what it starts, and check what proves success.

        `elevate` overrides the grant's wish for administrator rights. Cancelling stops the waiting before the start;
        an installer that runs is never cut off. `on_exit` is told at once what its exit code means, for a restart that
        the installer has begun does not wait for what is done after that. Raises `Cancelled` and `CompanionError`
        (``file-missing``, ``file-not-readable``, ``file-damaged``, ``wrong-publisher``, ``not-signed``,
        ``elevation-refused``, ``elevation-unavailable``, ``not-runnable``).
        """
        wanted = grant.installation.needs_elevation if elevate is None else elevate
        start = time.monotonic()
        ran = self._run(path, grant, wanted, start, on_step, cancellation, self._must_be_signed(profile))
        outcome = explain_exit(ran.code, profile, self._platform.name, ran.technology)
        on_exit(outcome)
        still = self._watch.wait_for_children(ran.children, ran.installer, ran.launched, start, on_step)
        on_step(step_at(InstallationStep.CHECKING, "Whether everything is in its place is checked.", start))
        missing = tuple(
            proof for proof in grant.installation.proof_paths if not self._platform.system.expand(proof).exists()
        )
        on_step(step_at(InstallationStep.DONE, outcome.sentence, start))
        return InstallationResult(
            exit_code=ran.code,
            outcome=outcome,
            proven=outcome.succeeded and bool(grant.installation.proof_paths) and not missing,
            seconds=round(time.monotonic() - start, 3),
            # What is replaced while the PC restarts is looked at after that.
            missing=missing if outcome.meaning is ExitMeaning.DONE else (),
            signer=ran.signature.signer if ran.signature.state is SignatureState.VALID else None,
            signature=ran.signature.state,
            still_running=tuple(process.name for process in still),
        )

    def _must_be_signed(self, profile: Profile) -> bool:
        return self._platform.name in profile.signed_on

    def _run(
        self,
        path: Path,
        grant: Grant,
        elevate: bool,
        start: float,
        on_step: OnStep,
        cancellation: Cancellation,
        must_be_signed: bool,
    ) -> _Ran:
        """Verify the file and run it to the end of its first process."""
        on_step(InstallationProgress(step=InstallationStep.VERIFYING, sentence=f"{path.name} is checked once more."))
        with hold_file_safely(path, partial(self._hold, path, grant, must_be_signed), cancellation) as held:
            cancellation.check()
            told = [f"{path.name} is started.", lacks_signature(held.signature, grant.publisher)]
            on_step(InstallationProgress(step=InstallationStep.STARTING, sentence=" ".join(filter(None, told))))
            launched = self._platform.programs.start_installer(
                held.launchable, grant.installation.arguments, elevate=elevate
            )
            code, children = self._watch.wait(launched, start, on_step)
            return _Ran(code, children, path.name, held.launchable, held.signature, held.technology)

    @contextlib.contextmanager
    def _hold(self, path: Path, grant: Grant, must_be_signed: bool, signs: Signs) -> Iterator[_Held]:
        """Hold the file, and make sure that it is what the grant says, by the maker it names."""
        with contextlib.ExitStack() as stack:
            try:
                handle, launchable = stack.enter_context(self._platform.programs.pin(path, signs))
            except FileNotFoundError:
                raise _gone(path) from None
            _verify(handle, grant, signs)
            signs(then=grant.size / SLOWEST)
            signature = self._check_signature(launchable, grant, must_be_signed)
            yield _Held(launchable, signature, read_file(launchable, answered=signs).technology)

    def _check_signature(self, path: Path, grant: Grant, must_be_signed: bool) -> Signature:
        signature = self._platform.programs.signature(path)
        if complaint := contradicts(signature, grant.publisher):
            raise CompanionError(
                ErrorCode.WRONG_PUBLISHER,
                "This installer is not started",
                complaint,
                "Tell support. Do not start the file by hand.",
            )
        missing = lacks_signature(signature, grant.publisher) if must_be_signed else None
        if missing is not None:
            raise CompanionError(
                ErrorCode.NOT_SIGNED,
                "This installer is not started",
                f"{grant.publisher} signs its installers, and this one is not proven to be one of them. {missing}",
                "Download it again. If the result is the same, tell support, and do not start the file by hand.",
            )
        return signature


def _gone(path: Path) -> CompanionError:
    return CompanionError(
        ErrorCode.FILE_MISSING,
        "The installer is gone",
        f"{path.name} is not where it was downloaded to; it may have been moved or taken by the antivirus.",
        "Download it again.",
    )


def _verify(handle: BinaryIO, grant: Grant, signs: Signs) -> None:
    """Compare size and digest of what the open handle reads with the grant. Raises ``file-damaged``."""
    if digest_of(handle, signs) != (grant.sha256, grant.size):
        raise CompanionError(
            ErrorCode.FILE_DAMAGED,
            "This installer is not started",
            f"{grant.filename} is not what the store has: it was damaged or changed after the download.",
            "Repair the download, then install again.",
        )
