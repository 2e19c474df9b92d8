"""Orders: every order that was added, newest first."""

from __future__ import annotations

from functools import partial

from companion.domain.store.orders import OrderStatus
from companion.services.storage.records import KnownOrder
from companion.ui.navigation import Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import Card, TitleLink, button, chip, column, label, row

_TONES = {OrderStatus.PROCESSING: "attention", OrderStatus.REFUNDED: ""}


class OrdersPage(Page):
    """The list of orders."""

    def __init__(self, app_state: AppState) -> None:
        super().__init__(app_state, "Orders")
        self.add_to_head(button("Add an order", lambda: self.navigation_requested.emit(Destination("add")), "primary"))
        app_state.changed.connect(self.show_values)

    def show_values(self) -> None:
        with self.keeping_focus():
            self._render()

    def _render(self) -> None:
        self.empty()
        orders = sorted(
            self.app_state.snapshot.orders,
            key=lambda known: known.order.placed_at if known.order else known.added_at,
            reverse=True,
        )
        for known in orders:
            self.add(self._card(known))
        if not orders:
            card = Card()
            card.add(
                label("No orders yet", "heading"),
                label("An order's number and password are in the e-mail that confirmed it."),
            )
            self.add(card)

    def _card(self, known: KnownOrder) -> Card:
        card = Card(spacing=4)
        order = known.order
        name = TitleLink(f"Order {known.number}", partial(self._open, known.number))
        show = button("Open", partial(self._open, known.number), name=f"Open order {known.number}")
        if order is None:
            card.add(row(name, None, show), label("It has not been read from the store yet.", "muted"))
            return card
        things = ", ".join(item.name for item in order.line_items)
        facts = f"{self.app_state.format.date(order.placed_at)} · {self.app_state.format.money(order.total)}"
        dated = row(chip(order.status.words, _TONES.get(order.status, "ok")))
        dated.addWidget(label(facts, "muted"), 1)
        line = row(spacing=12)
        line.addLayout(column(row(name, None), label(things), dated, spacing=4), 1)
        line.addWidget(show)
        card.add(line)
        return card

    def _open(self, number: str) -> None:
        self.navigation_requested.emit(Destination("order", number))
