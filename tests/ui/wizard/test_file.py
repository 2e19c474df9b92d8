"""The wizard of a file of any maker: dropped, looked at, installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtWidgets import QAbstractButton
from pytestqt.qtbot import QtBot

from companion.domain.purchases.draft import draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.services.container.store import Services
from companion.ui.app.application import WindowedProgram
from companion.ui.navigation import Destination
from companion.ui.pages.bought.dropped import apart, promise, taken
from companion.ui.wizard.file.page import FilePage
from tests.kits.linux import script
from tests.kits.silent_drive import silent
from tests.kits.ui import button, texts_of
from tests.kits.windows_files import program as windows_program
from tests.kits.windows_files import version

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="runs installers for Linux")


def dropped(program: WindowedProgram, path: Path) -> FilePage:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    program.window.add_dropped(taken(data))
    page = program.window.current
    assert isinstance(page, FilePage)
    return page


def run_file(folder: Path, text: str) -> Path:
    return script(folder / "harbour.run", f"#!/bin/sh\n{text}\n")


def shows(qtbot: QtBot, page: FilePage, words: str) -> None:
    qtbot.waitUntil(lambda: any(words in text for text in texts_of(page)))


def start(qtbot: QtBot, page: FilePage) -> None:
    """Go on to the check, and install as soon as nothing is known to be in the way."""
    qtbot.waitUntil(page.looking.onward.isEnabled)
    page.looking.onward.click()
    qtbot.waitUntil(page.installing.onward.isEnabled)
    page.installing.onward.click()


def test_a_dropped_installer_is_looked_at_checked_and_installed(
    program: WindowedProgram, home: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    page = dropped(program, run_file(tmp_path, 'touch "$HOME/ran"'))
    shows(qtbot, page, "An installer for Linux.")
    assert not (home / "ran").exists(), "looking runs nothing"
    shows(qtbot, page, "Companion knows no purchase of it. If it asks for a key,")
    start(qtbot, page)
    shows(qtbot, page, "The installer reports success")
    assert (home / "ran").exists()
    page.finished.onward.click()
    assert program.window.current is program.window.page("home")


def test_an_installer_that_fails_says_why_and_can_be_started_again(
    program: WindowedProgram, tmp_path: Path, qtbot: QtBot
) -> None:
    page = dropped(program, run_file(tmp_path, "exit 77"))
    start(qtbot, page)
    shows(qtbot, page, "(Exit code 77)")
    qtbot.waitUntil(page.installing.onward.isEnabled)


def test_what_waits_is_not_lost_while_another_one_is_installed(
    program: WindowedProgram, tmp_path: Path, qtbot: QtBot
) -> None:
    gate, other, notices = tmp_path / "gate", tmp_path / "other", program.window.notices
    other.mkdir()

    def go_on() -> None:
        words, parts = "Install later.run…", QAbstractButton
        qtbot.waitUntil(lambda: any(each.text() == words and each.isVisible() for each in notices.findChildren(parts)))
        button(notices, words).click()

    page = dropped(program, run_file(tmp_path, f'until [ -e "{gate}" ]; do sleep 0.05; done'))
    start(qtbot, page)
    try:
        qtbot.waitUntil(lambda: page.installing.running)
        dropped(program, run_file(other, "exit 0").rename(other / "later.run"))
        go_on()
        assert page.installing.running
        assert [text for text in texts_of(notices) if "later.run." in text], "it still waits"
    finally:
        gate.touch()
    # It says so as long as it looks for what was installed, and is at work until then.
    shows(qtbot, page, "The installer reports success")
    qtbot.waitUntil(lambda: not page.holds_work())
    go_on()
    assert not notices.shows("dropped")
    qtbot.waitUntil(page.looking.onward.isEnabled)


def test_the_keyboard_stays_in_the_wizard_while_an_installer_runs_and_fails(
    program: WindowedProgram, tmp_path: Path, qtbot: QtBot
) -> None:
    page = dropped(program, run_file(tmp_path, "exit 77"))
    qtbot.waitUntil(page.looking.onward.isEnabled)
    page.looking.onward.click()
    step = page.installing
    qtbot.waitUntil(step.onward.isEnabled)
    step.onward.setFocus()
    step.onward.click()
    assert program.window.focusWidget() is step.heading
    shows(qtbot, page, "(Exit code 77)")
    qtbot.waitUntil(step.onward.isEnabled)
    assert program.window.focusWidget() is step.onward


def test_what_does_not_run_here_leads_nowhere(program: WindowedProgram, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "setup.exe"
    path.write_bytes(windows_program(resources={16: {1: version({"ProductName": "Harbour Suite"})}}))
    page = dropped(program, path)
    shows(qtbot, page, "made for Windows")
    assert any("Harbour Suite" in text for text in texts_of(page))
    assert not page.looking.onward.isEnabled()


def test_what_is_no_installer_is_said_and_another_can_be_chosen(
    program: WindowedProgram, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "letter.exe"
    path.write_text("Dear reader")
    page = dropped(program, path)
    shows(qtbot, page, "This is no installer that Companion knows")
    assert texts_of(page).count("This is no installer that Companion knows") == 1
    assert page.looking.heading.text() == "letter.exe"
    assert not page.looking.onward.isEnabled()
    page.looking.look(str(run_file(tmp_path, "exit 0")))
    qtbot.waitUntil(page.looking.onward.isEnabled)


def test_a_drive_that_does_not_answer_keeps_no_one_from_choosing_another_file(
    program: WindowedProgram, tmp_path: Path, qtbot: QtBot
) -> None:
    (tmp_path / "drive").mkdir()
    path = run_file(tmp_path / "drive", "exit 0")
    with silent(path) as drive:
        page = dropped(program, path)
        qtbot.waitUntil(drive.is_asked)
        shows(qtbot, page, "Looking at the file")
        assert button(page, "Choose a file…").isEnabled()
        page.looking.look(str(run_file(tmp_path, "exit 0")))
        qtbot.waitUntil(page.looking.onward.isEnabled)
        # No thread of those that do the window's work waits for the drive.
        qtbot.waitUntil(lambda: not page.looking.app_state.runner.busy)


def test_a_file_can_be_installed_from_the_downloads(program: WindowedProgram) -> None:
    program.window.navigate_to(Destination("downloads"))
    button(program.window.current, "Install a file…").click()
    page = program.window.current
    assert isinstance(page, FilePage)
    assert button(page, "Choose a file…").isEnabled()
    assert not page.looking.onward.isEnabled()


def test_leaving_the_check_and_coming_back_goes_on(program: WindowedProgram, tmp_path: Path, qtbot: QtBot) -> None:
    page = dropped(program, run_file(tmp_path, "exit 0"))
    qtbot.waitUntil(page.looking.onward.isEnabled)
    page.looking.onward.click()
    program.window.navigate_to(Destination("home"))
    program.window.go_back()
    assert program.window.current is page
    qtbot.waitUntil(page.installing.onward.isEnabled)


def test_the_key_of_what_was_bought_is_one_click_from_the_installer(
    program: WindowedProgram, services: Services, tmp_path: Path, qtbot: QtBot
) -> None:
    values = [(Field.PRODUCT, "Harbour Suite", "Harbour Suite")]
    services.owned.purchases.add(draft_of(values, Source(kind=SourceKind.PERSON), services.clock()))
    path = script(tmp_path / "harbour.run", '#!/bin/sh\n# Makeself\nlabel="Harbour Suite"\nexit 0\n')
    page = dropped(program, path)
    shows(qtbot, page, "You bought it")
    assert any("On how many PCs your licence may be used is not known." in text for text in texts_of(page))
    qtbot.waitUntil(page.looking.onward.isEnabled)
    page.looking.onward.click()
    button(page, "Show your key").click()
    assert program.window.current is program.window.page("purchase")
    program.window.go_back()
    assert program.window.current is page


def test_only_installers_alone_lead_there() -> None:
    setup, mail = Path("a/setup.msi"), Path("a/order.eml")
    assert apart((setup, mail)) == ((setup,), (mail,))
    assert apart(()) == ((), ())
    assert apart((Path("a/harbour.zip"),)) == ((Path("a/harbour.zip"),), ())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile("/x/Setup.EXE")])
    assert promise(data)[0] == "Drop it to install it"
    data.setUrls([QUrl.fromLocalFile("/x/Setup.EXE"), QUrl.fromLocalFile("/x/order.eml")])
    assert promise(data)[0] == "Drop it to add it"
