"""Orders: everything that was bought, newest first, and a field to find it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from PySide6.QtWidgets import QLineEdit

from companion.domain.overview.purchase_cards import not_ordered
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.words import date_of, origin_words
from companion.domain.store.orders import OrderStatus
from companion.services.storage.records import KnownOrder
from companion.ui.navigation import Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.basic import Card, TitleLink, button, chip, clear, column, label, row

_TONES = {OrderStatus.PROCESSING: "attention", OrderStatus.REFUNDED: ""}


class _Entry(NamedTuple):
    """When something was bought, what it is found by, and what makes its card."""

    when: dt.datetime
    words: str
    make: Callable[[], Card]


class OrdersPage(Page):
    """The list of orders and purchases."""

    def __init__(self, app_state: AppState, owned: OwnedState, book: StoreBook) -> None:
        super().__init__(app_state, "Orders")
        self._owned, self._book = owned, book
        there = Destination("bought")
        self.add_to_head(button("Add what you bought", lambda: self.navigation_requested.emit(there), "primary"))
        self._field = QLineEdit()
        self._field.setAccessibleName("Search what you bought")
        self._field.setPlaceholderText("Search: product, shop or order number")
        self._field.setClearButtonEnabled(True)
        self._field.textChanged.connect(lambda _: self._render())
        self._list = self.long_list()
        self._foot = column()
        self.add(self._field, self._list, self._foot)
        book.changed.connect(self.show_values)
        owned.changed.connect(self.show_values)

    def show_values(self) -> None:
        with self.keeping_focus():
            self._render()

    def _render(self) -> None:
        clear(self._foot)
        entries = sorted((*self._orders(), *self._purchases()), key=lambda entry: entry.when, reverse=True)
        self._field.setVisible(bool(entries))
        wanted = self._field.text().casefold().split()
        shown = [entry for entry in entries if all(word in entry.words.casefold() for word in wanted)]
        self._list.show_cards([entry.make for entry in shown])
        if not shown:
            self._foot.addWidget(self._nothing(bool(entries)))

    def _nothing(self, filtered: bool) -> Card:
        card = Card()
        if filtered:
            card.add(label("Nothing like that", "heading"), label("Try one word less."))
        else:
            card.add(
                label("No orders yet", "heading"),
                label("Drop the e-mail of any shop on this window, or add what you bought by hand."),
            )
        return card

    def _orders(self) -> Iterator[_Entry]:
        for state in self._book.states:
            store = self._book.name_where_several(state)
            for known in state.snapshot.orders:
                order = known.order
                words = [known.number, store, *(item.name for item in (order.line_items if order is not None else ()))]
                when = (order.placed_at if order is not None else None) or known.added_at
                yield _Entry(when, " ".join(words), partial(self._card, known, state.store, store))

    def _purchases(self) -> Iterator[_Entry]:
        orders = [(state.store, known.number) for state in self._book.states for known in state.snapshot.orders]
        for found in not_ordered(self._owned.purchases, orders):
            when = date_of(found.bought_on, self.app_state.zone) if found.bought_on is not None else found.added_at
            words = (found.name, origin_words(found), found.order_number or "", found.maker or "")
            yield _Entry(when, " ".join(words), partial(self._purchase, found))

    def _purchase(self, found: Overview) -> Card:
        card = Card(spacing=4)
        there = Destination("purchase", found.id)
        number = f"order {found.order_number}" if found.order_number else ""
        origin = " · ".join(part for part in (origin_words(found), number) if part) or "Where it is from is not known"
        named = f"{found.name}, {origin}"
        card.setAccessibleName(named)
        name = TitleLink(found.name, partial(self.navigation_requested.emit, there), name=f"Open {named}")
        show = button("Open", partial(self.navigation_requested.emit, there), name=f"Open {named}: the purchase")
        form = self.app_state.format
        bought = "Bought: day not known"
        if found.bought_on is not None:
            bought = form.date(date_of(found.bought_on, self.app_state.zone))
        facts = f"{bought} · {form.money(found.price)}" if found.price is not None else bought
        line = row(spacing=12)
        line.addLayout(column(row(name, None), label(origin), label(facts, "muted"), spacing=4), 1)
        line.addWidget(show)
        card.add(line)
        return card

    def _card(self, known: KnownOrder, address: str, store: str) -> Card:
        card = Card(spacing=4)
        order = known.order
        of_store = f" · {store}" if store else ""
        name = TitleLink(f"Order {known.number}{of_store}", partial(self._open, known.number, address))
        show = button("Open", partial(self._open, known.number, address), name=f"Open order {known.number}{of_store}")
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

    def _open(self, number: str, store: str) -> None:
        self.navigation_requested.emit(Destination("order", number, store=store))
