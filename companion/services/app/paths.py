"""Where the program keeps its things."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import platformdirs

from companion.domain.core.error_words import failure
from companion.domain.core.errors import ErrorCode

_APP = "Companion"


@dataclasses.dataclass(frozen=True, slots=True)
class Places:
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


def places(home: Path | None) -> Places:
    """The user's folders, or everything below `home` when one is given."""
    if home is not None:
        root = home.expanduser().absolute()
        return Places(state=root, logs=root / "logs", downloads=root / "downloads")
    return Places(
        state=platformdirs.user_data_path(_APP, appauthor=False),
        logs=platformdirs.user_log_path(_APP, appauthor=False),
        downloads=platformdirs.user_downloads_path() / _APP,
    )
