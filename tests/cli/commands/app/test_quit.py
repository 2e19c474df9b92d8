"""``companion quit`` ends a real running program, and says so truly."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from companion.cli.commands.app.quit import QuitResult
from companion.services.app.instance.running_program import announce, quitting
from tests.kits.cli import Cli
from tests.kits.listener import Listener
from tests.kits.waiting import until

pytestmark = pytest.mark.skipif(os.name != "posix", reason="the Windows lab has its own")


class Running:
    """Programs that run with one folder."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.programs: list[subprocess.Popen[bytes]] = []

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        program = subprocess.Popen(
            [sys.executable, "-m", "companion", "--home", str(self.home), *options],
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self.programs.append(program)
        until((self.home / "running.address").exists)
        return program


@pytest.fixture
def running(bare: Cli) -> Iterator[Running]:
    made = Running(bare.home)
    yield made
    for program in made.programs:
        if program.poll() is None:
            program.kill()
        program.wait(20)


@pytest.mark.slow
def test_the_running_program_has_ended_when_the_command_returns(bare: Cli, running: Running) -> None:
    program = running.start("--tray")
    assert bare("quit", "--wait", "--json").shown(QuitResult) == QuitResult(running=True, ended=True)
    # Its end was waited for already: what is left is to fetch its exit code.
    assert program.wait(30) == 0
    assert not (running.home / "running.address").exists()
    assert bare("quit", "--wait", "--json").shown(QuitResult) == QuitResult(running=False)


def test_without_wait_it_is_asked_and_ends_by_itself(bare: Cli, running: Running) -> None:
    program = running.start()
    ran = bare("quit")
    assert (ran.code, ran.out) == (0, "Companion is ending. Its downloads go on at the next start.\n")
    assert program.wait(20) == 0


@pytest.mark.slow
def test_one_that_shows_why_it_cannot_open_ends_too(bare: Cli, running: Running) -> None:
    assert bare("stores", "list").code == 0
    with closing(sqlite3.connect(running.home / "library.db", isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 9000")
    program = running.start()
    assert bare("quit", "--wait", "--json").shown(QuitResult).ended
    assert program.wait(30) == 1, "it could not open its window"


def test_nothing_runs(bare: Cli) -> None:
    ran = bare("quit", "--wait")
    assert (ran.code, ran.out) == (0, "Companion is not running.\n")
    assert not bare.home.exists() or list(bare.home.iterdir()) == [], "nothing is made on the way"


@pytest.mark.slow
def test_one_that_does_not_react_is_said(bare: Cli) -> None:
    bare.home.mkdir(mode=0o700)
    ear = Listener(bare.home / "running.socket", b"")
    announce(bare.home, str(bare.home / "running.socket"))
    ear_closed = bare("quit", "--json")
    ear.close()
    assert "quit" in ear_closed.error(1, "not-answering")["message"]


def test_one_that_promises_and_has_ended_already_is_believed(bare: Cli) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    bare.home.mkdir(mode=0o700)
    ear = Listener(bare.home / "running.socket", quitting(gone.pid))
    announce(bare.home, str(bare.home / "running.socket"))
    assert bare("quit", "--wait", "--json").shown(QuitResult).ended
    ear.close()
