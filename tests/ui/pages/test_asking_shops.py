"""A purchase of a shop that programs can ask: checked, and the seat of this PC taken and freed, on its page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from companion.domain.core.model import Secret
from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.widgets.basic import focusable, spoken
from tests.kits.ui import button, texts_of
from tests.stores.edd_peer import EddPeer

KEY = "Ab12-KEY9-zz41=="


@pytest.fixture
def shop() -> Iterator[EddPeer]:
    made = EddPeer()
    yield made
    made.close()


class Customer:
    """A person with a licence of that shop, at its page."""

    def __init__(self, program: WindowedProgram, services: Services, shop: EddPeer, qtbot: QtBot) -> None:
        self.program, self.window, self.qtbot, self.shop = program, program.window, qtbot, shop
        values = [
            (Field.STORE_KIND, "edd", ""),
            (Field.STORE_ADDRESS, shop.url, ""),
            (Field.PRODUCT, "Quill & Ink", "Quill & Ink"),
            (Field.PRODUCT_ID, "57", "Quill & Ink"),
        ]
        mail = Source(kind=SourceKind.EMAIL, name="shop@quill.example")
        draft = draft_of(values, mail, services.clock(), keys=[("Quill & Ink", Secret(KEY))])
        self.id = str(services.owned.purchases.add(draft).purchase_id)
        with qtbot.waitSignal(program.owned.changed):
            program.owned.load()
        self.window.navigate_to(Destination("purchase", self.id))
        self.settle()

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.program.runner.busy)

    def until_read(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: any(words in text for text in texts_of(self.window)))

    def press(self, name: str) -> None:
        def found() -> bool:
            return any(spoken(part) == name for part in focusable(self.window.current))

        self.qtbot.waitUntil(found)
        part = next(part for part in focusable(self.window.current) if spoken(part) == name)
        self.qtbot.keyClick(part, Qt.Key.Key_Space)
        self.settle()

    def seats(self) -> int:
        return len(self.shop.licences[KEY].sites)


@pytest.fixture
def customer(fresh: WindowedProgram, own_services: Services, shop: EddPeer, qtbot: QtBot) -> Customer:
    return Customer(fresh, own_services, shop, qtbot)


def test_the_shop_is_asked_on_request_and_looking_takes_no_seat(customer: Customer) -> None:
    customer.press("Check with the shop now")
    customer.until_read("Checked with the shop ")
    customer.until_read("It runs until 1 February 2028")
    customer.until_read("PCs: 0 of 3 in use.")
    assert customer.seats() == 0


def test_a_shop_that_cannot_be_asked_leaves_what_is_known(customer: Customer, shop: EddPeer) -> None:
    customer.press("Check with the shop now")
    customer.until_read("It runs until 1 February 2028")
    shop.close()
    customer.press("Check with the shop now")
    customer.until_read("The shop could not be asked ")
    customer.until_read("It runs until 1 February 2028")


def test_a_seat_is_taken_and_freed_only_after_a_yes(customer: Customer) -> None:
    customer.press("Take a seat for this PC: Quill & Ink")
    assert customer.seats() == 0
    button(customer.window, "Take it").click()
    customer.settle()
    customer.until_read("This PC has a seat now.")
    assert customer.seats() == 1
    customer.press("Free the seat of this PC: Quill & Ink")
    button(customer.window, "Free it").click()
    customer.settle()
    customer.until_read("The seat of this PC is free.")
    assert customer.seats() == 0


def test_f5_asks_every_shop_and_home_shows_what_came_of_it(customer: Customer) -> None:
    customer.window.navigate_to(Destination("home"))
    customer.press("Refresh")
    customer.until_read("It runs until 1 February 2028")
