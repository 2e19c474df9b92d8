"""The folders in which the program keeps its files."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import platformdirs

from companion.domain.core.error_words import failure
from companion.domain.core.errors import ErrorCode

_APP = "Companion"


@dataclasses.dataclass(frozen=True, slots=True)
class AppFolders:
    """The folders of one user: `state` (library, settings), `logs`, and `downloads` for what was bought."""

    state: Path
    logs: Path
    downloads: Path

    @property
    def library(self) -> Path:
        """The library database."""
        return self.state / "library.db"

    def prepare(self) -> None:
        """Create the folders, readable by this user only. Raises `CompanionError` ``folder-not-writable``."""
        for folder in (self.state, self.logs):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                probe = folder / f".write-test-{os.getpid()}"
                probe.touch()
                probe.unlink()
            except OSError as error:
                raise failure(
                    ErrorCode.FOLDER_NOT_WRITABLE,
                    message=f"Companion keeps its data in {folder}, but nothing can be saved there ({error.strerror}).",
                ) from None


def app_folders(home: Path | None) -> AppFolders:
    """Returns the user's folders, or folders below `home` when one is given."""
    if home is not None:
        root = home.expanduser().absolute()
        return AppFolders(state=root, logs=root / "logs", downloads=root / "downloads")
    return AppFolders(
        state=platformdirs.user_data_path(_APP, appauthor=False),
        logs=platformdirs.user_log_path(_APP, appauthor=False),
        downloads=platformdirs.user_downloads_path() / _APP,
    )
