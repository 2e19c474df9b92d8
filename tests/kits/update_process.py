"""A process that updates version folders and is killed at a step: ``update_process BASE ARCHIVE STEP``."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from companion.services.updates.folders import FolderUpdate, VersionFolders


def main(base: str, archive: str, deadly: str) -> None:
    """Update from 0.1.0 to 0.2.0; nothing is cleaned up at the deadly step, as in a power failure."""

    def step(name: str) -> None:
        if name == deadly:
            os._exit(9)

    update = FolderUpdate(VersionFolders(Path(base)), lambda: False, lambda _: None, lambda: True, lambda: None, step)
    update.install(Path(archive), "0.2.0", "0.1.0")


if __name__ == "__main__":
    main(*sys.argv[1:])
