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
    from companion.services.installation.recovery import Note, Recovery
    from companion.services.pc.checker import Preflight
    from companion.services.pc.program_closer import ProgramCloser
    from companion.services.platforms.protocol import PlatformServices
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


def build_recovery(where: AppFolders, platform: PlatformServices, note: Note) -> Recovery:
    """Build what puts back what was changed on this PC; `note` writes each change into the time-line."""
    from companion.services.app.launch_command import start_command
    from companion.services.installation.recovery import Recovery

    return Recovery(where.state, platform, utc_now, note, start_command(where, tray=False))
