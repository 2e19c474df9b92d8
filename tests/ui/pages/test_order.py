"""Everything that can be done with an order, pressed in the window against a real store."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAccessible, QAccessibleActionInterface, QDesktopServices
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QComboBox,
    QDialog,
    QFileDialog,
    QPushButton,
    QTextBrowser,
    QWidget,
)
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.reminders.settings import ReminderSettings
from companion.domain.store.orders import Order
from companion.domain.store.returns import ReturnReason
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.dialogs.auto_renewal import SwitchDialog, ask_to_switch
from companion.ui.dialogs.case_file import CaseFileDialog
from companion.ui.dialogs.invoice import InvoiceDialog
from companion.ui.navigation import RETURN_RENEWAL, Destination
from companion.ui.widgets.choice import Choice
from companion.ui.widgets.notice import Notice
from companion.ui.widgets.question import Question
from companion.ui.widgets.switch import Switch
from tests.kits import ui as ui_kit
from tests.kits.ui import button as the_button

FAMILY, BOXED, UNWANTED, CLOSED, EXPIRED = (
    "LF-5930-2216", "LF-6014-5529", "LF-3126-9058", "LF-5562-8803", "LF-2954-3871",
)  # fmt: skip
Add = Callable[[Account], None]


class Person:
    """Reads and presses what is on the window."""

    def __init__(self, program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot) -> None:
        self.program, self.store, self._add, self.qtbot = program, store, add, qtbot
        self.window = program.window

    def opens(self, number: str, item: str = "") -> None:
        """Add an order where that is needed, and go to its page."""
        if self.program.app_state.snapshot.order(number) is None:
            self._add(next(account for account in self.store.accounts if account.order_number == number))
        self.window.navigate_to(Destination("order", number, item))
        self.waits(lambda: not self.program.runner.busy)

    def waits(self, until: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(until)

    def reads(self, words: str, where: QWidget | None = None) -> None:
        """Wait until these words can be read."""
        self.waits(lambda: any(words in text for text in texts_of(where or self.window.current)))

    def presses(self, text: str, where: QWidget | None = None) -> None:
        ground = where or self.window.current
        self.waits(lambda: any(each.text() == text for each in buttons_of(ground)))
        next(each for each in buttons_of(ground) if each.text() == text).click()

    def dialog(self, kind: type[QDialog] = QDialog) -> QDialog:
        """The dialog that is open."""

        def found() -> list[QDialog]:
            return [each for each in QApplication.topLevelWidgets() if isinstance(each, kind) and each.isVisible()]

        self.waits(lambda: bool(found()))
        return found()[-1]


def texts_of(widget: QWidget) -> list[str]:
    """Every text a person can read in a widget, formatted ones included."""
    texts = ui_kit.texts_of(widget)
    browsers = [part.toPlainText() for part in widget.findChildren(QTextBrowser) if part.isVisibleTo(widget)]
    return [*texts, *(text for text in browsers if text)]


def buttons_of(widget: QWidget) -> list[QAbstractButton]:
    return [each for each in widget.findChildren(QAbstractButton) if each.isVisibleTo(widget)]


@pytest.fixture
def person(program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot) -> Person:
    return Person(program, store, add, qtbot)


class Viewer(QObject):
    """Stands for the system's programs that open files."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Path] = []

    @Slot(QUrl)
    def show_file(self, url: QUrl) -> None:
        self.opened.append(Path(url.toLocalFile()))


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    made = Viewer()
    QDesktopServices.setUrlHandler("file", made, "show_file")  # type: ignore[arg-type]  # PySide6 describes it wrongly
    yield made
    QDesktopServices.unsetUrlHandler("file")


@pytest.fixture
def saving_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[str], Path]:
    """Answers the system's own "save as" with a file in a folder of the test."""

    def choose(name: str) -> Path:
        path = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        return path

    return choose


def test_receipts_are_shown_and_saved(
    person: Person, services: Services, viewer: Viewer, saving_to: Callable[[str], Path]
) -> None:
    person.opens(FAMILY)
    plan = services.orders.lookup.order(FAMILY).subscriptions[0]
    _, receipt = services.orders.actions.switch_auto_renew(FAMILY, plan, False)
    person.presses("Refresh")
    person.reads(receipt.id)
    person.reads("Auto-renewal switched off")
    pdf = saving_to("receipt.pdf")
    person.presses("Save as PDF…")
    person.reads("The receipt has been saved")
    assert pdf.read_bytes().startswith(b"%PDF-")
    path = saving_to("receipt.json")
    person.presses("Save as JSON…")
    person.waits(path.exists)
    kept = json.loads(path.read_bytes())
    assert (kept["id"], kept["orderNumber"], kept["autoRenew"]) == (receipt.id, FAMILY, False)
    person.presses("Open it")
    assert viewer.opened


def test_the_price_now_and_at_renewal_stand_beside_each_other(person: Person) -> None:
    person.opens(FAMILY)
    person.reads("$55.00 for 1 year")
    person.reads("$69.95, more than now")
    person.reads("about $76.07 ($69.95 + tax as last time)")
    person.reads("switch auto-renewal off by")
    person.reads("Pay with another card…")


def test_a_conflict_shows_the_new_state_and_asks_again(person: Person, services: Services) -> None:
    person.opens(FAMILY)
    order = services.orders.lookup.order(FAMILY)
    dialog = ask_to_switch(person.window, person.program.app_state, FAMILY, order.licences[0].id, False)
    changed, _ = services.orders.actions.switch_auto_renew(FAMILY, order.subscriptions[0], False)
    services.orders.actions.switch_auto_renew(FAMILY, changed.subscriptions[0], True)
    person.presses("Switch off", dialog)
    person.reads("changed in the meantime", dialog)
    person.reads("Auto-renewal will be switched off.", dialog)
    assert services.orders.lookup.order(FAMILY).subscriptions[0].auto_renew
    person.presses("Switch off", dialog)
    person.reads("Auto-renewal is off", dialog)
    assert not services.orders.lookup.order(FAMILY).subscriptions[0].auto_renew
    dialog.close()


def test_without_an_answer_nobody_claims_to_know(person: Person, services: Services) -> None:
    person.opens(FAMILY)
    order = services.orders.lookup.order(FAMILY)
    person.store.close()
    dialog = SwitchDialog(person.window, person.program.app_state, FAMILY, order.licences[0].id, False)
    dialog.open()
    person.presses("Switch off", dialog)
    person.waits(lambda: "It is not known yet whether it was switched" in texts_of(dialog))
    person.reads("Trying again is safe: it happens once.", dialog)
    assert any(each.text() == "Try again" and each.isEnabled() for each in buttons_of(dialog))
    dialog.close()


def test_an_unwanted_renewal_is_given_back_from_home_with_one_click_and_one_yes(
    person: Person, services: Services
) -> None:
    person.opens(UNWANTED)
    person.window.navigate_to(Destination("home"))
    person.presses("I did not want it…")
    question = person.dialog()
    person.reads("does not renew again", question)
    person.presses("Give it back", question)
    person.reads("The store has your request")
    person.reads("The subscription does not renew again.")
    order = services.orders.lookup.order(UNWANTED)
    assert [entry.reason for entry in order.returns] == [ReturnReason.UNWANTED_RENEWAL]
    assert not order.subscriptions[0].auto_renew
    person.reads("Auto-renewal is off, so nothing will be charged.")
    person.opens(UNWANTED, RETURN_RENEWAL)
    assert not [each for each in QApplication.topLevelWidgets() if isinstance(each, QDialog) and each.isVisible()]


def test_a_return_with_its_letter_is_followed_to_the_refund(person: Person, services: Services) -> None:
    person.opens(BOXED)
    person.presses("Request a return…")
    person.presses("Request the return", person.dialog())
    person.reads("waits for you to accept the Electronic Letter")
    person.presses("Read the letter…")
    letter = person.dialog()
    person.presses("I accept this letter", letter)
    person.reads("Electronic Letter of Destruction accepted on")
    person.reads("Refund initiated on")
    (entry,) = services.orders.lookup.order(BOXED).returns
    assert entry.letter is not None
    assert entry.letter.accepted_at is not None


def test_keeping_the_order_returns_nothing(person: Person, services: Services) -> None:
    person.opens(FAMILY)
    person.presses("Request a return…")
    person.presses("Keep the order", person.dialog())
    assert services.orders.lookup.order(FAMILY).returns == ()


def test_a_refund_that_waits_for_the_letter_leads_there_from_everywhere(person: Person, services: Services) -> None:
    waiting = "LF-7720-3348"
    person.opens(waiting)
    person.window.navigate_to(Destination("orders"))
    person.reads("Waits for you")
    person.window.navigate_to(Destination("home"))
    person.reads("then it gives the money back")
    person.presses("Read the letter…")
    person.presses("I accept this letter", person.dialog())
    person.waits(lambda: services.orders.lookup.order(waiting).waiting_return is None)
    person.window.navigate_to(Destination("home"))
    person.waits(lambda: "Read the letter…" not in texts_of(person.window.current))


def test_money_is_a_list_and_two_charges_are_explained(person: Person) -> None:
    person.opens(UNWANTED)
    for words in ("Charged for the renewal of Lantern Protect", "Held", "Why are there two charges?", "You pay once"):
        person.reads(words)


@pytest.mark.slow
def test_the_invoice_is_read_printed_and_saved_with_how_to_claim_tax_back(
    person: Person, viewer: Viewer, tmp_path: Path
) -> None:
    person.opens(FAMILY)
    person.presses("Invoices…")
    dialog = person.dialog(InvoiceDialog)
    assert isinstance(dialog, InvoiceDialog)
    person.reads("Invoice INV-5930-2216", dialog)
    person.reads("$59.81", dialog)
    person.reads("exemption certificate", dialog)
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    dialog.print_to(printer)
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF-")
    dialog.save_to(tmp_path / "invoice.pdf")
    person.reads("The invoice has been saved", dialog)
    assert viewer.opened == [tmp_path / "invoice.pdf"]
    store_own = (tmp_path / "invoice.pdf").read_bytes()
    person.store.close()
    dialog.save_to(tmp_path / "offline.pdf")
    person.waits((tmp_path / "offline.pdf").exists)
    assert (tmp_path / "offline.pdf").read_bytes().startswith(b"%PDF-")
    assert store_own.startswith(b"%PDF-")
    person.waits(lambda: not person.program.runner.busy)
    dialog.close()
    person.presses("Invoices…")
    again = person.dialog(InvoiceDialog)
    person.reads("Invoice INV-5930-2216", again)
    again.close()


def test_of_an_invoice_that_cannot_be_read_nothing_of_another_one_is_shown(person: Person) -> None:
    person.opens(UNWANTED)
    person.presses("Invoices…")
    dialog = person.dialog(InvoiceDialog)
    person.reads("and invoice INV-3126-9058-R1", dialog)
    choice = dialog.findChild(Choice)
    assert choice is not None
    person.store.close()
    choice.setCurrentIndex(1)
    person.waits(lambda: dialog.findChild(Notice) is not None)
    assert not any("INV-3126-9058-R1" in text for text in texts_of(dialog))
    dialog.close()


def test_the_invoice_of_a_renewal_is_chosen_read_and_saved(person: Person, viewer: Viewer, tmp_path: Path) -> None:
    person.opens(UNWANTED)
    person.presses("Invoices…")
    dialog = person.dialog(InvoiceDialog)
    assert isinstance(dialog, InvoiceDialog)
    person.reads("Invoice INV-3126-9058-R1", dialog)
    person.reads("2 invoices", dialog)
    choice = dialog.findChild(Choice)
    assert choice is not None
    assert ["Renewal · $65.20" in choice.itemText(0), "Purchase · $54.32" in choice.itemText(1)] == [True, True]
    choice.setCurrentIndex(1)
    person.reads("$54.32", dialog)
    choice.setCurrentIndex(0)
    person.reads("Renewal of Lantern Protect", dialog)
    dialog.save_to(tmp_path / "renewal.pdf")
    person.reads("The invoice has been saved", dialog)
    assert b"INV-3126-9058-R1" in (tmp_path / "renewal.pdf").read_bytes()
    dialog.close()


def test_shipping_and_the_backup_medium(person: Person, services: Services) -> None:
    person.opens(BOXED)
    for words in ("It is expected between", "Follow the parcel", "cannot be changed any more"):
        person.reads(words)
    person.opens(FAMILY)
    person.presses("Buy the Backup CD for $9.95 plus tax…")
    person.reads("It is charged to the card of this order", person.dialog())
    person.presses("Buy for $10.82", person.dialog())
    person.reads("The Backup CD has been added")
    person.reads("It is being packed.")
    assert len(services.orders.lookup.order(FAMILY).line_items) == 2


def test_the_switch_of_auto_renewal_tells_what_its_state_means(person: Person) -> None:
    person.opens(FAMILY)
    switch = next(each for each in person.window.current.findChildren(Switch) if each.isVisible())
    assert switch.accessibleDescription() in texts_of(person.window.current)
    assert "Renews on" in switch.accessibleDescription()


def test_what_the_store_would_refuse_is_not_offered(person: Person) -> None:
    person.opens(EXPIRED)
    person.reads("Renew on the store's page…")
    assert not [text for text in texts_of(person.window.current) if "open it again" in text or "Backup CD for" in text]


def test_a_case_is_read_sent_once_and_its_number_stays(person: Person, services: Services) -> None:
    person.opens(CLOSED)
    person.window.navigate_to(Destination("help", CLOSED))
    person.presses("Case file…")
    dialog = person.dialog(CaseFileDialog)
    assert isinstance(dialog, CaseFileDialog)
    person.waits(lambda: CLOSED in dialog._text.toPlainText())
    shown = dialog._text.toPlainText()
    password = next(each.order_password for each in person.store.accounts if each.order_number == CLOSED)
    assert password not in shown
    told = dialog._lines.toPlainText()
    assert f"Order {CLOSED} at Larkfield Software" in told
    assert "{" not in told
    assert (dialog._lines.isVisible(), dialog._text.isVisible()) == (True, False)
    person.presses("Show the exact file", dialog)
    assert (dialog._lines.isVisible(), dialog._text.isVisible()) == (False, True)
    send = next(each for each in buttons_of(dialog) if each.text() == "Send to support")
    assert not send.isEnabled(), "a case says what happened"
    dialog._summary.setText("  ")
    assert not send.isEnabled()
    dialog._summary.setText("The download is closed.")
    send.click()
    send.click()
    person.reads("Your case number is LK-700001", dialog)
    dialog.close()
    person.reads("Case LK-700001: The download is closed.")
    (known,) = services.orders.cache.cases()
    assert known.order_number == CLOSED


@pytest.mark.slow
def test_every_card_leads_to_the_help_about_it(person: Person) -> None:
    person.opens(FAMILY)
    names = {each.accessibleName() for each in buttons_of(person.window.current) if each.text() == "Help"}
    assert {"Help with Money", "Help with Downloads", "Help with Returns and refunds"} <= names
    for name in sorted(names):
        person.opens(FAMILY)
        next(each for each in buttons_of(person.window.current) if each.accessibleName() == name).click()
        assert person.window.current is person.window.page("help")
        person.reads("Close")


def test_a_refused_return_says_why_and_whom_to_ask(person: Person) -> None:
    person.opens("LF-8350-4126")
    person.reads("Pia's notebook went on using the licence")
    person.presses("Contact support")
    person.waits(lambda: person.window.current is person.window.page("help"))


def test_what_brings_a_charge_is_not_the_answer_of_a_bare_enter(person: Person) -> None:
    person.opens(FAMILY)
    order = person.program.app_state.snapshot.order(FAMILY)
    assert order is not None
    licence = order.licences[0].id
    off = ask_to_switch(person.window, person.program.app_state, FAMILY, licence, False)
    assert default_of(off) == "Switch off"
    off.reject()
    person.presses("Switch off", ask_to_switch(person.window, person.program.app_state, FAMILY, licence, False))
    person.waits(lambda: not order_of(person).subscriptions[0].auto_renew)
    on = ask_to_switch(person.window, person.program.app_state, FAMILY, licence, True)
    assert default_of(on) == "Leave it as it is"
    on.reject()


def test_support_can_be_asked_about_any_order(person: Person) -> None:
    person.opens(FAMILY)
    person.opens(BOXED)
    person.window.navigate_to(Destination("help"))
    page = person.window.current

    def choices() -> list[QComboBox]:
        return [each for each in page.findChildren(QComboBox) if each.isVisible() and subject(each, BOXED) >= 0]

    person.waits(lambda: bool(choices()))
    (choice,) = choices()
    assert choice.currentText().startswith(FAMILY), "the one with the next date, until another one is chosen"
    choice.activated.emit(subject(choice, BOXED))
    person.reads("Lantern Protect")
    person.presses("Case file…")
    dialog = person.dialog(CaseFileDialog)
    assert isinstance(dialog, CaseFileDialog)
    person.waits(lambda: f'"orderNumber": "{BOXED}"' in dialog._text.toPlainText())
    assert FAMILY not in dialog._text.toPlainText(), "the case holds the order that it is about only"
    dialog._others.setChecked(True)
    person.waits(lambda: FAMILY in dialog._text.toPlainText())
    dialog.reject()


def subject(choice: QComboBox, number: str) -> int:
    return choice.findText(number, Qt.MatchFlag.MatchStartsWith)


def default_of(dialog: QDialog) -> str:
    return next(each.text() for each in buttons_of(dialog) if isinstance(each, QPushButton) and each.isDefault())


def order_of(person: Person) -> Order:
    found = person.program.app_state.snapshot.order(FAMILY)
    assert found is not None
    return found


def test_removing_what_renews_by_itself_says_so_and_offers_to_switch_it_off(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    account = next(each for each in store.accounts if "Renews in 6 days" in each.about)
    add(account)
    program.window.navigate_to(Destination("order", account.order_number))
    qtbot.waitUntil(lambda: not program.runner.busy)
    the_button(program.window.current, "Remove this order…").click()
    question = program.window.findChild(Question)
    assert question is not None
    said = " ".join(texts_of(question))
    assert "stays on. Renews on" in said
    assert "will no longer warn you" in said
    assert question.keep.isDefault()
    the_button(question, "Switch auto-renewal off first…").click()
    qtbot.waitUntil(lambda: program.window.findChild(SwitchDialog) is not None)
    assert any(known.number == account.order_number for known in program.app_state.snapshot.orders)


def test_removing_an_order_can_be_undone(person: Person, services: Services) -> None:
    person.opens(FAMILY)
    owned = [each.id for each in services.owned.purchases.all()]
    services.reminders.keep_settings(ReminderSettings(quiet=None))  # At night there would be nothing to silence.
    services.reminders.silence(services.reminders.look().entries[0].reminder)

    def silenced() -> list[str]:
        return [each.address for each in services.library.reminders(services.orders.store) if each.never_again]

    before = silenced()
    assert len(before) == 1
    person.presses("Remove this order…")
    person.presses("Remove it", person.dialog(Question))
    person.reads(f"Order {FAMILY} was removed", person.window)
    assert services.orders.cache.numbers() == ()
    assert services.owned.purchases.all() == ()
    assert silenced() == []
    person.presses("Undo", person.window)
    person.waits(lambda: services.orders.cache.numbers() == (FAMILY,))
    person.waits(lambda: not person.program.runner.busy)
    assert services.orders.lookup.order(FAMILY).number == FAMILY
    assert [each.id for each in services.owned.purchases.all()] == owned
    assert silenced() == before


def test_an_order_that_is_read_anew_takes_no_open_question_away(person: Person, services: Services) -> None:
    person.opens(FAMILY)
    person.presses("Buy the Backup CD for $9.95 plus tax…")
    question = person.dialog()
    person.program.app_state.changed.emit()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    person.presses("Buy for $10.82", question)
    person.reads("The Backup CD has been added")
    assert len(services.orders.lookup.order(FAMILY).line_items) == 2


def test_an_order_that_is_read_anew_takes_no_question_away_that_is_on_its_way(person: Person) -> None:
    person.opens(FAMILY)
    person.presses("Buy the Backup CD for $9.95 plus tax…")
    person.program.app_state.changed.emit()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    person.reads("It is charged to the card of this order", person.dialog())
    person.dialog().reject()


@pytest.mark.parametrize("by", ["key", "screen reader"])
def test_a_button_that_is_pressed_without_the_mouse_is_not_replaced(person: Person, by: str) -> None:
    person.opens(FAMILY)
    held = next(each for each in buttons_of(person.window.current) if each.text().startswith("Buy the Backup CD"))
    if by == "key":
        QTest.keyPress(held, Qt.Key.Key_Space)
    else:
        told = QAccessible.queryAccessibleInterface(held)
        assert told is not None
        told.actionInterface().doAction(QAccessibleActionInterface.pressAction())
    assert held.isDown()
    person.program.app_state.changed.emit()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    if by == "key":
        QTest.keyRelease(held, Qt.Key.Key_Space)
    person.reads("It is charged to the card of this order", person.dialog())
    person.dialog().reject()


def test_a_button_that_is_held_down_is_not_replaced(person: Person) -> None:
    person.opens(FAMILY)
    held = next(each for each in buttons_of(person.window.current) if each.text().startswith("Buy the Backup CD"))
    # On its way through the window, as a person's press.
    person.window.current.keep_in_sight(lambda: held)
    ground, place = person.window.windowHandle(), held.mapTo(person.window, held.rect().center())
    QTest.mousePress(ground, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    person.waits(held.isDown)
    person.program.app_state.changed.emit()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    QTest.mouseRelease(ground, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    person.reads("It is charged to the card of this order", person.dialog())
    person.dialog().reject()
