"""Adding what was bought anywhere, in the window of a person who knows no store."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QByteArray, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QCheckBox, QLineEdit, QPlainTextEdit
from pytestqt.qtbot import QtBot

from companion.domain.purchases.facts import Field, SourceKind
from companion.services.container.store import Services
from companion.services.storage.records import KnownStore
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.pages.bought.confirm import ConfirmCard
from companion.ui.pages.bought.dropped import file_names, mail_place, taken
from companion.ui.pages.bought.page import BY_HAND, BoughtPage
from companion.ui.pages.bought.paste import PasteBox
from companion.ui.pages.welcome import WelcomePage
from tests.kits.mails import KEY, ORDER_MAIL
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.ui import button, texts_of

OTHER = (
    ORDER_MAIL.replace("4711", "4712").replace("Harbour Suite", "Quill Editor").replace(KEY, "AAAA-BBBB-1111-CCCC-2222")
)


class Person:
    """Uses the window."""

    def __init__(self, program: WindowedProgram, qtbot: QtBot) -> None:
        self.program, self.window, self.qtbot = program, program.window, qtbot

    def settle(self) -> None:
        self.qtbot.waitUntil(lambda: not self.program.runner.busy)

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()))

    def drop(self, data: QMimeData) -> None:
        """Drag something over the window and let it go, as the desktop tells it."""
        point, copy, left = QPoint(300, 300), Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        none = Qt.KeyboardModifier.NoModifier
        entering = QDragEnterEvent(point, copy, data, left, none)
        self.window.dragEnterEvent(entering)
        assert entering.isAccepted()
        self.window.dropEvent(QDropEvent(point, copy, data, left, none))
        self.settle()

    def press(self, text: str) -> None:
        self.until(lambda: text in texts_of(self.window.current))
        button(self.window.current, text).click()
        self.settle()

    def field(self, name: str) -> QLineEdit:
        self.until(lambda: self._fields(name))
        return self._fields(name)[0]

    def _fields(self, name: str) -> list[QLineEdit]:
        fields = self.window.current.findChildren(QLineEdit)
        return [part for part in fields if part.accessibleName() == name and part.isVisibleTo(self.window)]

    def reads(self, words: str) -> bool:
        return any(words in text for text in texts_of(self.window))

    def names(self) -> list[str]:
        return [found.name for found in self.program.owned.purchases]


@pytest.fixture
def person(fresh: WindowedProgram, qtbot: QtBot) -> Person:
    return Person(fresh, qtbot)


def files(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def mail_file(folder: Path, text: str = ORDER_MAIL, name: str = "order.eml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_the_first_minute_needs_no_store(person: Person) -> None:
    assert isinstance(person.window.current, WelcomePage)
    person.window.navigate_to(Destination("bought"))
    assert {"Open a file…", "Add by hand", "Add a store", "Try the demo"} <= set(texts_of(person.window))
    for page in ("home", "orders", "downloads", "reminders", "help", "bought", "stores", "welcome"):
        person.window.navigate_to(Destination(page))
        person.settle()
        assert not [text for text in texts_of(person.window) if "no-store" in text or "could not be reached" in text]


def test_a_dropped_mail_is_confirmed_and_then_owned(
    person: Person, tmp_path: Path, own_services: Services, keychain: MemoryKeychain
) -> None:
    person.window.navigate_to(Destination("help"))
    person.drop(files(mail_file(tmp_path)))
    person.until(lambda: person.reads("An e-mail about a purchase"))
    assert not own_services.owned.purchases.all(), "nothing is added before it was confirmed"
    assert (person.field("Product").text(), person.field("Order number").text()) == ("Harbour Suite", "4711")
    assert not person.reads(KEY)
    person.press("Add")
    person.until(lambda: person.window.current is person.window.page("purchase"))
    (found,) = own_services.owned.purchases.all()
    assert (found.name, found.order_number, str(found.products[0].expires)) == ("Harbour Suite", "4711", "2027-11-23")
    assert any(KEY in entry for entry in keychain.entries.values())
    person.window.navigate_to(Destination("home"))
    person.until(lambda: person.reads("Harbour Suite"))


def test_adding_can_be_undone(person: Person, tmp_path: Path, keychain: MemoryKeychain) -> None:
    person.drop(files(mail_file(tmp_path)))
    person.press("Add")
    person.until(lambda: person.reads("Harbour Suite was added"))
    button(person.window, "Undo").click()
    person.until(lambda: person.names() == [])
    assert not any(KEY in entry for entry in keychain.entries.values())


def test_a_changed_row_is_the_persons_word(person: Person, tmp_path: Path) -> None:
    person.drop(files(mail_file(tmp_path)))
    person.field("Runs until").setText("next summer")
    person.press("Add")
    assert person.reads("This value cannot be used")
    person.field("Runs until").setText("2028-11-23")
    person.press("Add")
    person.until(lambda: person.names() == ["Harbour Suite"])
    (found,) = person.program.owned.purchases
    said = {fact.source.kind: fact.value for fact in found.facts if fact.field is Field.EXPIRES}
    assert said == {SourceKind.PERSON: "2028-11-23", SourceKind.EMAIL: "2027-11-23"}
    assert str(found.products[0].expires) == "2028-11-23"


def test_what_was_typed_waits_while_another_page_is_shown(person: Person, qtbot: QtBot) -> None:
    def to_help_and_back() -> None:
        person.window.navigate_to(Destination("help"))
        person.settle()
        qtbot.keyClick(person.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
        assert person.window.there.page == "bought"

    def box() -> PasteBox:
        person.until(lambda: "Look at it" in texts_of(person.window.current))
        boxes = person.window.current.findChildren(PasteBox)
        return next(each for each in boxes if each.isVisibleTo(person.window))

    person.window.navigate_to(Destination("bought"))
    box().setPlainText(ORDER_MAIL)
    to_help_and_back()
    assert box().toPlainText()
    person.press("Look at it")
    person.until(lambda: person.window.current.findChild(ConfirmCard))
    to_help_and_back()
    assert person.window.current.findChild(ConfirmCard) is not None


def test_not_this_one_adds_nothing(person: Person, tmp_path: Path) -> None:
    person.drop(files(mail_file(tmp_path)))
    person.press("Not this one")
    assert person.names() == []
    assert isinstance(person.window.current, BoughtPage)
    assert person.reads("Drop the e-mail of any shop here")


def test_a_typed_key_asks_only_for_its_product(person: Person) -> None:
    box = person.window.current.findChild(QPlainTextEdit)
    assert box is not None
    person.qtbot.keyClicks(box, KEY)
    person.press("Look at it")
    person.until(lambda: person.reads("A licence key"))
    rows = [part.accessibleName() for part in person.window.current.findChildren(QLineEdit) if part.isVisible()]
    assert rows == ["Product"]
    person.press("Add")
    assert person.field("Product").property("invalid") == "true"
    person.field("Product").setText("Quill Editor")
    person.press("Add")
    person.until(lambda: person.names() == ["Quill Editor"])


def test_pasted_html_is_read_with_its_layout(person: Person) -> None:
    page = person.window.current
    box = page.findChild(QPlainTextEdit)
    assert box is not None
    data = QMimeData()
    rows = "".join(
        f"<tr><td>{name}</td><td>{value}</td></tr>"
        for name, value in (("Order number", "4711"), ("Product", "Harbour Suite"), ("License key", KEY))
    )
    data.setHtml(f"<table>{rows}</table>" + "<p>Thank you.</p>" * 200)
    box.insertFromMimeData(data)
    person.settle()
    person.until(lambda: person.reads("Not this one"))
    assert person.field("Order number").text() == "4711"


def test_three_fields_by_hand_are_enough(person: Person) -> None:
    person.window.navigate_to(Destination("bought"))
    person.press("Add by hand")
    person.field("Product").setText("Harbour Suite")
    person.qtbot.keyClicks(person.field("Order number or licence key"), "HS-18")
    person.field("Date").setText("2027-11-23")
    person.qtbot.keyClick(person.field("Date"), Qt.Key.Key_Return)
    person.until(lambda: person.window.current is person.window.page("purchase"))
    (found,) = person.program.owned.purchases
    assert (found.name, found.order_number, str(found.products[0].expires)) == ("Harbour Suite", "HS-18", "2027-11-23")


def test_a_form_that_was_begun_by_hand_waits_while_another_page_is_shown(person: Person) -> None:
    person.window.navigate_to(Destination("bought", item=BY_HAND))
    person.qtbot.keyClicks(person.field("Order number or licence key"), "HS-18")
    for item in ("", BY_HAND):
        person.window.navigate_to(Destination("help"))
        person.settle()
        person.window.navigate_to(Destination("bought", item=item))
        assert person.field("Order number or licence key").text() == "HS-18"
    person.press("Back")
    person.until(lambda: person.window.current.findChild(PasteBox))
    person.window.navigate_to(Destination("bought", item=BY_HAND))
    assert person.field("Order number or licence key").text() == ""


def test_a_form_without_the_products_name_says_what_is_missing(person: Person) -> None:
    person.window.navigate_to(Destination("bought", item=BY_HAND))
    person.press("Add")
    assert person.reads("Type what the product is called.")
    assert person.window.focusWidget() is person.field("Product")
    person.qtbot.keyClicks(person.field("Product"), "Harbour Suite")
    person.qtbot.keyClick(person.field("Product"), Qt.Key.Key_Return)
    person.until(lambda: person.names() == ["Harbour Suite"])


def test_a_mailbox_of_several_purchases_is_a_list(person: Person, tmp_path: Path) -> None:
    box = tmp_path / "Inbox"
    box.write_text(
        f"From a Mon Nov 23 10:00:00 2026\n{ORDER_MAIL}\nFrom b Mon Nov 23 10:00:00 2026\n{OTHER}\n", "utf-8"
    )
    person.drop(files(box))
    person.until(lambda: person.reads("2 purchases found"))
    marks = person.window.current.findChildren(QCheckBox)
    for mark in marks:
        mark.setChecked(True)
    marks[1].setChecked(False)
    person.press("Add 1 purchase")
    person.until(lambda: person.names() == ["Harbour Suite"])
    assert person.field("Order number").text() == "4712", "what was not marked can still be looked at"


def test_one_file_that_cannot_be_read_keeps_no_other_from_being_read(person: Person, tmp_path: Path) -> None:
    person.drop(files(tmp_path / "gone.eml", mail_file(tmp_path)))
    person.until(lambda: person.reads("The file could not be read"))
    assert person.field("Order number").text() == "4711"


def test_a_second_mail_that_may_be_the_same_purchase_asks(person: Person, tmp_path: Path) -> None:
    person.drop(
        files(mail_file(tmp_path, ORDER_MAIL.replace("Order number: 4711\n", "").replace("order 4711", "order")))
    )
    person.press("Add")
    person.until(lambda: person.names() == ["Harbour Suite"])
    again = ORDER_MAIL.replace("License key: " + KEY, "Price: 98.00 EUR").replace("orders@harbour", "news@other")
    person.drop(files(mail_file(tmp_path, again)))
    person.press("Add")
    person.until(lambda: person.reads("Is it one of these?"))
    person.press("It is another purchase")
    person.until(lambda: person.names() == ["Harbour Suite", "Harbour Suite"])


def test_a_store_that_cannot_be_asked_is_remembered_and_says_what_helps(person: Person) -> None:
    person.window.navigate_to(Destination("stores"))
    for bad in ("http://store.example", "https://user:pw@store.example"):
        person.field("Name or address of the store").setText(bad)
        person.press("Add the store")
        person.until(lambda: person.reads("address"))
        assert person.field("Name or address of the store").property("invalid") == "true"
    person.field("Name or address of the store").setText("http://127.0.0.1:9")
    person.press("Add the store")
    person.until(lambda: person.reads("is remembered, but did not answer"))


def test_stores_of_one_name_are_told_apart_by_their_addresses(person: Person, own_services: Services) -> None:
    for number, kind in enumerate(("storeApi", "storeApi", "edd"), 1):
        address = f"https://{number}.example"
        added = KnownStore(address=address, kind=kind, name="One Name", added_at=own_services.owned.clock())
        own_services.owned.library.remember_store(added)
    person.window.navigate_to(Destination("stores"))
    person.until(lambda: person.reads("One Name · https://1.example · can be asked for orders"))
    assert person.reads("One Name · https://2.example · can be asked for orders")
    assert person.reads("One Name · https://3.example · can be asked about licence keys")


# What mail programs drag


def outlook(*names: str, contents: bytes = b"") -> QMimeData:
    data = QMimeData()
    descriptors = b"".join(bytes(72) + name.encode("utf-16-le").ljust(520, b"\0") for name in names)
    prefix = "application/x-qt-windows-mime;value="
    data.setData(f'{prefix}"FileGroupDescriptorW"', QByteArray(struct.pack("<I", len(names)) + descriptors))
    data.setData(f'{prefix}"FileContents"', QByteArray(contents))
    data.setText("From\tSubject\tReceived")
    return data


def test_outlook_hands_over_its_contents_where_qt_gets_them() -> None:
    dropped = taken(outlook("Your order.msg", contents=b"content"))
    assert (dropped.offered.contents, dropped.hint) == ((("Your order.msg", b"content"),), "")


def test_what_outlook_keeps_is_told_with_the_way_that_works(person: Person) -> None:
    person.drop(outlook("Your order.msg"))
    assert person.reads("Outlook did not hand over the e-mail.")
    assert isinstance(person.window.current, BoughtPage)


@pytest.mark.parametrize("data", [b"", b"\x01", b"\xff\xff\xff\xff", struct.pack("<I", 3) + bytes(600)])
def test_a_damaged_descriptor_is_read_as_far_as_it_goes(data: bytes) -> None:
    assert len(list(file_names(data))) <= 1


@pytest.mark.parametrize(
    ("address", "path", "offset"),
    [
        (
            "mailbox:///home/ada/Mail/Local%20Folders/Inbox?number=1234&type=x",
            "/home/ada/Mail/Local Folders/Inbox",
            1234,
        ),
        ("mailbox:///C:/Users/ada/Inbox?number=0", "C:/Users/ada/Inbox", 0),
    ],
)
def test_thunderbird_names_the_place_of_a_local_mail(address: str, path: str, offset: int) -> None:
    place = mail_place(address)
    assert place is not None
    assert (place.path, place.offset) == (Path(path), offset)


@pytest.mark.parametrize(
    "address", ["imap://ada@host/fetch%3EUID%3E/INBOX%3E5", "mailbox:///x", "mailbox://h/x?number=1", ""]
)
def test_other_addresses_of_mails_name_no_place(address: str) -> None:
    assert mail_place(address) is None


def test_a_local_mail_is_read_out_of_its_mailbox(person: Person, tmp_path: Path) -> None:
    first = f"From a Mon Nov 23 10:00:00 2026\n{OTHER}\n"
    box = tmp_path / "Inbox"
    box.write_text(f"{first}From b Mon Nov 23 10:00:00 2026\n{ORDER_MAIL}\n", "utf-8")
    data = QMimeData()
    address = f"mailbox://{box}?number={len(first)}"
    data.setData("application/x-moz-file-promise-url", QByteArray(address.encode("utf-16-le")))
    person.drop(data)
    person.until(lambda: person.reads("Not this one"))
    assert person.field("Order number").text() == "4711"


def test_a_mail_that_thunderbird_keeps_is_told(person: Person) -> None:
    data = QMimeData()
    data.setData("text/x-moz-message", QByteArray("imap-message://ada@host/INBOX#5".encode("utf-16-le")))
    person.drop(data)
    assert person.reads("Thunderbird does not hand over this e-mail.")
