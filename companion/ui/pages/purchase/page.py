"""One purchase: until when, its key, its files, what every source says of it, and where it is managed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.overview.purchase_cards import (
    purchase_cards,
    renewal_sentence,
    state_tone,
    state_words,
    until_sentence,
)
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview, Product, PurchasedDownload
from companion.domain.purchases.values import EntitlementState
from companion.domain.purchases.words import date_of, seats_words
from companion.services.purchases.registry import Removed
from companion.ui.look.tones import TONES
from companion.ui.navigation import Destination, Page
from companion.ui.pages.purchase.facts import ConflictsCard, FactsCard, name_of_item
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, chip, clear, column, focusable, label, row
from companion.ui.widgets.key import KeyBox
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask


class PurchasePage(Page):
    """Renders the purchase whose id its destination names."""

    def __init__(self, app_state: AppState, owned: OwnedState, opener: Opener) -> None:
        super().__init__(app_state, "Purchase")
        self._owned, self._opener = owned, opener
        self._id = ""
        self._news = column(spacing=8)
        self._cards = column(spacing=14)
        self.add(self._news, self._cards)
        owned.changed.connect(self.show_values)

    def arrive(self, destination: Destination) -> None:
        self._id = destination.number
        clear(self._news)
        self.show_values()
        self.scroll_to_top()
        first = next(iter(focusable(self)), None)
        if first is not None:
            QTimer.singleShot(0, first, first.setFocus)

    def show_values(self) -> None:
        if self._id:
            with self.keeping_focus():
                self._render()

    def _render(self) -> None:
        clear(self._cards)
        found = self._owned.purchase(self._id)
        if found is None:
            self.title.setText("Purchase")
            self._cards.addWidget(label("This purchase was removed.", "muted"))
            return
        self.title.setText(found.name)
        self._cards.addWidget(self._summary(found))
        if found.conflicts:
            self._cards.addWidget(ConflictsCard(found, found.conflicts, self.app_state.format, self._keep))
        for product in found.products:
            if product.has_key or product.seats.used is not None or product.seats.limit is not None:
                self._cards.addWidget(self._product(found, product))
        if found.downloads:
            self._cards.addWidget(self._downloads(found))
        self._cards.addWidget(FactsCard(found, self.app_state.format, self._keep))
        self._cards.addWidget(self._keeping())

    def tell(self, news: Notice | CompanionError) -> None:
        """Show what came of an action above the purchase."""
        clear(self._news)
        notice = Notice.of_error(news) if isinstance(news, CompanionError) else news
        notice.closed.connect(lambda: clear(self._news))
        self._news.addWidget(notice)
        self.scroll_to_top()

    def _summary(self, found: Overview) -> Card:
        form, zone, now = self.app_state.format, self.app_state.zone, self.app_state.now()
        (shown,) = purchase_cards((found,), now, zone)
        card = Card(spacing=8)
        origin = " · ".join(part for part in (shown.origin, _number(found)) if part) or "Where it is from is not known"
        head = row(spacing=12)
        head.addWidget(label(origin, "muted"), 1)
        if shown.state is not EntitlementState.UNKNOWN:
            head.addWidget(chip(state_words(shown), TONES[state_tone(shown)]))
        card.add(head)
        card.add(label(until_sentence(shown, zone, form.date), "strong"))
        card.add(label(renewal_sentence(shown, now, zone, form.date, form.money)))
        if found.return_by is not None:
            card.add(label(f"It can be returned until {form.date(date_of(found.return_by, zone))}, as stated."))
        if found.manage_page is not None:
            page = found.manage_page
            card.add(
                row(button("Open the page where it is managed", partial(self._opener.open_url, page, self.tell)), None),
                label("Change it there, then drop the e-mail that confirms it on this window.", "small"),
            )
        return card

    def _product(self, found: Overview, product: Product) -> Card:
        card = Card(spacing=8)
        name = name_of_item(found, product.item) or "this product"
        card.setAccessibleName(name)
        card.add(label(name[:1].upper() + name[1:], "heading"))
        if product.version:
            newest = f"; the newest is {product.newest_version}" if product.newest_version else ""
            card.add(label(f"Version {product.version}{newest}.", "muted"))
        if product.seats.used is not None or product.seats.limit is not None:
            card.add(label(f"PCs: {seats_words(product.seats)}."))
        if product.has_key:
            place = column()
            show = button("Show the licence key…", partial(self._ask_for_key, found.id, product.item, place),
                          name=f"Show the licence key of {name}")  # fmt: skip
            place.addLayout(row(show, None))
            card.add(place)
        return card

    def _ask_for_key(self, purchase_id: str, item: str, place: QVBoxLayout) -> None:
        """The key is read from the keychain when it is asked for, and is nowhere else before."""

        def show(key: Secret | None) -> None:
            if key is None:
                words = "The keychain no longer has it. Drop the e-mail with the key on this window once more."
                self.tell(Notice("The key is not there", words, tone="attention"))
                return
            clear(place)
            box = KeyBox(key, case_sensitive=True)
            place.addWidget(box)
            box.focus_copy()

        self._owned.key(self, purchase_id, item, show, self.tell)

    def _downloads(self, found: Overview) -> Card:
        card = Card(spacing=8)
        card.add(label("Downloads", "heading"))
        for each in found.downloads:
            line = row(spacing=12)
            line.addLayout(column(label(each.name or "Download", "strong"), label(self._about(each), "small")), 1)
            if each.has_link:
                get = partial(self._download, found.id, each.item)
                line.addWidget(button("Download in the browser", get, name=f"Download {each.name} in the browser"))
            card.add(line)
        return card

    def _about(self, each: PurchasedDownload) -> str:
        form = self.app_state.format
        until = "Until when it can be downloaded is not known"
        if each.open_until is not None:
            until = f"Can be downloaded until {form.date(date_of(each.open_until, self.app_state.zone))}"
        return f"{until} · {form.size(each.size)}" if each.size is not None else until

    def _download(self, purchase_id: str, item: str) -> None:
        def go(link: Secret | None) -> None:
            if link is None:
                words = "The keychain no longer has it. Drop the e-mail with the link on this window once more."
                self.tell(Notice("The link is not there", words, tone="attention"))
                return
            self._opener.open_url(link.reveal(), self.tell)

        self._owned.link(self, purchase_id, item, go, self.tell)

    def _keep(self, field: Field, text: str, item: str, failed: Callable[[CompanionError], None]) -> None:
        self._owned.edit(self, self._id, ((field, text, item),), lambda: None, failed)

    def _keeping(self) -> Card:
        card = Card(spacing=8)
        card.add(
            label("This purchase on this PC", "heading"),
            label("Removing it deletes its key and links from the keychain. At the shop nothing changes.", "muted"),
            row(button("Remove this purchase…", self._ask_to_remove), None),
        )
        return card

    def _ask_to_remove(self) -> None:
        found = self._owned.purchase(self._id)
        if found is None:
            return
        consequences = ["Its key and links leave the keychain, and Companion reminds you of its dates no more."]
        shown = purchase_cards((found,), self.app_state.now(), self.app_state.zone)[0]
        if shown.renews_on is not None:
            consequences.append("The shop goes on renewing it as it was: removing it here cancels nothing.")
        ask(
            self.window(), "Remove the purchase", f"Remove {found.name} from this PC?", consequences, "Remove it",
            "Keep it", partial(self._remove, found),
        )  # fmt: skip

    def _remove(self, found: Overview) -> None:
        def done(removed: Removed) -> None:
            self._id = ""
            self.navigation_requested.emit(Destination("home"))
            undo = partial(self._owned.put_back, self._owned, removed, lambda: None)
            self._owned.news.emit(f"{found.name} was removed", "Nothing changed at the shop.", undo)

        self._owned.remove(self, found.id, done, self.tell)


def _number(found: Overview) -> str:
    return f"order {found.order_number}" if found.order_number else ""
