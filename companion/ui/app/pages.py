"""Builds the pages of the window, each with the services it starts work on."""

from __future__ import annotations

from functools import partial

from companion.services.app.launch_command import start_command
from companion.services.container import Services
from companion.ui.navigation import Page
from companion.ui.pages.add import AddPage, SampleLogIn
from companion.ui.pages.downloads import DownloadsPage
from companion.ui.pages.help import HelpPage
from companion.ui.pages.home import HomePage
from companion.ui.pages.order.page import OrderPage
from companion.ui.pages.orders import OrdersPage
from companion.ui.pages.reminders import RemindersPage
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.wizard.page import InstallPage


def build_pages(
    app_state: AppState, services: Services, wizard: InstallPage, opener: Opener, samples: tuple[SampleLogIn, ...]
) -> dict[str, Page]:
    """Returns every page by the name a `Destination` has for it."""
    orders = services.orders
    return {
        "home": HomePage(app_state),
        "orders": OrdersPage(app_state),
        "order": OrderPage(app_state, orders, opener),
        "add": AddPage(app_state, orders, samples),
        "downloads": DownloadsPage(app_state, opener),
        "install": wizard,
        "reminders": RemindersPage(
            app_state, services.platform.autostart, partial(start_command, services.folders, tray=True)
        ),
        "help": HelpPage(app_state, services.help, services.case_files, orders),
    }


def build_wizard(app_state: AppState, services: Services, opener: Opener) -> InstallPage:
    """Returns the page that leads from a download to a working installation."""
    return InstallPage(
        app_state, services.orders, services.purchases, services.installations, services.recovery, opener
    )
