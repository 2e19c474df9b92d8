"""Every job in the window, by clicking and typing what is shown there."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QDialog, QFileDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.store.orders import Order
from companion.services.app.cancellation import Cancellation
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from tests.kits.cli import BOXED, CLOSED, FAMILY, UNWANTED
from tests.kits.ui import texts_of
from tests.systems.conftest import Desktop
from tests.systems.jobs import HALF, LETTER, at_the_store, downloaded, leave_half, phone_of_hp, seats_of
from tests.systems.table import SYSTEMS, System

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at programs of Linux desktops"),
]
CARD = f"Lantern Protect Family: open order {FAMILY}"


class Person:
    """Clicks, chooses and types, and counts that."""

    def __init__(
        self,
        program: WindowedProgram,
        services: Services,
        store: DemoStore,
        add: Callable[[Account], None],
        qtbot: QtBot,
        desktop: Desktop,
        folder: Path,
    ) -> None:
        self.program, self.services, self.store, self._add = program, services, store, add
        self._qtbot, self.desktop, self.folder = qtbot, desktop, folder
        self.steps = 0

    def has(self, number: str) -> None:
        """Begin with this order on the PC, on Home."""
        self._add(self.account(number))

    def account(self, number: str) -> Account:
        return next(each for each in self.store.accounts if each.order_number == number)

    def order(self, number: str) -> Order:
        return at_the_store(self.store, number)

    def waits(self, until: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(until)

    def _grounds(self) -> list[QWidget]:
        """Where something can be clicked: the dialog that is open, else the window."""
        dialogs = [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]
        return [dialogs[-1]] if dialogs else [self.program.window]

    def _find(self, kind: type[QWidget], name: str) -> list[QWidget]:
        return [
            found
            for ground in self._grounds()
            for found in ground.findChildren(kind)
            if found.isVisible() and found.isEnabled() and name in (found.accessibleName(), _text(found))
        ]

    def presses(self, name: str, *, at_rest: bool = True) -> None:
        """Click what is called so, once it can be clicked and nothing is being read that would replace it.

        A page that looks again and again is never `at_rest`.
        """
        runner = self.program.runner
        self.waits(lambda: not (at_rest and runner.busy) and bool(self._find(QAbstractButton, name)))
        found = self._find(QAbstractButton, name)[0]
        assert isinstance(found, QAbstractButton)
        self.steps += 1
        found.click()

    def types(self, field: str, text: str) -> None:
        """Type into a field."""
        self.waits(lambda: bool(self._find(QLineEdit, field)))
        self.steps += 1
        self._qtbot.keyClicks(self._find(QLineEdit, field)[0], text)

    def chooses(self, name: str, text: str) -> None:
        """Choose from a list."""
        self.waits(lambda: bool(self._find(QComboBox, name)))
        found = self._find(QComboBox, name)[0]
        assert isinstance(found, QComboBox)
        self.steps += 1
        place = found.findText(text)
        assert place >= 0, [found.itemText(each) for each in range(found.count())]
        found.setCurrentIndex(place)
        found.activated.emit(place)

    def reads(self, words: str) -> None:
        """Wait until this can be read."""
        self.waits(lambda: any(words in text for ground in self._grounds() for text in texts_of(ground)))


def _text(widget: QWidget) -> str:
    return widget.text().strip() if isinstance(widget, QAbstractButton) else ""


def find_by_number(person: Person) -> None:
    person.types("Order number", FAMILY)
    person.types("Order password", person.account(FAMILY).order_password)
    person.presses("Add the order")
    person.waits(lambda: person.program.app_state.snapshot.order(FAMILY) is not None)


def find_by_card(person: Person) -> None:
    account = person.account(FAMILY)
    person.presses("E-mail address and the card I paid with")
    person.types("E-mail address", account.email)
    person.types("Last digits of the card", account.card_last_digits)
    person.presses("Add the order")
    person.waits(lambda: person.program.app_state.snapshot.order(FAMILY) is not None)


def forgotten_password(person: Person) -> None:
    person.types("Order number", FAMILY)
    person.presses("Forgot the order password?")
    person.reads("Look into your e-mail")
    (mail,) = (person.folder / "store" / "outbox").iterdir()
    assert FAMILY in mail.read_text()


def serial_key(person: Person) -> None:
    person.has(FAMILY)
    person.presses(CARD)
    person.presses("Show the serial key")
    key = person.order(FAMILY).licences[0].key
    assert key is not None
    person.reads(key.reveal())


def cancel_auto_renewal(person: Person) -> None:
    person.has(FAMILY)
    person.presses(f"Auto-renewal of Lantern Protect Family, order {FAMILY}")
    person.presses("Switch off")
    person.reads("Auto-renewal is off")
    assert not person.order(FAMILY).subscriptions[0].auto_renew
    assert person.services.orders.cache.receipts(FAMILY)


def renew_by_hand(person: Person) -> None:
    person.has(FAMILY)
    person.presses(CARD)
    person.presses("Pay with another card…")
    person.waits(lambda: person.desktop.shows(f"/orders/{FAMILY}/renew"))


def unwanted_renewal(person: Person) -> None:
    person.has(UNWANTED)
    person.presses("I did not want it…")
    person.presses("Give it back")
    person.reads("The store has your request")
    order = person.order(UNWANTED)
    assert (len(order.returns), order.subscriptions[0].auto_renew) == (1, False)


def give_back(person: Person) -> None:
    person.has(FAMILY)
    person.presses(CARD)
    person.presses("Request a return…")
    person.presses("Request the return")
    person.reads("The store has your request")
    assert len(person.order(FAMILY).returns) == 1


def letter(person: Person) -> None:
    person.has(LETTER)
    person.presses(f"Read the letter: Lantern Protect on CD, order {LETTER}")
    person.presses("I accept this letter")
    person.waits(lambda: person.order(LETTER).waiting_return is None)


def two_charges(person: Person) -> None:
    person.has(UNWANTED)
    person.presses(f"Lantern Protect: open order {UNWANTED}")
    person.reads("Why are there two charges?")
    person.reads("You pay once")


def statement(person: Person) -> None:
    person.has(UNWANTED)
    person.presses("Help")
    person.types("A line of your card statement", "LKF*LARKFIELD 65.20")
    person.presses("Explain it")
    person.reads(f"order {UNWANTED}")


def invoice(person: Person) -> None:
    person.has(FAMILY)
    person.presses(CARD)
    person.presses("Invoices…")
    person.presses("Save as PDF…")
    person.reads("The invoice has been saved")
    assert (person.folder / "chosen.pdf").read_bytes().startswith(b"%PDF-")


def parcel(person: Person) -> None:
    person.has(BOXED)
    person.presses(f"Lantern Protect on CD: open order {BOXED}")
    person.presses("Follow the parcel")
    (sent,) = person.order(BOXED).shipments
    person.waits(lambda: person.desktop.shows(sent.tracking_url or "no address"))


def backup_medium(person: Person) -> None:
    person.has(FAMILY)
    person.presses(CARD)
    person.presses("Buy the Backup CD for $9.95 plus tax…")
    person.presses("Buy for $10.82")
    person.reads("The Backup CD has been added")
    assert len(person.order(FAMILY).line_items) == 2


def download(person: Person) -> None:
    person.has(FAMILY)
    person.presses("Downloads")
    person.presses("Download only")
    person.reads("Show in folder")
    assert downloaded(person.store, person.folder, FAMILY).exists()


def fetched(person: Person) -> Path:
    """Have the download on this PC."""
    order = person.program.app_state.snapshot.order(FAMILY)
    assert order is not None
    work = person.services.order_downloads.download
    done = work(FAMILY, order.downloads[0].artifact_id, cancellation=Cancellation(), progress=lambda _: None)
    return done.transferred.path


def download_again(person: Person) -> None:
    person.has(FAMILY)
    file = fetched(person)
    file.unlink()
    person.program.app_state.load()
    person.presses("Downloads")
    person.presses("Download only")
    person.reads("Show in folder")
    assert file.exists()


def interrupted_download(person: Person) -> None:
    person.has(FAMILY)
    half = leave_half(person.store, person.folder, FAMILY)
    download(person)
    assert not half.exists()
    facts = [entry.facts for entry in person.services.library.timeline() if entry.event == "downloaded"]
    assert [each["resumedFrom"] for each in facts] == [HALF]


def lost_file(person: Person) -> None:
    person.has(FAMILY)
    file = fetched(person)
    person.program.app_state.load()
    person.presses("Downloads")
    person.presses("Show in folder")
    person.waits(lambda: person.desktop.shows(file.as_uri()))


def closed_window(person: Person) -> None:
    person.has(CLOSED)
    person.presses(f"Lantern Protect Family: open order {CLOSED}")
    person.presses("Ask the store to open it again")
    person.reads("Download and install…")
    until = person.order(CLOSED).downloads[0].available_until
    assert until is not None
    assert until > person.services.clock()


def install(person: Person) -> None:
    person.has(FAMILY)
    person.presses(f"Download and install: Lantern Protect Family, order {FAMILY}")
    for name in ("Continue", "Continue", "Continue to installation", "Install now"):
        person.presses(name, at_rest=False)
    person.reads("Lantern Protect Family is installed")
    assert "installed" in [entry.event for entry in person.services.library.timeline()]


def free_a_seat(person: Person) -> None:
    person.has(FAMILY)
    (seat,) = seats_of(person.order(FAMILY))
    person.presses(CARD)
    person.presses(f"Free the seat of {seat}")
    person.presses("Free the seat")
    person.reads("The seat is free")
    assert seats_of(person.order(FAMILY)) == []


def support(person: Person) -> None:
    person.has(FAMILY)
    person.presses("Help")
    person.chooses("PC", "Another PC, made by HP")
    person.reads(phone_of_hp())


JOBS: dict[str, Callable[[Person], None]] = {
    "find-by-number": find_by_number,
    "find-by-card": find_by_card,
    "forgotten-password": forgotten_password,
    "serial-key": serial_key,
    "cancel-auto-renewal": cancel_auto_renewal,
    "renew-by-hand": renew_by_hand,
    "unwanted-renewal": unwanted_renewal,
    "return": give_back,
    "letter": letter,
    "two-charges": two_charges,
    "statement": statement,
    "invoice": invoice,
    "parcel": parcel,
    "backup-medium": backup_medium,
    "download": download,
    "download-again": download_again,
    "interrupted-download": interrupted_download,
    "lost-file": lost_file,
    "closed-window": closed_window,
    "install": install,
    "free-a-seat": free_a_seat,
    "support": support,
}


@pytest.mark.parametrize("system", SYSTEMS, ids=lambda system: system.name)
def test_in_the_window(
    system: System,
    program: WindowedProgram,
    services: Services,
    store: DemoStore,
    add: Callable[[Account], None],
    qtbot: QtBot,
    desktop: Desktop,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "chosen.pdf"), ""))
    person = Person(program, services, store, add, qtbot, desktop, tmp_path)
    JOBS[system.name](person)
    assert person.steps == system.steps
    for dialog in QApplication.topLevelWidgets():
        if isinstance(dialog, QDialog):
            dialog.close()
    person.waits(lambda: not program.runner.busy)
