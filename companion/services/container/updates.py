"""Builds what updates this program."""

from __future__ import annotations

import dataclasses
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from companion import __version__
from companion.services.app.paths import AppFolders
from companion.services.container.environment import utc_now

if TYPE_CHECKING:
    from companion.services.platforms.protocol import PlatformServices
    from companion.services.updates.service import Updates

_QUIT_SECONDS = 60.0
_log = logging.getLogger(__name__)


def build_updates(where: AppFolders, platform: PlatformServices) -> Updates:
    """Build what looks for new versions of this program and installs them."""
    from companion.services.updates.service import Updates
    from companion.services.updates.source import built_in_source, this_installation

    installation = this_installation(platform.name)
    putting = _PutInPlace(where, platform, installation.base)
    return Updates(
        where.state / "update",
        built_in_source(),
        installation,
        platform,
        utc_now,
        putting.put,
        putting.launch,
        putting.put_back_library,
    )


@dataclasses.dataclass(frozen=True)
class _PutInPlace:
    where: AppFolders
    platform: PlatformServices
    base: Path | None
    """The folder above the versions, where they are folders side by side."""

    def put(self, archive: Path, version: str) -> None:
        """Install a version where versions are folders side by side."""
        from companion.services.app.instance.running_program import StartRequest, hand_over
        from companion.services.updates.folders import FolderUpdate, VersionFolders

        if self.base is None:
            raise AssertionError("only called where there are such folders")
        update = FolderUpdate(
            VersionFolders(self.base),
            self.quit_running,
            lambda _: self.platform.programs.launch(self._command(tray=True)),
            lambda: hand_over(self.where.state, StartRequest(tray=True)),
            self.put_back_library,
        )
        update.install(archive, version, __version__)

    def quit_running(self) -> bool:
        """End the program that runs with the same folders; returns whether one did. Raises `CompanionError`."""
        from companion.domain.core.errors import ErrorCode
        from companion.domain.core.words.error_words import failure
        from companion.services.app.instance.running_program import ask_to_quit

        pid = ask_to_quit(self.where.state)
        if pid is None:
            return False
        if not self.platform.processes.wait_for_exit((pid,), _QUIT_SECONDS):
            raise failure(ErrorCode.UPDATE_FAILED, message="Companion is running and does not quit.")
        return True

    def put_back_library(self) -> None:
        """Bring the library back into the form of this version; where that fails, opening it says what is needed."""
        import sqlite3

        from companion.services.storage.database import put_back_library

        try:
            put_back_library(self.where.library)
        except (OSError, sqlite3.Error) as error:
            _log.warning("the library could not be put back: %s", type(error).__name__)

    def launch(self) -> None:
        """Start the command that updates; it asks this program to quit."""
        self.platform.programs.launch((*self._command(tray=False), "update", "--yes"))

    def _command(self, *, tray: bool) -> tuple[str, ...]:
        from companion.services.app.instance.launch_command import start_command

        return start_command(self.where, tray=tray)
