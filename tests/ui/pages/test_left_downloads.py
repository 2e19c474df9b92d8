"""What is left of unfinished downloads whose order was removed, on the page of downloads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination, Page
from companion.ui.pages.downloads import LeftCard
from tests.kits.downloads import leave_unfinished
from tests.kits.ui import button, texts_of


@pytest.fixture
def part(program: WindowedProgram, store: DemoStore, add: Callable[[Account], None], tmp_path: Path) -> Path:
    """What is left of a download of an order that is not on this PC; another order is."""
    add(store.accounts[0])
    leave_unfinished(tmp_path / "home" / "downloads" / store.accounts[0].order_number)
    return leave_unfinished(tmp_path / "home" / "downloads" / "LF-0000-0000", "gone.run")


def shown(program: WindowedProgram, qtbot: QtBot) -> Page:
    program.window.navigate_to(Destination("downloads"))
    qtbot.waitUntil(lambda: not program.runner.busy)
    return program.window.current


def test_it_is_listed_and_removed(program: WindowedProgram, qtbot: QtBot, part: Path) -> None:
    page = shown(program, qtbot)
    card = page.findChild(LeftCard)
    assert card is not None
    texts = texts_of(card)
    assert "gone.run" in texts
    assert f"4.0 kB of 10.0 kB, in {part.parent}" in texts
    assert "setup.run" not in texts
    button(card, "Remove").click()
    qtbot.waitUntil(lambda: not part.exists())
    qtbot.waitUntil(lambda: page.findChild(LeftCard) is None)
    assert not part.parent.exists()


def test_what_is_kept_is_not_asked_about_again(program: WindowedProgram, qtbot: QtBot, part: Path) -> None:
    page = shown(program, qtbot)
    card = page.findChild(LeftCard)
    assert card is not None
    assert button(card, "Keep").accessibleName() == "Keep gone.run"
    button(card, "Keep").click()
    qtbot.waitUntil(lambda: page.findChild(LeftCard) is None)
    program.window.navigate_to(Destination("home"))
    assert shown(program, qtbot).findChild(LeftCard) is None
    assert part.exists()


def test_what_a_removed_order_leaves_appears_without_a_restart(
    program: WindowedProgram, qtbot: QtBot, store: DemoStore, add: Callable[[Account], None], tmp_path: Path
) -> None:
    """A command began it, so that the queue of the window does not know of it."""
    account = store.accounts[0]
    add(account)
    part = leave_unfinished(tmp_path / "home" / "downloads" / account.order_number)
    page = shown(program, qtbot)
    assert page.findChild(LeftCard) is None
    removed: list[object] = []
    program.app_state.remove_order(program.app_state, account.order_number, removed.append, removed.append)
    qtbot.waitUntil(lambda: page.findChild(LeftCard) is not None)
    assert part.exists()
