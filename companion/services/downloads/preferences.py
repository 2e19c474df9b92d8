"""How the person wants downloads of the window to go about it, kept in the library."""

from __future__ import annotations

from companion.domain.core.model import Model
from companion.services.storage.database import Library

_LIMIT, _AT_ONCE = "downloadLimit", "downloadsAtOnce"
_MOST_AT_ONCE = 4


class DownloadPreferences(Model, frozen=True):
    """`limit_rate` is the most of each download, in bytes per second; `at_once` how many of a store run together."""

    limit_rate: int | None = None
    at_once: int = 1


def read_preferences(library: Library) -> DownloadPreferences:
    """Returns what was chosen; what was not, or is no longer possible, is as usual."""
    at_once = _number(library.setting(_AT_ONCE)) or 1
    return DownloadPreferences(limit_rate=_number(library.setting(_LIMIT)), at_once=min(_MOST_AT_ONCE, at_once))


def keep_preferences(library: Library, chosen: DownloadPreferences) -> None:
    """Remember what was chosen. Raises `CompanionError` where the library cannot be written."""
    library.remember_setting(_LIMIT, str(chosen.limit_rate) if chosen.limit_rate is not None else None)
    library.remember_setting(_AT_ONCE, str(chosen.at_once))


def _number(kept: str | None) -> int | None:
    """Returns a positive number that was kept as text, or None."""
    return int(kept) if kept is not None and kept.isascii() and kept.isdigit() and int(kept[:15]) > 0 else None
