"""The stores that Companion asks: added and removed."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout

from companion.domain.connectors.kinds import asked_for_words
from companion.domain.core.errors import CompanionError
from companion.domain.store.in_use import UnlistedStore
from companion.services.storage.records import KnownStore
from companion.ui.navigation import Destination
from companion.ui.pages.settings.desk import Desk
from companion.ui.widgets.basic import Card, button, clear, column, label, row
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask


class StoresCard(Card):
    """Every store that was added, with the way to forget it, and those that are in use all the same."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(spacing=12)
        self._desk = desk
        self._news, self._list = column(spacing=8), column(spacing=8)
        add = button("Add a store…", lambda: desk.navigate_to(Destination("stores")), "primary")
        self.add(label("Stores you added", "heading"), self._news, self._list, row(add, None))
        self._look()

    def _look(self) -> None:
        in_use = tuple(state.store for state in self._desk.book.states)
        self._desk.state.stores(self, in_use, self._show, is_demo=self._desk.is_demo)

    def _show(self, found: tuple[tuple[KnownStore, ...], tuple[UnlistedStore, ...]]) -> None:
        stores, others = found
        clear(self._list)
        if not stores:
            self._list.addWidget(label("You added none yet." if others else "None was added yet.", "muted"))
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

        if others:
            self._list.addWidget(label("In use without being on this list", "strong"))
        for each in others:
            self._list.addLayout(self._other(each))

    def _other(self, other: UnlistedStore) -> QVBoxLayout:
        state = self._desk.book.state(other.address)
        profile = state.snapshot.profile if state is not None else None
        address = label(other.address, "small", selectable=True)
        lines = (address, label(other.reason, "muted"))
        return (
            column(label(profile.store.name), *lines, spacing=1) if profile is not None else column(*lines, spacing=1)
        )

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
