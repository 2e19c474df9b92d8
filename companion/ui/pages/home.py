"""Home: one card for each product, what needs attention first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from companion.domain.billing.auto_renewal import AutoRenew
from companion.domain.billing.returns import renewal_return
from companion.domain.entitlements.download_access import WindowState, window_sentence
from companion.domain.entitlements.licences import EffectiveStatus, span_words
from companion.domain.entitlements.seats import seat_words
from companion.domain.overview.product_cards import (
    Concern,
    NextAction,
    ProductCard,
    card_urgency,
    charge_sentence,
    status_tone,
    status_words,
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
from companion.domain.purchases.words import date_of
from companion.services.snapshot import Snapshot
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.look.tones import TONES
from companion.ui.navigation import EXTEND, FREE_SEAT, READ_LETTER, RETURN_RENEWAL, Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.prepared import Prepared
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.basic import Card, TitleLink, button, chip, clear, column, label, line, row
from companion.ui.widgets.long_list import Row
from companion.ui.widgets.switch import Switch


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
        self._prepared = Prepared(app_state.runner, self, self._show_cards)
        book.working.connect(self._show_working)
        self.follow(owned.changed, book.changed)

    def _show_working(self, working: bool) -> None:
        self._refresh.setEnabled(not working)
        self._refresh.setText("Refreshing…" if working else "Refresh")

    def render_values(self) -> None:
        shelves = [_Shelf(state, self._book.name_where_several(state), state.snapshot) for state in self._book.states]
        self._prepared.ask(partial(self._cards, shelves, self._owned.purchases, self.app_state.now()))

    def _cards(self, shelves: Sequence[_Shelf], owned: Sequence[Overview], now: dt.datetime) -> _Cards:
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
        for card in purchase_cards(not_ordered(owned, orders), now, zone):
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
            heading.addLayout(_days(card.days_left, "attention" if soon else ""))
        facts = QVBoxLayout()
        facts.setSpacing(10)
        facts.addLayout(_fact("Runs", label(until_sentence(card, zone, form.date))))
        renews = PurchaseConcern.RENEWS_SOON in card.concerns or PurchaseConcern.CANCEL_SOON in card.concerns
        said = renewal_sentence(card, now, zone, form.date, form.money)
        facts.addLayout(_fact("Auto-renewal", label(said, tone="attention" if renews else "")))
        if card.return_by is not None and PurchaseConcern.RETURN_SOON in card.concerns:
            day = form.date(date_of(card.return_by, zone))
            facts.addLayout(_fact("Return", label(f"Can be returned until {day}.", tone="attention")))
        if PurchaseConcern.SOURCES_DISAGREE in card.concerns:
            choose = button("Choose…", partial(self._go, there), name=f"Choose what is right: {named}")
            facts.addLayout(_fact("Conflict", label("Its sources disagree.", tone="attention"), choose))
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
        return f"As the {who} said on {self.app_state.format.moment(read_at)}." if read_at is not None else ""

    def _card(self, of: PurchaseCard | tuple[int, ProductCard]) -> Card:
        if isinstance(of, PurchaseCard):
            return self._purchase(of)
        place, card = of
        state = self._states[place]
        return LicenceCard(state, self._book.name_where_several(state), card, self._go)


class LicenceCard(Card):
    """One licence of an order of a store with the Store API; `store` is its name where there are several."""

    def __init__(
        self, app_state: AppState, store: str, card: ProductCard, navigate_to: Callable[[Destination], None]
    ) -> None:
        super().__init__(spacing=12)
        self.app_state, self._store, self._navigate_to = app_state, store, navigate_to
        self.setAccessibleName(_named(card))
        self.add(self._heading(card))
        if card.status is not EffectiveStatus.REFUNDED:
            self.add(line(), self._facts(card))
        actions = self._actions(card)
        if actions is not None:
            self.add(actions)

    def _go(self, destination: Destination) -> None:
        self._navigate_to(destination._replace(store=self.app_state.store))

    def _heading(self, card: ProductCard) -> QHBoxLayout:
        spoken = f"{card.product_name}: open order {card.order_number}"
        name = TitleLink(card.product_name, partial(self._open, card), name=spoken)
        status = chip(status_words(card), TONES[status_tone(card)])
        heading = QHBoxLayout()
        heading.addLayout(column(row(name, status, None), label(self._until(card), "muted")))
        if card.days_left is not None and card.days_left >= 0 and card.status is EffectiveStatus.ACTIVE:
            heading.addLayout(_days(card.days_left, _tone_of_days(card)))
        return heading

    def _until(self, card: ProductCard) -> str:
        span = span_words(
            card.status, card.starts_at, card.expires_at, self.app_state.format.date, end_unknown=card.end_unknown
        )
        store = f"{self._store} · " if self._store else ""
        return f"{store}Order {card.order_number} · {span}"

    def _facts(self, card: ProductCard) -> QVBoxLayout:
        form = self.app_state.format
        renewal_tone = "attention" if Concern.RENEWS_SOON in card.concerns else ""
        facts = QVBoxLayout()
        facts.setSpacing(10)
        charge = label(
            charge_sentence(card, form.date, form.money, fresh=not self.app_state.snapshot.troubles), tone=renewal_tone
        )
        facts.addLayout(_fact("Auto-renewal", charge, self._switch(card)))
        renewed = self._renewed(card)
        if renewed is not None:
            facts.addLayout(renewed)
        if card.window.state is not WindowState.NONE:
            here = any(
                self.app_state.snapshot.file(card.order_number, found.artifact_id) for found in card.window.artifacts
            )
            said = "Downloaded; the file is on this PC." if here else window_sentence(card.window, form.date)
            tone = "" if here else self._window_tone(card)
            facts.addLayout(_fact("Download", label(said, tone=tone)))
        facts.addLayout(_fact("PCs", label(seat_words(card.seats) + ".")))
        if Concern.RETURN_WAITS in card.concerns:
            said = "The store waits for you to accept the Letter of Destruction; then it gives the money back."
            facts.addLayout(_fact("Return", label(said, tone="attention")))
        return facts

    def _renewed(self, card: ProductCard) -> QHBoxLayout | None:
        """A renewal charged lately, with one click to the return of it."""
        snapshot, form = self.app_state.snapshot, self.app_state.format
        order = snapshot.order(card.order_number)
        if order is None or snapshot.profile is None:
            return None
        plan = next((plan for plan in order.subscriptions if plan.id == card.subscription_id), None)
        zone = self.app_state.zone
        found = renewal_return(order, plan, snapshot.profile, self.app_state.now(), zone) if plan is not None else None
        if found is None:
            return None
        said = f"{form.money(found.amount)} was charged for the renewal on {form.date(found.charged_at)}."
        there = Destination("order", card.order_number, RETURN_RENEWAL)
        words = "I did not want it…"
        name = f"I did not want this renewal: order {card.order_number}"
        return _fact("Renewed", label(said), button(words, lambda: self._go(there), name=name))

    @staticmethod
    def _window_tone(card: ProductCard) -> str:
        if Concern.WINDOW_CLOSED in card.concerns:
            return "over"
        return "attention" if Concern.WINDOW_CLOSES_SOON in card.concerns else ""

    def _switch(self, card: ProductCard) -> QWidget | None:
        if card.auto_renew is AutoRenew.NOT_OFFERED or card.status is EffectiveStatus.EXPIRED:
            return None
        form = self.app_state.format
        said = charge_sentence(card, form.date, form.money)
        on = card.auto_renew is AutoRenew.ON
        switch = Switch(self.app_state.theme, f"Auto-renewal of {_named(card)}", on=on, consequence=said)
        switch.requested.connect(partial(self._ask, card))
        return switch

    def _ask(self, card: ProductCard, on: bool) -> None:
        # The dialog belongs to the window: this card is made anew as soon as the store has answered.
        ask_to_switch(self.window(), self.app_state, card.order_number, card.licence_id, on)

    def _actions(self, card: ProductCard) -> QHBoxLayout | None:
        artifact = card.window.artifacts[0].artifact_id if card.window.artifacts else ""
        install = Destination("install", card.order_number, artifact)
        done = {
            NextAction.DOWNLOAD: ("Download and install…", install),
            NextAction.INSTALL: ("Install…", install),
            NextAction.ASK_EXTENSION: (
                "Ask to open it again…",
                Destination("order", card.order_number, EXTEND),
            ),
            NextAction.RENEW: ("How to renew…", Destination("order", card.order_number, "renew")),
            NextAction.FREE_SEAT: ("Free a seat…", Destination("order", card.order_number, FREE_SEAT)),
            NextAction.READ_LETTER: ("Read the letter…", Destination("order", card.order_number, READ_LETTER)),
        }.get(card.action)
        if done is None:
            return None
        text, destination = done
        return row(
            button(
                text,
                lambda: self._go(destination),
                "primary",
                name=f"{text.rstrip('…')}: {_named(card)}",
            ),
            button("Open the order", partial(self._open, card), name=f"Open order {card.order_number}"),
            None,
        )

    def _open(self, card: ProductCard) -> None:
        self._go(Destination("order", card.order_number))


def _licence_row(place: int, shelf: _Shelf, card: ProductCard, today: dt.date) -> Row:
    """The row of a licence; `place` is that of its store."""
    snapshot, artifacts = shelf.snapshot, card.window.artifacts
    files = tuple(snapshot.file(card.order_number, each.artifact_id) for each in artifacts)
    shows = (card, shelf.name, files, snapshot.order(card.order_number), snapshot.profile, today)
    return Row((place, card.order_number, card.licence_id), shows, (place, card))


def _named(card: ProductCard) -> str:
    return f"{card.product_name}, order {card.order_number}"


def _tone_of_days(card: ProductCard) -> str:
    return "attention" if Concern.EXPIRES_SOON in card.concerns else ""


def _days(count: int, tone: str) -> QVBoxLayout:
    """The number of days that are left, large."""
    number = QVBoxLayout()
    number.setSpacing(0)
    days = label(str(count), "big", tone=tone, wrap=False)
    unit = label("day left" if count == 1 else "days left", "small", wrap=False)
    for part in (days, unit):
        number.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
    return number


def _fact(name: str, value: QWidget, part: QWidget | None = None) -> QHBoxLayout:
    """A named fact; names stand below each other in one column."""
    caption = label(name, "muted", wrap=False, columns=14)
    made = QHBoxLayout()
    made.setSpacing(12)
    made.addWidget(caption)
    made.addWidget(value, 1)
    if part is not None:
        made.addWidget(part)
    return made
