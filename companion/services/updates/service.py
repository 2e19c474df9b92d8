"""Updates of this program: what is known, looking, fetching, and installing by the way this copy came here."""

from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import platform as machine
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from companion import __version__
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.models import TransferProgress
from companion.domain.updates.decisions import BACKGROUND_RATE, Wanted, is_newer, next_look, wanted
from companion.domain.updates.release import FoundRelease, InstallKind, describing_file
from companion.domain.updates.words import how_to_update
from companion.services.app.cancellation import Cancellation
from companion.services.platforms.protocol import PlatformServices
from companion.services.updates.memory import Remembered, UpdateMemory
from companion.services.updates.source import Installation, TrustedSource

if TYPE_CHECKING:
    from companion.services.updates.client import UpdateClient

_CHUNK = 1 << 20


class LookOutcome(Model, frozen=True):
    """What a look in the background came to: the release, and what is wanted with it."""

    found: FoundRelease | None = None
    wanted: Wanted = Wanted.NOTHING
    fetched: Path | None = None


class Updates:
    """`folder` is for the framework's metadata and the download; `put_in_place` installs where versions are folders."""

    def __init__(
        self,
        folder: Path,
        source: TrustedSource | None,
        installation: Installation,
        platform: PlatformServices,
        clock: Callable[[], dt.datetime],
        put_in_place: Callable[[Path, str], None],
        launch_update: Callable[[], None],
        put_back_library: Callable[[], object],
        *,
        installed: str = __version__,
    ) -> None:
        """`launch_update` starts ``companion update --yes`` as a program of its own, for the window.

        `put_back_library` undoes what a version that is taken back has made of the library.
        """
        self.source, self.installation, self.installed = source, installation, installed
        self._folder, self._platform, self._clock = folder, platform, clock
        self._put_in_place, self._launch_update = put_in_place, launch_update
        self._put_back_library = put_back_library
        self._memory = UpdateMemory(folder)
        self._started = clock()

    @property
    def kind(self) -> InstallKind:
        """How this copy of the program was installed."""
        return self.installation.kind

    def remembered(self) -> Remembered:
        """Returns what is known from earlier looks."""
        return self._memory.read()

    def switch(self, on: bool) -> Remembered:
        """Switch the looks in the background on or off."""
        return self._memory.change(enabled=on)

    def put_off(self, version: str) -> None:
        """Do not ask again about this version."""
        self._memory.change(put_off=version)

    def taken_back(self, version: str) -> None:
        """Remember that a version did not come up here and the one before was put back, and put the library back."""
        self._memory.change(failed_version=version, failure_told=False)
        self._put_back_library()

    def failure_to_tell(self) -> str | None:
        """Returns the version that was put back since this was asked last, None where there is none."""
        known = self._memory.read()
        if known.failure_told or known.failed_version is None:
            return None
        self._memory.change(failure_told=True)
        return known.failed_version

    def next_look(self) -> dt.datetime | None:
        """Returns when to look next in the background; None where that is off or there is no source."""
        known = self._memory.read()
        if self.source is None or not known.enabled:
            return None
        return next_look(known.looks, self._started, self._clock(), known.share)

    def look(self, cancellation: Cancellation) -> FoundRelease | None:
        """Look now; returns the newest release for this system, which may be the one that is installed. Blocks.

        Raises `CompanionError` ``no-update-source`` and as `companion.services.updates.client.UpdateClient.look` does.
        """
        client = self._client()
        try:
            found = client.look(cancellation)
        except CompanionError:
            self._memory.change(failed_at=self._clock())
            raise
        share = random.random()  # noqa: S311 - it spreads load, and protects nothing
        self._memory.change(looked_at=self._clock(), failed_at=None, found=found, share=share)
        return found

    def look_in_background(self, cancellation: Cancellation) -> LookOutcome:
        """Look, and fetch a newer version slowly where that costs nothing; raises as `look` and `fetch` do."""
        found = self.look(cancellation)
        known = self._memory.read()
        if found is None or found.release.version in (known.failed_version, known.put_off):
            return LookOutcome(found=found)
        system = self._platform.system
        power = system.power().value
        what = wanted(
            found,
            self.installed,
            metered=system.metered().value,
            low_battery=power is not None and power.is_low,
            can_update=self.kind.can_update,
        )
        fetched = None
        if what is Wanted.FETCH:
            fetched = self.fetch(found, cancellation, lambda _: None, limit_rate=BACKGROUND_RATE)
        return LookOutcome(found=found, wanted=what, fetched=fetched)

    def fetch(
        self,
        found: FoundRelease,
        cancellation: Cancellation,
        progress: Callable[[TransferProgress], None],
        *,
        limit_rate: int | None = None,
    ) -> Path:
        """Download a newer release, or take what is there of it; returns the file.

        Raises `CompanionError` ``update-not-possible`` where it could not be installed, ``update-not-trusted`` for one
        that is not newer, and as the download engine does.
        """
        self._require_possible()
        if not is_newer(found.release, self.installed):
            raise failure(ErrorCode.UPDATE_NOT_TRUSTED, message="The version that is offered is not newer.")
        return self._client().fetch(found, cancellation, progress, limit_rate=limit_rate)

    def install(self, found: FoundRelease, file: Path) -> bool:
        """Put a fetched release into place; returns whether it is there already, False while an installer works.

        The program that runs is asked to quit on the way, and started again. Raises `CompanionError`.
        """
        self._require_possible()
        self._memory.change(failed_version=None, put_off=None)
        if self.kind is InstallKind.SETUP:
            self._start_setup(found, file)
            return False
        with _gone_is_told(), file.open("rb") as content:
            _require_signed(content, found)
        try:
            self._put_in_place(file, found.release.version)
        except CompanionError:
            self.taken_back(found.release.version)
            raise
        shutil.rmtree(file.parent, ignore_errors=True)
        return True

    def install_from_window(self, found: FoundRelease, file: Path) -> None:
        """Begin to put a fetched release into place; the program is asked to quit soon. Raises `CompanionError`."""
        self._require_possible()
        if self.kind is InstallKind.SETUP:
            self._start_setup(found, file)
        else:
            self._launch_update()

    def _start_setup(self, found: FoundRelease, file: Path) -> None:
        """Start the installer, of which nothing can be changed between the check and the start."""
        with _gone_is_told(), self._platform.programs.pin(file) as (content, launchable):
            _require_signed(content, found)
            self._platform.programs.start_installer(launchable, ["/S"], elevate=False)

    def _client(self) -> UpdateClient:
        if self.source is None:
            raise failure(ErrorCode.NO_UPDATE_SOURCE, hint=how_to_update(self.kind))
        from companion.services.updates.client import UpdateClient  # here: the framework takes a moment to load

        describing = describing_file(self._platform.name, machine.machine())
        return UpdateClient(self.source, self._folder, describing)

    def _require_possible(self) -> None:
        if not self.kind.can_update:
            raise failure(ErrorCode.UPDATE_NOT_POSSIBLE, hint=how_to_update(self.kind))


def _require_signed(content: BinaryIO, found: FoundRelease) -> None:
    """Raises `CompanionError` ``corrupt`` for a file that was changed after the download."""
    digest = hashlib.sha256()
    while chunk := content.read(_CHUNK):
        digest.update(chunk)
    if digest.hexdigest() != found.sha256:
        raise failure(ErrorCode.CORRUPT)


@contextlib.contextmanager
def _gone_is_told() -> Iterator[None]:
    """Raises `CompanionError` ``update-failed`` for a file that is no longer where it was downloaded to."""
    try:
        yield
    except FileNotFoundError:
        raise failure(
            ErrorCode.UPDATE_FAILED,
            message="The file of the new version is not where it was downloaded to. The present version is as it was.",
            hint="Download the new version again.",
        ) from None
