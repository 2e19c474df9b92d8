"""Removing everything once the window has ended: under way, then what came of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QProgressBar, QVBoxLayout

from companion.domain.core.errors import CompanionError
from companion.domain.installation.leftovers import removed_line
from companion.services.installation.leftovers import Removal
from companion.ui.state.tasks import TaskRunner
from companion.ui.widgets.basic import button, clear, column, fit_height, label, row
from companion.ui.widgets.notice import Notice


class RemovalDialog(QDialog):
    """Does `work` on another thread and tells what became of it."""

    def __init__(self, runner: TaskRunner, work: Callable[[], Removal]) -> None:
        super().__init__()
        self.setWindowTitle("Companion")
        self.setMinimumWidth(520)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 22, 26, 20)
        outer.setSpacing(12)
        self._heading = label("Removing everything…", "heading")
        self._body = column(spacing=8)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setAccessibleName("Removing")
        self._body.addWidget(bar)
        self._close = button("Close", self.accept, "primary")
        self._close.setEnabled(False)
        outer.addWidget(self._heading)
        outer.addLayout(self._body)
        outer.addLayout(row(None, self._close))
        runner.run(self, lambda _: work(), self._done, self._failed)

    def _done(self, removal: Removal) -> None:
        said = removed_line(removal.removed, removal.failed)
        hint = "Start Companion again and try once more." if removal.failed else "Companion has ended."
        self._end(Notice("Not everything could be removed" if removal.failed else "Everything was removed", said, hint,
                         tone="attention" if removal.failed else "ok", closable=False))  # fmt: skip

    def _failed(self, error: CompanionError) -> None:
        self._end(Notice.of_error(error, closable=False))

    def _end(self, notice: Notice) -> None:
        clear(self._body)
        self._heading.hide()
        self._body.addWidget(notice)
        self._close.setEnabled(True)
        self._close.setFocus()
        fit_height(self)

    def reject(self) -> None:
        """Closing it waits until the work has ended."""
        if self._close.isEnabled():
            super().reject()


def show_removal(work: Callable[[], Removal]) -> None:
    """Do `work` and show what came of it, until the person has read it."""
    runner = TaskRunner()
    RemovalDialog(runner, work).exec()
    runner.shut_down()
