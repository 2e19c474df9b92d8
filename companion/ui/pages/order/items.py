"""The order page's cards about things: licences, downloads, parcels."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from PySide6.QtWidgets import QHBoxLayout, QPushButton

from companion.domain.billing.auto_renewal import AutoRenew, auto_renew_of, price_facts
from companion.domain.billing.returns import renewal_return
from companion.domain.billing.shipping import (
    BackupOffer,
    backup_button,
    backup_consent,
    backup_offer,
    backup_request,
    backup_sentence,
    parcel_sentences,
    parcels,
    quoted,
    settled_sentences,
)
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.entitlements.artifacts import Offer, offer_sentence
from companion.domain.entitlements.licences import EffectiveStatus, effective_status
from companion.domain.entitlements.seats import ThisPC, freeing_sentence, seat_line, seat_sentence, seat_use
from companion.domain.overview.product_cards import (
    charge_sentence,
    status_sentence,
    status_tone,
    status_words,
)
from companion.domain.store.orders import Download, Extension, ExtensionStatus, Licence, Seat
from companion.domain.store.quotes import Quote
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.look.tones import TONES
from companion.ui.navigation import RETURN_RENEWAL, Destination
from companion.ui.pages.order.section import OrderView, Section
from companion.ui.widgets.basic import button, chip, clear, column, facts_grid, label, line, restyle, row
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.switch import Switch


class LicenceCard(Section):
    """A licence: until when, its key, its plan, its seats."""

    def __init__(self, view: OrderView, licence: Licence) -> None:
        super().__init__(view, licence.product_name, "licences-and-keys")
        app_state, order = self.app_state, self.order
        self._licence = licence
        self._seat_id = app_state.snapshot.seat_id
        # Worked out with all orders, because a later one may carry this licence on.
        card = app_state.snapshot.card(order.number, licence.id)
        assert card is not None  # noqa: S101 - this page shows orders of the snapshot, each licence of which has one
        self._card = card
        self.add(
            row(chip(status_words(self._card), TONES[status_tone(self._card)]), None),
            label(status_sentence(self._card, app_state.ends)),
        )
        self._alive = effective_status(order, licence, app_state.now()) in (
            EffectiveStatus.ACTIVE,
            EffectiveStatus.NOT_STARTED,
        )
        self._add_key()
        if self._alive:
            self.add(line(), label("Auto-renewal", "strong"), self._renewal())
            self._add_plan()
            self._add_seats()
        elif self._card.status is EffectiveStatus.EXPIRED and not self._card.carried_on:
            self.add_page_button("Renew on the store's page…")

    @property
    def is_full(self) -> bool:
        """Whether no seat of it is left for this PC."""
        return seat_use(self._licence, self._seat_id).this_pc is ThisPC.NO_SEAT_LEFT

    def _add_key(self) -> None:
        licence = self._licence
        if licence.key_from_order is not None and licence.key is None:
            earlier = licence.key_from_order
            self.add(label(f"A renewal brings no new key. Use the one from order {earlier}."))
            if self.app_state.snapshot.order(earlier) is not None:
                show = partial(self.app_state.navigation_requested.emit, Destination("order", earlier))
                self.add(row(button(f"Open order {earlier}", show), None))
        elif (key := licence.key or self.view.keys.found(licence.id)) is not None:
            box = self.view.keys.box(licence.id, key, case_sensitive=licence.key_case_sensitive)
            self.add(label("Serial key", "strong"), box)
        elif self._alive:
            self._key = column(spacing=4)
            find = button("Show the serial key", self._find_key, name=f"Show the serial key of {licence.product_name}")
            self._key.addLayout(row(label("Serial key", "strong", wrap=False), find, None))
            self.add(self._key)

    def _find_key(self) -> None:
        """The store has not told the key since the program was started: the keychain may have it."""
        lookup, number, licence = self.view.orders.lookup, self.order.number, self._licence

        def show(key: Secret | None) -> None:
            clear(self._key)
            if key is None:
                words = "It is not in the keychain. It is shown as soon as the store can be reached."
                self._key.addWidget(label(words, "muted"))
                return
            self._key.addWidget(label("Serial key", "strong"))
            box = self.view.keys.box(licence.id, key, case_sensitive=licence.key_case_sensitive)
            self._key.addWidget(box)
            box.focus_copy()

        work = self.app_state.runner.run(self, lambda _: lookup.licence_key(number, licence.id), show, self.view.tell)
        self.view.await_answer(work)

    def _renewal(self) -> QHBoxLayout:
        form = self.app_state.format
        line_ = row(spacing=12)
        fresh = not self.app_state.snapshot.troubles
        said = charge_sentence(self._card, self.app_state.ends, form.money, fresh=fresh)
        line_.addWidget(label(said), 1)
        plan = self.order.subscription_of(self._licence)
        if plan is not None:
            on = auto_renew_of(plan) is AutoRenew.ON
            name = f"Auto-renewal of {self._licence.product_name}"
            switch = Switch(self.app_state.theme, name, on=on, consequence=said)
            switch.requested.connect(partial(self._switch, self._licence.id))
            line_.addWidget(switch)
        return line_

    def _add_plan(self) -> None:
        """What the plan costs, another way to pay, and the way out of an unwanted renewal."""
        app_state, form = self.app_state, self.app_state.format
        plan = self.order.subscription_of(self._licence)
        if plan is None:
            return
        self.add(facts_grid(price_facts(self.order, plan, self._card.next_charge, form.date, form.money)))
        self.add_page_button("Pay with another card…")
        if renewal_return(self.order, plan, self.profile, app_state.now(), app_state.zone) is not None:
            number = self.order.number
            unwanted = button(
                "I did not want the last renewal…",
                lambda: app_state.navigation_requested.emit(Destination("order", number, RETURN_RENEWAL)),
            )
            self.add(row(unwanted, None))

    def add_page_button(self, text: str) -> None:
        """A button to the store's own renewal page, where any card can be used."""
        page = next((page for page in self.order.pages if page.purpose == "renew"), None)
        if page is None:
            return
        there = button(text, partial(self.open_page, page.url), tip="Opens the store's own page in your browser")
        host = urlsplit(page.url).hostname or ""
        line_ = row(there, spacing=12)
        line_.addWidget(label(f"On {host}, with any card. No card number passes through Companion.", "small"), 1)
        self.add(line_)

    def _switch(self, licence_id: str, on: bool) -> None:
        # The dialog outlives this card, which is made anew whenever the order is read.
        ask_to_switch(self.window(), self.app_state, self.order.number, licence_id, on)

    def _add_seats(self) -> None:
        use = seat_use(self._licence, self._seat_id)
        self.add(line(), label("PCs", "strong"), label(seat_sentence(use)))
        for seat in use.seats:
            entry = row(spacing=12)
            entry.addWidget(label(seat_line(seat, self.app_state.format.date, self._seat_id)), 1)
            free = button("Free this seat…", lambda: None, name=f"Free the seat of {seat.name}")
            free.clicked.connect(partial(self._ask_to_free, free, seat))
            entry.addWidget(free)
            self.add(entry)
        if use.this_pc is ThisPC.NOT_YET:
            take = button("Use a seat for this PC", lambda: None)
            take.clicked.connect(lambda: self._take(take))
            self.add(row(take, None))

    def _take(self, pressed: QPushButton) -> None:
        orders, number, licence_id = self.orders, self.order.number, self._licence.id
        seat_id, pc_name = self._seat_id, self.app_state.snapshot.pc_name
        self.act(
            pressed,
            lambda _: orders.actions.take_seat(number, licence_id, seat_id, pc_name),
            lambda licence: Notice("This PC has a seat", seat_sentence(seat_use(licence, self._seat_id)), tone="ok"),
        )

    def _ask_to_free(self, pressed: QPushButton, seat: Seat) -> None:
        orders, number, licence_id = self.orders, self.order.number, self._licence.id
        self.ask(
            "Free a seat",
            f"Free the seat of {seat.name}?",
            (freeing_sentence(seat, self.app_state.format.date),),
            "Free the seat",
            "Leave it",
            lambda: self.act(
                pressed,
                lambda _: orders.actions.free_seat(number, licence_id, seat.id),
                lambda licence: Notice("The seat is free", seat_sentence(seat_use(licence, self._seat_id)), tone="ok"),
            ),
        )


class DownloadsCard(Section):
    """The artifacts of an order, and asking for a closed window to open again."""

    def __init__(self, view: OrderView, navigate_to: Callable[[Destination], None]) -> None:
        super().__init__(view, "Downloads", "download-window")
        self._navigate_to = navigate_to
        for position, download in enumerate(self.order.downloads):
            if position:
                self.add(line())
            self._add_download(download)

    def _add_download(self, download: Download) -> None:
        app_state, now, zone = self.app_state, self.app_state.now(), self.app_state.zone
        offer = app_state.offer(self.order, download)
        number = self.order.number
        here = app_state.snapshot.file_sentence(number, download.artifact_id)
        lost = offer is Offer.CAN_ASK and here is None
        said = label(offer_sentence(offer, download, now, zone, app_state.ends), tone="over" if lost else "")
        self.add(label(f"{download.name} {download.version}", "strong"))
        if offer is Offer.ENDED:
            restyle(said, role="muted")
        else:
            self.add(label(f"{app_state.format.size(download.size)} · {download.filename}", "muted"))
        installed = app_state.snapshot.installed_sentence(number, download.artifact_id, app_state.format.date)
        if here is not None:
            self.add(label(" ".join(filter(None, (installed, here))), tone="ok"))
        self.add(said)
        if offer is Offer.OPEN:
            destination = Destination("install", self.order.number, download.artifact_id)
            words = "Install again…" if installed else "Install…" if here else "Download and install…"
            self.add(row(button(words, lambda: self._navigate_to(destination), "" if installed else "primary"), None))
        elif offer is Offer.CAN_ASK:
            ask = button("Ask the store to open it again", lambda: None, "" if here else "primary")
            ask.clicked.connect(lambda: self._extend(ask, download))
            self.add(row(ask, None))

    def _extend(self, pressed: QPushButton, download: Download) -> None:
        orders, number = self.orders, self.order.number

        def told(extension: Extension) -> Notice:
            granted = extension.status is ExtensionStatus.GRANTED
            return Notice(
                "The download is open again" if granted else "The store has your request",
                extension.statement,
                "Download it now: a file that you have stays yours." if granted else "",
                tone="ok" if granted else "",
            )

        self.act(pressed, lambda _: orders.actions.request_extension(number, download.artifact_id), told)


class ParcelsCard(Section):
    """Parcels on their way, what cannot be changed any more, and the backup medium."""

    def __init__(self, view: OrderView) -> None:
        names = ("Shipping", "shipping") if view.order.shipments else ("Backup medium", "backup-medium")
        super().__init__(view, *names)
        app_state, order, profile = self.app_state, self.order, self.profile
        for parcel in parcels(order, profile, app_state.now(), app_state.zone):
            self.add(label(", ".join(parcel.contents) or "Parcel", "strong"))
            sentences = parcel_sentences(parcel, app_state.format.date)
            for said in (" ".join(sentences),) if parcel.late else sentences:
                self.add(label(said, tone="attention" if parcel.late else ""))
            if parcel.tracking_number is not None:
                number = f"{parcel.carrier or 'Tracking number'}: {parcel.tracking_number}"
                self.add(label(number, "muted", selectable=True))
            if parcel.tracking_url is not None:
                self.add(row(button("Follow the parcel", partial(self.open_page, parcel.tracking_url)), None))
        for sentence in settled_sentences(order):
            self.add(label(sentence, "muted"))
        self._add_offer()

    def _add_offer(self) -> None:
        offer = backup_offer(self.order, self.profile)
        if offer is None:
            if not self.order.shipments:
                self.add(label("There is no backup medium for this order.", "muted"))
            return
        money = self.app_state.format.money
        add = button(backup_request(offer, money), lambda: self._ask_price(add, offer))
        self.add(label(backup_sentence(offer, money)), row(add, None))

    def _ask_price(self, add: QPushButton, offer: BackupOffer) -> None:
        """Ask the store for the final price, then the person; the page is not drawn anew for it."""
        orders, number, text = self.orders, self.order.number, add.text()
        add.setEnabled(False)
        add.setText("Asking the store for the price…")

        def again() -> None:
            add.setEnabled(True)
            add.setText(text)

        def answered(quote: Quote | None) -> None:
            again()
            self._ask_to_buy(add, quoted(offer, quote))

        def fail(error: CompanionError) -> None:
            again()
            self.tell(error)

        work = self.app_state.runner.run(self, lambda _: orders.actions.quote_backup_medium(number), answered, fail)
        self.view.await_answer(work)

    def _ask_to_buy(self, add: QPushButton, offer: BackupOffer) -> None:
        orders, number, money = self.orders, self.order.number, self.app_state.format.money
        done = Notice(
            f"The {offer.name} has been added", "The order shows its parcel as soon as it is packed.", tone="ok"
        )

        def agreed() -> None:
            self.act(add, lambda _: orders.actions.add_backup_medium(number, offer.final), lambda _: done)

        self.ask(
            "Backup medium",
            f"Add a {offer.name} to this order?",
            (backup_sentence(offer, money), backup_consent(offer)),
            backup_button(offer, money),
            "Not now",
            agreed,
        )
