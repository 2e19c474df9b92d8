"""The windowed program: one application, one window, one tray icon."""

from __future__ import annotations

import datetime as dt
import logging
import sys
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QLocale, QTimer
from PySide6.QtWidgets import QApplication, QSystemTrayIcon

from companion.domain.errors import CompanionError
from companion.services.assembly import Services
from companion.services.failures import as_error
from companion.services.resources import resource
from companion.ui.desk import Desk
from companion.ui.format import Format
from companion.ui.icons import icon
from companion.ui.pages.add import SampleLogIn
from companion.ui.pages.page import Destination
from companion.ui.start import ask_at_start
from companion.ui.tasks import TaskRunner
from companion.ui.theme import Theme, apply_theme, system_theme
from companion.ui.tray import Tray
from companion.ui.window import Window

_log = logging.getLogger(__name__)

_TRAY_TOLD = "closingToTrayExplained"
# A date of a reminder never depends on a minute; the store is asked again at most this often.
_REFRESH_MINUTES = 240


def application() -> QApplication:
    """The one application object, named and dressed."""
    found = QApplication.instance()
    made = found if isinstance(found, QApplication) else QApplication(sys.argv[:1])
    made.setApplicationName("Companion")
    made.setApplicationDisplayName("Companion")
    made.setDesktopFileName("companion")
    made.setWindowIcon(icon("companion"))
    made.setQuitOnLastWindowClosed(False)
    return made


class WindowedProgram:
    """Holds what lives as long as the program: desk, window, tray."""

    def __init__(
        self,
        qt: QApplication,
        services: Services,
        *,
        theme: Theme | None = None,
        samples: tuple[SampleLogIn, ...] = (),
    ) -> None:
        self._qt = qt
        self._services = services
        self.theme = theme or system_theme(qt)
        apply_theme(qt, self.theme, resource("style/companion.qss"))
        self.runner = TaskRunner()
        self.desk = Desk(services, self.runner, Format(QLocale(), services.zone), self.theme)
        has_tray = QSystemTrayIcon.isSystemTrayAvailable()
        self.window = Window(self.desk, stays_in_tray=has_tray, samples=samples)
        self.tray = Tray(self.desk)
        if has_tray:
            self.tray.show()
        self.tray.open_page.connect(self._open)
        self.tray.quit_asked.connect(self.quit)
        self.window.hidden_to_tray.connect(self._explain_tray)
        self.window.closed_for_good.connect(self.quit)
        self._timer = QTimer()
        self._timer.setInterval(_REFRESH_MINUTES * 60 * 1000)
        self._timer.timeout.connect(self.desk.refresh)

    def start(self, *, in_tray: bool) -> None:
        """Show what is remembered at once, then ask the store."""
        self.window.restore_geometry()
        self.desk.load(self._first_page)
        self._timer.start()
        if not in_tray or not QSystemTrayIcon.isSystemTrayAvailable():
            self.window.show()

    def _first_page(self) -> None:
        self.window.go(Destination("home" if self.desk.snapshot.orders else "add"))
        self.desk.refresh()

    def _open(self, page: str) -> None:
        self.window.bring_to_front()
        self.window.go(Destination(page))

    def _explain_tray(self) -> None:
        library = self._services.library
        if library.setting(_TRAY_TOLD) is None:
            library.remember_setting(_TRAY_TOLD, dt.datetime.now(dt.UTC).isoformat())
            self.tray.tell(
                "Companion stays here",
                "It goes on reminding you of charges and expiry dates. To end it: right-click the icon, then Quit.",
            )

    def quit(self) -> None:
        """End the program: downloads stop in an orderly way and go on at the next start."""
        self.tray.hide()
        self.window.hide()
        self.desk.transfers.close()
        self.runner.shut_down()
        self._qt.quit()


def run_window(build: Callable[[str | None], Services], *, tray: bool, samples: tuple[SampleLogIn, ...] = ()) -> int:
    """Run the window until the person quits; returns the exit code.

    `build` makes the services for a store's address (None: the one used last). A failure before the window can open is
    shown in a dialog, which asks for the address when there is none. `samples` are log-ins of a demo store, offered
    on the first-run page.
    """
    qt = application()
    services: Services | None = None
    address: str | None = None
    while services is None:
        try:
            services = build(address)
        except CompanionError as error:
            address = ask_at_start(qt, error)
            if address is None:
                return 1
    program = WindowedProgram(qt, services, samples=samples)
    previous = sys.excepthook
    sys.excepthook = _catch(program, previous)
    try:
        program.start(in_tray=tray)
        return qt.exec()
    finally:
        sys.excepthook = previous
        services.close()


def _catch(program: WindowedProgram, previous: _Hook) -> _Hook:
    """What happens to an exception that nobody caught on the GUI thread: logged, and shown like every failure."""

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            previous(kind, error, trace)
            program.quit()
            return
        _log.error("unexpected failure in the window", exc_info=(kind, error, trace))
        program.window.show_error(as_error(error))

    return hook


_Hook = Callable[[type[BaseException], BaseException, TracebackType | None], object]
