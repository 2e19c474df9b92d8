"""Builds the pages of the window, each with the services it starts work on."""

from __future__ import annotations

from functools import partial

from companion.services.app.launch_command import start_command
from companion.services.container.store import Services
from companion.ui.navigation import Page
from companion.ui.pages.add import AddPage, SampleLogIn
from companion.ui.pages.bought.page import BoughtPage
from companion.ui.pages.downloads import DownloadsPage
from companion.ui.pages.help.page import HelpPage
from companion.ui.pages.home import HomePage
from companion.ui.pages.order.page import OrderPage
from companion.ui.pages.orders import OrdersPage
from companion.ui.pages.purchase.page import PurchasePage
from companion.ui.pages.reminders import RemindersPage
from companion.ui.pages.stores import StoresPage
from companion.ui.state.app_state import AppState
from companion.ui.state.autostart_state import AutostartState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.store_book import CaseDesk, StoreBook
from companion.ui.wizard.page import InstallPage


def build_pages(
    app_state: AppState,
    owned: OwnedState,
    book: StoreBook,
    services: Services,
    wizard: InstallPage,
    opener: Opener,
    autostart: AutostartState,
    samples: tuple[SampleLogIn, ...],
) -> dict[str, Page]:
    """Returns every page by the name a `Destination` has for it."""
    return {
        "home": HomePage(app_state, owned, book),
        "orders": OrdersPage(app_state, owned, book),
        "bought": BoughtPage(app_state, owned, book, partial(_start_demo, services, app_state)),
        "purchase": PurchasePage(app_state, owned, opener),
        "stores": StoresPage(app_state, owned),
        "downloads": DownloadsPage(app_state, owned, opener, book),
        "reminders": RemindersPage(app_state, book, autostart),
        **build_store_pages(app_state, owned, book, services, wizard, opener, samples),
    }


def build_store_pages(
    app_state: AppState,
    owned: OwnedState,
    book: StoreBook,
    services: Services,
    wizard: InstallPage,
    opener: Opener,
    samples: tuple[SampleLogIn, ...] = (),
) -> dict[str, Page]:
    """Returns the pages that are about one store; each store with the Store API has its own."""
    orders = services.orders
    book.case_desks[orders.store] = CaseDesk(services.case_files, orders)
    return {
        "order": OrderPage(app_state, owned, orders, opener),
        "add": AddPage(app_state, orders, samples),
        "install": wizard,
        "help": HelpPage(app_state, owned, book, services.help, opener),
    }


def _start_demo(services: Services, app_state: AppState) -> None:
    """The demo has a home of its own and runs beside this program."""
    command = (*start_command(services.folders, tray=False), "demo")
    app_state.runner.run(app_state, lambda _: services.platform.programs.launch(command), lambda _: None)


def build_wizard(app_state: AppState, services: Services, opener: Opener) -> InstallPage:
    """Returns the page that leads from a download to a working installation."""
    return InstallPage(
        app_state, services.orders, services.order_downloads, services.installations, services.recovery, opener
    )
