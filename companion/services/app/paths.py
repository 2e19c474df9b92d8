"""The folders in which the program keeps its files."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

import platformdirs

from companion.domain.core.errors import ErrorCode
from companion.domain.core.words.error_words import failure
from companion.services.app.atomic_file import make_folder, make_private, private_folder

_APP = "Companion"


@dataclasses.dataclass(frozen=True, slots=True)
class AppFolders:
    """The folders of one user: `state` (library, settings), `logs`, and `downloads` for what was bought.

    `named` tells that the person named the folder for all of it, which may hold other things of theirs.
    """

    state: Path
    logs: Path
    downloads: Path
    named: bool = False

    @property
    def library(self) -> Path:
        """The library database."""
        return self.state / "library.db"

    def prepare(self) -> None:
        """Create the folders, readable by this user only; a folder of the person's that was named keeps its mode.

        Where a folder is there and nothing can be written, what it holds can still be read. Raises `CompanionError`
        ``folder-not-writable`` for one that cannot be created.
        """
        try:
            make_folder(self.state)
        except OSError as error:
            raise failure(
                ErrorCode.FOLDER_NOT_WRITABLE,
                message=f"Companion keeps its data in {self.state}, but nothing can be saved there ({error.strerror}).",
            ) from None
        if not self.named:
            make_private(self.state)
        with contextlib.suppress(OSError):  # a disk that takes nothing: then there is no log
            private_folder(self.logs)


def app_folders(home: Path | None) -> AppFolders:
    """Returns the user's folders, or folders below `home` when one is given."""
    if home is not None:
        root = home.expanduser().absolute()
        return AppFolders(state=root, logs=root / "logs", downloads=root / "downloads", named=True)
    return AppFolders(
        state=platformdirs.user_data_path(_APP, appauthor=False),
        logs=platformdirs.user_log_path(_APP, appauthor=False),
        downloads=platformdirs.user_downloads_path() / _APP,
    )
