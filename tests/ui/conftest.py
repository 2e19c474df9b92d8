"""Real services over a real demo store, and the real window without a screen."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from companion.demo.customers import Account
from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.services.app.resources import resource
from companion.services.container.store import Services, build_services
from companion.services.platforms import current
from companion.ui.app.application import WindowedProgram
from companion.ui.look.theme import LIGHT
from companion.ui.navigation import Destination
from companion.ui.state.tasks import TaskRunner
from tests.kits.ui import Gate

BLOCKER = "companionblock"


@pytest.fixture
def runner(qapp: QApplication) -> Iterator[TaskRunner]:
    """A runner of work off the thread of the window."""
    made = TaskRunner()
    yield made
    made.shut_down()


@pytest.fixture
def gate() -> Iterator[Gate]:
    """Holds downloads for as long as a test wants to look at one that is under way."""
    made = Gate()
    yield made
    made.open()


@pytest.fixture
def store(tmp_path: Path, gate: Gate) -> Iterator[DemoStore]:
    """A demo store whose installer only minds a program of the tests' own."""
    profile = json.loads(resource("profiles/larkfield.json").read_bytes())
    mail = next(rule for rule in profile["blockers"] if rule["id"] == "outlook")
    for match in mail["matches"]:
        match |= {"names": [BLOCKER], "pathContains": [str(tmp_path)]}
    profile["blockers"] = [mail]
    system = current().name.value
    made = DemoStore(
        tmp_path / "store", profile=json.dumps(profile).encode(), system=system, size=2**20, password_cost=2,
        around=gate.around,
    )  # fmt: skip
    yield made
    gate.open()
    made.close()


@pytest.fixture
def services(tmp_path: Path, store: DemoStore, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Services of one user at that store; the developer's own desktop shows no notices of theirs."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/no-bus")
    made = build_services(tmp_path / "home", store.url)
    yield made
    made.close()


@pytest.fixture
def program(qapp: QApplication, qtbot: QtBot, services: Services) -> Iterator[WindowedProgram]:
    """The program with its window shown and everything remembered loaded."""
    made = WindowedProgram(qapp, services, theme=LIGHT)
    with qtbot.waitSignal(made.app_state.changed):
        made.start(in_tray=False)
    qtbot.waitUntil(lambda: not made.runner.busy)
    yield made
    made.close()
    made.window.deleteLater()


@pytest.fixture
def add(program: WindowedProgram, qtbot: QtBot) -> Callable[[Account], None]:
    """Adds an order of the demo store, as the first-run page does."""

    def work(account: Account) -> None:
        done: list[object] = []
        owner = QObject()
        password = Secret(account.order_password)
        program.app_state.add_order(owner, account.order_number, password, done.append, done.append)
        qtbot.waitUntil(lambda: bool(done))
        assert not isinstance(done[0], Exception), done[0]
        program.window.navigate_to(Destination("home"))
        qtbot.waitUntil(lambda: not program.runner.busy)

    return work
