"""What was switched off for an installation, and when it has to be switched on again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from companion.domain.core.model import Instant, Model
from companion.domain.pc.facts import AutostartEntry

BY_HAND = ""
"""The job of entries that were paused on the command line, for the next installation."""

# An installation is done within a day; a PC left alone is not kept changed for longer.
_LONGEST_HOLD = dt.timedelta(days=1)


class Hold(Model, frozen=True):
    """An autostart entry that is paused since `since` on behalf of `job` (an artifact id, or `BY_HAND`)."""

    entry: AutostartEntry
    since: Instant
    job: str


class Restored(Model, frozen=True):
    """What became of paused entries: restored, left alone because they were changed meanwhile, or not yet possible."""

    restored: tuple[str, ...] = ()
    left_changed: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


def due_for_restoring(
    hold: Hold, now: dt.datetime, continuing: Collection[str], awaiting: Collection[str] = ()
) -> bool:
    """Whether `hold` ends now: its installation is not going on (`continuing` lists jobs), or it lasts too long.

    Jobs in `awaiting` have a limit of their own, such as the restart that finishes them.
    """
    if hold.job in awaiting:
        return False
    return hold.job not in continuing or abs(now - hold.since) > _LONGEST_HOLD
