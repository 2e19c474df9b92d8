"""Adding orders: by hand, by the confirmation e-mail, and what is said when it does not work."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import ADDED, SESSION_ONLY, Destination
from companion.ui.pages.add import AddPage
from companion.ui.pages.demo_orders import SampleLogIn
from tests.kits.ui import texts_of

FAMILY = "LF-5930-2216"


@pytest.fixture
def page(program: WindowedProgram) -> AddPage:
    shown = program.window.page("add")
    assert isinstance(shown, AddPage)
    return shown


def field(page: AddPage, name: str) -> QLineEdit:
    return next(found for found in page.findChildren(QLineEdit) if found.accessibleName() == name)


def press(page: QWidget, text: str) -> None:
    next(each for each in page.findChildren(QAbstractButton) if each.text() == text and each.isVisibleTo(page)).click()


def confirmation(store: DemoStore, *, password: bool = True) -> bytes:
    account = next(account for account in store.accounts if account.order_number == FAMILY)
    message = EmailMessage()
    message["Subject"] = "Your order"
    lines = [f"Order number: {FAMILY}", *([f"Order password: {account.order_password}"] if password else [])]
    message.set_content("\n".join(lines))
    return message.as_bytes()


def drop(page: AddPage, data: QMimeData) -> bool:
    """Drag something over the page and let it go; whether the page would have it."""
    where, action = QPoint(50, 50), Qt.DropAction.CopyAction
    buttons, keys = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entering = QDragEnterEvent(where, action, data, buttons, keys)
    entering.setAccepted(False)
    QApplication.sendEvent(page, entering)
    if entering.isAccepted():
        QApplication.sendEvent(page, QDropEvent(where.toPointF(), action, data, buttons, keys))
    return entering.isAccepted()


def dropped_file(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def test_a_dropped_mail_fills_in_both_and_one_press_adds_the_order(
    page: AddPage, store: DemoStore, services: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "Your order.eml"
    path.write_bytes(confirmation(store))
    assert drop(page, dropped_file(path))
    qtbot.waitUntil(lambda: "Found in the e-mail" in texts_of(page))
    assert field(page, "Order number").text() == FAMILY
    assert field(page, "Order password").echoMode() is QLineEdit.EchoMode.Password
    assert services.orders.cache.remembered() == (), "nothing happens before the person presses"
    press(page, "Add the order")
    qtbot.waitUntil(lambda: [known.number for known in services.orders.cache.remembered()] == [FAMILY])


def test_a_message_dragged_out_of_a_mail_program_is_read(page: AddPage, store: DemoStore, qtbot: QtBot) -> None:
    data = QMimeData()
    data.setData("message/rfc822", confirmation(store, password=False))
    assert drop(page, data)
    qtbot.waitUntil(lambda: any("is not in this e-mail" in text for text in texts_of(page)))
    assert field(page, "Order number").text() == FAMILY
    assert field(page, "Order password").text() == ""


def test_what_is_no_mail_is_refused_kindly(
    page: AddPage, program: WindowedProgram, qtbot: QtBot, tmp_path: Path
) -> None:
    words = QMimeData()
    words.setText("Order number: LF-5930-2216")
    assert drop(page, words), "the window takes it, and looks at what it is"
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert program.window.current is program.window.page("bought")
    program.window.navigate_to(Destination("add"))
    path = tmp_path / "holiday.jpg"
    path.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 40)
    drop(page, dropped_file(path))
    qtbot.waitUntil(lambda: "This e-mail does not help" in texts_of(page))
    drop(page, dropped_file(tmp_path))
    qtbot.waitUntil(lambda: "The file could not be read" in texts_of(page))
    assert field(page, "Order number").text() == ""


def test_a_lock_is_told_with_the_time_it_ends_and_the_number_to_call(
    page: AddPage, program: WindowedProgram, services: Services, qtbot: QtBot
) -> None:
    field(page, "Order number").setText(FAMILY)
    field(page, "Order password").setText("wrong")
    said: list[str] = []
    for _ in range(20):
        press(page, "Add the order")
        qtbot.waitUntil(lambda: not program.runner.busy)
        qtbot.waitUntil(lambda: "Help with this" in texts_of(page))
        said = texts_of(page)
        if "Too many attempts" in said:
            break
    until = next(text for text in said if "locked log-ins for this order until" in text)
    assert any(sign.isdigit() for sign in until)
    assert any("Support for this PC: +1 " in text for text in said)
    press(page, "Help with this")
    article = services.help.article("too-many-attempts")
    assert article is not None
    qtbot.waitUntil(lambda: article.title in texts_of(program.window.current))
    assert program.window.current is program.window.page("help")


def test_a_wrong_pair_marks_both_inputs_and_the_first_failure_offers_no_number(
    page: AddPage, program: WindowedProgram, qtbot: QtBot
) -> None:
    field(page, "Order number").setText(FAMILY)
    field(page, "Order password").setText("wrong")
    press(page, "Add the order")
    qtbot.waitUntil(lambda: "The store did not recognise this" in texts_of(page))
    assert field(page, "Order number").property("invalid") == "true"
    assert field(page, "Order password").property("invalid") == "true"
    assert not any("Support for this PC" in text for text in texts_of(page))
    press(page, "Add the order")
    qtbot.waitUntil(lambda: any("Support for this PC" in text for text in texts_of(page)))
    press(page, "Contact support")
    assert program.window.current is program.window.page("help")


def test_an_old_error_is_gone_when_the_page_is_left(program: WindowedProgram, page: AddPage, qtbot: QtBot) -> None:
    program.window.navigate_to(Destination("add"))
    press(page, "Add the order")
    marked = [each for each in page.findChildren(QLineEdit) if each.property("invalid") == "true"]
    assert marked
    program.window.navigate_to(Destination("home"))
    program.window.navigate_to(Destination("add"))
    assert not [each for each in page.findChildren(QLineEdit) if each.property("invalid") == "true"]


def test_four_orders_of_the_demo_are_added_with_one_press(
    page: AddPage, program: WindowedProgram, store: DemoStore, services: Services, qtbot: QtBot
) -> None:
    samples = tuple(SampleLogIn(each.order_number, each.order_password, each.about) for each in store.accounts)
    demo = AddPage(program.app_state, services.orders, samples)
    demo.navigation_requested.connect(program.window.navigate_to)
    qtbot.addWidget(demo)
    demo.show()
    press(demo, "Add these four")
    qtbot.waitUntil(lambda: program.window.there.item in (ADDED, SESSION_ONLY))
    wanted = [each.order_number for each in store.accounts[:4]]
    assert sorted(known.number for known in services.orders.cache.remembered()) == sorted(wanted)
