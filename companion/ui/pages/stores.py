"""The stores that Companion can ask by itself."""

from __future__ import annotations

from PySide6.QtWidgets import QLineEdit

from companion.domain.connectors.kinds import asked_for_words
from companion.domain.core.errors import CompanionError
from companion.domain.purchases.from_order import STORE_API
from companion.services.purchases.stores import AddedStore
from companion.services.storage.records import KnownStore
from companion.ui.navigation import Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import Card, button, clear, column, label, restyle, row
from companion.ui.widgets.notice import Notice


class StoresPage(Page):
    """Asks for a store's address and looks what kind of store answers there."""

    def __init__(self, app_state: AppState, owned: OwnedState) -> None:
        super().__init__(app_state, "Add a store")
        self._owned = owned
        self._task: Task | None = None
        self._field = QLineEdit()
        self._field.setAccessibleName("Address of the store")
        self._field.setPlaceholderText("https://store.example")
        self._field.returnPressed.connect(self._submit)
        self._field.textEdited.connect(lambda _: restyle(self._field, invalid="false"))
        self._add = button("Add the store", self._submit, "primary")
        self._outcome = column(spacing=8)
        card = Card(spacing=12)
        card.add(
            label("Which store did you buy from?", "heading"),
            label(
                "Its address is in the confirmation e-mail. Most shops do not let programs ask: for those, "
                "drop the e-mail instead; nothing is lost by trying.",
                "muted",
            ),
            self._field,
            self._outcome,
            row(self._add, button("Add an e-mail instead", lambda: self._go("bought")), None),
        )
        self._known = column(spacing=6)
        self.add(card, self._known)

    def holds_work(self) -> bool:
        return bool(self._field.text()) or (self._task is not None and self._task.running)

    def arrive(self, destination: Destination) -> None:
        clear(self._outcome)
        restyle(self._field, invalid="false")
        self._field.setText(destination.item)
        self._field.setFocus()
        self._owned.stores(self, self._show_known)

    def _go(self, page: str) -> None:
        self.navigation_requested.emit(Destination(page))

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

    def _submit(self) -> None:
        if self._task is not None and self._task.running:
            return
        clear(self._outcome)
        if not self._field.text().strip():
            restyle(self._field, invalid="true")
            self._field.setFocus()
            return
        self._show_asking(True)
        address = self._field.text().strip()
        full = address if "://" in address else f"https://{address}"
        self._task = self._owned.add_store(self, full, self._found, self._failed)

    def _show_asking(self, asking: bool) -> None:
        self._field.setEnabled(not asking)
        self._add.setEnabled(not asking)
        self._add.setText("Looking for the store…" if asking else "Add the store")

    def _failed(self, error: CompanionError) -> None:
        self._show_asking(False)
        restyle(self._field, invalid="true")
        self._outcome.addWidget(Notice.of_error(error, closable=False))
        self._field.setFocus()

    def _found(self, added: AddedStore) -> None:
        store, no_answer = added
        self._show_asking(False)
        self._owned.stores(self, self._show_known)
        if store.kind == STORE_API:
            return  # the window opens it, and leads to its orders
        name = store.name or store.address
        if no_answer is not None:
            words = f"{no_answer.message} Check how it is spelled, and add it again later: then its kind is looked at."
            self._outcome.addWidget(
                Notice(f"{name} is remembered, but did not answer", words, tone="attention", closable=False)
            )
            return
        self._outcome.addWidget(
            Notice(
                f"{name} is remembered",
                "It does not let programs ask for orders. Drop its e-mails here, or add what you bought by hand.",
                tone="attention",
                closable=False,
                actions=(("Add an e-mail", lambda: self._go("bought")),),
            )
        )
