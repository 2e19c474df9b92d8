"""One order: what was bought, its licences, downloads, parcels and money, and everything that can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel

from companion.domain.billing.charges import beside_the_prices
from companion.domain.core.errors import CompanionError
from companion.domain.overview.removing import removal_sentences, renewing, unfinished_sentences
from companion.domain.store.orders import Order
from companion.domain.store.unread import unread_sentences
from companion.services.storage.kept_removals import KEPT_FOR
from companion.services.storage.records import KnownOrder
from companion.services.store.orders import Orders
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.dialogs.password import missing_notice
from companion.ui.navigation import EXTEND, FREE_SEAT, READ_LETTER, RETURN_RENEWAL, SWITCH_OFF, Destination, Page
from companion.ui.pages.order.items import DownloadsCard, LicenceCard, ParcelsCard
from companion.ui.pages.order.money import MoneyCard, ReturnCard
from companion.ui.pages.order.receipts import ReceiptsCard
from companion.ui.pages.order.section import OrderView
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.support import failure_notice
from companion.ui.widgets.basic import Card, button, clear, column, label, row, shown_or_said
from companion.ui.widgets.key import KeysInSight
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask

if TYPE_CHECKING:
    from companion.services.purchases.registry import Removed
    from companion.services.store.lookup import RemovedOrder


class OrderPage(Page):
    """Renders the order named by its destination, and does what its buttons say."""

    def __init__(self, app_state: AppState, owned: OwnedState, orders: Orders, opener: Opener) -> None:
        super().__init__(app_state, "Order")
        self._owned, self._orders, self._opener = owned, orders, opener
        self._number = ""
        self._keys = KeysInSight()
        self._returns: ReturnCard | None = None
        self._downloads: DownloadsCard | None = None
        self.add_to_head(button("Refresh", self._refresh, tip="Ask the store for the newest state (F5)"))
        self._news = column(spacing=8)
        self._cards = column(spacing=14)
        self.add(self._news, self._cards)
        self.follow(app_state.changed)

    def arrive(self, destination: Destination) -> None:
        self._number = destination.number
        self._keys.forget()
        clear(self._news)
        self.show_values()
        self.scroll_to_top()
        self._refresh()
        if destination.item == "renew":
            self._tell_how_to_renew()
        elif destination.item == EXTEND and self._downloads is not None:
            self.keep_in_sight(lambda: self._downloads)
        elif destination.item == RETURN_RENEWAL and self._returns is not None and self._returns.renewal is not None:
            self._returns.ask_for_renewal(self._returns.renewal)
        elif destination.item == FREE_SEAT:
            self.keep_in_sight(lambda: next((part for part in self.findChildren(LicenceCard) if part.is_full), None))
        elif destination.item == READ_LETTER and self._returns is not None:
            self.keep_in_sight(lambda: self._returns)
            self._returns.read_letter()
        elif destination.item.startswith(SWITCH_OFF):
            self._ask_to_switch_off(destination.item.removeprefix(SWITCH_OFF))

    def leave_page(self) -> None:
        self._keys.forget()

    def _ask_to_switch_off(self, plan_id: str) -> None:
        """Ask about auto-renewal, as a pressed button of a notice wants: such a button alone switches nothing."""
        order = self.app_state.snapshot.order(self._number)
        plans = order.subscriptions if order is not None else ()
        plan = next((plan for plan in plans if plan.id == plan_id), None)
        if plan is None:
            words = f"Order {self._number} no longer has this subscription."
            self.tell(Notice("There is nothing to switch off", words, "The order shows what it holds now."))
            return
        ask_to_switch(self.window(), self.app_state, self._number, plan.licence_id, False, careful=True)

    def _refresh(self) -> None:
        self.app_state.refresh(self._number)

    def render_values(self) -> None:
        if not self._number:
            return
        self.title.setText(f"Order {self._number}")
        clear(self._cards)
        self._returns = self._downloads = None
        snapshot = self.app_state.snapshot
        known = snapshot.known(self._number)
        if known is None:
            return
        if self._number in self.app_state.missing:
            self._cards.addWidget(missing_notice(self.window(), self.app_state, self._number))
        order, profile = known.order, snapshot.profile
        if order is None or profile is None:
            self._cards.addWidget(label("This order has not been read from the store yet.", "muted"))
            self._cards.addWidget(self._keeping(known))
            return
        view = OrderView(
            self.app_state, self._orders, self._opener, order, profile, self.tell, self.await_answer, self._keys
        )
        self._cards.addWidget(shown_or_said(partial(self._summary, order)))
        for licence in order.licences:
            self._cards.addWidget(shown_or_said(partial(LicenceCard, view, licence)))
        if order.downloads:
            self._downloads = DownloadsCard(view, self.navigation_requested.emit)
            self._cards.addWidget(self._downloads)
        if order.shipments or order.downloads:
            self._cards.addWidget(shown_or_said(partial(ParcelsCard, view)))
        self._cards.addWidget(shown_or_said(partial(MoneyCard, view)))
        self._returns = ReturnCard(view)
        self._cards.addWidget(self._returns)
        receipts = snapshot.receipts.get(order.number, ())
        if receipts:
            self._cards.addWidget(shown_or_said(partial(ReceiptsCard, view, receipts)))
        self._cards.addWidget(self._keeping(known))

    def tell(self, news: Notice | CompanionError | None) -> None:
        """Show what came of an action above the order."""
        clear(self._news)
        if news is not None:
            notice = news
            if isinstance(notice, CompanionError):
                notice = failure_notice(self.app_state, notice, self.navigation_requested.emit, number=self._number)
            notice.closed.connect(lambda: clear(self._news))
            self._news.addWidget(notice)
            self.scroll_to_top()

    def _summary(self, order: Order) -> Card:
        form = self.app_state.format
        card = Card(spacing=6)
        for item in order.line_items:
            quantity = f"{item.quantity} × " if item.quantity > 1 else ""
            name = label(f"{quantity}{item.name}", "strong")
            card.add(_amount_line(name, label(form.money(item.price), wrap=False)))
        for part in beside_the_prices(order):
            amount = label(form.money(part.amount), "muted", wrap=False)
            card.add(_amount_line(label(part.name, "muted"), amount))
        card.add(label(f"Ordered on {form.date(order.placed_at)} · {form.money(order.total)} in all", "muted"))
        for sentence in unread_sentences(order.all_unread):
            card.add(label(sentence, "muted"))
        return card

    def _tell_how_to_renew(self) -> None:
        order = self.app_state.snapshot.order(self._number)
        page = next((page for page in order.pages if page.purpose == "renew"), None) if order is not None else None
        words = "Renewing by hand is done on the store's own page, with any card. Your key stays the same."
        actions: tuple[tuple[str, Callable[[], object]], ...] = ()
        if page is not None:
            actions = (("Open the store's page", partial(self._opener.open_url, page.url, self.tell)),)
        self.tell(Notice("How to renew", words, "No card number ever passes through Companion.", actions=actions))

    def _keeping(self, known: KnownOrder) -> Card:
        card = Card(spacing=8)
        read = f"Checked with the store {self.app_state.asked(known.read_at)}. " if known.read_at else ""
        card.add(
            label("This order on this PC", "heading"),
            label(
                f"{read}Removing it deletes its credentials from the keychain. The order itself, at the store, "
                "and files you downloaded stay as they are.",
                "muted",
            ),
            row(button("Remove this order…", self._ask_to_remove), None),
        )
        return card

    def _ask_to_remove(self) -> None:
        form, snapshot = self.app_state.format, self.app_state.snapshot
        cards = renewing(snapshot.cards, self._number)
        read = snapshot.order(self._number) is not None
        first = cards[0].licence_id if cards else ""
        ask(
            self.window(),
            "Remove the order",
            f"Remove order {self._number} from this PC?",
            (*removal_sentences(cards, self.app_state.ends, form.money, is_read=read), *self._unfinished()),
            "Remove it",
            "Keep it",
            self._remove,
            other=("Switch auto-renewal off first…", partial(self._switch_off_first, first)) if cards else None,
        )

    def _unfinished(self) -> tuple[str, ...]:
        downloads, size = self.app_state.downloads, self.app_state.format.size
        mine = [item for key, item in downloads.items.items() if key.order_number == self._number]
        return unfinished_sentences([item.entry.state for item in mine], downloads.bytes_arrived(self._number), size)

    def _switch_off_first(self, licence_id: str) -> None:
        ask_to_switch(self.window(), self.app_state, self._number, licence_id, False)

    def _remove(self) -> None:
        number, owned, app_state = self._number, self._owned, self.app_state

        def removed(held: RemovedOrder) -> None:
            self.navigation_requested.emit(Destination("orders"))
            owned.forget_order(app_state.store, number, partial(tell, held))

        def tell(held: RemovedOrder, purchases: tuple[Removed, ...]) -> None:
            # The purchase first: an order without one would become a new purchase.
            undo = partial(owned.put_back, purchases, partial(app_state.put_order_back, held))
            said = f"Nothing changed at the store. Within {KEPT_FOR.days} days, what was noted here comes back with it."
            owned.news.emit(f"Order {number} was removed", said, undo)

        app_state.remove_order(self, number, removed, self.tell)


def _amount_line(name: QLabel, amount: QLabel) -> QHBoxLayout:
    line = row(spacing=12)
    line.addWidget(name, 1)
    line.addWidget(amount)
    return line
