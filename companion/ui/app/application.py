"""The windowed program: one application, one window, one tray icon."""

from __future__ import annotations

import functools
import gc
import logging
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from companion.services.app.instance.launch_command import start_command
from companion.services.app.resources import resource
from companion.services.container.store import Services
from companion.services.platforms import return_freed_memory, this_platform
from companion.ui.app.further_stores import FurtherStores
from companion.ui.app.lifetime.spare_memory import SpareMemory
from companion.ui.app.main_window import Window
from companion.ui.app.pages import AllPages, StorePages, load_after_painting, load_ahead
from companion.ui.app.reminding import Reminding
from companion.ui.app.tray_presence import TrayPresence
from companion.ui.look.appearance import Appearance
from companion.ui.look.format import Format
from companion.ui.look.icons import icon
from companion.ui.look.system_look import SystemLook
from companion.ui.look.theme import Theme
from companion.ui.navigation import Destination
from companion.ui.notifications import Message
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.settings.autostart_state import AutostartState
from companion.ui.state.settings.look_choices import LookChoices
from companion.ui.state.settings.window_settings import CLOSING_EXPLAINED, GEOMETRY, WindowSettings
from companion.ui.state.store_book import StoreBook
from companion.ui.state.tasks import Task, TaskRunner
from companion.ui.widgets.basic import load_widget_types

if TYPE_CHECKING:
    from companion.domain.updates.decisions import Activity
    from companion.services.app.instance.running_program import StartRequest
    from companion.ui.app.notices.library import LibraryNotices
    from companion.ui.app.notices.recovery import RecoveryNotices
    from companion.ui.app.notices.start_question import StartQuestion
    from companion.ui.app.notices.updates import UpdateNotices
    from companion.ui.app.tray import Tray
    from companion.ui.pages.demo_orders import SampleLogIn
    from companion.ui.pages.settings.desk import Desk
    from companion.ui.state.update_state import UpdateState

_log = logging.getLogger(__name__)

_PAINTED_SECONDS = 0.5
"""So long the rest of the program waits for the window to be painted; one that is minimised never is."""


def application() -> QApplication:
    """The one application object, with its names and its icon."""
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    made.setApplicationName("Companion")
    made.setApplicationDisplayName("Companion")
    made.setDesktopFileName("companion")
    made.setWindowIcon(icon("companion"))
    made.setQuitOnLastWindowClosed(False)
    return made


class WindowedProgram:
    """Holds what lives as long as the program: state, window, tray, reminding."""

    def __init__(
        self,
        qt: QApplication,
        services: Services,
        *,
        theme: Theme | None = None,
        samples: tuple[SampleLogIn, ...] = (),
        has_tray: Callable[[], bool] = QSystemTrayIcon.isSystemTrayAvailable,
        give_back: Callable[[], object] = return_freed_memory,
    ) -> None:
        """`give_back` returns memory to the system that is not needed at present."""
        self._qt = qt
        self._services = services
        self.system_look = SystemLook(qt)
        self.appearance = Appearance(qt, self.system_look, resource("style/companion.qss"), fixed=theme)
        self.runner = TaskRunner()
        self.app_state = self._make_app_state(services)
        self.owned = OwnedState(services.owned, self.runner)
        self.book = StoreBook(self.app_state)
        opener = Opener(lambda: services.platform.programs, self.runner)
        self.autostart = AutostartState(
            lambda: services.platform.autostart, partial(start_command, services.folders, tray=True), self.runner
        )
        self.settings = WindowSettings(services.library, self.runner)
        self.look_choices = LookChoices(self.appearance, self.settings)
        everything = AllPages(
            self.app_state, self.owned, self.book, services, opener, self.autostart, self._settings_desk,
            lambda dropped: self.window.add_dropped(dropped), self._installed,
        )  # fmt: skip
        of_store = StorePages(self.app_state, self.owned, self.book, services, opener, self._installed, samples)
        pages = {**everything.makers(), **of_store.makers()}
        self.window = Window(
            self.app_state, self.settings, services.keychain, pages, self.owned, self.book, has_tray=has_tray,
            is_demo=bool(samples),
        )  # fmt: skip
        self.window.quit_asked.connect(self.quit)
        self.window.magnified.connect(self.look_choices.magnify)
        self.window.desktop_changed.connect(self.system_look.changed_by_system)
        self.window.hidden_to_tray.connect(self._go_to_tray)
        self.window.closed_for_good.connect(self.quit)
        # Dates of purchases are told beside those of the first store's orders.
        self.owned.changed.connect(self.app_state.load)
        self.reminding = Reminding(self.app_state, self.window, lambda: self.tray, self.open, services.folders)
        self.further_stores = FurtherStores(
            services.owned, self.runner, self.window, self.book, self.reminding, self._make_app_state,
            lambda state, each: StorePages(state, self.owned, self.book, each, opener, self._installed).makers(),
        )  # fmt: skip
        self.owned.store_added.connect(self.further_stores.open_added)
        self._presence = TrayPresence(self.window, self.settings, has_tray, self._timestamp)
        self.spare_memory = SpareMemory(self.runner, give_back, self.window)
        self.book.changed.connect(self.spare_memory.return_if_hidden)
        self.owned.changed.connect(self.spare_memory.return_if_hidden)
        self._quitting = False
        self.removes: bool | None = None
        """Whether finished downloads go too, once everything is to be removed after the end; else None."""
        self.on_quit: Callable[[], object] = lambda: None
        """Called when the program begins to end."""

    # What is not seen in the window is made once that has been painted

    @functools.cached_property
    def tray(self) -> Tray:
        """The icon in the tray."""
        from companion.ui.app.tray import Tray

        made = Tray(self.app_state, self.book, self.owned.downloads)
        made.open_page.connect(self.open)
        made.quit_asked.connect(self.quit)
        return made

    @functools.cached_property
    def recovery(self) -> RecoveryNotices:
        """What tells of installations that earlier runs left."""
        from companion.ui.app.notices.recovery import RecoveryNotices

        made = RecoveryNotices(self.app_state, self._services.recovery, self.window.notices, self.window.navigate_to)
        made.important.connect(self.window.bring_to_front)
        return made

    @functools.cached_property
    def library_notices(self) -> LibraryNotices:
        """What tells of the library itself."""
        from companion.ui.app.notices.library import LibraryNotices

        made = LibraryNotices(
            self._services.library,
            self._services.folders.state,
            self.runner,
            self.window.notices,
            self.app_state.format,
        )
        self.app_state.changed.connect(made.tell_of_saving)
        self.owned.changed.connect(made.tell_of_saving)
        return made

    @functools.cached_property
    def start_question(self) -> StartQuestion:
        """What asks once whether to start with the PC."""
        from companion.ui.app.notices.start_question import StartQuestion

        asked = StartQuestion(
            self.autostart,
            self.settings,
            self.window.notices,
            self.tray.next_dates,
            lambda: any(state.snapshot.orders for state in self.book.states) or bool(self.owned.purchases),
            self._timestamp,
        )
        self.book.changed.connect(asked.look)
        self.owned.changed.connect(asked.look)
        return asked

    @functools.cached_property
    def updates(self) -> UpdateState:
        """New versions of this program."""
        from companion.ui.state.update_state import UpdateState

        return UpdateState(lambda: self._services.owned.updates, self.runner)

    @functools.cached_property
    def update_notices(self) -> UpdateNotices:
        """What looks for new versions, and asks before one is put into place."""
        from companion.ui.app.notices.updates import UpdateNotices

        return UpdateNotices(
            self.updates, self.window.notices, self._activity, self._services.clock, self.window.navigate_to
        )

    def _activity(self) -> Activity:
        from companion.domain.updates.decisions import Activity

        transfers = (self.owned.downloads, *(state.downloads for state in self.book.states))
        return Activity(
            downloading=any(each.busy for each in transfers),
            installing=self.window.there.page == "install",
            asking=QApplication.activeModalWidget() is not None,
        )

    def _make_app_state(self, services: Services) -> AppState:
        return AppState(
            self.runner,
            Format(QLocale(), services.zone),
            lambda: self.appearance.theme,
            platform=this_platform(),
            clock=services.clock,
            zone=services.zone,
            store=services.address,
            snapshots=services.snapshots,
            orders=lambda: services.orders,
            purchases=lambda: services.order_downloads,
            reminders=lambda: services.reminders,
            has_store=services.has_store,
        )

    def _settings_desk(self) -> Desk:
        from companion.ui.pages.settings.desk import Desk
        from companion.ui.state.settings.settings_state import SettingsState

        return Desk(
            self.app_state, self.owned, self.book, self.window.is_demo, self.autostart, self.settings,
            SettingsState(self._services, self.runner), self.look_choices, self.updates, self.update_notices.agree,
            self.quit, self._remove_all, lambda there: self.window.navigate_to(there),
        )  # fmt: skip

    def _timestamp(self) -> str:
        return self.app_state.now().isoformat()

    def start(self, *, in_tray: bool) -> None:
        """Show the window, or stay in the tray; then show what is remembered, and ask the store."""
        self.settings.load(lambda: self._open_window(in_tray))

    def _open_window(self, in_tray: bool) -> None:
        self.look_choices.load()
        self.window.restore_geometry()
        self._presence.begin(in_tray=in_tray)
        painted = threading.Event() if self.window.isVisible() else None
        if painted is not None:
            self.window.once_painted(painted.set)
        self.runner.run(self.window, partial(self._load_the_rest, painted), lambda _: self._go_on())

    def _load_the_rest(self, painted: threading.Event | None, _task: Task) -> None:
        if painted is not None:
            painted.wait(_PAINTED_SECONDS)
        load_after_painting(self._services, in_tray=painted is None)

    def _go_on(self) -> None:
        if self._quitting:
            return
        self.library_notices.start()
        self.tray.show()
        self.start_question.look()
        self.autostart.load()
        self.app_state.reminders.load()
        self.app_state.load(lambda: self.owned.load(self._first_page))
        self.reminding.listen()
        QTimer.singleShot(0, self.window, load_widget_types)

    def _first_page(self) -> None:
        # A person who was quicker than the library stays where they went.
        if not self.window.has_navigated:
            self.window.open_with(Destination(self._first()))
        for begin in (self._begin_downloads, self._begin_reminding, self._begin_asking, self._begin_the_rest):
            self.runner.when_idle(begin)

    def _begin_downloads(self) -> None:
        self.app_state.downloads.open()
        self.owned.downloads.open()
        # What is loaded by now stays. The garbage collector holds up the window, and need not look at it again.
        gc.freeze()

    def _begin_reminding(self) -> None:
        self.recovery.recover()
        self.reminding.start()

    def _begin_asking(self) -> None:
        self.owned.other_stores(self.window, self.app_state.store, self.further_stores.open_all)
        self.owned.start_asking()

    def _begin_the_rest(self) -> None:
        self.update_notices.start()
        if self.window.isVisible():
            loaded = self.spare_memory.return_soon
            self.runner.run(self.window, lambda _: load_ahead(), lambda _: loaded(), in_turn=True)

    def _installed(self) -> None:
        """The wizard was left: what it closed may be opened again."""
        self.recovery.offer()

    def _first(self) -> str:
        if self.app_state.snapshot.orders or self.owned.purchases:
            return "home"
        return "add" if self.app_state.has_store else "welcome"

    def open(self, destination: Destination) -> None:
        """Bring the window to the front with a page."""
        self.window.navigate_to(destination)
        self.window.bring_to_front()

    def asked_again(self, wishes: StartRequest) -> None:
        """The person started the program a second time, pressed a button of a notice, or a link was opened."""
        if wishes.pressed is not msgspec.UNSET:
            if self.reminding.toasts is not None:
                self.reminding.toasts.arrived(wishes.pressed)
            return
        if not wishes.tray:
            self.window.bring_to_front()
        if wishes.store is not None:
            self.further_stores.open_named(wishes.store)

    # The tray

    def _go_to_tray(self) -> None:
        self._explain_tray()
        # Most of a year is spent in the tray: what only the window needs is not held there.
        self.window.drop_pages()
        # Qt deletes the pages in its next turn.
        QTimer.singleShot(0, self.window, self.spare_memory.return_now)

    def _explain_tray(self) -> None:
        if self.settings.value(CLOSING_EXPLAINED) is None:
            self.settings.remember(CLOSING_EXPLAINED, self._timestamp())
            self.reminding.notifications.show(
                Message(
                    "tray",
                    "Companion stays here",
                    "It continues to remind you of charges and expiry dates. "
                    "To end it: right-click its icon beside the clock, then Quit.",
                )
            )

    # The end

    def leaving(self) -> None:
        """The session is about to end: everything is on the disk already except where the window is."""
        self.window.remember_geometry()
        self.window.ending = True

    def stayed(self) -> None:
        """The session did not end after all."""
        self.window.ending = False

    def quit(self) -> None:
        """End the program: downloads stop in an orderly way and go on at the next start."""
        if self._quitting:
            return
        self._quitting = True
        self.on_quit()
        if self.window.isVisible():
            self.window.remember_geometry()
        self.window.ending = True
        self.close()
        self._qt.quit()

    def _remove_all(self, finished: bool) -> None:
        # What is open cannot be removed: it is done when everything has ended.
        self.removes = finished
        self.quit()

    def close(self) -> None:
        """Stop everything and wait for it; nothing is shown any more by then."""
        self.appearance.close()
        self._presence.stop()
        self.spare_memory.stop()
        self.reminding.stop()
        self.owned.stop_asking()
        self.tray.hide()
        self.window.hide()
        for services in (self._services, *self.further_stores.services):
            services.stop()
        self._services.keychain.close()  # first: downloads and other work may be waiting for it to be unlocked
        self.runner.shut_down(
            self.reminding.notifications.close,
            partial(self.settings.write, GEOMETRY),
            self.app_state.downloads.close,
            self.owned.downloads.close,
            *(state.downloads.close for state in self.book.states if state is not self.app_state),
            *(services.close_store for services in self.further_stores.services),
            self._services.leave,
        )
