"""The stores that Companion asks: added and removed."""

from __future__ import annotations

from functools import partial

from companion.domain.connectors.kinds import asked_for_words
from companion.domain.core.errors import CompanionError
from companion.services.storage.records import KnownStore
from companion.ui.navigation import Destination
from companion.ui.pages.settings.desk import Desk
from companion.ui.widgets.basic import Card, button, clear, column, label, row
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask


class StoresCard(Card):
    """Every store that was added, with the way to forget it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(spacing=12)
        self._desk = desk
        self._news, self._list = column(spacing=8), column(spacing=8)
        add = button("Add a store…", lambda: desk.navigate_to(Destination("stores")), "primary")
        self.add(label("Stores you added", "heading"), self._news, self._list, row(add, None))
        self._look()

    def _look(self) -> None:
        self._desk.owned.stores(self, self._show)

    def _show(self, stores: tuple[KnownStore, ...]) -> None:
        clear(self._list)
        if not stores:
            self._list.addWidget(label("None was added yet.", "muted"))
        for store in stores:
            name = store.name or store.address
            line = row(spacing=12)
            line.addLayout(
                column(
                    label(name, "strong"), label(f"{store.address} · {asked_for_words(store.kind)}", "small"), spacing=1
                ),
                1,
            )
            line.addWidget(button("Remove…", partial(self._ask, store), name=f"Remove the store {name}"))
            self._list.addLayout(line)

    def _ask(self, store: KnownStore) -> None:
        name = store.name or store.address
        ask(
            self.window(),
            "Remove a store",
            f"Remove {name} from the list?",
            (
                "Companion no longer looks for purchases there. Orders and purchases that you added stay, "
                "and nothing changes at the store.",
            ),
            "Remove it",
            "Keep it",
            partial(self._desk.state.remove_store, self, store.address, self._removed, self._failed),
        )

    def _removed(self, store: KnownStore) -> None:
        self._tell(Notice("Removed", f"{store.name or store.address} is no longer on the list.", tone="ok"))
        self._look()

    def _failed(self, error: CompanionError) -> None:
        self._tell(Notice.of_error(error))

    def _tell(self, notice: Notice) -> None:
        clear(self._news)
        notice.closed.connect(lambda: clear(self._news))
        self._news.addWidget(notice)
