"""Looking for updates while the program runs, and asking before one is put into place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from companion import __version__
from companion.ui.navigation import Destination
from companion.ui.state.update_state import UpdateState
from companion.ui.widgets.notice import Notice, Notices

if TYPE_CHECKING:
    from companion.domain.updates.decisions import Activity
    from companion.domain.updates.release import FoundRelease

KEY = "update"
_LOOK_EVERY_MS = 10 * 60 * 1000
_QUIET_EVERY_MS = 2000
_MOST_LINES = 3


class UpdateNotices(QObject):
    """`activity` tells what the program is doing for the person right now."""

    def __init__(
        self,
        state: UpdateState,
        notices: Notices,
        activity: Callable[[], Activity],
        clock: Callable[[], dt.datetime],
        navigate_to: Callable[[Destination], object],
    ) -> None:
        super().__init__()
        self._state, self._notices, self._activity = state, notices, activity
        self._clock, self._navigate_to = clock, navigate_to
        self._looking = QTimer(self, interval=_LOOK_EVERY_MS)
        self._looking.timeout.connect(self.look)
        self._waiting = QTimer(self, interval=_QUIET_EVERY_MS)
        self._waiting.timeout.connect(self._install_when_quiet)
        state.ready.connect(self._ask)
        state.there.connect(self._tell)
        state.taken_back.connect(self._tell_taken_back)

    def start(self) -> None:
        """Read what is known, and look from time to time whether it is time to look."""
        self._state.load()
        self._looking.start()

    def look(self) -> None:
        """Look for a new version, if it is time."""
        self._state.look_if_due(self._clock())

    def agree(self) -> None:
        """The person agrees: the new version is put into place now, or as soon as nothing is under way."""
        if self._install_when_quiet():
            return
        self._waiting.start()

    def _install_when_quiet(self) -> bool:
        from companion.domain.updates.decisions import hindrance

        reason = hindrance(self._activity())
        if reason is None:
            self._waiting.stop()
            words = "Companion quits for a moment and comes back."
            self._notices.show_notice(KEY, Notice("Updating", words, closable=False))
            self._state.install()
            return True
        if not self._waiting.isActive():
            notice = Notice("Waiting for a quiet moment", reason, actions=(("Not now", self._put_away),))
            self._notices.show_notice(KEY, notice)
        return False

    def _put_away(self) -> None:
        self._waiting.stop()
        self._notices.drop(KEY)

    def _ask(self, found: FoundRelease) -> None:
        from companion.domain.updates.words import new_lines, ready_title

        notice = Notice(
            ready_title(found.release.version),
            f"What is new: {' '.join(new_lines(found, _MOST_LINES))}",
            "Companion quits for a moment and comes back; what it remembers stays.",
            actions=(("Update now", self.agree), ("All that is new", self._open), ("Not now", self._put_away)),
        )
        self._notices.show_notice(KEY, notice)

    def _tell(self, found: FoundRelease) -> None:
        from companion.domain.updates.words import found_sentence

        notice = Notice(
            f"Companion {found.release.version} is there",
            found_sentence(found, __version__),
            actions=(("Show", self._open), ("Not now", self._put_away)),
        )
        self._notices.show_notice(KEY, notice)

    def _tell_taken_back(self, version: str) -> None:
        from companion.domain.updates.words import rolled_back_sentence

        words = rolled_back_sentence(version, __version__)
        self._notices.show_notice(KEY, Notice("The update was taken back", words, tone="attention"))

    def _open(self) -> None:
        self._navigate_to(Destination("settings", item="updates"))
