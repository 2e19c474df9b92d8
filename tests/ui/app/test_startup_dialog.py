"""What is shown when the window cannot open yet."""

from __future__ import annotations

import functools
import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from companion.demo.server import DemoStore
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.services.container import look_for_store
from companion.ui.app.startup_dialog import StartDialog
from companion.ui.state.tasks import TaskRunner

NO_STORE = CompanionError(
    ErrorCode.NO_STORE, "No store has been chosen", "None is known.", "Name it.", kind=ErrorKind.USAGE
)


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.shut_down()


class OtherSite(http.server.SimpleHTTPRequestHandler):
    """A web site that is no store."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def other_site(tmp_path: Path) -> Iterator[str]:
    handler = functools.partial(OtherSite, directory=str(tmp_path))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


class Start:
    """The dialog, as a person uses it."""

    def __init__(self, qtbot: QtBot, runner: TaskRunner) -> None:
        self.qtbot = qtbot
        self.dialog = StartDialog(NO_STORE, runner, look_for_store)
        qtbot.addWidget(self.dialog)
        self.dialog.show()

    def types(self, address: str) -> None:
        field = self.dialog.findChild(QLineEdit)
        assert field is not None
        self.qtbot.waitUntil(field.isEnabled)
        field.setText(address)
        next(found for found in self.dialog.findChildren(QPushButton) if found.text() == "Use this store").click()

    def reads(self, words: str) -> None:
        self.qtbot.waitUntil(lambda: any(words in found.text() for found in self.dialog.findChildren(QLabel)))


def test_it_takes_only_safe_addresses(qtbot: QtBot, runner: TaskRunner) -> None:
    start = Start(qtbot, runner)
    for bad in ("", "http://store.example", "https://", "ftp://store.example", "https://user:pw@store.example"):
        start.types(bad)
        start.reads("address")
        assert start.dialog.isVisible()
        assert start.dialog.address is None


def test_it_takes_an_address_only_when_a_store_answers_there(
    qtbot: QtBot, runner: TaskRunner, store: DemoStore, other_site: str
) -> None:
    """It is remembered, so a slip would otherwise keep the person at a store that is none."""
    start = Start(qtbot, runner)
    start.types("http://127.0.0.1:9")
    start.reads("No answer came from 127.0.0.1:9.")
    start.types(other_site)
    start.reads("answers, but not as a store")
    assert start.dialog.isVisible()
    assert start.dialog.address is None
    start.types(f"{store.url}/")
    qtbot.waitUntil(lambda: not start.dialog.isVisible())
    assert start.dialog.address == store.url


def test_any_other_failure_is_told_and_asks_nothing(qtbot: QtBot, runner: TaskRunner) -> None:
    trouble = CompanionError(
        ErrorCode.FOLDER_NOT_WRITABLE, "A folder cannot be written to", "It is read-only.", "Choose another."
    )
    dialog = StartDialog(trouble, runner, look_for_store)
    qtbot.addWidget(dialog)
    dialog.show()
    field = dialog.findChild(QLineEdit)
    assert field is not None
    assert not field.isVisible()
    shown = [found.text() for found in dialog.findChildren(QLabel)]
    assert {"A folder cannot be written to", "It is read-only.", "Choose another."} <= set(shown)
