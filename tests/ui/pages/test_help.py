"""The support number on the Help page, as it is read in the window."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.services.app.resources import resource
from companion.services.platforms import current
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.support import SUPPORT


@pytest.fixture
def store(tmp_path: Path) -> Iterator[DemoStore]:
    """A store that says no hours for any of its numbers."""
    profile = json.loads(resource("profiles/larkfield.json").read_bytes())
    for entry in profile["support"]["entries"]:
        entry["hours"] = []
    system = current().name.value
    made = DemoStore(
        tmp_path / "store", profile=json.dumps(profile).encode(), system=system, size=2**20, password_cost=2**10
    )
    yield made
    made.close()


def test_a_number_without_hours_is_not_called_closed(
    program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], qtbot: QtBot
) -> None:
    add(store.accounts[0])
    program.window.navigate_to(Destination("help", "", SUPPORT))

    def texts() -> list[str]:
        return [shown.text() for shown in program.window.findChildren(QLabel) if shown.isVisible()]

    qtbot.waitUntil(lambda: "Talk to a person" in texts(), timeout=15_000)
    assert "Closed now" not in texts()
    assert "Hours not known" in texts()
