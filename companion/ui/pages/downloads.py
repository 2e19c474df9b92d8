"""Downloads: everything the orders hold for this PC, what is under way, and where finished files lie."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import msgspec
from PySide6.QtWidgets import QLayout, QPushButton, QWidget

from companion.domain.entitlements.artifacts import Offer, fitting, offer_of, offer_sentence
from companion.domain.entitlements.download_access import closes_at
from companion.domain.installation.files.verification import of_transfer, verification_sentence
from companion.domain.purchases.purchase import Overview, PurchasedDownload
from companion.domain.store.orders import Download, Order
from companion.domain.transfers.left_downloads import LeftDownload, left_line
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey
from companion.services.downloads.queue import QueueItem
from companion.services.snapshot import Snapshot
from companion.services.storage.records import InstalledHere, KnownFile
from companion.ui.navigation import EXTEND, Destination, Page
from companion.ui.pages.purchase.download_card import PurchaseDownloadCard, key_of, listed_downloads
from companion.ui.pages.transfer_card import TransferCard
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.prepared import Prepared
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.basic import Card, button, clear, column, label, line, row
from companion.ui.widgets.lists.long_list import Row, Rows


def _key_of(order: Order, download: Download) -> DownloadKey:
    return DownloadKey(order_number=order.number, artifact_id=download.artifact_id)


class _Artifact(msgspec.Struct, frozen=True, gc=False):
    """What the card of an artifact shows on a day; `place` is that of its store."""

    place: int
    order: Order
    download: Download
    file: KnownFile | None
    installed: InstalledHere | None
    offer: Offer
    today: dt.date


class _Ranked(msgspec.Struct, frozen=True, gc=False):
    """A row and where it comes in the list: by its group, within that by `when`, the least first."""

    group: int
    when: float
    row: Row


class _Shelf(NamedTuple):
    """What is known of one store and its downloads at one moment; `today` is the day in the person's zone."""

    state: AppState
    snapshot: Snapshot
    items: Mapping[DownloadKey, QueueItem]
    now: dt.datetime
    today: dt.date

    def ranked(self, place: int) -> Iterator[_Ranked]:
        """Yields each artifact; `place` is that of its store."""
        snapshot, installed = self.snapshot, self.snapshot.installed
        store, platform = self.state.store, self.state.platform
        for order in snapshot.orders_read:
            for download in fitting(order, platform):
                offer, key = self._offer(order, download), _key_of(order, download)
                file, item = snapshot.file(order.number, download.artifact_id), self.items.get(key)
                if offer is Offer.ENDED and item is None and (file is None or file.number != order.number):
                    continue  # What an ended licence no longer gives is not listed, unless it has been had with it.
                # How a download under way stands is put on its card as it comes.
                here = installed.get((order.number, download.artifact_id)) if installed else None
                shows = _Artifact(place, order, download, file, here, offer, self.today)
                group, when = _rank(download, offer, under_way=_is_under_way(item), here=file is not None)
                yield _Ranked(group, when, Row((store, key), shows, shows))

    def _offer(self, order: Order, download: Download) -> Offer:
        """What can be had of an artifact."""
        profile = self.snapshot.profile
        return offer_of(order, download, profile, self.now) if profile else Offer.CLOSED


def _rank(download: Download, offer: Offer, *, under_way: bool, here: bool) -> tuple[int, float]:
    """What is under way first, then what can be installed or closes soonest, what is closed last."""
    if under_way:
        return 0, 0.0
    if here:
        return 1, 0.0
    until = closes_at(download)
    when = until.timestamp() if until is not None else float("inf")
    return (2, when) if offer is Offer.OPEN else (3, -when)


def _shelf(state: AppState) -> _Shelf:
    now = state.now()
    return _Shelf(state, state.snapshot, dict(state.downloads.items), now, now.astimezone(state.zone).date())


def _is_under_way(item: QueueItem | None) -> bool:
    return item is not None and item.entry.state is not TransferState.DONE


class DownloadsPage(Page):
    """One card for each artifact; those under way come first and move by themselves."""

    def __init__(self, app_state: AppState, owned: OwnedState, opener: Opener, book: StoreBook) -> None:
        super().__init__(app_state, "Downloads")
        self._owned, self._opener, self._book = owned, opener, book
        install = partial(self.navigation_requested.emit, Destination("file"))
        self.add_to_head(button("Install a file…", install, tip="An installer that you have already, from any maker"))
        self._list = self.long_list(self._card)
        self._states: tuple[AppState, ...] = ()
        self._foot = column()
        self.add(self._list, self._foot)
        self._prepared = Prepared(app_state.runner, self, self._show_cards)
        self.follow(owned.changed, book.changed)
        owned.downloads.changed.connect(self._purchase_changed)
        for state in book.states:
            self._listen(state)
        self.listen(book.added, self._listen)

    def _listen(self, state: AppState) -> None:
        self.listen(state.downloads.changed, partial(self._item_changed, state))

    def render_values(self) -> None:
        shelves = [_shelf(state) for state in self._book.states]
        self._states = tuple(shelf.state for shelf in shelves)
        purchases, items = self._owned.purchases, dict(self._owned.downloads.items)
        self._prepared.ask(lambda: (self._rows(shelves, purchases, items), self._owned.left_downloads()))

    @staticmethod
    def _rows(shelves: Sequence[_Shelf], owned: Sequence[Overview], items: Mapping[DownloadKey, QueueItem]) -> Rows:
        """Returns the cards of all artifacts and files in their order; called in the background."""
        found = [each for place, shelf in enumerate(shelves) for each in shelf.ranked(place)]
        # Downloads under way come first; otherwise files of purchases follow those of orders.
        for purchase, file in listed_downloads(owned, items):
            key = key_of(purchase, file)
            group = 0 if _is_under_way(items.get(key)) else 4
            found.append(_Ranked(group, 0.0, Row(("", key), (purchase, file), (purchase, file))))
        # Sorted by one number at a time, thousands take less than by pairs.
        found.sort(key=lambda each: each.when)
        found.sort(key=lambda each: each.group)
        return Rows(each.row for each in found)

    def _card(self, of: _Artifact | tuple[Overview, PurchasedDownload]) -> TransferCard:
        if not isinstance(of, _Artifact):
            file = PurchaseDownloadCard(self.app_state, self._owned, self._opener, *of)
            file.failed.connect(self.app_state.runner.unhandled)
            return file
        state = self._states[of.place]
        return DownloadCard(state, self._opener, of.order, of.download, partial(self._go, state.store))

    def _show_cards(self, found: tuple[Rows, tuple[LeftDownload, ...]]) -> None:
        rows, left = found
        with self.keeping_focus():
            self._list.show_rows(rows)
            clear(self._foot)
            self._show_foot(rows, left)

    def _show_foot(self, rows: Rows, left: tuple[LeftDownload, ...]) -> None:
        if left:
            self._foot.addWidget(LeftCard(self._owned, left, self._values_changed))
        elif not rows:
            nothing = Card()
            nothing.add(
                label("Nothing to download", "heading"),
                label("When an order or a purchase holds something for this PC, it is listed here."),
            )
            self._foot.addWidget(nothing)

    def _go(self, store: str, destination: Destination) -> None:
        self.navigation_requested.emit(destination._replace(store=store))

    def _purchase_changed(self, key: DownloadKey) -> None:
        item = self._owned.downloads.items.get(key)
        if self._list.has(("", key)):
            self._show_item("", key, item)
        elif item is not None:
            self._values_changed()

    def _item_changed(self, state: AppState, key: DownloadKey) -> None:
        item = state.downloads.items.get(key)
        self._show_item(state.store, key, item)
        if item is None:
            # What had arrived of it may have been deleted only now.
            self._values_changed()

    def _show_item(self, store: str, key: DownloadKey, item: QueueItem | None) -> None:
        card = self._list.card((store, key))
        if isinstance(card, TransferCard):
            card.show_item(item)


class LeftCard(Card):
    """What has arrived of unfinished downloads whose order or purchase was removed: delete it, or keep it."""

    def __init__(self, owned: OwnedState, left: Sequence[LeftDownload], done: Callable[[], None]) -> None:
        super().__init__()
        self._owned, self._done = owned, done
        self.add(
            label("Unfinished downloads of removed orders", "heading"),
            label(
                "Their orders or purchases are not on this PC any more. What you keep goes on once its order is added."
            ),
        )
        for each in left:
            self.add(line(), *self._row(each))

    def _row(self, left: LeftDownload) -> tuple[QWidget | QLayout, ...]:
        remove = button("Remove", partial(self._owned.remove_left, left, self._done), name=f"Remove {left.name}")
        keep = button("Keep", partial(self._owned.keep_left, left, self._done), name=f"Keep {left.name}")
        return label(left.name, "strong"), label(left_line(left), "muted"), row(keep, remove, None)


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
        return offer_sentence(self._offer, self._download, app_state.now(), app_state.zone, app_state.ends)

    def at_rest(self, item: QueueItem | None, file: Path) -> str:
        del item
        snapshot, number, artifact = self.app_state.snapshot, self._order.number, self._download.artifact_id
        installed = snapshot.installed_sentence(number, artifact, self.app_state.format.date)
        lies = snapshot.file_sentence(number, artifact) or ""
        how = verification_sentence(of_transfer(verified=True, store=self.app_state.store))
        return f"{' '.join(part for part in (installed, lies, str(file)) if part)}\n{how}"

    def resting_actions(self, file: Path | None) -> list[QPushButton]:
        if file is not None:
            installed = (self._order.number, self._download.artifact_id) in self.app_state.snapshot.installed
            return [
                self.action(
                    "Install again…" if installed else "Install…", self._install, "" if installed else "primary"
                ),
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
