"""What the window tells of earlier runs: an installation that went on, entries put back, programs still closed."""

from __future__ import annotations

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.domain.pc.closing import Relaunch
from companion.domain.pc.facts import AutostartKind
from companion.services.container.store import Services
from companion.services.installation.recovery import Recovery
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.widgets.notice import Notice
from tests.kits.linux import booted
from tests.kits.ui import button, texts_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="writes entries and starts programs as Linux has them")

Start = Callable[..., WindowedProgram]


def recovery(services: Services, run: str) -> Recovery:
    return Recovery(
        services.folders.state, booted(run), services.clock, services.library.note, ["/opt/companion", "--home", "x"]
    )


def installed_until_restart(services: Services, proof: Path) -> None:
    earlier = recovery(services, "first")
    entries = services.platform.autostart.entries().value or ()
    mine = [found for found in entries if found.name == "MailHelper" and found.kind is AutostartKind.XDG_AUTOSTART]
    earlier.hold(mine, "lantern")
    earlier.begin("lantern", "LF-5930-2216", "Lantern Protect", [str(proof)])
    earlier.needs_restart("lantern")
    earlier.leave()


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot, services: Services) -> Iterator[Start]:
    made: list[WindowedProgram] = []

    def begin(run: str, *, in_tray: bool = False) -> WindowedProgram:
        again = dataclasses.replace(services)
        vars(again)["recovery"] = recovery(services, run)  # in the place of the part that it would build
        program = WindowedProgram(qapp, again, theme=LIGHT)
        made.append(program)
        with qtbot.waitSignal(program.app_state.changed):
            program.start(in_tray=in_tray)
        qtbot.waitUntil(lambda: not program.runner.busy)
        return program

    yield begin
    for program in made:
        program.close()
        program.window.deleteLater()


def said(program: WindowedProgram) -> str:
    return " ".join(texts_of(program.window.notices))


def test_before_the_restart_it_says_that_one_is_left(
    start: Start, services: Services, mail_helper: Path, tmp_path: Path
) -> None:
    installed_until_restart(services, tmp_path / "proof")
    program = start("first")
    assert "A restart completes the installation" in said(program)
    assert "Lantern Protect is complete after a restart of the PC." in said(program)
    assert "Hidden=true" in mail_helper.read_text()


def test_after_the_restart_it_says_that_all_is_well(
    start: Start, services: Services, mail_helper: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    before = mail_helper.read_text()
    installed_until_restart(services, tmp_path / "proof")
    (tmp_path / "proof").touch()
    # At sign-in it may start in the tray; the person waits for this, so the window opens.
    program = start("second", in_tray=True)
    qtbot.waitUntil(program.window.isVisible)
    assert "Lantern Protect is installed" in said(program)
    assert mail_helper.read_text() == before
    button(program.window.notices, "Show the order").click()
    assert program.window.current is program.window.page("order")


def test_what_is_missing_leads_back_to_the_installation(
    start: Start, services: Services, mail_helper: Path, tmp_path: Path
) -> None:
    installed_until_restart(services, tmp_path / "proof")
    program = start("second")
    assert "Lantern Protect is not complete" in said(program)
    assert str(tmp_path / "proof") in said(program)
    button(program.window.notices, "Install again").click()
    assert program.window.current is program.window.page("install")


def test_what_a_run_that_was_cut_off_held_back_is_put_back_and_told(
    start: Start, services: Services, mail_helper: Path
) -> None:
    before = mail_helper.read_text()
    entries = [
        found for found in services.platform.autostart.entries().value or () if found.location == str(mail_helper)
    ]
    services.recovery.hold(entries, "lantern")
    program = start("first")
    assert mail_helper.read_text() == before
    assert "MailHelper starts when you sign in, as before the installation." in said(program)


@pytest.fixture
def closed(services: Services, tmp_path: Path) -> Iterator[Path]:
    """A program that was closed by an earlier run."""
    path = tmp_path / "companionmail"
    shutil.copy("/bin/sleep", path)
    services.recovery.relauncher.remember([Relaunch(name="Test Mail", arguments=(str(path), "600"))])
    yield path
    for pid in running(path):
        os.kill(pid, signal.SIGKILL)


def running(path: Path) -> list[int]:
    found = subprocess.run(["pgrep", "-f", f"^{path} 600$"], capture_output=True, text=True).stdout
    return [int(pid) for pid in found.split()]


def test_what_is_still_closed_is_offered_and_opened_once(start: Start, closed: Path, qtbot: QtBot) -> None:
    program = start("first")
    assert "Test Mail was closed for the installation" in said(program)
    button(program.window.notices, "Open Test Mail again").click()
    qtbot.waitUntil(lambda: len(running(closed)) == 1)
    qtbot.waitUntil(lambda: "Test Mail" not in said(program))
    assert "Test Mail" not in said(start("first"))


def test_an_offer_that_is_put_away_is_not_made_again(start: Start, closed: Path, qtbot: QtBot) -> None:
    program = start("first")
    notices = program.window.notices.findChildren(Notice)
    button(next(each for each in notices if "Test Mail" in each.accessibleName()), "Close").click()
    qtbot.waitUntil(lambda: not program.runner.busy)
    assert "Test Mail" not in said(start("first"))
    assert running(closed) == []


def test_a_changed_program_is_not_run_and_that_is_said(
    start: Start, closed: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    program = start("first")
    closed.write_text(f'#!/bin/sh\ntouch "{tmp_path}/it-ran"\n')
    button(program.window.notices, "Open Test Mail again").click()
    qtbot.waitUntil(lambda: "its file has changed since it was closed" in said(program))
    assert not (tmp_path / "it-ran").exists()
