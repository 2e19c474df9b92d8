"""The one way off the GUI thread."""

from __future__ import annotations

import gc
import logging
import threading
import weakref
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.ui.state.tasks import Task, TaskRunner


@pytest.fixture
def owner(qapp: QApplication) -> QObject:
    return QObject()


def test_work_runs_elsewhere_and_its_result_arrives_on_the_gui_thread(
    runner: TaskRunner, owner: QObject, qtbot: QtBot, qapp: QApplication
) -> None:
    seen: list[tuple[int, bool]] = []

    def done(worker: int) -> None:
        seen.append((worker, QThread.currentThread() is qapp.thread()))

    runner.run(owner, lambda _: threading.get_ident(), done)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0][0] != threading.get_ident()
    assert seen[0][1]
    assert not runner.busy


def test_an_expected_failure_reaches_its_callback(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    failures: list[CompanionError] = []

    def work(_: Task) -> None:
        raise CompanionError(ErrorCode.MISSING, "Not there", "It is not there.", "Look elsewhere.")

    runner.run(owner, work, lambda _: pytest.fail("it did not succeed"), failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].code == ErrorCode.MISSING


def test_a_failure_nobody_handles_is_emitted(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    def work(_: Task) -> None:
        raise CompanionError(ErrorCode.MISSING, "Not there", "It is not there.", "Look elsewhere.")

    with qtbot.waitSignal(runner.unhandled) as told:
        runner.run(owner, work, lambda _: None)
    assert told.args[0].code == ErrorCode.MISSING


def test_a_mistake_is_logged_with_its_traceback_and_shown_as_one(
    runner: TaskRunner, owner: QObject, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    failures: list[CompanionError] = []

    def work(_: Task) -> None:
        raise KeyError("token=CANARY-9f31")

    with caplog.at_level(logging.ERROR):
        runner.run(owner, work, lambda _: None, failures.append)
        qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].code == "bug"
    assert "CANARY" not in failures[0].message
    assert caplog.records[0].exc_info is not None


def test_progress_is_coalesced_and_the_newest_value_wins(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    seen: list[int] = []
    finished: list[object] = []

    def work(task: Task) -> None:
        for value in range(10_000):
            task.report(value)

    runner.run(owner, work, finished.append, progress=seen.append)
    qtbot.waitUntil(lambda: bool(finished))
    assert seen[-1] == 9_999
    assert len(seen) < 5_000
    assert seen == sorted(seen)


def test_the_result_for_a_deleted_owner_is_dropped_and_its_work_stopped(runner: TaskRunner, qtbot: QtBot) -> None:
    import shiboken6

    owner = QObject()
    begun, stopped = threading.Event(), threading.Event()

    def work(task: Task) -> None:
        begun.set()
        try:
            task.cancellation.wait(30)
        finally:
            stopped.set()

    runner.run(owner, work, lambda _: pytest.fail("the owner is gone and must not be told"))
    assert begun.wait(30)
    shiboken6.delete(owner)
    assert stopped.wait(30)
    qtbot.waitUntil(lambda: not runner.busy)


def test_cancelled_work_says_so_and_nothing_else(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    said: list[str] = []
    task = runner.run(
        owner,
        lambda task: task.cancellation.wait(30),
        lambda _: said.append("done"),
        lambda _: said.append("failed"),
        cancelled=lambda: said.append("cancelled"),
    )
    task.cancel()
    qtbot.waitUntil(lambda: bool(said))
    assert said == ["cancelled"]


def test_the_last_pieces_of_work_are_done_in_order_whatever_becomes_of_one(qapp: QApplication) -> None:
    done: list[str] = []

    def fail() -> None:
        done.append("failed")
        raise OSError

    runner = TaskRunner()
    runner.shut_down(lambda: done.append("first"), fail, lambda: done.append("last"))
    runner.shut_down(lambda: done.append("again"))
    assert done == ["first", "failed", "last"]


def test_work_that_never_ends_is_left_behind_and_the_last_pieces_are_done(qapp: QApplication, owner: QObject) -> None:
    hanging, never, done = threading.Barrier(7), threading.Event(), []
    runner = TaskRunner()

    def hang(_: Task) -> None:
        hanging.wait(30)
        never.wait(600)

    for _ in range(6):
        runner.run(owner, hang, lambda _: None)
    hanging.wait(30)
    runner.shut_down(lambda: done.append("last"), seconds=0.2)
    assert done == ["last"]
    never.set()


def test_after_the_end_nothing_is_begun(qtbot: QtBot) -> None:
    """What was on its way back to the window when it was closed may ask for more."""
    runner, owner, done = TaskRunner(), QObject(), list[object]()
    runner.shut_down()
    task = runner.run(owner, lambda _: done.append("worked"), done.append)
    assert (task.running, runner.busy, done) == (False, False, [])


class _Work:
    """Work that can be watched by a weak reference, as the widgets that work refers to."""

    def __call__(self, _: Task) -> str:
        return "done"


def test_the_last_reference_to_work_is_dropped_on_the_gui_thread(
    runner: TaskRunner, owner: QObject, qtbot: QtBot
) -> None:
    looked = threading.Event()

    def hold(frame: FrameType, event: str, _: object) -> None:
        """Keep the other thread where it has just handed over the outcome."""
        if event == "return" and frame.f_code is TaskRunner.post.__code__:
            looked.wait(20)

    threading.setprofile(hold)
    work, done = _Work(), list[str]()
    alive = weakref.ref(work)
    try:
        runner.run(owner, work, done.append)
        del work
        qtbot.waitUntil(lambda: bool(done))
        assert alive() is None, "the other thread still holds it"
    finally:
        threading.setprofile(None)
        looked.set()


class _Garbage:
    """Refers to itself, so that only the garbage collector ends it; notes on which thread."""

    def __init__(self, ended: list[threading.Thread]) -> None:
        self._itself, self._ended = self, ended

    def __del__(self) -> None:
        self._ended.append(threading.current_thread())


def test_garbage_is_looked_for_on_the_gui_thread_only(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    ended: list[threading.Thread] = []
    kept: list[list[object]] = []

    def work(_: Task) -> None:
        _Garbage(ended)
        kept.extend([] for _ in range(2 * gc.get_threshold()[0]))

    runner.run(owner, work, lambda _: None)
    qtbot.waitUntil(lambda: bool(ended))
    assert ended == [threading.main_thread()]


def test_garbage_is_looked_for_while_a_worker_makes_much(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    looked, kept = threading.Event(), list[list[object]]()

    def look(phase: str, _about: dict[str, Any]) -> None:
        if phase == "stop" and kept:
            looked.set()

    def work(_: Task) -> bool:
        kept.extend([] for _ in range(2 * gc.get_threshold()[0]))
        # The end of the work is a moment to look too: so it does not end before.
        return looked.wait(30)

    found: list[bool] = []
    gc.callbacks.append(look)
    try:
        runner.run(owner, work, found.append)
        qtbot.waitUntil(lambda: bool(found))
    finally:
        gc.callbacks.remove(look)
    assert found == [True]


def test_work_in_turn_is_done_one_piece_after_the_other(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    under_way, most, order = list[int](), list[int](), list[int]()

    def work(number: int) -> None:
        under_way.append(number)
        most.append(len(under_way))
        order.append(number)
        under_way.remove(number)

    def waits(_: Task) -> None:
        runner.wait_for_turn(partial(work, 9))

    for number in range(8):
        runner.run(owner, lambda _, number=number: work(number), lambda _: None, in_turn=True)  # type: ignore[misc]
    runner.run(owner, waits, lambda _: None)
    qtbot.waitUntil(lambda: not runner.busy)
    assert (set(most), [each for each in order if each != 9]) == ({1}, list(range(8)))
    assert 9 in order


class _Painted(QWidget):
    """Tells when it is painted."""

    def __init__(self, told: Callable[[], object]) -> None:
        super().__init__()
        self._told = told

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self._told()


def _drawn(qtbot: QtBot, told: Callable[[], object]) -> _Painted:
    drawn = _Painted(told)
    qtbot.addWidget(drawn)
    with qtbot.waitExposed(drawn):
        drawn.show()
    return drawn


def test_work_in_turn_begins_once_the_window_is_painted(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    happened = list[str]()
    drawn = _drawn(qtbot, lambda: happened.append("painted"))
    happened.clear()
    runner.run(owner, lambda _: happened.append("worked"), lambda _: None, in_turn=True)
    assert runner.busy
    drawn.update()
    qtbot.waitUntil(lambda: "worked" in happened)
    assert happened[0] == "painted"


def test_calls_of_an_idle_window_come_in_order_with_other_events_between(runner: TaskRunner, qtbot: QtBot) -> None:
    happened = list[str]()

    def first() -> None:
        happened.append("first")
        QTimer.singleShot(0, runner, lambda: happened.append("a key"))

    runner.when_idle(first)
    runner.when_idle(lambda: QTimer.singleShot(0, runner, lambda: happened.append("last")))
    qtbot.waitUntil(lambda: "last" in happened)
    assert happened == ["first", "a key", "last"]
    assert not runner.busy


def test_an_idle_window_begins_nothing_after_the_end(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    begun, ended = list[str](), list[str]()
    runner.when_idle(lambda: begun.append("a call"))
    runner.run(owner, lambda _: begun.append("work"), lambda _: None, in_turn=True)
    runner.shut_down()
    QTimer.singleShot(0, owner, lambda: ended.append("looked"))
    qtbot.waitUntil(lambda: bool(ended))
    assert begun == []


def test_other_work_does_not_wait_for_work_in_turn(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    gate, done = threading.Event(), list[str]()
    runner.run(owner, lambda _: gate.wait(30), lambda _: done.append("in turn"), in_turn=True)
    runner.run(owner, lambda _: None, lambda _: done.append("other"))
    qtbot.waitUntil(lambda: done == ["other"])
    gate.set()
    qtbot.waitUntil(lambda: done == ["other", "in turn"])


def test_what_fails_in_turn_fails_where_it_was_waited_for(runner: TaskRunner, owner: QObject, qtbot: QtBot) -> None:
    failures: list[CompanionError] = []

    def work() -> None:
        raise CompanionError(ErrorCode.MISSING, "Not there", "It is not there.", "Look elsewhere.")

    runner.run(owner, lambda _: runner.wait_for_turn(work), lambda _: pytest.fail("it failed"), failures.append)
    qtbot.waitUntil(lambda: bool(failures))
    assert failures[0].code == ErrorCode.MISSING


class Freed:
    """Notes on which thread it is freed."""

    def __init__(self, where: list[int]) -> None:
        self._where = where

    def __del__(self) -> None:
        self._where.append(threading.get_ident())


def test_what_is_let_go_is_freed_on_another_thread(runner: TaskRunner, qtbot: QtBot) -> None:
    where: list[int] = []
    runner.let_go(Freed(where), (Freed(where), tuple(Freed(where) for _ in range(100))))
    qtbot.waitUntil(lambda: len(where) == 102)
    assert threading.get_ident() not in where
