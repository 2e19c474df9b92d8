"""The dialog that removes everything: it cannot be closed before it has ended, and tells what is left."""

from __future__ import annotations

import threading

from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.services.installation.leftovers import Removal
from companion.ui.dialogs.removal import RemovalDialog
from companion.ui.state.tasks import TaskRunner
from tests.kits.ui import button, texts_of


def is_told(dialog: RemovalDialog, words: str) -> bool:
    return any(words in text for text in texts_of(dialog))


def closing(dialog: RemovalDialog) -> QAbstractButton:
    return button(dialog, "Close")


def test_it_waits_for_the_end_and_tells_what_was_removed(runner: TaskRunner, qtbot: QtBot) -> None:
    gate = threading.Event()

    def work() -> Removal:
        gate.wait()
        return Removal(removed=3)

    dialog = RemovalDialog(runner, work)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.reject()
    assert dialog.isVisible(), "closing it would leave the work unseen"
    gate.set()
    qtbot.waitUntil(lambda: is_told(dialog, "3 things were removed."))
    assert is_told(dialog, "Everything was removed")
    closing(dialog).click()
    assert not dialog.isVisible()


def test_what_could_not_be_removed_is_named(runner: TaskRunner, qtbot: QtBot) -> None:
    dialog = RemovalDialog(runner, lambda: Removal(removed=1, failed=("the keychain",)))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: is_told(dialog, "Still there: the keychain"))
    assert is_told(dialog, "Not everything could be removed")


def test_a_failure_is_told_and_it_can_be_closed(runner: TaskRunner, qtbot: QtBot) -> None:
    def work() -> Removal:
        raise CompanionError(ErrorCode.FILE_NOT_WRITTEN, "It could not be written", "The disk is full.", "Make room.")

    dialog = RemovalDialog(runner, work)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: is_told(dialog, "The disk is full."))
    assert closing(dialog).isEnabled()
