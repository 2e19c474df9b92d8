"""What is shown when the window cannot open."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.ui.app.startup_dialog import StartDialog


def test_a_failure_is_told_with_what_to_do(qtbot: QtBot) -> None:
    trouble = CompanionError(
        ErrorCode.FOLDER_NOT_WRITABLE, "A folder cannot be written to", "It is read-only.", "Choose another."
    )
    dialog = StartDialog(trouble)
    qtbot.addWidget(dialog)
    dialog.show()
    shown = [found.text() for found in dialog.findChildren(QLabel)]
    assert {"A folder cannot be written to", "It is read-only.", "Choose another."} <= set(shown)
