"""Downloads: everything the orders hold for this PC, what is under way, and where finished files lie."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtWidgets import QProgressBar, QPushButton, QVBoxLayout

from companion.domain.entitlements.artifacts import Offer, fitting, offer_sentence
from companion.domain.entitlements.download_access import closes_at
from companion.domain.store.orders import Download, Order
from companion.domain.transfers.models import TransferState
from companion.domain.transfers.queue import DownloadKey
from companion.services.downloads.queue import QueueItem
from companion.services.storage.records import KnownFile
from companion.ui.navigation import EXTEND, Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.store_book import StoreBook
from companion.ui.widgets.basic import Card, button, chip, clear, label, row
from companion.ui.widgets.notice import Notice, details_of
from companion.ui.widgets.question import ask
from companion.ui.widgets.speed import SpeedGraph
from companion.ui.wizard.download import pieces_words, progress_words

_RESTING = (TransferState.PAUSED, TransferState.FAILED, TransferState.DONE)


def _key_of(order: Order, download: Download) -> DownloadKey:
    return DownloadKey(order_number=order.number, artifact_id=download.artifact_id)


class DownloadsPage(Page):
    """One card for each artifact; those under way come first and move by themselves."""

    def __init__(self, app_state: AppState, opener: Opener, book: StoreBook) -> None:
        super().__init__(app_state, "Downloads")
        self._opener, self._book = opener, book
        self._cards: dict[tuple[str, DownloadKey], DownloadCard] = {}
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
            self.add(made)
        if not found:
            card = Card()
            card.add(
                label("Nothing to download", "heading"),
                label("When an order holds something for this PC, it is listed here."),
            )
            self.add(card)

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

    def _item_changed(self, state: AppState, key: DownloadKey) -> None:
        card = self._cards.get((state.store, key))
        if card is not None:
            card.show_item(state.downloads.items.get(key))


class DownloadCard(Card):
    """One artifact: its window, how its download goes, and what can be done with it."""

    def __init__(
        self,
        app_state: AppState,
        opener: Opener,
        order: Order,
        download: Download,
        navigate_to: Callable[[Destination], None],
    ) -> None:
        super().__init__(spacing=8)
        self._opener = opener
        self._app_state, self._order, self._download, self._navigate_to = (app_state, order, download, navigate_to)
        self._key = _key_of(order, download)
        self._offer = app_state.offer(order, download)
        self._shown: tuple[object, ...] = ()
        self._chip = chip("")
        licence = next((found for found in order.licences if found.id == download.licence_id), None)
        name = licence.product_name if licence is not None else download.name
        self.setAccessibleName(f"{name}, order {order.number}")
        head = row()
        head.addWidget(label(name, "heading"), 1)
        head.addWidget(self._chip)
        self.add(head)
        self.add(
            label(
                f"Order {order.number} · {download.name} {download.version} · {app_state.format.size(download.size)}",
                "muted",
            )
        )
        self._said = label("")
        self._bar = QProgressBar()
        self._bar.setRange(0, 1000)
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(f"Progress of {name}")
        self._pieces = label("", "small")
        self._speed = SpeedGraph(app_state.theme, app_state.format)
        self._trouble = QVBoxLayout()
        self._actions = row()
        self.add(self._said, self._bar, self._pieces, self._speed, self._trouble, self._actions)
        self.show_item(app_state.downloads.items.get(self._key))

    def show_item(self, item: QueueItem | None) -> None:
        """Render how the download stands; the buttons are made anew only when they change."""
        file = self._app_state.snapshot.file(self._order.number, self._download.artifact_id)
        state = item.entry.state if item is not None else None
        progress = item.progress if item is not None else None
        running = item is not None and state not in _RESTING
        self._bar.setVisible(running or state in (TransferState.PAUSED, TransferState.FAILED))
        self._speed.setVisible(running)
        self._pieces.setVisible(running and progress is not None and progress.pieces_total > 0)
        if progress is not None:
            self._pieces.setText(pieces_words(progress))
            self._speed.add(progress.rate)
        if progress is not None and progress.size:
            self._bar.setValue(min(1000, progress.done * 1000 // progress.size))
        self._said.setText(self._sentence(item, file))
        facts = (state, file)
        if facts != self._shown:
            self._shown = facts
            self._show_chip(state, file)
            self._show_actions(item, file)

    def _sentence(self, item: QueueItem | None, file: KnownFile | None) -> str:
        form, app_state = self._app_state.format, self._app_state
        if item is not None and item.entry.state is TransferState.PAUSED:
            return "Paused. What has arrived is kept, and it continues from there."
        if item is not None and item.entry.state is TransferState.FAILED:
            return "Stopped. What has arrived is kept, and it continues from there."
        if item is not None and item.progress is not None:
            progress = item.progress
            size = f"{form.size(progress.done)} of {form.size(progress.size)} · " if progress.size else ""
            return size + progress_words(progress, form)
        if item is not None and item.entry.state is TransferState.QUEUED:
            return "Waiting for its turn."
        if file is not None:
            return f"It is on this PC: {file.path}"
        return offer_sentence(self._offer, self._download, app_state.now(), app_state.zone, form.date)

    def _show_chip(self, state: TransferState | None, file: KnownFile | None) -> None:
        words = {TransferState.PAUSED: "Paused", TransferState.FAILED: "Stopped"}.get(state) if state else None
        if words is None and state is not None and state not in _RESTING:
            words = "Downloading"
        if words is None and file is not None:
            words = "On this PC"
        self._chip.setText(words or "")
        self._chip.setVisible(words is not None)

    def _show_actions(self, item: QueueItem | None, file: KnownFile | None) -> None:
        clear(self._actions)
        clear(self._trouble)
        transfers, key = self._app_state.downloads, self._key
        state = item.entry.state if item is not None else None
        parts = []
        if item is not None and state in (TransferState.PAUSED, TransferState.FAILED):
            parts = [self._button("Resume", partial(transfers.resume, key), "primary"), self._remove_button()]
            if item.entry.trouble is not None:
                trouble = item.entry.trouble
                details = details_of(trouble)
                self._trouble.addWidget(
                    Notice(trouble.title, trouble.message, trouble.hint, tone="over", closable=False, details=details)
                )
        elif item is not None and state is not TransferState.DONE:
            parts = [self._button("Pause", partial(transfers.pause, key)), self._remove_button()]
        elif file is not None:
            parts = [
                self._button("Install…", self._install, "primary"),
                self._button("Show in folder", partial(self._opener.open_folder, file.path)),
            ]
        elif self._offer is Offer.OPEN:
            parts = [
                self._button("Download and install…", self._install, "primary"),
                self._button("Download only", partial(transfers.add, self._order.number, self._download)),
            ]
        elif self._offer is Offer.CAN_ASK:
            ask = Destination("order", self._order.number, EXTEND)
            parts = [self._button("Ask to open it again…", lambda: self._navigate_to(ask))]
        for part in parts:
            self._actions.addWidget(part)
        self._actions.addStretch(1)

    def _button(self, text: str, clicked: Callable[[], object], role: str = "") -> QPushButton:
        """A button whose name says of which order it is: most cards have the same ones."""
        return button(text, clicked, role, name=f"{text.rstrip('…')}: {self.accessibleName()}")

    def _remove_button(self) -> QPushButton:
        return self._button("Cancel…", self._ask_to_remove)

    def _ask_to_remove(self) -> None:
        # What moves is rendered anew: the answer goes to the list of transfers and not to this card.
        ask(
            self.window(),
            "Cancel the download",
            f"Cancel the download of {self._download.name}?",
            ("What has arrived so far is deleted. To go on at another time, pause it instead.",),
            "Cancel it",
            "Keep it",
            partial(self._app_state.downloads.remove, self._key),
        )

    def _install(self) -> None:
        self._navigate_to(Destination("install", self._order.number, self._download.artifact_id))
