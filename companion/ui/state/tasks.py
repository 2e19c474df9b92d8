"""The one way off the GUI thread."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal

from companion.domain.core.errors import Cancelled, CompanionError
from companion.services.app.cancellation import Cancellation
from companion.services.app.errors import as_error

_log = logging.getLogger(__name__)
T = TypeVar("T")

_THREADS = 6
ENDING_SECONDS = 3.0
"""Seconds that work has to end once the program is quit."""
_TURN_SECONDS = 0.001
"""So long Python lets a worker compute before the GUI thread gets its turn; usual are 5 ms, each time it waits."""
_OBJECTS_BEFORE_A_LOOK, _LOOKS_BEFORE_A_FULLER_ONE = 5_000, (1, 1000)
_LOOK_EVERY_MS = 10
"""How often it is looked whether garbage is due while workers run. The window stands still for as long as what is new
is looked through: what workers make of thousands of purchases in 100 ms took it 40 ms."""
_FREED_AT_ONCE = 50
_IDLE, _AFTER_PAINTING = QEvent.Type(QEvent.registerEventType()), -2
"""The event that comes when no other waits, and its priority: that of what Qt paints is -1."""


class Task:
    """One piece of work under way. `cancel` asks it to stop; nothing is delivered after that but the end itself."""

    def __init__(self, runner: TaskRunner, owner: QObject, callbacks: _Callbacks) -> None:
        self.cancellation = Cancellation()
        self.running = True
        self._runner = runner
        self._owner = owner
        self._callbacks = callbacks
        self._lock = threading.Lock()
        self._latest: Any = None
        self._announced = False

    def cancel(self) -> None:
        """Ask the work to stop at its next look; `done` is not called any more."""
        self.cancellation.cancel()

    def report(self, value: object) -> None:
        """Called by the work on its own thread: hand a progress value to the GUI. Only the newest one is delivered."""
        with self._lock:
            self._latest = value
            if self._announced:
                return
            self._announced = True
        self._runner.post(lambda: self._deliver_progress())

    def _deliver_progress(self) -> None:
        with self._lock:
            value, self._latest, self._announced = self._latest, None, False
        if self.running and self._callbacks.progress is not None and self._wanted():
            self._callbacks.progress(value)

    def _wanted(self) -> bool:
        return shiboken6.isValid(self._owner) and not self.cancellation.cancelled

    def finish(self, result: object, error: BaseException | None) -> None:
        """Called on the GUI thread when the work has ended."""
        self.running = False
        if not shiboken6.isValid(self._owner):
            return
        if isinstance(error, Cancelled) or self.cancellation.cancelled:
            if self._callbacks.cancelled is not None:
                self._callbacks.cancelled()
            return
        if error is None:
            self._callbacks.done(result)
            return
        told = as_error(error)
        if self._callbacks.failed is not None:
            self._callbacks.failed(told)
        else:
            self._runner.unhandled.emit(told)


class _Callbacks:
    def __init__(
        self,
        done: Callable[[Any], None],
        failed: Callable[[CompanionError], None] | None,
        progress: Callable[[Any], None] | None,
        cancelled: Callable[[], None] | None,
    ) -> None:
        self.done = done
        self.failed = failed
        self.progress = progress
        self.cancelled = cancelled


class _Job:
    """Work on the way to another thread, and its outcome on the way back; `take` leaves it empty.

    Work refers to widgets, which Qt may be deleting at the same moment: a thread that dropped the last reference to
    one would free what Qt is just about to look at. So the other thread is left with an empty job.
    """

    def __init__(self, task: Task, work: Callable[[Task], object]) -> None:
        self._parts: list[Any] = [task, work]
        self._result: object = None
        self._error: BaseException | None = None

    def perform(self) -> None:
        """Do the work; every ending of it is kept."""
        try:
            self._parts[0].cancellation.check()
            self._result = self._parts[1](self._parts[0])
        except BaseException as caught:  # noqa: BLE001 - every ending is delivered to the GUI thread
            self._error = caught
            if not isinstance(caught, (Cancelled, CompanionError)):
                _log.exception("unexpected failure in background work")

    def take(self) -> tuple[list[Any], object, BaseException | None]:
        """Returns the task and its work, the result, and the error; called on the GUI thread."""
        taken = self._parts, self._result, self._error
        self._parts, self._result, self._error = [], None, None
        return taken


class TaskRunner(QObject):
    """Runs blocking work on a pool of threads and brings its outcome back to the GUI thread.

    Callbacks run on the GUI thread, in order, and only while `owner` exists; when the owner is deleted its work is
    asked to stop. A failure without a `failed` callback is emitted as `unhandled`, so none is ever lost.

    From the first runner on Python looks for garbage on the GUI thread only, after what other threads brought: widgets
    can be part of it, and deleting one on another thread ends the program with a crash.
    """

    unhandled = Signal(object)
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        sys.setswitchinterval(_TURN_SECONDS)
        gc.disable()
        gc.set_threshold(_OBJECTS_BEFORE_A_LOOK, *_LOOKS_BEFORE_A_FULLER_ONE)
        self._looking = QTimer(self, interval=_LOOK_EVERY_MS)
        self._looking.timeout.connect(collect_if_due)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="work")
        self._turns = ThreadPoolExecutor(1, thread_name_prefix="turn")
        self._running: set[Task] = set()
        self._when_idle: list[Callable[[], object]] = []
        self._ended = False
        self._posted.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        owner: QObject,
        work: Callable[[Task], T],
        done: Callable[[T], None],
        failed: Callable[[CompanionError], None] | None = None,
        progress: Callable[[Any], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        *,
        in_turn: bool = False,
    ) -> Task:
        """Run `work` on another thread; it gets its `Task`, to report progress and look for cancellation.

        What computes for long without being waited for is done `in_turn`, one piece after the other in the order in
        which they were given: each thread that computes is one more that the window waits for whenever Qt calls Python.
        It begins when the window has done what it is at. After `shut_down` nothing is begun any more.
        """
        task = Task(self, owner, _Callbacks(done, failed, progress, cancelled))
        if self._ended:
            task.running = False
            task.cancel()
            return task
        self._running.add(task)
        if not self._looking.isActive():
            self._looking.start()
        owner.destroyed.connect(task.cancel)
        if in_turn:
            self.when_idle(partial(self._turns.submit, self._perform, _Job(task, work)))
        else:
            self._pool.submit(self._perform, _Job(task, work))
        return task

    def when_idle(self, call: Callable[[], object]) -> None:
        """Run `call` on the GUI thread, which calls this, once what waits there is done and painted.

        What is called then is short or starts work. Work that computes while widgets are made holds up the window: it
        waits for the interpreter whenever Qt calls Python. After `shut_down` nothing is called.
        """
        self._when_idle.append(call)
        if len(self._when_idle) == 1:
            self._await_idle()

    def _await_idle(self) -> None:
        QCoreApplication.postEvent(self, QEvent(_IDLE), _AFTER_PAINTING)

    def customEvent(self, event: QEvent) -> None:
        if event.type() != _IDLE or not self._when_idle:
            return
        call = self._when_idle.pop(0)
        if self._when_idle:
            # Keys and the mouse have their turn between two calls.
            QTimer.singleShot(0, self, self._await_idle)
        call()

    def wait_for_turn(self, work: Callable[[], T]) -> T:
        """Do `work` in turn (see `run`) and return what it returns; for work that is under way on another thread."""
        return self._turns.submit(work).result()

    def let_go(self, *values: object) -> None:
        """Free values on another thread once nothing else refers to them here; they must not refer to widgets.

        Freeing thousands at once would hold up every thread: long tuples and lists are freed one element at a time.
        """
        self.post(partial(self._free_soon, list(values)))

    def _free_soon(self, values: list[object]) -> None:
        if not self._ended:
            self._turns.submit(_free, values)

    def post(self, call: Callable[[], None]) -> None:
        """Run `call` on the GUI thread soon; safe from every thread."""
        if shiboken6.isValid(self):
            self._posted.emit(call)

    @property
    def busy(self) -> bool:
        """Whether any work is under way or about to begin."""
        return bool(self._running or self._when_idle)

    def shut_down(self, *last: Callable[[], object], seconds: float = ENDING_SECONDS) -> None:
        """Ask all work to stop, do the `last` pieces one after the other, and wait for all of it; once only.

        What has not ended after `seconds` is left behind: a file system or a keychain may hang for ever.
        """
        if self._ended:
            return
        self._ended = True
        self._when_idle.clear()
        for task in tuple(self._running):
            task.cancel()
        # Not on the pool, whose threads may all hang.
        ending = threading.Thread(target=self._end, args=(last,), name="ending", daemon=True)
        ending.start()
        ending.join(seconds)
        if ending.is_alive():
            _log.warning("the program ends although some of its work does not")

    def _end(self, last: Iterable[Callable[[], object]]) -> None:
        _perform_each(last)
        self._pool.shutdown(wait=True)
        self._turns.shutdown(wait=True)

    def _perform(self, job: _Job) -> None:
        job.perform()
        self.post(lambda: self._finish(job))

    def _finish(self, job: _Job) -> None:
        parts, result, error = job.take()
        task: Task = parts[0]
        self._running.discard(task)
        if not self._running:
            self._looking.stop()
        task.finish(result, error)

    def _call(self, call: Callable[[], None]) -> None:
        call()
        collect_if_due()


def collect_if_due() -> None:
    """Look for garbage as soon as Python would have done by itself (`gc.get_threshold`)."""
    for generation in (2, 1, 0):
        if gc.get_count()[generation] > gc.get_threshold()[generation] > 0:
            gc.collect(generation)
            return


def _free(values: list[object]) -> None:
    parts = _parts_of(values)
    while parts:
        part = parts.pop()
        if isinstance(part, (tuple, list)) and len(part) > _FREED_AT_ONCE:
            parts.extend(part)


def _parts_of(values: list[object]) -> list[object]:
    parts: list[object] = []
    while values:
        value = values.pop()
        parts.extend(value if isinstance(value, (tuple, list)) else (value,))
    return parts


def _perform_each(last: Iterable[Callable[[], object]]) -> None:
    """What keeps one piece from being done keeps no other."""
    for work in last:
        try:
            work()
        except Exception:  # noqa: BLE001 - the other pieces are done all the same
            _log.exception("something at the end of the program failed")
