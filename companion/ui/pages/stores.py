"""The stores that Companion can ask by itself."""

from __future__ import annotations

from companion.domain.connectors.kinds import asked_for_words
from companion.services.storage.records import KnownStore
from companion.ui.navigation import Destination, Page
from companion.ui.pages.bought.ask_store import AskStore
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, clear, column, label


class StoresPage(Page):
    """Asks for a store's name or address and looks what kind of store answers there."""

    def __init__(self, app_state: AppState, owned: OwnedState) -> None:
        super().__init__(app_state, "Add a store")
        self._owned = owned
        there = Destination("bought")
        instead = button("Add an e-mail instead", lambda: self.navigation_requested.emit(there))
        self._ask = AskStore(owned, instead)
        self._ask.asked_for.connect(self.navigation_requested)
        self._ask.added.connect(self._look)
        card = Card(spacing=12)
        card.add(
            label("Which store did you buy from?", "heading"),
            label(
                "Its address is in the confirmation e-mail. Most shops do not let programs ask: for those, "
                "drop the e-mail instead; nothing is lost by trying.",
                "muted",
            ),
            self._ask,
        )
        self._known = column(spacing=6)
        self.add(card, self._known)

    def holds_work(self) -> bool:
        return self._ask.holds_work

    def arrive(self, destination: Destination) -> None:
        self._ask.start(destination.item)
        self._ask.field.setFocus()
        self._look()

    def leave_page(self) -> None:
        """An old error is none of the next visit."""
        self._ask.forget()

    def _look(self) -> None:
        self._owned.stores(self, self._show_known)

    def _show_known(self, stores: tuple[KnownStore, ...]) -> None:
        clear(self._known)
        if not stores:
            return
        card = Card(spacing=6)
        card.add(label("Stores you added", "heading"))
        for store in stores:
            told = asked_for_words(store.kind)
            card.add(label(" · ".join(part for part in (store.name, store.address, told) if part)))
        self._known.addWidget(card)
