"""Home: one card for each product, what needs attention first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from companion.domain.overview.product_cards import (
    ProductCard,
    card_urgency,
)
from companion.domain.overview.purchase_cards import (
    PurchaseCard,
    PurchaseConcern,
    not_ordered,
    purchase_cards,
    purchase_order,
    renewal_sentence,
    state_tone,
    state_words,
    until_sentence,
)
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.values import EntitlementState
from companion.domain.purchases.words import as_stated
from companion.domain.reminders.settings import ReminderSettings
from companion.services.snapshot import Snapshot
from companion.ui.look.tones import TONES
from companion.ui.navigation import ADDED, SESSION_ONLY, Destination, Page
from companion.ui.pages.licence_card import LicenceCard, days_left, fact_row
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.prepared import Prepared
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.basic import Card, TitleLink, button, chip, clear, column, label, line, restyle, row
from companion.ui.widgets.lists.long_list import Row

_MARKED_MS = 8_000
"""So long the card of what was just added is marked."""


class _Shelf(NamedTuple):
    """What is known of one store at one moment; `name` is its name where there are several."""

    state: AppState
    name: str
    snapshot: Snapshot


class _Cards(NamedTuple):
    """The cards of the page in their order, the stores that they are of, and what is said below them."""

    rows: tuple[Row, ...]
    states: tuple[AppState, ...]
    has_licences: bool
    has_orders: bool
    read_at: dt.datetime | None


class HomePage(Page):
    """Everything that matters today, at one glance."""

    def __init__(self, app_state: AppState, owned: OwnedState, book: StoreBook) -> None:
        super().__init__(app_state, "Your software")
        self._owned, self._book = owned, book
        self.add_to_head(button("Add what you bought", partial(self._go, Destination("bought"))))
        self._refresh = button("Refresh", self._ask_stores, tip="Ask the stores for the newest state (F5)")
        self.add_to_head(self._refresh)
        self._list = self.long_list(self._card)
        self._states: tuple[AppState, ...] = ()
        self._foot = column()
        self.add(self._list, self._foot)
        self._new = ""
        """The number of the order that has just been added, as long as its card is marked."""
        self._unmark = QTimer(self, singleShot=True, interval=_MARKED_MS)
        self._unmark.timeout.connect(self._forget_new)
        self._prepared = Prepared(app_state.runner, self, self._show_cards)
        book.working.connect(self._show_working)
        self.follow(owned.changed, book.changed)

    def arrive(self, destination: Destination) -> None:
        if destination.item in (ADDED, SESSION_ONLY):
            self._new = destination.number
            self._unmark.start()
            self.show_values()

    def leave_page(self) -> None:
        self._forget_new()

    def _forget_new(self) -> None:
        self._new = ""
        self._unmark.stop()
        for card in self._list.in_order():
            restyle(card, fresh="false")

    def _point_at_new(self) -> None:
        """Bring the card of what was just added into sight."""
        if not self._new:
            return
        key = next((row.key for row in self._list.rows if self._is_new(row.of)), None)
        if key is not None:
            self.keep_in_sight(lambda: self._list.made(key))

    def _is_new(self, of: object) -> bool:
        return bool(self._new) and isinstance(of, tuple) and of[1].order_number == self._new

    def _show_working(self, working: bool) -> None:
        self._refresh.setEnabled(not working)
        self._refresh.setText("Refreshing…" if working else "Refresh")

    def render_values(self) -> None:
        shelves = [_Shelf(state, self._book.name_where_several(state), state.snapshot) for state in self._book.states]
        wanted = self.app_state.reminders.settings
        self._prepared.ask(partial(self._cards, shelves, self._owned.purchases, self.app_state.now(), wanted))

    def _cards(
        self, shelves: Sequence[_Shelf], owned: Sequence[Overview], now: dt.datetime, wanted: ReminderSettings
    ) -> _Cards:
        """Returns the cards of all licences and purchases in their order; called in the background."""
        zone = self.app_state.zone
        today = now.astimezone(zone).date()
        rows = [
            (card_urgency(card), _licence_row(place, shelf, card, today))
            for place, shelf in enumerate(shelves)
            for card in shelf.snapshot.cards
        ]
        licences = len(rows)
        orders = [
            (shelf.state.store, known.number) for shelf in shelves for known in shelf.snapshot.orders if known.order
        ]
        for card in purchase_cards(not_ordered(owned, orders), now, zone, wanted):
            # The words of a date ("in 3 days") change with the day alone.
            row = Row(("purchase", card.purchase_id), (card, today), card)
            rows.append((purchase_order(card), row))
        rows.sort(key=lambda pair: pair[0])
        read = [known.read_at for shelf in shelves for known in shelf.snapshot.orders if known.read_at is not None]
        states = tuple(shelf.state for shelf in shelves)
        return _Cards(tuple(row for _, row in rows), states, bool(licences), bool(orders), min(read, default=None))

    def _show_cards(self, found: _Cards) -> None:
        clear(self._foot)
        self._states = found.states
        self._refresh.setVisible(bool(found.rows))
        with self.keeping_focus():
            self._list.show_rows(found.rows)
        self._point_at_new()
        if not found.rows:
            self._foot.addWidget(self._nothing(found.has_orders))
        elif found.has_licences:
            self._foot.addWidget(label(self._read_when(found.read_at), "small"))

    def _ask_stores(self) -> None:
        self._book.refresh()
        self._owned.refresh()

    def _go(self, destination: Destination) -> None:
        self.navigation_requested.emit(destination)

    def _purchase(self, card: PurchaseCard) -> Card:
        form, zone, now = self.app_state.format, self.app_state.zone, self.app_state.now()
        there = Destination("purchase", card.purchase_id)
        named = f"{card.name}, {card.origin}" if card.origin else card.name
        made = Card(spacing=10)
        made.setAccessibleName(named)
        name = TitleLink(card.name, partial(self._go, there), name=f"{named}: open the purchase")
        head = row(name, None)
        if card.state is not EntitlementState.UNKNOWN:
            head = row(name, chip(state_words(card), TONES[state_tone(card)]), None)
        number = f"order {card.order_number}" if card.order_number else ""
        origin = " · ".join(part for part in (card.origin, number) if part) or "Where it is from is not known"
        heading = QHBoxLayout()
        heading.addLayout(column(head, label(origin, "muted")), 1)
        if card.days_left is not None and card.days_left >= 0 and card.state is EntitlementState.ACTIVE:
            soon = PurchaseConcern.EXPIRES_SOON in card.concerns
            heading.addLayout(days_left(card.days_left, "attention" if soon else ""))
        facts = QVBoxLayout()
        facts.setSpacing(10)
        facts.addLayout(fact_row("Runs", label(until_sentence(card, self.app_state.ends))))
        renews = PurchaseConcern.RENEWS_SOON in card.concerns or PurchaseConcern.CANCEL_SOON in card.concerns
        said = renewal_sentence(card, now, zone, self.app_state.ends, form.money)
        facts.addLayout(fact_row("Auto-renewal", label(said, tone="attention" if renews else "")))
        if card.return_by is not None and PurchaseConcern.RETURN_SOON in card.concerns:
            day = self.app_state.ends(as_stated(card.return_by))
            facts.addLayout(fact_row("Return", label(f"Can be returned until {day}.", tone="attention")))
        if PurchaseConcern.SOURCES_DISAGREE in card.concerns:
            choose = button("Choose…", partial(self._go, there), name=f"Choose what is right: {named}")
            facts.addLayout(fact_row("Conflict", label("Its sources disagree.", tone="attention"), choose))
        made.add(heading, line(), facts)
        return made

    def _nothing(self, has_orders: bool) -> Card:
        card = Card()
        if has_orders:
            card.add(
                label("No software yet", "heading"),
                label("Your orders are here, but none of them holds a licence that could be read."),
                button("Look at the orders", lambda: self.navigation_requested.emit(Destination("orders"))),
            )
        else:
            card.add(
                label("Nothing here yet", "heading"),
                label("Add what you bought, from any shop, and this page shows what you own and until when."),
                button("Add what you bought", lambda: self.navigation_requested.emit(Destination("bought")), "primary"),
            )
        return card

    def _read_when(self, read_at: dt.datetime | None) -> str:
        who = "stores" if len(self._book.states) > 1 else "store"
        return f"Checked with the {who} {self.app_state.asked(read_at)}." if read_at is not None else ""

    def _card(self, of: PurchaseCard | tuple[int, ProductCard]) -> Card:
        if isinstance(of, PurchaseCard):
            return self._purchase(of)
        place, card = of
        state = self._states[place]
        made = LicenceCard(state, self._book.name_where_several(state), card, self._go)
        made.setProperty("fresh", "true" if self._is_new(of) else "false")
        return made


def _licence_row(place: int, shelf: _Shelf, card: ProductCard, today: dt.date) -> Row:
    """The row of a licence; `place` is that of its store."""
    snapshot, artifacts = shelf.snapshot, card.window.artifacts
    files = tuple(snapshot.file(card.order_number, each.artifact_id) for each in artifacts)
    installed = tuple(snapshot.installed.get((card.order_number, each.artifact_id)) for each in artifacts)
    shows = (card, shelf.name, files, installed, snapshot.order(card.order_number), snapshot.profile, today)
    return Row((place, card.order_number, card.licence_id), shows, (place, card))
