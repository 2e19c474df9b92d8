"""The card of one licence on Home."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from companion.domain.billing.auto_renewal import AutoRenew
from companion.domain.billing.returns import renewal_return
from companion.domain.entitlements.download_access import WindowState, window_sentence
from companion.domain.entitlements.licences import EffectiveStatus, span_words
from companion.domain.entitlements.seats import ThisPC, seat_words
from companion.domain.overview.product_cards import (
    Concern,
    NextAction,
    ProductCard,
    charge_sentence,
    status_tone,
    status_words,
)
from companion.ui.dialogs.auto_renewal import ask_to_switch
from companion.ui.look.tones import TONES
from companion.ui.navigation import EXTEND, FREE_SEAT, READ_LETTER, RETURN_RENEWAL, Destination
from companion.ui.state.app_state import AppState
from companion.ui.widgets.action_row import ActionRow
from companion.ui.widgets.basic import Card, TitleLink, button, chip, column, label, line, row
from companion.ui.widgets.switch import Switch


class LicenceCard(Card):
    """One licence of an order of a store with the Store API; `store` is its name where there are several."""

    def __init__(
        self, app_state: AppState, store: str, card: ProductCard, navigate_to: Callable[[Destination], None]
    ) -> None:
        super().__init__(spacing=12)
        self.app_state, self._store, self._navigate_to = app_state, store, navigate_to
        self.setAccessibleName(named(card))
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
            heading.addLayout(days_left(card.days_left, _tone_of_days(card)))
        return heading

    def _until(self, card: ProductCard) -> str:
        span = span_words(
            card.status, card.starts_at, card.expires_at, self.app_state.ends, end_unknown=card.end_unknown
        )
        store = f"{self._store} · " if self._store else ""
        return f"{store}Order {card.order_number} · {span}"

    def _facts(self, card: ProductCard) -> QVBoxLayout:
        form = self.app_state.format
        renewal_tone = "attention" if Concern.RENEWS_SOON in card.concerns else ""
        facts = QVBoxLayout()
        facts.setSpacing(10)
        charge = label(
            charge_sentence(card, self.app_state.ends, form.money, fresh=not self.app_state.snapshot.troubles),
            tone=renewal_tone,
        )
        facts.addLayout(fact_row("Auto-renewal", charge, self._switch(card)))
        renewed = self._renewed(card)
        if renewed is not None:
            facts.addLayout(renewed)
        if card.window.state is not WindowState.NONE:
            here = self._here(card)
            said = here or window_sentence(card.window, self.app_state.ends)
            tone = "" if here else self._window_tone(card)
            facts.addLayout(fact_row("Download", label(said, tone=tone)))
        facts.addLayout(fact_row("PCs", label(seat_words(card.seats) + ".")))
        if Concern.RETURN_WAITS in card.concerns:
            said = "The store waits for you to accept the Letter of Destruction; then it gives the money back."
            facts.addLayout(fact_row("Return", label(said, tone="attention")))
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
        return fact_row("Renewed", label(said), button(words, lambda: self._go(there), name=name))

    def _here(self, card: ProductCard) -> str | None:
        """What is known of the card's file on this PC: that it was installed, or that it lies there."""
        snapshot, number, show = self.app_state.snapshot, card.order_number, self.app_state.format.date
        artifacts = [found.artifact_id for found in card.window.artifacts]
        installed = (snapshot.installed_sentence(number, artifact, show) for artifact in artifacts)
        lying = (snapshot.file_sentence(number, artifact) for artifact in artifacts)
        return next((said for said in (*installed, *lying) if said is not None), None)

    @staticmethod
    def _window_tone(card: ProductCard) -> str:
        if Concern.WINDOW_CLOSED in card.concerns:
            return "over"
        return "attention" if Concern.WINDOW_CLOSES_SOON in card.concerns else ""

    def _switch(self, card: ProductCard) -> QWidget | None:
        if card.auto_renew is AutoRenew.NOT_OFFERED or card.status is EffectiveStatus.EXPIRED:
            return None
        form = self.app_state.format
        said = charge_sentence(card, self.app_state.ends, form.money)
        on = card.auto_renew is AutoRenew.ON
        switch = Switch(self.app_state.theme, f"Auto-renewal of {named(card)}", on=on, consequence=said)
        switch.requested.connect(partial(self._ask, card))
        return switch

    def _ask(self, card: ProductCard, on: bool) -> None:
        # The dialog belongs to the window: this card is made anew as soon as the store has answered.
        ask_to_switch(self.window(), self.app_state, card.order_number, card.licence_id, on)

    def _actions(self, card: ProductCard) -> ActionRow | None:
        artifact = card.window.artifacts[0].artifact_id if card.window.artifacts else ""
        install = Destination("install", card.order_number, artifact)
        full = card.seats.this_pc is ThisPC.NO_SEAT_LEFT
        done = {
            NextAction.DOWNLOAD: ("Download…" if full else "Download and install…", install),
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
        return ActionRow(
            button(
                text,
                lambda: self._go(destination),
                "primary",
                name=f"{text.rstrip('…')}: {named(card)}",
            ),
            button("Open the order", partial(self._open, card), name=f"Open order {card.order_number}"),
        )

    def _open(self, card: ProductCard) -> None:
        self._go(Destination("order", card.order_number))


def named(card: ProductCard) -> str:
    """Returns what a screen reader calls the card."""
    return f"{card.product_name}, order {card.order_number}"


def _tone_of_days(card: ProductCard) -> str:
    return "attention" if Concern.EXPIRES_SOON in card.concerns else ""


def days_left(count: int, tone: str) -> QVBoxLayout:
    """The number of days that are left, large."""
    number = QVBoxLayout()
    number.setSpacing(0)
    days = label(str(count), "big", tone=tone, wrap=False)
    unit = label("day left" if count == 1 else "days left", "small", wrap=False)
    for part in (days, unit):
        number.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
    return number


def fact_row(name: str, value: QWidget, part: QWidget | None = None) -> QHBoxLayout:
    """A named fact; names stand below each other in one column."""
    caption = label(name, "muted", wrap=False, columns=14)
    made = QHBoxLayout()
    made.setSpacing(12)
    made.addWidget(caption)
    made.addWidget(value, 1)
    if part is not None:
        made.addWidget(part)
    return made
