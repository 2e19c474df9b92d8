"""How each page of the window is made, with the services it starts work on.

A page is made when it is first shown, and its module is imported then: most starts show one page, or none in the tray.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.services.app.instance.launch_command import start_command
from companion.services.container.store import Services
from companion.ui.navigation import Page
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.settings.autostart_state import AutostartState
from companion.ui.state.store_book import CaseDesk, StoreBook
from companion.ui.state.tasks import Task, TaskRunner

if TYPE_CHECKING:
    from companion.ui.pages.add import AddPage
    from companion.ui.pages.bought.dropped import Dropped
    from companion.ui.pages.bought.page import BoughtPage
    from companion.ui.pages.demo_orders import SampleLogIn
    from companion.ui.pages.downloads import DownloadsPage
    from companion.ui.pages.help.page import HelpPage
    from companion.ui.pages.home import HomePage
    from companion.ui.pages.order.page import OrderPage
    from companion.ui.pages.orders import OrdersPage
    from companion.ui.pages.purchase.page import PurchasePage
    from companion.ui.pages.reminders.page import RemindersPage
    from companion.ui.pages.settings.desk import Desk
    from companion.ui.pages.settings.page import SettingsPage
    from companion.ui.pages.stores import StoresPage
    from companion.ui.pages.welcome import WelcomePage
    from companion.ui.wizard.file.page import FilePage
    from companion.ui.wizard.page import InstallPage

PageMaker = Callable[[], Page]
_LARGE = (
    "companion.domain.mail.confirming",
    "companion.domain.overview.card_statement",
    "companion.domain.overview.statement_words",
    "companion.domain.reminders.several_stores",
    "companion.domain.support.subjects",
    "companion.services.support.case_file",
    "companion.services.support.help_search",
)
"""What pages need that takes longer to load than the window may stand still, without Qt."""
_OF_HOME = ("companion.domain.overview.purchase_cards", "companion.domain.support.hotline")
"""What the page needs that is shown first, without Qt."""
_AFTER_PAINTING = (
    "companion.domain.installation.recovery",
    "companion.domain.purchases.from_order",
    "companion.domain.reminders.text",
    "companion.services.pc.desktop_notifications",
    "companion.services.purchases.mirror",
    "companion.services.purchases.registry",
    "companion.services.snapshot_reader",
)
"""What is needed as soon as the window has been painted, without Qt: that is loaded on the window's own thread."""


def load_after_painting(services: Services, *, in_tray: bool) -> None:
    """Load and build what is needed as soon as the window has been painted, or without one; for a worker."""
    for name in (*_AFTER_PAINTING, *(() if in_tray else _OF_HOME)):
        importlib.import_module(name)
    services.prepare()


def load_ahead() -> None:
    """Load what the first look at a page would wait for; for a worker, once the window is there."""
    for name in _LARGE:
        importlib.import_module(name)


def _load_wizard(page: Page, services: Services, runner: TaskRunner) -> None:
    """Load and build what the wizard works with on another thread, while a page is shown that leads there."""

    def load(_task: Task) -> None:
        importlib.import_module("companion.services.installation.installer_files")
        _ = services.installations

    runner.run(page, load, lambda _: None, in_turn=True)


class StorePages:
    """Makes the pages that are about one store; each store with the Store API has its own."""

    def __init__(
        self,
        app_state: AppState,
        owned: OwnedState,
        book: StoreBook,
        services: Services,
        opener: Opener,
        installed: Callable[[], object],
        samples: tuple[SampleLogIn, ...] = (),
    ) -> None:
        """`installed` is called when the person leaves the wizard, with or without an installation."""
        self._app_state, self._owned, self._services, self._opener = app_state, owned, services, opener
        self._book, self._installed, self._samples = book, installed, samples
        book.case_desks[services.address] = lambda: CaseDesk(services.case_files, services.orders)

    def makers(self) -> dict[str, PageMaker]:
        """Returns what makes each page, by the name a `Destination` has for it."""
        return {"order": self._order, "add": self._add, "install": self._install, "help": self._help}

    def _order(self) -> OrderPage:
        from companion.ui.pages.order.page import OrderPage

        made = OrderPage(self._app_state, self._owned, self._services.orders, self._opener)
        _load_wizard(made, self._services, self._app_state.runner)
        return made

    def _add(self) -> AddPage:
        from companion.ui.pages.add import AddPage

        return AddPage(self._app_state, self._services.orders, self._samples)

    def _install(self) -> InstallPage:
        """The page that leads from a download to a working installation."""
        from companion.ui.wizard.page import InstallPage

        services = self._services
        made = InstallPage(
            self._app_state,
            services.orders,
            services.order_downloads,
            services.installations,
            services.recovery,
            self._opener,
        )
        made.ended.connect(self._installed)
        return made

    def _help(self) -> HelpPage:
        from companion.ui.pages.help.page import HelpPage

        return HelpPage(self._app_state, self._owned, self._book, self._services.help, self._opener)


class AllPages:
    """Makes the pages that are about everything that is owned, of the first store's state."""

    def __init__(
        self,
        app_state: AppState,
        owned: OwnedState,
        book: StoreBook,
        services: Services,
        opener: Opener,
        autostart: AutostartState,
        desk: Callable[[], Desk],
        offer: Callable[[Dropped], object],
        installed: Callable[[], object],
    ) -> None:
        """`desk` makes what the settings work with; `offer` looks at what was pasted or dropped.

        `installed` is called when the person leaves the wizard of a file.
        """
        self._offer, self._installed = offer, installed
        self._app_state, self._owned, self._book, self._desk = app_state, owned, book, desk
        self._services, self._opener, self._autostart = services, opener, autostart

    def makers(self) -> dict[str, PageMaker]:
        """Returns what makes each page, by the name a `Destination` has for it."""
        return {
            "welcome": self._welcome,
            "home": self._home,
            "orders": self._orders,
            "bought": self._bought,
            "purchase": self._purchase,
            "stores": self._stores,
            "downloads": self._downloads,
            "file": self._file,
            "reminders": self._reminders,
            "settings": self._settings,
        }

    def _welcome(self) -> WelcomePage:
        from companion.ui.pages.welcome import WelcomePage

        return WelcomePage(self._app_state, self._owned, self._offer, self._start_demo)

    def _home(self) -> HomePage:
        from companion.ui.pages.home import HomePage

        return HomePage(self._app_state, self._owned, self._book)

    def _orders(self) -> OrdersPage:
        from companion.ui.pages.orders import OrdersPage

        return OrdersPage(self._app_state, self._owned, self._book)

    def _bought(self) -> BoughtPage:
        from companion.ui.pages.bought.page import BoughtPage

        return BoughtPage(self._app_state, self._owned, self._book, self._start_demo)

    def _purchase(self) -> PurchasePage:
        from companion.ui.pages.purchase.page import PurchasePage

        return PurchasePage(self._app_state, self._owned, self._opener)

    def _stores(self) -> StoresPage:
        from companion.ui.pages.stores import StoresPage

        return StoresPage(self._app_state, self._owned)

    def _downloads(self) -> DownloadsPage:
        from companion.ui.pages.downloads import DownloadsPage

        made = DownloadsPage(self._app_state, self._owned, self._opener, self._book)
        _load_wizard(made, self._services, self._app_state.runner)
        return made

    def _file(self) -> FilePage:
        """The page that leads from the file of any installer to a working installation."""
        from companion.services.container.local import build_file_installer
        from companion.services.installation.order_files import order_of
        from companion.ui.wizard.file.page import FilePage

        services = self._services
        installer = build_file_installer(services.folders, services.platform, services.recovery, services.library)
        made = FilePage(
            self._app_state,
            installer,
            services.installations,
            services.recovery,
            self._opener,
            services.owned.all_purchases,
            lambda path: order_of(services.library, path),
        )
        made.ended.connect(self._installed)
        return made

    def _settings(self) -> SettingsPage:
        from companion.ui.pages.settings.page import SettingsPage

        return SettingsPage(self._desk())

    def _reminders(self) -> RemindersPage:
        from companion.ui.pages.reminders.page import RemindersPage

        return RemindersPage(self._app_state, self._book, self._autostart)

    def _start_demo(self) -> None:
        """The demo has a home of its own and runs beside this program."""
        command = (*start_command(self._services.folders, tray=False), "demo")
        programs = self._services.platform.programs
        self._app_state.runner.run(self._app_state, lambda _: programs.launch(command), lambda _: None)
