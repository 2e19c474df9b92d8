"""Passwords that can be looked at, and the hint about capital letters."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from companion.ui.widgets.fields import SecretField
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
