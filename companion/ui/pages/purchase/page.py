"""One purchase: until when, its key, its files, what every source says of it, and where it is managed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from companion.domain.connectors.answers import Outcome, StoreAnswer
from companion.domain.connectors.capabilities import Capability
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.core.text import sentence_start
from companion.domain.overview.purchase_cards import (
    purchase_cards,
    renewal_sentence,
    state_tone,
    state_words,
    until_sentence,
)
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview, Product
from companion.domain.purchases.values import EntitlementState
from companion.domain.purchases.words import as_stated, seats_words
from companion.domain.transfers.queue import DownloadKey
from companion.services.purchases.activations import Changed
from companion.services.purchases.registry import Removed
from companion.services.store.keychain.keychain import Kept
from companion.ui.look.tones import TONES
from companion.ui.navigation import Destination, Page
from companion.ui.pages.purchase.download_card import PurchaseDownloadCard
from companion.ui.pages.purchase.facts import ConflictsCard, FactsCard, name_of_item
from companion.ui.pages.purchase.receipts import EmailReceiptsCard
from companion.ui.pages.transfer_card import TransferCard
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, chip, clear, column, focusable, label, row
from companion.ui.widgets.key import KeysInSight
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import ask


class PurchasePage(Page):
    """Renders the purchase whose id its destination names."""

    def __init__(self, app_state: AppState, owned: OwnedState, opener: Opener) -> None:
        super().__init__(app_state, "Purchase")
        self._owned, self._opener = owned, opener
        self._id = ""
        self._keys = KeysInSight()
        self._news = column(spacing=8)
        self._cards = column(spacing=14)
        self.add(self._news, self._cards)
        self._transfers: dict[DownloadKey, TransferCard] = {}
        self.follow(owned.changed)
        owned.downloads.changed.connect(self._transfer_changed)

    def arrive(self, destination: Destination) -> None:
        self._id = destination.number
        self._keys.forget()
        clear(self._news)
        self.show_values()
        self.scroll_to_top()
        first = next(iter(focusable(self)), None)
        if first is not None:
            QTimer.singleShot(0, first, first.setFocus)

    def leave_page(self) -> None:
        self._keys.forget()

    def render_values(self) -> None:
        if not self._id:
            return
        clear(self._cards)
        self._transfers = {}
        found = self._owned.purchase(self._id)
        if found is None:
            self.title.setText("Purchase")
            self._cards.addWidget(label("This purchase was removed.", "muted"))
            return
        self.title.setText(found.name)
        self._cards.addWidget(self._summary(found))
        capabilities = self._owned.capabilities.get(found.id)
        if capabilities is not None and capabilities.live(Capability.READ):
            self._cards.addWidget(self._asking(found))
        if found.conflicts:
            self._cards.addWidget(ConflictsCard(found, found.conflicts, self.app_state.format, self._keep))
        for product in found.products:
            if product.has_key or product.seats.used is not None or product.seats.limit is not None:
                self._cards.addWidget(self._product(found, product))
        self._show_downloads(found)
        if receipts := self._owned.receipts_of(found):
            self._cards.addWidget(EmailReceiptsCard(self.app_state, receipts, self.tell))
        self._cards.addWidget(FactsCard(found, self.app_state.format, self.app_state.ends, self._keep))
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
        (shown,) = purchase_cards((found,), now, zone, self.app_state.reminders.settings)
        card = Card(spacing=8)
        origin = " · ".join(part for part in (shown.origin, _number(found)) if part) or "Where it is from is not known"
        head = row(spacing=12)
        head.addWidget(label(origin, "muted"), 1)
        if shown.state is not EntitlementState.UNKNOWN:
            head.addWidget(chip(state_words(shown), TONES[state_tone(shown)]))
        card.add(head)
        card.add(label(until_sentence(shown, self.app_state.ends), "strong"))
        card.add(label(renewal_sentence(shown, now, zone, self.app_state.ends, form.money)))
        if found.return_by is not None:
            card.add(label(f"It can be returned until {self.app_state.ends(as_stated(found.return_by))}, as stated."))
        if found.manage_page is not None:
            page = found.manage_page
            card.add(
                row(button("Open the page where it is managed", partial(self._opener.open_url, page, self.tell)), None),
                label("Change it there, then drop the e-mail that confirms it on this window.", "small"),
            )
        return card

    def _asking(self, found: Overview) -> Card:
        """Asking the store, and what it answered last: told, does not tell, or could not be asked."""
        card = Card(spacing=8)
        answer = self._owned.answers.get(found.id)
        card.add(label(self._answer_words(answer), "muted"))
        ask_it = button("Check with the shop now", lambda: ask_now(), tip="Looking changes nothing there")
        card.add(row(ask_it, None))

        def ask_now() -> None:
            ask_it.setEnabled(False)
            ask_it.setText("Asking the shop…")
            self._owned.ask_about(self, found.id, lambda _: None, self.tell)

        return card

    def _answer_words(self, answer: StoreAnswer | None) -> str:
        if answer is None:
            return "The shop can be asked about this purchase. A few checks a day are made by themselves."
        when = self.app_state.asked(answer.asked_at)
        if answer.outcome is Outcome.TOLD:
            return f"Checked with the shop {when}. {answer.said}".strip()
        if answer.outcome is Outcome.DOES_NOT_TELL:
            return f"Asked {when}. {answer.said}"
        reason = f"{answer.reason.message} {answer.reason.hint}" if answer.reason is not None else ""
        return f"The shop could not be asked {when}; what is known stays as it is. {reason}".strip()

    def _seats(self, found: Overview, product: Product) -> QHBoxLayout | None:
        """The seat of this PC, where the store lets programs take it."""
        capabilities = self._owned.capabilities.get(found.id)
        if capabilities is None or not capabilities.live(Capability.ACTIVATE):
            return None
        held = any(fact.field is Field.ACTIVATION and fact.about == product.item for fact in found.facts)
        name = name_of_item(found, product.item)
        text = "Free the seat of this PC…" if held else "Take a seat for this PC…"
        press = partial(self._ask_for_seat, found, product, not held)
        return row(button(text, press, name=f"{text.rstrip('…')}: {name}"), None)

    def _ask_for_seat(self, found: Overview, product: Product, take: bool) -> None:
        name = name_of_item(found, product.item)
        consequences = [f"PCs now: {seats_words(product.seats)}."]
        if take:
            consequences.append("This PC then counts as one of them, until its seat is freed.")
        else:
            consequences.append("The product may stop working on this PC.")
        ask(
            self.window(), "Seats", f"{'Take' if take else 'Free'} a seat of {name} for this PC?", consequences,
            "Take it" if take else "Free it", "Leave it as it is", partial(self._change_seat, found, product, take),
        )  # fmt: skip

    def _change_seat(self, found: Overview, product: Product, take: bool) -> None:
        def done(changed: Changed) -> None:
            if changed.done:
                words = "This PC has a seat now." if take else "The seat of this PC is free."
                if changed.kept is Kept.SESSION:
                    words += " There is no keychain: what names the seat is lost when Companion is closed."
                self.tell(Notice("Done", words, tone="ok"))
            else:
                reason = changed.answer.reason
                said = changed.answer.said or (f"{reason.message} {reason.hint}" if reason is not None else "")
                self.tell(Notice("Nothing was changed", said, tone="attention"))

        self._owned.change_seat(self, found.id, product, take, done, self.tell)

    def _product(self, found: Overview, product: Product) -> Card:
        card = Card(spacing=8)
        name = name_of_item(found, product.item) or "this product"
        card.setAccessibleName(name)
        # The page is called by the product already, where there is only one.
        card.add(label("Your licence" if name == found.name else sentence_start(name), "heading"))
        if product.version:
            newest = f"; the newest is {product.newest_version}" if product.newest_version else ""
            card.add(label(f"Version {product.version}{newest}.", "muted"))
        if product.seats.used is not None or product.seats.limit is not None:
            card.add(label(f"PCs: {seats_words(product.seats)}."))
        seats = self._seats(found, product)
        if seats is not None:
            card.add(seats)
        if product.has_key:
            place = column()
            if (key := self._keys.found(product.item)) is not None:
                card.add(self._keys.box(product.item, key, case_sensitive=True))
                return card
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
            box = self._keys.box(item, key, case_sensitive=True)
            place.addWidget(box)
            box.focus_copy()

        self.await_answer(self._owned.key(self, purchase_id, item, show, self.tell))

    def _show_downloads(self, found: Overview) -> None:
        for each in found.downloads:
            card = PurchaseDownloadCard(self.app_state, self._owned, self._opener, found, each, on_its_page=True)
            card.failed.connect(self.tell)
            self._transfers[card.key] = card
            self._cards.addWidget(card)

    def _transfer_changed(self, key: DownloadKey) -> None:
        card = self._transfers.get(key)
        if card is not None:
            card.show_item(self._owned.downloads.items.get(key))

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
            undo = partial(self._owned.put_back, (removed,), lambda: None)
            self._owned.news.emit(f"{found.name} was removed", "Nothing changed at the shop.", undo)

        self._owned.remove(self, found.id, done, self.tell)


def _number(found: Overview) -> str:
    return f"order {found.order_number}" if found.order_number else ""
