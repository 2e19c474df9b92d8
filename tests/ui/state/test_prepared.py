"""Working out in the background what a page shows."""

from __future__ import annotations

import threading
from functools import partial

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from companion.domain.core.errors import CompanionError
from companion.ui.state.prepared import Prepared
from companion.ui.state.tasks import TaskRunner
from companion.ui.widgets.held import LOOK_AGAIN_MS
from tests.ui.state.test_tasks import Freed


def test_while_one_is_prepared_only_the_latest_wish_counts(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, shown, worked, gate = QObject(), list[str](), list[str](), threading.Event()
    prepared: Prepared[str] = Prepared(runner, owner, shown.append)

    def work(name: str) -> str:
        worked.append(name)
        gate.wait()
        return name

    prepared.ask(partial(work, "first"))
    qtbot.waitUntil(lambda: worked == ["first"])
    for name in ("second", "third"):
        prepared.ask(partial(work, name))
    gate.set()
    qtbot.waitUntil(lambda: not runner.busy)
    assert (worked, shown) == (["first", "third"], ["first", "third"])


def test_of_what_is_asked_for_before_the_window_is_idle_only_the_latest_counts(
    runner: TaskRunner, qtbot: QtBot
) -> None:
    owner, shown = QObject(), list[str]()
    prepared: Prepared[str] = Prepared(runner, owner, shown.append)
    for name in ("first", "second", "third"):
        prepared.ask(partial(str, name))
    qtbot.waitUntil(lambda: not runner.busy)
    assert shown == ["third"]


def test_nothing_is_prepared_for_what_was_deleted_before_it_began(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, worked = QObject(), list[str]()
    Prepared[None](runner, owner, lambda _: None).ask(partial(worked.append, "worked"))
    shiboken6.delete(owner)
    qtbot.waitUntil(lambda: not runner.busy)
    assert worked == []


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


def test_what_was_shown_before_is_freed_on_another_thread(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, shown, where = QObject(), list[int](), list[int]()
    prepared: Prepared[tuple[Freed, ...]] = Prepared(runner, owner, lambda found: shown.append(len(found)))

    def made(many: int) -> tuple[Freed, ...]:
        return tuple(Freed(where) for _ in range(many))

    prepared.ask(partial(made, 3))
    qtbot.waitUntil(lambda: shown == [3])
    prepared.ask(partial(made, 1))
    qtbot.waitUntil(lambda: len(where) == 3)
    assert threading.get_ident() not in where


def test_what_is_prepared_is_not_shown_while_a_button_is_held_down(runner: TaskRunner, qtbot: QtBot) -> None:
    owner, shown = QWidget(), list[str]()
    qtbot.addWidget(owner)
    held = QPushButton(owner)
    held.setDown(True)
    prepared: Prepared[str] = Prepared(runner, owner, shown.append)
    begun = list[str]()

    def work(name: str) -> str:
        begun.append(name)
        return name

    prepared.ask(partial(work, "first"))
    qtbot.waitUntil(lambda: begun == ["first"])
    prepared.ask(partial(work, "second"))
    # The work has ended, and what came of it has been handed over.
    qtbot.waitUntil(lambda: not runner.busy)
    qtbot.wait(2 * LOOK_AGAIN_MS)
    assert shown == []
    held.setDown(False)
    qtbot.waitUntil(lambda: shown == ["first", "second"])
