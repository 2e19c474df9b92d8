"""Where the program can be reached: by its icon in the tray, or where there is none by its window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, QTimer

from companion.ui.app.main_window import Window
from companion.ui.state.settings.window_settings import NO_TRAY_EXPLAINED, WindowSettings
from companion.ui.widgets.notice import Notice

NO_TRAY_NOTICE = "no-tray"
_NO_TRAY = (
    "Reminders come while Companion is open",
    "This desktop has no place for its icon, so closing the window ends Companion.",
    "At every start it looks through all dates and tells you what you missed.",
)
_AT_SIGN_IN_MS, _TRIES = 1_000, 30
_SHOWN_MS, _HIDDEN_MS = 5_000, 120_000


class TrayPresence(QObject):
    """A desktop's tray can come after the program and go while it runs, and no desktop tells: it is looked for.

    `has_tray` says whether there is one now. There is always a window or an icon.
    """

    def __init__(
        self, window: Window, settings: WindowSettings, has_tray: Callable[[], bool], now: Callable[[], str]
    ) -> None:
        super().__init__()
        self._window, self._settings, self._has_tray, self._now = window, settings, has_tray, now
        self._tries = _TRIES
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self.look)

    def begin(self, *, in_tray: bool) -> None:
        """Show the window, or stay in the tray; at sign-in the desktop's panel may start after the program."""
        if not in_tray:
            self._tries = 0
            self._window.show()
        self.look()

    def stop(self) -> None:
        """Look no more."""
        self._timer.stop()

    def look(self) -> None:
        """Look whether there is a tray, and never leave the program without a window and without an icon."""
        if self._has_tray():
            self._tries = 0
            self._window.notices.drop(NO_TRAY_NOTICE)
            # While the window is there it can be used; it is looked again once it is hidden.
            self._timer.start(_HIDDEN_MS)
        elif self._tries > 0 and not self._window.isVisible():
            self._tries -= 1
            self._timer.start(_AT_SIGN_IN_MS)
        else:
            self._explain()
            if not self._window.isVisible():
                self._window.showMinimized()
            self._timer.start(_SHOWN_MS if self._window.notices.shows(NO_TRAY_NOTICE) else _HIDDEN_MS)

    def _explain(self) -> None:
        if self._settings.value(NO_TRAY_EXPLAINED) is None:
            self._settings.remember(NO_TRAY_EXPLAINED, self._now())
            self._window.notices.show_notice(NO_TRAY_NOTICE, Notice(*_NO_TRAY))
