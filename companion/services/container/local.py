"""Builds what works without any store and without a library: the services of this PC."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from companion.domain.core.errors import CompanionError
from companion.services.app.paths import AppFolders
from companion.services.container.environment import home_folders, local_zone, utc_now

if TYPE_CHECKING:
    from companion.domain.installation.files.identity import InstallerIdentity
    from companion.domain.installation.files.verification import Verification
    from companion.services.installation.file_installer import FileInstaller
    from companion.services.installation.recovery import Note, Recovery
    from companion.services.pc.checker import Preflight
    from companion.services.pc.program_closer import ProgramCloser
    from companion.services.platforms.protocol import PlatformServices
    from companion.services.storage.database import Library
    from companion.services.storage.records import TimelineEntry


@dataclasses.dataclass(frozen=True)
class Local:
    """What works without any store: looking at this PC, closing programs on it, and putting back what was changed."""

    folders: AppFolders
    clock: Callable[[], dt.datetime]
    zone: dt.tzinfo
    platform: PlatformServices
    preflight: Preflight
    closing: ProgramCloser
    recovery: Recovery

    def file_installer(self) -> FileInstaller:
        """Returns what installs files of any maker; most commands need none."""
        return build_file_installer(self.folders, self.platform, self.recovery)


def build_local(home: Path | None) -> Local:
    """Build what needs no store; nothing is written anywhere until something of this PC is changed."""
    from companion.services.pc.checker import Preflight
    from companion.services.pc.program_closer import ProgramCloser
    from companion.services.platforms import current

    platform, where = current(), home_folders(home)

    def note(entry: TimelineEntry) -> None:
        from companion.services.storage.database import Library

        # A time-line belongs to orders: without any, none is begun. What was changed on this PC is put back also where
        # nothing can be noted.
        if where.library.exists():
            with contextlib.suppress(CompanionError), contextlib.closing(Library(where.library)) as library:
                library.note(entry)

    recovery = build_recovery(where, platform, note)
    return Local(
        folders=where,
        clock=utc_now,
        zone=local_zone(),
        platform=platform,
        preflight=Preflight(platform, utc_now),
        closing=ProgramCloser(platform, remember=recovery.relauncher.remember),
        recovery=recovery,
    )


def build_file_installer(
    where: AppFolders, platform: PlatformServices, recovery: Recovery, library: Library | None = None
) -> FileInstaller:
    """Build what installs files of any maker; without a `library`, the one on the disk is read where there is one."""
    from companion.services.app.resources import resource
    from companion.services.installation.file_installer import FileInstaller
    from companion.services.installation.installer_logs import InstallerLogs
    from companion.services.installation.proven_files import ProvenFiles
    from companion.services.purchases.directory import MakerDirectory

    def makers(found: InstallerIdentity) -> tuple[str, ...]:
        directory = MakerDirectory(resource("directory"), where.state / "directory").current
        maker = directory.maker_of(found.product_name, found.publisher)
        return (maker.name, *maker.names) if maker is not None else ()

    def of_store(sha256: str) -> Verification | None:
        from companion.services.storage.database import Library

        if library is not None:
            return _published(library, sha256)
        if not where.library.exists():
            return None
        with contextlib.suppress(CompanionError), contextlib.closing(Library(where.library)) as opened:
            return _published(opened, sha256)
        return None

    logs, proven = InstallerLogs(where.logs), ProvenFiles(where.state / "proven", utc_now)
    return FileInstaller(platform, recovery, logs, proven, makers=makers, of_store=of_store)


def _published(library: Library, sha256: str) -> Verification | None:
    """Returns the store that published this digest for a download; None where none did."""
    from companion.domain.installation.files.verification import of_transfer

    digests = ((store, file.grant.sha256) for store in library.stores_with_orders() for file in library.files(store))
    found = next((store for store, digest in digests if digest == sha256), None)
    return of_transfer(verified=True, store=found) if found is not None else None


def build_recovery(where: AppFolders, platform: PlatformServices, note: Note) -> Recovery:
    """Build what puts back what was changed on this PC; `note` writes each change into the time-line."""
    from companion.services.app.instance.launch_command import start_command
    from companion.services.installation.recovery import Recovery

    return Recovery(where.state, platform, utc_now, note, start_command(where, tray=False))
