"""Reminding of the dates of all stores, and the notices outside the window that this is done by."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.domain.core.errors import ErrorCode
from companion.domain.core.platform import Platform
from companion.services.app.paths import app_folders
from companion.services.platforms import this_platform, toast_system
from companion.ui.navigation import Destination
from companion.ui.notifications import Channel, Notifications

if TYPE_CHECKING:
    from companion.services.app.paths import AppFolders
    from companion.ui.app.lifetime.resume_signal import ResumeSignal
    from companion.ui.app.main_window import Window
    from companion.ui.app.reminder_controller import ReminderController
    from companion.ui.app.tray import Tray
    from companion.ui.notifications.toast import ToastChannel
    from companion.ui.state.app_state import AppState


class Reminding:
    """Made with the program; its parts are made when they are first needed.

    `tray` returns the icon in the tray, `open_page` brings the window to the front with a page, and `folders` are those
    of this program.
    """

    def __init__(
        self,
        app_state: AppState,
        window: Window,
        tray: Callable[[], Tray],
        open_page: Callable[[Destination], object],
        folders: AppFolders,
    ) -> None:
        self._app_state, self._window, self._tray, self._open_page = app_state, window, tray, open_page
        self._folders = folders
        self._controllers: list[ReminderController] = []

    @functools.cached_property
    def controller(self) -> ReminderController:
        """What reminds of the dates of the first store's orders and of purchases."""
        from companion.ui.app.reminder_controller import ReminderController

        made = ReminderController(self._app_state)
        made.navigation_requested.connect(self._open_page)
        made.troubled.connect(self._window.show_error)
        made.untroubled.connect(lambda: self._window.notices.drop(ErrorCode.CLOCK_WRONG))
        self._controllers.insert(0, made)
        return made

    @functools.cached_property
    def notifications(self) -> Notifications:
        """The notices outside the window."""
        from companion.ui.notifications.balloon import BalloonChannel
        from companion.ui.notifications.window import WindowChannel

        told = self._pressed
        ways: list[Channel] = [BalloonChannel(self._tray().icon, told), WindowChannel(self._window.notices, told)]
        if this_platform() is Platform.LINUX:
            from companion.ui.notifications.desktop import DesktopChannel

            ways.insert(0, DesktopChannel(self._app_state.runner, told))
        if (toasts := self.toasts) is not None:
            ways.insert(0, toasts)
        return Notifications(*ways)

    @functools.cached_property
    def toasts(self) -> ToastChannel | None:
        """The notices of Windows with buttons; their links come back to the program with the usual folders only."""
        system = toast_system()
        if system is None or self._folders != app_folders(None):
            return None
        from companion.ui.notifications.toast import ToastChannel

        return ToastChannel(self._app_state.runner, self._pressed, system)

    @functools.cached_property
    def _resume_signal(self) -> ResumeSignal:
        """What tells that the PC woke up."""
        from companion.ui.app.lifetime.resume_signal import ResumeSignal

        made = ResumeSignal()
        made.woke.connect(self.controller.woke)
        return made

    def listen(self) -> None:
        """Hear when the PC wakes up, where the system tells."""
        if this_platform() is Platform.LINUX:
            self._resume_signal.listen()

    def start(self) -> None:
        """Begin with the first store."""
        self._begin(self.controller)

    def add_store(self, state: AppState) -> Callable[[], None]:
        """Take in one more store; returns what begins to remind of its dates."""
        from companion.ui.app.reminder_controller import ReminderController

        made = ReminderController(state)
        made.navigation_requested.connect(lambda to: self._open_page(to._replace(store=state.store)))
        self._controllers.append(made)
        return functools.partial(self._begin, made)

    def stop(self) -> None:
        """Look no more."""
        for controller in self._controllers:
            controller.stop()

    def _begin(self, controller: ReminderController) -> None:
        controller.start(self.notifications)
        controller.ask_if_due()

    def _pressed(self, key: str, action: str) -> None:
        """A button of a notice was pressed: the store that showed it answers."""
        knowing = (controller for controller in self._controllers if controller.knows(key))
        next(knowing, self.controller).pressed(key, action)
