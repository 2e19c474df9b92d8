"""The state of the application: the library is read no more often than is needed."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from companion.domain.core.platform import Platform
from companion.services.container.store import Services, build_services
from companion.services.store.keychain.keychain import Keychain
from companion.ui.look.format import Format
from companion.ui.look.theme import LIGHT
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import TaskRunner
from tests.kits.calls import count_calls
from tests.kits.memory_keychain import MemoryKeychain

NOW = dt.datetime(2027, 3, 10, 15, 0, tzinfo=dt.UTC)


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    keychain = Keychain(backend=MemoryKeychain())
    made = build_services(tmp_path / "home", "https://store.example", keychain=keychain)
    for number in range(30):
        made.library.add_order("https://store.example", f"LF-{number}", NOW)
    yield made
    made.close()


@pytest.fixture
def state(services: Services, runner: TaskRunner) -> AppState:
    return AppState(
        runner,
        Format(QLocale(), services.zone),
        lambda: LIGHT,
        platform=Platform.LINUX,
        clock=lambda: NOW,
        zone=services.zone,
        store="https://store.example",
        snapshots=services.snapshots,
        orders=lambda: services.orders,
        purchases=lambda: services.order_downloads,
        reminders=lambda: services.reminders,
    )


def hold(runner: TaskRunner, state: AppState) -> Callable[[], None]:
    """Keep what is done in turn waiting; returns what lets it go on."""
    gate = threading.Event()
    runner.run(state, lambda _: gate.wait(30), lambda _: None, in_turn=True)
    return gate.set


def test_what_is_asked_for_before_it_is_read_is_read_once(state: AppState, runner: TaskRunner, qtbot: QtBot) -> None:
    go_on, done, changes = hold(runner, state), list[str](), list[int]()
    state.changed.connect(lambda: changes.append(len(state.snapshot.orders)))
    for name in ("first", "second", "third"):
        state.load(lambda name=name: done.append(name))  # type: ignore[misc]
    state.load()
    go_on()
    qtbot.waitUntil(lambda: not runner.busy)
    assert (done, changes) == (["first", "second", "third"], [30])


def test_what_is_asked_for_while_it_is_read_is_read_once_more(
    state: AppState, services: Services, runner: TaskRunner, qtbot: QtBot
) -> None:
    seen: list[int] = []
    state.load(lambda: seen.append(len(state.snapshot.orders)))
    qtbot.waitUntil(lambda: bool(seen))
    services.library.add_order("https://store.example", "LF-30", NOW)
    state.load(lambda: seen.append(len(state.snapshot.orders)))
    qtbot.waitUntil(lambda: not runner.busy)
    assert seen == [30, 31]


def test_no_page_waits_for_what_values_are_looked_up_in(state: AppState, runner: TaskRunner, qtbot: QtBot) -> None:
    state.load()
    qtbot.waitUntil(lambda: not runner.busy)
    with count_calls("_known", "_cards", "_files", "_by_artifact", "orders_read") as calls:
        for number in range(30):
            assert state.snapshot.known(f"LF-{number}") is not None
            assert state.snapshot.card(f"LF-{number}", "licence") is None
            assert state.snapshot.file(f"LF-{number}", "artifact") is None
        assert state.snapshot.orders_read == ()
    assert not calls


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="TZ is how POSIX systems are told their zone")
def test_dates_are_known_until_the_pc_is_set_to_another_zone(
    state: AppState, services: Services, runner: TaskRunner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert state.reminder_dates() is None
    state.load()
    qtbot.waitUntil(lambda: not runner.busy)
    assert state.reminder_dates() == ()
    try:
        monkeypatch.setenv("TZ", "Pacific/Chatham")
        services.zone.reread()
        assert state.reminder_dates() is None
        state.load()
        qtbot.waitUntil(lambda: not runner.busy)
        assert state.reminder_dates() == ()
    finally:
        monkeypatch.undo()
        services.zone.reread()
