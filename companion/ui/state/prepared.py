"""Working out in the background what a page shows."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Generic, TypeVar

import shiboken6
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from companion.domain.core.errors import CompanionError
from companion.ui.state.tasks import TaskRunner
from companion.ui.widgets.held import when_let_go

T = TypeVar("T")


class Prepared(Generic[T]):
    """Prepares what `show` is called with on the GUI thread; while that is under way, only the latest wish counts.

    With thousands of purchases, choosing and sorting takes longer than the window may stand still, and so does freeing
    what was shown before. It begins when the window has painted what it is at. What is prepared must not refer to
    widgets. It is shown once the person holds no button of `owner` down, since the button might be replaced by it.
    """

    def __init__(self, runner: TaskRunner, owner: QObject, show: Callable[[T], None]) -> None:
        self._runner, self._owner, self._show = runner, owner, show
        self._under_way = False
        self._next: Callable[[], T] | None = None
        self._shown: T | None = None

    def ask(self, work: Callable[[], T]) -> None:
        """Do `work` on another thread and show what it returns; it must touch no widget."""
        if self._under_way:
            self._next = work
            return
        self._under_way, self._next = True, work
        self._runner.when_idle(self._begin)

    def _begin(self) -> None:
        work, self._next = self._next, None
        if work is not None and shiboken6.isValid(self._owner):
            self._runner.run(self._owner, lambda _: work(), self._done, self._failed)

    def _done(self, found: T) -> None:
        if isinstance(self._owner, QWidget):
            when_let_go(self._owner, partial(self._show_found, found))
        else:
            self._show_found(found)

    def _show_found(self, found: T) -> None:
        before, self._shown = self._shown, found
        self._show(found)
        self._runner.let_go(before)
        self._go_on()

    def _failed(self, error: CompanionError) -> None:
        self._runner.unhandled.emit(error)
        self._go_on()

    def _go_on(self) -> None:
        self._under_way = False
        work, self._next = self._next, None
        if work is not None:
            self.ask(work)
