"""The window opens whatever became of the library, and tells it once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.services.container.store import build_window_services
from companion.services.storage.database import Library
from companion.services.store.keychain.keychain import Keychain
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from tests.kits.build import NOW, Build
from tests.kits.memory_keychain import MemoryKeychain
from tests.kits.ui import button, texts_of

STORE = "http://127.0.0.1:9"

Start = Callable[[Path], WindowedProgram]


@pytest.fixture
def start(qapp: QApplication, qtbot: QtBot) -> Iterator[Start]:
    made: list[WindowedProgram] = []

    def begin(home: Path) -> WindowedProgram:
        services = build_window_services(home, STORE, keychain=Keychain(backend=MemoryKeychain()))
        program = WindowedProgram(qapp, services, theme=LIGHT)
        made.append(program)
        program.start(in_tray=False)
        qtbot.waitUntil(lambda: program.window.isVisible() and not program.runner.busy)
        return program

    yield begin
    for program in made:
        program.close()
        program._services.close()


def filled(home: Path) -> None:
    home.mkdir(exist_ok=True)
    library = Library(home / "library.db")
    library.add_order(STORE, "LF-1", NOW)
    library.remember_order(STORE, Build.order(number="LF-1"), None, NOW)
    library.close()


def notices(program: WindowedProgram) -> str:
    return " ".join(texts_of(program.window.notices))


def test_a_library_that_was_restored_is_told_until_the_notice_is_closed(
    start: Start, qtbot: QtBot, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    filled(home)
    (home / "library.db").write_bytes(b"")
    program = start(home)
    assert "Companion's notes were empty" in notices(program)
    assert "restored from the copy of" in notices(program)
    assert len(program.app_state.snapshot.orders) == 1
    program.close()
    assert Library(home / "library.db").set_aside is not None
    second = start(home)
    assert "restored from the copy of" in notices(second)
    button(second.window.notices, "Close").click()
    qtbot.waitUntil(lambda: not second.runner.busy)
    library = Library(home / "library.db")
    assert library.set_aside is None
    library.close()


def fill_up(disk: Path) -> None:
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return


def read_only(disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own; only root may mount one."""
    folder = tmp_path / "disk"
    folder.mkdir()
    words = ["mount", "-t", "tmpfs", "-o", "size=16m", "companion-test", str(folder)]
    if os.name != "posix" or os.geteuid() != 0 or subprocess.run(words, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("close", [fill_up, read_only])
def test_where_nothing_can_be_written_the_window_opens_and_says_so_once(
    disk: Path, start: Start, close: Callable[[Path], None]
) -> None:
    filled(disk)
    close(disk)
    program = start(disk)
    assert len(program.app_state.snapshot.orders) == 1
    program.app_state.changed.emit()
    assert notices(program).count("Nothing can be saved at present") == 1
