"""Working out in the background what a page shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from functools import partial

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from companion.domain.core.errors import CompanionError
from companion.ui.state.prepared import Prepared
from companion.ui.state.tasks import TaskRunner


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.shut_down()


def test_while_one_is_prepared_only_the_latest_wish_counts(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, shown, worked, gate = QObject(), list[str](), list[str](), threading.Event()
    prepared: Prepared[str] = Prepared(runner, owner, shown.append)

    def work(name: str) -> str:
        gate.wait()
        worked.append(name)
        return name

    for name in ("first", "second", "third"):
        prepared.ask(partial(work, name))
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert (worked, shown) == (["first", "third"], ["first", "third"])


def test_it_never_works_on_the_thread_of_the_window(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, shown = QObject(), list[int]()
    Prepared(runner, owner, shown.append).ask(threading.get_ident)
    qtbot.waitUntil(lambda: bool(shown))
    assert shown != [threading.get_ident()]


def test_a_failure_is_told_and_the_next_wish_is_prepared(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, shown, told = QObject(), list[str](), list[CompanionError]()
    runner.unhandled.connect(told.append)
    prepared: Prepared[str] = Prepared(runner, owner, shown.append)

    def fail() -> str:
        raise OSError("no")

    prepared.ask(fail)
    qtbot.waitUntil(lambda: len(told) == 1)
    prepared.ask(lambda: "again")
    qtbot.waitUntil(lambda: shown == ["again"])
