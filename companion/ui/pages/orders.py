"""Orders: everything that was bought, newest first, and a field to find it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial

import msgspec

from companion.domain.overview.purchase_cards import not_ordered
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.words import as_stated, date_of, origin_words
from companion.domain.store.orders import OrderStatus
from companion.services.storage.records import KnownOrder
from companion.ui.navigation import Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.prepared import Prepared
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.basic import Card, TitleLink, button, chip, clear, column, label, row
from companion.ui.widgets.fields import ClearableField
from companion.ui.widgets.lists.long_list import Row

_TONES = {OrderStatus.PROCESSING: "attention", OrderStatus.REFUNDED: ""}


_Shelf = tuple[str, str, Sequence[KnownOrder]]
"""The address of a store, its name where there are several, and its orders."""


class _Entry(msgspec.Struct, frozen=True, gc=False):
    """When something was bought, what it is found by (without regard to case), and its card."""

    when: dt.datetime
    words: str
    row: Row


def _matching(entries: Sequence[_Entry], text: str) -> tuple[Row, ...]:
    wanted = text.casefold().split()
    return tuple(entry.row for entry in entries if all(word in entry.words for word in wanted))


class OrdersPage(Page):
    """The list of orders and purchases."""

    def __init__(self, app_state: AppState, owned: OwnedState, book: StoreBook) -> None:
        super().__init__(app_state, "Orders")
        self._owned, self._book = owned, book
        there = Destination("bought")
        self.add_to_head(button("Add what you bought", lambda: self.navigation_requested.emit(there), "primary"))
        self._field = ClearableField("Search what you bought", "Search: product, shop or order number")
        self._field.textChanged.connect(lambda _: self._filter())
        self._list = self.long_list(self._card_of)
        self._foot = column()
        self.add(self._field, self._list, self._foot)
        self._entries: tuple[_Entry, ...] = ()
        self._prepared = Prepared(app_state.runner, self, self._show_entries)
        self._matches = Prepared(app_state.runner, self, self._show_matches)
        self.follow(book.changed, owned.changed)

    def render_values(self) -> None:
        book, zone = self._book, self.app_state.zone
        shelves = [(state.store, book.name_where_several(state), state.snapshot.orders) for state in book.states]
        self._prepared.ask(partial(self._all_entries, shelves, self._owned.purchases, zone))

    def _all_entries(
        self, shelves: Sequence[_Shelf], owned: Sequence[Overview], zone: dt.tzinfo
    ) -> tuple[_Entry, ...]:  # fmt: skip
        """Returns everything that was bought, the newest first; called in the background."""
        orders = (self._order(shelf, known) for shelf in shelves for known in shelf[2])
        numbers = [(address, known.number) for address, _, known_orders in shelves for known in known_orders]
        purchases = (self._of_purchase(found, zone) for found in not_ordered(owned, numbers))
        return tuple(sorted((*orders, *purchases), key=lambda entry: entry.when, reverse=True))

    def _show_entries(self, entries: tuple[_Entry, ...]) -> None:
        self._entries = entries
        self._field.setVisible(bool(entries))
        self._filter()

    def _filter(self) -> None:
        self._matches.ask(partial(_matching, self._entries, self._field.text()))

    def _show_matches(self, found: tuple[Row, ...]) -> None:
        clear(self._foot)
        with self.keeping_focus():
            self._list.show_rows(found)
        if not found:
            self._foot.addWidget(self._nothing(bool(self._entries)))

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

    def _card_of(self, of: Overview | tuple[KnownOrder, str, str]) -> Card:
        return self._purchase(of) if isinstance(of, Overview) else self._card(*of)

    def _order(self, shelf: _Shelf, known: KnownOrder) -> _Entry:
        address, store, _ = shelf
        order = known.order
        words = [known.number, store, *(item.name for item in (order.line_items if order is not None else ()))]
        when = (order.placed_at if order is not None else None) or known.added_at
        row = Row((address, known.number), (order, store), (known, address, store))
        return _Entry(when, " ".join(words).casefold(), row)

    def _of_purchase(self, found: Overview, zone: dt.tzinfo) -> _Entry:
        when = date_of(found.bought_on, zone) if found.bought_on is not None else found.added_at
        words = (found.name, origin_words(found), found.order_number or "", found.maker or "")
        return _Entry(when, " ".join(words).casefold(), Row(found.id, found, found))

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
            bought = form.date(as_stated(found.bought_on))
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
        words, tone = order.status.words, _TONES.get(order.status, "ok")
        if order.waiting_return is not None:
            words, tone = "Waits for you", "attention"
        dated = row(chip(words, tone))
        dated.addWidget(label(facts, "muted"), 1)
        line = row(spacing=12)
        line.addLayout(column(row(name, None), label(things), dated, spacing=4), 1)
        line.addWidget(show)
        card.add(line)
        return card

    def _open(self, number: str, store: str) -> None:
        self.navigation_requested.emit(Destination("order", number, store=store))
