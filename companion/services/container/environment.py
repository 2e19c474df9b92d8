"""What every service is built over: the folders of the user, the clock, the time zone."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING

from companion.services.app.paths import AppFolders, app_folders

if TYPE_CHECKING:
    from companion.services.app.time_zone import LocalZone


def utc_now() -> dt.datetime:
    """The present moment, aware, in UTC."""
    return dt.datetime.now(dt.UTC)


def local_zone() -> LocalZone:
    """The person's time zone, with its rules for summer time; it follows them when they travel."""
    from companion.services.app.time_zone import LocalZone

    return LocalZone()


PATIENCE_SECONDS = 3.0
"""Seconds for which a command waits for what it can show as it was last read."""


def patience_seconds(asked: float | None) -> float:
    """Returns the seconds that were `asked` for, else those that ``COMPANION_WAIT`` names, else the usual ones."""
    if asked is not None:
        return asked
    with contextlib.suppress(ValueError):
        named = float(os.environ.get("COMPANION_WAIT", ""))
        if named > 0:
            return named
    return PATIENCE_SECONDS


def home_folders(home: Path | None) -> AppFolders:
    """The user's folders: below `home`, or the one the environment names, or where the system keeps such things."""
    if home is None and (named := os.environ.get("COMPANION_HOME")):
        home = Path(named)
    return app_folders(home)
