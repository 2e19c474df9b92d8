"""Opening further stores with the Store API in the window."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from companion.services.container.store import Services, address_of_store, open_store
from companion.ui.navigation import Destination

if TYPE_CHECKING:
    from companion.services.container.owned import Owned
    from companion.services.storage.records import KnownStore
    from companion.ui.app.main_window import Window
    from companion.ui.app.pages import PageMaker
    from companion.ui.app.reminding import Reminding
    from companion.ui.state.app_state import AppState
    from companion.ui.state.store_book import StoreBook
    from companion.ui.state.tasks import TaskRunner


class FurtherStores:
    """Each has pages and reminders of its own; what is wrong with one hides no other.

    `make_state` and `make_pages` make what a store is shown by.
    """

    def __init__(
        self,
        owned: Owned,
        runner: TaskRunner,
        window: Window,
        book: StoreBook,
        reminding: Reminding,
        make_state: Callable[[Services], AppState],
        make_pages: Callable[[AppState, Services], Mapping[str, PageMaker]],
    ) -> None:
        self._owned, self._runner = owned, runner
        self._window, self._book, self._reminding = window, book, reminding
        self._make_state, self._make_pages = make_state, make_pages
        self.services: list[Services] = []
        """The services of the stores that are open."""

    def open_all(self, addresses: tuple[str, ...]) -> None:
        """Show stores by their addresses."""
        for address in addresses:
            self.open(address)

    def open_named(self, name: str) -> None:
        """Show the store that a person or a link named, or say what is wrong with the name."""
        self._runner.run(
            self._window, lambda _: address_of_store(self._owned, name), self.open, self._window.show_error
        )

    def open_added(self, store: KnownStore) -> None:
        """Show a store that has just been added, with the page that asks for an order of it."""
        from companion.domain.purchases.values import STORE_API

        if store.kind == STORE_API:
            there = Destination("add", store=store.address)
            self.open(store.address, partial(self._window.navigate_to, there))

    def open(self, address: str, done: Callable[[], object] = lambda: None) -> None:
        """Show one more store; nothing is to be done where it is shown already."""
        if self._book.state(address) is not None:
            done()
            return

        def show(services: Services) -> None:
            if self._book.state(address) is None:
                self._show(services)
            done()

        self._runner.run(self._window, lambda _: open_store(self._owned, address, tells_of_purchases=False), show)

    def _show(self, services: Services) -> None:
        self.services.append(services)
        state = self._make_state(services)
        self._window.add_store(state, self._make_pages(state, services))
        self._book.add(state)
        begin = self._reminding.add_store(state)
        state.reminders.load()
        state.downloads.open()
        state.load(begin)
