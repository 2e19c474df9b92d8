"""Asking the update server what there is, and fetching it, as The Update Framework prescribes.

Nothing that the server says is believed before it is proven by the root metadata of this build, or by a root that the
keys of that one have signed: who holds the server, its certificate or the network can at most keep updates away.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tuf.api.exceptions import DownloadError, DownloadHTTPError, ExpiredMetadataError, RepositoryError
from tuf.api.metadata import TargetFile
from tuf.ngclient import Updater, UpdaterConfig

from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.core.words.error_words import failure
from companion.domain.transfers.models import Expected, Options, TransferProgress
from companion.domain.updates.release import (
    MOST_PROGRAM_BYTES,
    MOST_RELEASE_BYTES,
    FoundRelease,
    Release,
    read_release,
)
from companion.services.app.atomic_file import private_folder
from companion.services.app.cancellation import Cancellation
from companion.services.app.file_lock import locked
from companion.services.downloads.fetch import fetch
from companion.services.downloads.state.partial import describe_disk_error
from companion.services.downloads.transfer.transport import fixed_source
from companion.services.http.time_limit import run_within
from companion.services.updates.fetcher import MetadataFetcher
from companion.services.updates.source import TrustedSource

LOOK_SECONDS = 60.0
"""Seconds for all of a look, whatever pauses the server makes."""
_LIMITS = UpdaterConfig(
    max_root_rotations=64,
    max_delegations=4,
    root_max_length=256 * 1024,
    timestamp_max_length=16 * 1024,
    snapshot_max_length=256 * 1024,
    targets_max_length=1024 * 1024,
)


class UpdateClient:
    """Looks for one kind of release; `folder` keeps the metadata seen last, so that nothing older is taken."""

    def __init__(self, source: TrustedSource, folder: Path, describing: str) -> None:
        """`describing` is the target that describes the newest release."""
        self._source, self._folder, self._describing = source, folder, describing

    def look(self, cancellation: Cancellation, *, seconds: float = LOOK_SECONDS) -> FoundRelease | None:
        """Returns the newest release for this system, None where there is none. Blocks.

        Raises `CompanionError` (``update-not-trusted``, ``update-too-old``, ``update-unreachable``,
        ``update-underway``, ``portal``, ``too-slow``) and `Cancelled`.
        """
        return run_within(seconds, cancellation, lambda: self._look(cancellation))

    def fetch(
        self,
        found: FoundRelease,
        cancellation: Cancellation,
        progress: Callable[[TransferProgress], None],
        *,
        limit_rate: int | None = None,
    ) -> Path:
        """Download a release, resuming what is there of it; returns the file, which is exactly what was signed.

        `limit_rate` is in bytes per second. Raises as `companion.services.downloads.fetch.fetch` does.
        """
        if found.size > MOST_PROGRAM_BYTES:
            raise failure(ErrorCode.UPDATE_NOT_TRUSTED, message="The new version is larger than any ever was.")
        # Repositories are consistent snapshots: every file has its digest in its address.
        address = f"{self._source.address}targets/{found.sha256}.{found.release.file}"
        expected = Expected(filename=found.release.file, size=found.size, sha256=found.sha256)
        options = Options(limit_rate=limit_rate, most_bytes=found.size)
        done = fetch(
            fixed_source(address),
            expected,
            self._folder / "download",
            cancellation=cancellation,
            progress=progress,
            options=options,
        )
        return done.path

    def _look(self, cancellation: Cancellation) -> FoundRelease | None:
        fetcher = MetadataFetcher(cancellation)
        try:
            private_folder(self._folder)
            with locked(self._folder / "lock", patience=0.0):
                return self._ask(fetcher)
        except TimeoutError:
            raise failure(ErrorCode.UPDATE_UNDERWAY) from None
        except (RepositoryError, DownloadError) as error:
            raise _told(error) from None
        except OSError as error:
            raise describe_disk_error(error) from None
        finally:
            fetcher.close()

    def _ask(self, fetcher: MetadataFetcher) -> FoundRelease | None:
        updater = Updater(
            metadata_dir=str(self._folder / "metadata"),
            metadata_base_url=f"{self._source.address}metadata/",
            target_dir=str(self._folder),
            target_base_url=f"{self._source.address}targets/",
            fetcher=fetcher,
            config=_LIMITS,
            bootstrap=self._source.root,
        )
        updater.refresh()
        described = updater.get_targetinfo(self._describing)
        if described is None:
            return None
        if described.length > MOST_RELEASE_BYTES:
            raise failure(ErrorCode.UPDATE_NOT_TRUSTED, message="The description of the new version is too long.")
        release = read_release(Path(updater.download_target(described)).read_bytes())
        return _found(release, updater.get_targetinfo(release.file))


def _found(release: Release, target: TargetFile | None) -> FoundRelease:
    digest = target.hashes.get("sha256") if target is not None else None
    if target is None or digest is None:
        raise failure(
            ErrorCode.UPDATE_NOT_TRUSTED,
            message="A new version is described, and its file is not among those that are signed.",
        )
    return FoundRelease(release=release, size=target.length, sha256=digest)


def _told(error: Exception) -> CompanionError:
    """Returns the framework's error in plain words; its own texts name roles and keys."""
    cause = error.__cause__
    if isinstance(cause, CompanionError):
        return cause
    if isinstance(cause, Cancelled):
        raise cause
    if isinstance(error, ExpiredMetadataError):
        return failure(ErrorCode.UPDATE_TOO_OLD)
    if isinstance(error, DownloadHTTPError):
        return failure(
            ErrorCode.UPDATE_UNREACHABLE, message=f"The update server answered with status {error.status_code}."
        )
    return failure(ErrorCode.UPDATE_NOT_TRUSTED)
