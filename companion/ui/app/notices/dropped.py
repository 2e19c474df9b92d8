"""Installers that were dropped together: one is looked at, the others wait."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from companion.domain.core.text import joined
from companion.ui.navigation import Destination
from companion.ui.widgets.notice import Notice, Notices

_KEY = "dropped"
_MOST_NAMES = 5


class DroppedNotices:
    """Tells which installers wait, with the way to the next one."""

    def __init__(self, notices: Notices, navigate_to: Callable[[Destination], object]) -> None:
        self._notices, self._navigate_to = notices, navigate_to
        self._waiting: tuple[Path, ...] = ()

    def offer(self, left: Sequence[Path]) -> None:
        """Offer the installers that are left, after those of an earlier drop that still wait."""
        earlier = self._waiting if self._notices.shows(_KEY) else ()
        self._show(tuple(dict.fromkeys((*earlier, *left))))

    def _show(self, waiting: tuple[Path, ...]) -> None:
        self._waiting = waiting
        if not waiting:
            self._notices.drop(_KEY)
            return
        first, *later = waiting
        names = [path.name for path in waiting[:_MOST_NAMES]]
        more = [f"{len(waiting) - _MOST_NAMES} more"] if len(waiting) > _MOST_NAMES else []
        title = "An installer waits" if not later else f"{len(waiting)} installers wait"

        def go_on() -> None:
            self._show(tuple(later))
            self._navigate_to(Destination("file", item=str(first)))

        words = f"Companion looks at one installer after the other: {joined([*names, *more])}."
        self._notices.show_notice(_KEY, Notice(title, words, actions=((f"Install {first.name}…", go_on),)))
