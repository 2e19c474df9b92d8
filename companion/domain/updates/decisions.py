"""When to look for updates, whether to offer one, and when it may be put into place."""

from __future__ import annotations

import datetime as dt
import enum

from companion.domain.core.model import Model
from companion.domain.installation.versions import is_older
from companion.domain.updates.release import FoundRelease, Release

LOOK_EVERY = dt.timedelta(days=1)
_SPREAD = dt.timedelta(hours=6)
_AFTER_FAILURE = dt.timedelta(hours=4)
_FIRST = dt.timedelta(minutes=2)
_FIRST_SPREAD = dt.timedelta(minutes=20)
BACKGROUND_RATE = 2 * 1024 * 1024
"""Bytes per second that an update takes while the person works: a call or a film goes on beside it."""


class LookMemory(Model, frozen=True):
    """What is remembered between looks; `failed_at` is the latest failure, None once a look has worked again."""

    looked_at: dt.datetime | None = None
    failed_at: dt.datetime | None = None


def next_look(memory: LookMemory, started: dt.datetime, now: dt.datetime, share: float) -> dt.datetime:
    """Returns when to look next: once a day, at moments that differ from PC to PC.

    `share`, from 0 to 1, is drawn anew each time, so that not all PCs come at once. Right after the start of the
    program, the person has the network for themselves. A memory from the future is not believed: the clock was set.
    """
    earliest = started + _FIRST + share * _FIRST_SPREAD
    moments = [moment for moment in (memory.looked_at, memory.failed_at) if moment is not None and moment <= now]
    if not moments:
        return earliest
    last = max(moments)
    wait = _AFTER_FAILURE if last == memory.failed_at else LOOK_EVERY
    return max(earliest, last + wait + share * _SPREAD)


def is_newer(release: Release, installed: str) -> bool:
    """Returns whether a release is surely newer than the installed version; an older one is never put in place."""
    return is_older(installed, release.version)


class Wanted(enum.StrEnum):
    """What is done with a release that was found in the background."""

    NOTHING = "nothing"
    TELL = "tell"
    """It is told only: fetching it would cost, or the program cannot put it into place by itself."""
    FETCH = "fetch"


def wanted(
    found: FoundRelease | None, installed: str, *, metered: bool | None, low_battery: bool, can_update: bool
) -> Wanted:
    """Returns what to do with what a look in the background has found; nothing is fetched where that may cost.

    `metered` is None where the system does not tell, which most do not.
    """
    if found is None or not is_newer(found.release, installed):
        return Wanted.NOTHING
    return Wanted.TELL if metered or low_battery or not can_update else Wanted.FETCH


class Activity(Model, frozen=True):
    """What the program is doing for the person right now."""

    downloading: bool = False
    installing: bool = False
    asking: bool = False
    """A dialog waits for an answer."""


def hindrance(activity: Activity) -> str | None:
    """Returns why the program is not restarted right now, in a whole sentence; None at a quiet moment.

    Downloads are no hindrance by themselves, since they resume; ending one that runs would still surprise.
    """
    if activity.installing:
        return "Companion updates as soon as the installation that is under way has ended."
    if activity.downloading:
        return "Companion updates as soon as the download that is under way has ended."
    if activity.asking:
        return "Companion updates as soon as the open question is answered."
    return None
