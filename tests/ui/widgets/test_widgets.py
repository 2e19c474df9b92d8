"""Parts of pages on their own."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import shiboken6
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLabel, QListView, QPushButton, QWidgetItem
from pytestqt.qtbot import QtBot

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.services.app.resources import resource
from companion.ui.look.theme import LIGHT, apply_theme
from companion.ui.widgets.basic import Card, focusable, label, row
from companion.ui.widgets.choice import Choice
from companion.ui.widgets.key import KeyBox
from companion.ui.widgets.notice import Notice, Notices, NoticeShelf
from companion.ui.widgets.switch import Switch


def test_a_switch_asks_and_does_not_move_by_itself(qtbot: QtBot) -> None:
    switch = Switch(LIGHT, "Auto-renewal", on=True)
    qtbot.addWidget(switch)
    asked: list[bool] = []
    switch.requested.connect(asked.append)
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    switch.setFocus()
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert asked == [False, False]
    assert switch.isChecked()


def test_of_thousands_of_choices_a_few_are_shown_at_a_time(qtbot: QtBot, qapp: QApplication) -> None:
    apply_theme(qapp, LIGHT, resource("style/companion.qss"))
    choice = Choice(LIGHT, "What it is about", [f"product {number}" for number in range(5000)], 4000)
    qtbot.addWidget(choice)
    view = choice.view()
    assert isinstance(view, QListView)
    assert view.uniformItemSizes(), "one text is measured for all, whenever the font changes"
    choice.show()
    choice.showPopup()
    row_height = choice.view().sizeHintForRow(0)
    assert choice.view().viewport().height() <= choice.maxVisibleItems() * row_height
    assert choice.currentText() == "product 4000"
    assert choice.view().visualRect(choice.view().currentIndex()).intersects(choice.view().viewport().rect())
    choice.hidePopup()


def test_a_key_is_masked_until_asked_for_and_copied_without_a_trace(qtbot: QtBot) -> None:
    box = KeyBox(Secret("LP26-aB3d-9xYz-77Qr"), case_sensitive=True)
    qtbot.addWidget(box)
    texts = [found.text() for found in box.findChildren(QLabel)]
    assert not any("aB3d" in text for text in texts)
    buttons = {found.text(): found for found in box.findChildren(QPushButton)}
    buttons["Show"].click()
    assert any("LP26-aB3d-9xYz-77Qr" in found.text() for found in box.findChildren(QLabel))
    buttons["Copy"].click()
    data = QGuiApplication.clipboard().mimeData()
    assert data.text() == "LP26-aB3d-9xYz-77Qr"
    assert data.hasFormat("x-kde-passwordManagerHint")
    assert any("CanIncludeInClipboardHistory" in form for form in data.formats())
    buttons["Show"].click()
    assert not any("aB3d" in found.text() for found in box.findChildren(QLabel))


def _copied(qtbot: QtBot, key: str) -> QTimer:
    """Copy a key from a box that is gone at once, as when the page is made anew; returns the clearing's own timer."""
    box = KeyBox(Secret(key), case_sensitive=True)
    application = QGuiApplication.instance()
    assert application is not None
    before = set(application.findChildren(QTimer))
    next(found for found in box.findChildren(QPushButton) if found.text() == "Copy").click()
    (timer,) = set(application.findChildren(QTimer)) - before
    box.deleteLater()
    qtbot.waitUntil(lambda: not shiboken6.isValid(box))
    return timer


def test_the_clipboard_is_cleared_after_30_seconds_even_when_the_page_is_gone(qtbot: QtBot) -> None:
    timer = _copied(qtbot, "LP26-clear-me-after")
    assert timer.isActive()
    assert timer.isSingleShot()
    assert timer.interval() == 30_000
    assert QGuiApplication.clipboard().text() == "LP26-clear-me-after"
    timer.timeout.emit()
    assert QGuiApplication.clipboard().text() == ""


def test_what_was_copied_meanwhile_stays(qtbot: QtBot) -> None:
    timer = _copied(qtbot, "LP26-somebody-else")
    QGuiApplication.clipboard().setText("a shopping list")
    timer.timeout.emit()
    assert QGuiApplication.clipboard().text() == "a shopping list"


def test_the_clipboard_is_cleared_when_the_program_ends_before(qtbot: QtBot) -> None:
    _copied(qtbot, "LP26-quit-early")
    application = QGuiApplication.instance()
    assert isinstance(application, QGuiApplication)
    application.aboutToQuit.emit()
    assert QGuiApplication.clipboard().text() == ""


_COPY_AND_END = """
from PySide6.QtWidgets import QApplication
from companion.domain.core.model import Secret
from companion.ui.widgets.choice import Choice
from companion.ui.widgets.key import copy_secret
application = QApplication([])
copy_secret(Secret("LP26-ended-at-once"))
assert application.clipboard().text()
"""


def test_a_program_with_a_copied_key_ends_in_order_even_without_its_event_loop() -> None:
    ended = subprocess.run([sys.executable, "-c", _COPY_AND_END], capture_output=True, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_walking_through_a_page_keeps_no_items_of_its_layouts(qtbot: QtBot) -> None:
    card = Card()
    qtbot.addWidget(card)
    first, second = QPushButton("first"), QPushButton("second")
    card.add(label("words"), row(first, None), second)
    before = _items_known()
    assert list(focusable(card)) == [first, second]
    assert _items_known() == before, "Qt deletes them without telling Python"


def _items_known() -> int:
    """Returns the number of items of layouts that Python refers to."""
    return sum(isinstance(each, QWidgetItem) for each in shiboken6.getAllValidWrappers())


def test_text_from_outside_is_never_taken_for_markup(qtbot: QtBot) -> None:
    made = label("<img src='https://example.org/x.png'><b>bold</b>")
    qtbot.addWidget(made)
    assert made.textFormat() is Qt.TextFormat.PlainText


def test_at_most_three_notices_and_each_only_once(qtbot: QtBot) -> None:
    notices = Notices()
    qtbot.addWidget(notices)
    a, b, c, d = (ErrorCode.NETWORK, ErrorCode.PROXY, ErrorCode.PORTAL, ErrorCode.BUG)
    for code in (a, b, b, c, d):
        notices.show_error(CompanionError(code, f"Title {code}", "Message.", "Hint."))
    assert [key for key, _ in notices._shown] == [d, c, b]
    notices.clear()
    assert notices.isHidden()


def test_the_details_of_a_failure_can_be_copied_for_support(qtbot: QtBot) -> None:
    trouble = CompanionError(ErrorCode.STORE_ERROR, "The store has a problem", "It is on its side.", "Try again.")
    notice = Notice.of_error(trouble)
    qtbot.addWidget(notice)
    copying = next(found for found in notice.findChildren(QPushButton) if found.text() == "Copy details")
    copying.click()
    assert QGuiApplication.clipboard().text() == (
        "The store has a problem\nIt is on its side.\nTry again.\nCode: store-error"
    )
    assert copying.text() == "Copied"
    typed = Notice.of_error(
        CompanionError(ErrorCode.BAD_EMAIL, "Check it", "It is none.", "Type it.", kind=ErrorKind.USAGE)
    )
    qtbot.addWidget(typed)
    assert not [found for found in typed.findChildren(QPushButton) if found.text() == "Copy details"]


def test_a_shelf_without_notices_takes_no_room(qtbot: QtBot, qtlog: Any) -> None:
    notices = Notices()
    shelf = NoticeShelf(notices)
    qtbot.addWidget(shelf)
    shelf.show()
    notices.show()
    shelf.fit()
    assert shelf.height() == 0
    assert not [record for record in qtlog.records if "Negative" in record.message]


def test_a_shelf_is_no_window_while_it_is_made(qtbot: QtBot) -> None:
    shelf = NoticeShelf(Notices())
    qtbot.addWidget(shelf)
    assert shelf.windowHandle() is None
    assert shelf.isHidden()


def test_what_is_chosen_ends_in_dots_where_there_is_no_room_and_is_its_tip(qtbot: QtBot) -> None:
    made = Choice(LIGHT, "Licences that run out", ["30, 14, 7, 3 and 1 days before and on the day", "Never"], 0)
    qtbot.addWidget(made)
    made.resize(120, 36)
    made.grab()
    assert made.toolTip() == "30, 14, 7, 3 and 1 days before and on the day"
    made.resize(900, 36)
    made.grab()
    assert made.toolTip() == ""
    made.setCurrentIndex(1)
    made.resize(120, 36)
    made.grab()
    assert made.toolTip() == ""


def test_a_notice_that_is_made_anew_keeps_the_keyboard_and_one_that_goes_says_so(qtbot: QtBot) -> None:
    notices = Notices()
    qtbot.addWidget(notices)
    with qtbot.waitActive(notices):
        notices.show_notice("a", Notice("Trouble", "One way on.", actions=(("Try again", list),)))
        notices.activateWindow()

    def pressed() -> QPushButton:
        found = [each for each in notices.findChildren(QPushButton) if each.text() == "Try again"]
        return next(each for each in found if each.isVisible())

    first = pressed()
    first.setFocus()
    qtbot.waitUntil(first.hasFocus)
    notices.show_notice("a", Notice("Trouble", "Two ways on.", actions=(("Help", list), ("Try again", list))))
    qtbot.waitUntil(lambda: notices.window().focusWidget() is pressed())
    assert pressed() is not first
    with qtbot.waitSignal(notices.left):
        notices.drop("a")
    assert notices.window().focusWidget() is None
    notices.show_notice("b", Notice("Other", "Nothing to press.", closable=False))
    with qtbot.assertNotEmitted(notices.left):
        notices.drop("b")
