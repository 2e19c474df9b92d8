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
    """Leads to one installer, and tells which others wait, with the way to the next one."""

    def __init__(
        self, notices: Notices, navigate_to: Callable[[Destination], object], is_installing: Callable[[], bool]
    ) -> None:
        self._notices, self._navigate_to, self._is_installing = notices, navigate_to, is_installing
        self._waiting: tuple[Path, ...] = ()

    def install(self, installers: Sequence[Path]) -> None:
        """Look at the first of them, or go to the one that is being installed; the others wait."""
        busy = self._is_installing()
        self._navigate_to(Destination("file", item="" if busy else str(installers[0])))
        self.offer(installers if busy else installers[1:])

    def offer(self, left: Sequence[Path]) -> None:
        """Offer the installers that are left, after those of an earlier drop that still wait."""
        earlier = self._waiting if self._notices.shows(_KEY) else ()
        self._waiting = waiting = tuple(dict.fromkeys((*earlier, *left)))
        if not waiting:
            return
        names = [path.name for path in waiting[:_MOST_NAMES]]
        more = [f"{len(waiting) - _MOST_NAMES} more"] if len(waiting) > _MOST_NAMES else []
        title = "An installer waits" if len(waiting) == 1 else f"{len(waiting)} installers wait"

        def go_on() -> None:
            self._notices.drop(_KEY)
            self.install(waiting)

        words = f"Companion looks at one installer after the other: {joined([*names, *more])}."
        self._notices.show_notice(_KEY, Notice(title, words, actions=((f"Install {waiting[0].name}…", go_on),)))
