"""Downloads: everything the orders hold for this PC, what is under way, and where finished files lie."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QPushButton

from companion.domain.entitlements.artifacts import Offer, fitting, offer_sentence
from companion.domain.entitlements.download_access import closes_at
from companion.domain.store.orders import Download, Order
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey
from companion.services.downloads.queue import QueueItem
from companion.ui.navigation import EXTEND, Destination, Page
from companion.ui.pages.purchase.download_card import PurchaseDownloadCard, listed_downloads
from companion.ui.pages.transfer_card import TransferCard
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.basic import Card, label


def _key_of(order: Order, download: Download) -> DownloadKey:
    return DownloadKey(order_number=order.number, artifact_id=download.artifact_id)


class DownloadsPage(Page):
    """One card for each artifact; those under way come first and move by themselves."""

    def __init__(self, app_state: AppState, owned: OwnedState, opener: Opener, book: StoreBook) -> None:
        super().__init__(app_state, "Downloads")
        self._owned, self._opener, self._book = owned, opener, book
        self._cards: dict[tuple[str, DownloadKey], TransferCard] = {}
        owned.changed.connect(self.show_values)
        owned.downloads.changed.connect(self._purchase_changed)
        book.changed.connect(self.show_values)
        for state in book.states:
            self._listen(state)
        book.added.connect(self._listen)

    def _listen(self, state: AppState) -> None:
        state.downloads.changed.connect(lambda key: self._item_changed(state, key))

    def show_values(self) -> None:
        with self.keeping_focus():
            self._render()

    def _render(self) -> None:
        self.empty()
        self._cards = {}
        found = [
            (state, order, download)
            for state in self._book.states
            for order in state.snapshot.orders_read
            for download in fitting(order, state.platform)
            if self._is_of_use(state, order, download)
        ]
        found.sort(key=lambda each: self._rank(*each))
        for state, order, download in found:
            go = partial(self._go, state.store)
            made = DownloadCard(state, self._opener, order, download, go)
            self._cards[state.store, _key_of(order, download)] = made
        for purchase, each in listed_downloads(self._owned):
            file = PurchaseDownloadCard(self.app_state, self._owned, self._opener, purchase, each)
            file.failed.connect(self.app_state.runner.unhandled)
            self._cards["", file.key] = file
        # What is under way comes first, whatever it is of.
        for card in sorted(self._cards.values(), key=lambda each: not each.under_way):
            self.add(card)
        if not self._cards:
            nothing = Card()
            nothing.add(
                label("Nothing to download", "heading"),
                label("When an order or a purchase holds something for this PC, it is listed here."),
            )
            self.add(nothing)

    def _go(self, store: str, destination: Destination) -> None:
        self.navigation_requested.emit(destination._replace(store=store))

    @staticmethod
    def _is_of_use(state: AppState, order: Order, download: Download) -> bool:
        """Whether it can be had, or has been: what an ended licence no longer gives is not listed."""
        if _key_of(order, download) in state.downloads.items:
            return True
        here = state.snapshot.file(order.number, download.artifact_id) is not None
        return here or state.offer(order, download) is not Offer.ENDED

    @staticmethod
    def _rank(state: AppState, order: Order, download: Download) -> tuple[int, float]:
        """What is under way first, then what can be installed or closes soonest, what is closed last."""
        item = state.downloads.items.get(_key_of(order, download))
        if item is not None and item.entry.state is not TransferState.DONE:
            return 0, 0.0
        if state.snapshot.file(order.number, download.artifact_id) is not None:
            return 1, 0.0
        until = closes_at(download)
        when = until.timestamp() if until is not None else float("inf")
        return (2, when) if state.offer(order, download) is Offer.OPEN else (3, -when)

    def _purchase_changed(self, key: DownloadKey) -> None:
        card = self._cards.get(("", key))
        item = self._owned.downloads.items.get(key)
        if card is not None:
            card.show_item(item)
        elif item is not None:
            self.show_values()

    def _item_changed(self, state: AppState, key: DownloadKey) -> None:
        card = self._cards.get((state.store, key))
        if card is not None:
            card.show_item(state.downloads.items.get(key))


class DownloadCard(TransferCard):
    """One artifact of an order: its window, how its download goes, and what can be done with it."""

    def __init__(
        self,
        app_state: AppState,
        opener: Opener,
        order: Order,
        download: Download,
        navigate_to: Callable[[Destination], None],
    ) -> None:
        self._opener, self._order, self._download, self._navigate_to = opener, order, download, navigate_to
        self._offer = app_state.offer(order, download)
        licence = next((found for found in order.licences if found.id == download.licence_id), None)
        name = licence.product_name if licence is not None else download.name
        about = f"Order {order.number} · {download.name} {download.version} · {app_state.format.size(download.size)}"
        key, spoken = _key_of(order, download), f"{name}, order {order.number}"
        super().__init__(app_state, app_state.downloads, key, name, about, spoken, download.name)
        self.show_item(app_state.downloads.items.get(key))

    def file(self, item: QueueItem | None) -> Path | None:
        del item
        known = self.app_state.snapshot.file(self._order.number, self._download.artifact_id)
        return known.path if known is not None else None

    def resting_sentence(self) -> str:
        app_state = self.app_state
        return offer_sentence(self._offer, self._download, app_state.now(), app_state.zone, app_state.format.date)

    def resting_actions(self, file: Path | None) -> list[QPushButton]:
        if file is not None:
            return [
                self.action("Install…", self._install, "primary"),
                self.action("Show in folder", partial(self._opener.open_folder, file)),
            ]
        if self._offer is Offer.OPEN:
            start = partial(self.app_state.downloads.add, self._order.number, self._download)
            return [
                self.action("Download and install…", self._install, "primary"),
                self.action("Download only", start),
            ]
        if self._offer is Offer.CAN_ASK:
            destination = Destination("order", self._order.number, EXTEND)
            return [self.action("Ask to open it again…", lambda: self._navigate_to(destination))]
        return []

    def _install(self) -> None:
        self._navigate_to(Destination("install", self._order.number, self._download.artifact_id))
