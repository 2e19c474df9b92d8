"""What is shown when the window cannot open yet."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from companion.domain.errors import CompanionError, Kind
from companion.ui.start import StartDialog

NO_STORE = CompanionError("no-store", "No store has been chosen", "None is known.", "Name it.", kind=Kind.USAGE)


def _press(dialog: StartDialog, text: str) -> None:
    next(found for found in dialog.findChildren(QPushButton) if found.text() == text).click()


def test_it_asks_for_the_store_once_and_takes_only_safe_addresses(qtbot: QtBot) -> None:
    dialog = StartDialog(NO_STORE)
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.findChild(QLineEdit)
    assert field is not None
    for bad in ("", "http://store.example", "https://", "ftp://store.example", "https://user:pw@store.example"):
        field.setText(bad)
        _press(dialog, "Use this store")
        assert dialog.isVisible()
        assert dialog.address is None
        qtbot.waitUntil(lambda: any("address" in found.text() for found in dialog.findChildren(QLabel)))
    field.setText("https://store.example/")
    _press(dialog, "Use this store")
    assert dialog.address is not None
    assert dialog.address.startswith("https://store.example")


def test_any_other_failure_is_told_and_asks_nothing(qtbot: QtBot) -> None:
    trouble = CompanionError(
        "folder-not-writable", "A folder cannot be written to", "It is read-only.", "Choose another."
    )
    dialog = StartDialog(trouble)
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.findChild(QLineEdit)
    assert field is not None
    assert not field.isVisible()
    shown = [found.text() for found in dialog.findChildren(QLabel)]
    assert {"A folder cannot be written to", "It is read-only.", "Choose another."} <= set(shown)
