"""Asking once whether the program shall start with the PC, as soon as there is something to remind of."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from companion.domain.core.errors import CompanionError
from companion.ui.state.settings.autostart_state import AutostartState
from companion.ui.state.settings.window_settings import START_ASKED, WindowSettings
from companion.ui.widgets.notice import Notice, Notices

_KEY = "start-with-pc"


class StartQuestion(QObject):
    """Asks in a notice. `next_dates` returns what comes up next, in words; `owns` whether anything was added."""

    def __init__(
        self,
        autostart: AutostartState,
        settings: WindowSettings,
        notices: Notices,
        next_dates: Callable[[], Sequence[str]],
        owns: Callable[[], bool],
        now: Callable[[], str],
    ) -> None:
        super().__init__()
        self._autostart, self._settings, self._notices = autostart, settings, notices
        self._next_dates, self._owns, self._now = next_dates, owns, now
        autostart.changed.connect(self.look)

    def look(self) -> None:
        """Ask, if it is time and was never asked before."""
        if self._autostart.starts:
            self._notices.drop(_KEY)
        elif self._autostart.starts is False and self._owns() and self._settings.value(START_ASKED) is None:
            self._settings.remember(START_ASKED, self._now())
            self._ask()

    def _ask(self) -> None:
        dates = self._next_dates()
        first = f"Next: {dates[0]}. " if dates else ""
        notice = Notice(
            "Shall Companion start with this PC?",
            f"{first}Companion can warn you only while it runs, and after a restart of the PC it does not.",
            "You can change this at any time: Reminders, Settings.",
            actions=(("Start with this PC", self._start), ("Not now", lambda: self._notices.drop(_KEY))),
        )
        self._notices.show_notice(_KEY, notice)

    def _start(self) -> None:
        self._autostart.switch(self, True, self._answered, self._failed)

    def _answered(self, starts: bool) -> None:
        self._notices.drop(_KEY)
        if not starts:
            words = "This system keeps it switched off. You can allow it in the system's own settings."
            self._notices.show_notice(_KEY, Notice("Companion does not start with this PC", words, tone="attention"))

    def _failed(self, error: CompanionError) -> None:
        self._notices.show_notice(_KEY, Notice.of_error(error))
