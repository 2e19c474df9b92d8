"""Help: the right support number for this PC, and articles for every question."""

from __future__ import annotations

from companion.domain.facts import Machine
from companion.domain.orders import Order
from companion.domain.profile import Profile
from companion.domain.support import RightNumber, opening, opening_sentence, right_number
from companion.ui.desk import Desk
from companion.ui.pages.page import Destination, Page
from companion.ui.widgets.basic import Card, chip, clear, column, label, row


class HelpPage(Page):
    """Support that knows this PC."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "Help")
        self._number = ""
        self._maker: str | None = None
        self._support = column(spacing=0)
        self.add(self._support)
        desk.changed.connect(self.show_values)

    def arrive(self, destination: Destination) -> None:
        self._number = destination.number
        self.show_values()
        machine = self.desk.services.this_pc
        self.desk.runner.run(self, lambda _: machine.machine().value, self._know_machine)

    def _know_machine(self, machine: Machine | None) -> None:
        self._maker = machine.maker if machine is not None else None
        self.show_values()

    def show_values(self) -> None:
        clear(self._support)
        profile = self.desk.snapshot.profile
        if profile is not None:
            self._support.addWidget(self._support_card(profile))

    def _order(self) -> Order | None:
        orders = [known.order for known in self.desk.snapshot.orders if known.order is not None]
        named = [order for order in orders if order.number == self._number]
        return max(named or orders, key=lambda order: order.placed_at, default=None)

    def _support_card(self, profile: Profile) -> Card:
        order = self._order()
        product = order.licences[0].product_id if order is not None and order.licences else None
        country = order.country if order is not None else None
        language = self.desk.format.language
        found = right_number(profile.support, self._maker, product, country, language)
        card = Card(spacing=8)
        card.add(label("Talk to a person", "heading"))
        if found is None:
            card.add(label(f"{profile.store.name} names no support number for this PC."))
            return card
        self._fill(card, found)
        return card

    def _fill(self, card: Card, found: RightNumber) -> None:
        state = opening(found.entry, self.desk.now(), self.desk.services.zone)
        phone = label(_spaced(found.entry.phone), "big", wrap=False, selectable=True)
        phone.setAccessibleName(f"Support number {found.entry.phone}")
        card.add(
            row(
                phone, chip("Open now" if state.is_open else "Closed now", "ok" if state.is_open else "attention"), None
            ),
            label(f"{found.entry.name}. {opening_sentence(state, self.desk.format.moment)}"),
            label(found.why, "muted"),
            label("Numbers found by searching the web can be scams. This one comes from the store itself.", "small"),
        )


def _spaced(phone: str) -> str:
    """An E.164 number in groups that can be read aloud: North American ones as they are written there."""
    if phone.startswith("+1") and len(phone) == 12:
        return f"+1 {phone[2:5]} {phone[5:8]} {phone[8:]}"
    digits = phone[1:]
    return "+" + digits[:2] + " " + " ".join(digits[2:][start : start + 3] for start in range(0, len(digits) - 2, 3))
