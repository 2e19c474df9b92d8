"""Fields that are emptied at once, passwords that can be looked at, and boxes to be ticked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QMainWindow, QToolButton
from pytestqt.qtbot import QtBot

from companion.ui.widgets.fields import ClearableField, SecretField, TickBox
from tests.kits.ui import button, texts_of

HINT = "Caps Lock is on."


@pytest.fixture
def field(qtbot: QtBot) -> SecretField:
    made = SecretField("Order password")
    qtbot.addWidget(made)
    made.show()
    return made


def test_it_is_hidden_until_the_person_looks(field: SecretField, qtbot: QtBot) -> None:
    field.line.setText("Tulip-42")
    assert field.line.echoMode() is QLineEdit.EchoMode.Password
    look = button(field, "Show")
    assert look.accessibleName() == "Show the order password"
    qtbot.keyClick(look, Qt.Key.Key_Space)
    assert field.line.displayText() == "Tulip-42"
    assert look.accessibleName() == "Hide the order password"
    field.hide_it()
    assert "Tulip" not in field.line.displayText()


@pytest.mark.parametrize(
    ("typed", "shift", "hint"),
    [("a", False, False), ("A", True, False), ("A", False, True), ("a", True, True), ("ß", False, False)],
)
def test_a_letter_tells_whether_caps_lock_is_on(field: SecretField, typed: str, shift: bool, hint: bool) -> None:
    modifier = Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier
    # As the keyboard sends it: the text is what the letter became.
    QTest.sendKeyEvent(QTest.KeyAction.Press, field.line, Qt.Key.Key_A, typed, modifier)
    assert (HINT in texts_of(field)) is hint


def test_digits_and_signs_tell_nothing(field: SecretField) -> None:
    QTest.sendKeyEvent(
        QTest.KeyAction.Press, field.line, Qt.Key.Key_A, "A", Qt.KeyboardModifier.NoModifier
    )  # fmt: skip
    QTest.sendKeyEvent(QTest.KeyAction.Press, field.line, Qt.Key.Key_1, "1", Qt.KeyboardModifier.NoModifier)
    assert HINT in texts_of(field), "it stays until a letter says otherwise"


def _cleared(qtbot: QtBot) -> tuple[QMainWindow, ClearableField, list[str]]:
    window, left = QMainWindow(), list[str]()
    field = ClearableField("Search what you bought", "Search")
    window.setCentralWidget(field)
    QShortcut(QKeySequence("Esc"), window, lambda: left.append("left"))
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    field.setFocus()
    return window, field, left


def test_esc_empties_a_field_before_it_does_anything_else(qtbot: QtBot) -> None:
    window, field, left = _cleared(qtbot)
    qtbot.keyClicks(field, "Harbour")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), left) == ("", [])
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert left == ["left"]
    assert window.isVisible()


def test_the_button_that_empties_a_field_says_which_and_leaves_the_keyboard_there(qtbot: QtBot) -> None:
    window, field, _ = _cleared(qtbot)
    (clearing,) = field.findChildren(QToolButton)
    assert not clearing.isVisible()
    qtbot.keyClicks(field, "Harbour")
    assert clearing.isVisible()
    assert clearing.accessibleName() == "Clear: Search what you bought"
    qtbot.mouseClick(clearing, Qt.MouseButton.LeftButton)
    assert field.text() == ""
    assert window.focusWidget() is field
    assert not clearing.isVisible()


def test_a_ticked_box_shows_it(qtbot: QtBot) -> None:
    made = TickBox("Mine")
    qtbot.addWidget(made)
    made.show()
    before = made.grab().toImage()
    made.setChecked(True)
    assert made.grab().toImage() != before
