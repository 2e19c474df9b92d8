"""There is always a window or an icon; and starting with the PC is asked once, with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.app.tray_presence import NO_TRAY_NOTICE
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from tests.kits.ui import button, texts_of

Add = Callable[[Account], None]


class Panel:
    """A desktop's panel, which comes and goes."""

    def __init__(self) -> None:
        self.there = False


@pytest.fixture
def panel() -> Panel:
    return Panel()


@pytest.fixture
def program(qapp: QApplication, qtbot: QtBot, services: Services, panel: Panel) -> Iterator[WindowedProgram]:
    made = WindowedProgram(qapp, services, theme=LIGHT, has_tray=lambda: panel.there)
    with qtbot.waitSignal(made.app_state.changed):
        made.start(in_tray=False)
    qtbot.waitUntil(lambda: not made.runner.busy)
    yield made
    made.close()
    made.window.deleteLater()


def test_a_panel_that_comes_later_keeps_the_program_when_the_window_is_closed(
    program: WindowedProgram, panel: Panel, qtbot: QtBot
) -> None:
    assert program.window.notices.shows(NO_TRAY_NOTICE)
    panel.there = True
    program._presence.look()
    assert not program.window.notices.shows(NO_TRAY_NOTICE)
    with qtbot.waitSignal(program.window.hidden_to_tray):
        program.window.close()
    assert not program.window.isVisible()


@pytest.mark.slow
def test_the_notice_goes_by_itself_when_a_panel_comes(program: WindowedProgram, panel: Panel, qtbot: QtBot) -> None:
    assert program.window.notices.shows(NO_TRAY_NOTICE)
    panel.there = True
    qtbot.waitUntil(lambda: not program.window.notices.shows(NO_TRAY_NOTICE))


def test_closing_without_a_panel_ends_the_program_although_there_was_one(
    program: WindowedProgram, panel: Panel, qtbot: QtBot
) -> None:
    panel.there = True
    program._presence.look()
    panel.there = False
    with qtbot.waitSignal(program.window.closed_for_good):
        program.window.close()


def test_a_panel_that_goes_brings_the_hidden_window_back(program: WindowedProgram, panel: Panel, qtbot: QtBot) -> None:
    panel.there = True
    program._presence.look()
    program.window.close()
    panel.there = False
    program._presence.look()
    assert program.window.isVisible()
    assert program.window.isMinimized()


def starting(program: WindowedProgram) -> bool:
    return program.window.notices.shows("start-with-pc")


def test_starting_with_the_pc_is_asked_once_with_the_nearest_date(
    program: WindowedProgram, services: Services, store: DemoStore, add: Add, qtbot: QtBot, tmp_path: Path
) -> None:
    assert not starting(program), "there is nothing to remind of"
    account = next(account for account in store.accounts if "Renews in 6 days" in account.about)
    add(account)
    qtbot.waitUntil(lambda: starting(program))
    assert any("Next: Last day to cancel Lantern Protect in 5 days" in text for text in texts_of(program.window))
    qtbot.waitUntil(lambda: services.library.setting("startWithPcAsked") is not None)
    button(program.window.notices, "Not now").click()
    assert not starting(program)
    program.app_state.load()
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert not starting(program), "once"
    program.window.navigate_to(Destination("reminders"))
    page = program.window.page("reminders")
    qtbot.waitUntil(lambda: "Companion does not start with this PC" in texts_of(page))
    button(page, "Start with this PC").click()
    qtbot.waitUntil(lambda: "Companion does not start with this PC" not in texts_of(page))
    assert (tmp_path / "config" / "autostart" / "companion.desktop").exists()


def test_the_answer_yes_starts_it_with_the_pc(
    program: WindowedProgram, store: DemoStore, add: Add, qtbot: QtBot, tmp_path: Path
) -> None:
    add(store.accounts[0])
    qtbot.waitUntil(lambda: starting(program))
    button(program.window.notices, "Start with this PC").click()
    qtbot.waitUntil(lambda: bool(program.autostart.starts) and not starting(program))
    assert (tmp_path / "config" / "autostart" / "companion.desktop").exists()


def test_an_entry_whose_program_has_moved_is_put_right_at_the_start(
    qapp: QApplication, services: Services, qtbot: QtBot, tmp_path: Path
) -> None:
    entry = tmp_path / "config" / "autostart" / "companion.desktop"
    entry.parent.mkdir(parents=True)
    entry.write_text(
        '[Desktop Entry]\nType=Application\nName=Companion\nX-Mine=1\nExec="/old place/companion" "--tray"\n'
    )
    made = WindowedProgram(qapp, services, theme=LIGHT)
    made.start(in_tray=False)
    qtbot.waitUntil(lambda: made.autostart.starts is True)
    assert "/old place" not in entry.read_text()
    assert "X-Mine=1" in entry.read_text()
    qtbot.waitUntil(lambda: not made.runner.busy)
    made.close()
    made.window.deleteLater()
