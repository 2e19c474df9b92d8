"""The wizard of a file as a page of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from companion.domain.installation.proof.installation import CheckedFile
from companion.domain.purchases.purchase import Overview
from companion.ui.navigation import Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.wizard.file.install import FileDoneStep, FileInstallStep
from companion.ui.wizard.file.look import LookStep
from companion.ui.wizard.steps import Step, Stepper

if TYPE_CHECKING:
    from companion.services.installation.file_installer import FileInstaller
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations

STEPS = ("Look at the file", "Check and install", "Done")


class FilePage(Page):
    """Walks from the file of any installer to a working installation; the destination's item is the file.

    `ended` is emitted when the person leaves it by its own buttons, with or without an installation.
    """

    ended = Signal()

    def __init__(
        self,
        app_state: AppState,
        installer: FileInstaller,
        installations: Installations,
        recovery: Recovery,
        opener: Opener,
        purchases: Callable[[], Iterable[Overview]],
    ) -> None:
        super().__init__(app_state, "Install a file")
        self._place = ""
        self._stepper, self._stack, self._footers = Stepper(STEPS), QStackedWidget(), QStackedWidget()
        self.looking = LookStep(app_state, installer, purchases)
        self.installing = FileInstallStep(app_state, installer, installations, recovery, opener)
        self.finished = FileDoneStep(app_state, recovery)
        self._steps: tuple[Step, ...] = (self.looking, self.installing, self.finished)
        for step in self._steps:
            self._stack.addWidget(step)
            self._footers.addWidget(step.footer)
            step.navigation_requested.connect(self.navigation_requested)
            step.leave.connect(self._end)
        self.looking.looked_at.connect(self._begin)
        self.installing.advance.connect(self._finish)
        self.finished.advance.connect(self._end)
        self._footers.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.add(self._stepper, self._stack)
        self.add_footer(self._footers)
        self._show(0)

    def arrive(self, destination: Destination) -> None:
        if self.installing.running:
            return
        begun = self.installing.file is not None and self._stack.currentIndex() == 1
        if begun and destination.item in ("", self._place):
            # Leaving it and coming back goes on where it was.
            self.installing.begin_again()
            return
        self._place = destination.item
        self._show(0)
        self.looking.look(destination.item)

    def holds_work(self) -> bool:
        return self.installing.running

    def leave_page(self) -> None:
        """Stop looking at the PC while another page is shown; an installer that runs goes on."""
        self._steps[self._stack.currentIndex()].depart()

    def _begin(self, file: CheckedFile, purchase: str) -> None:
        self._place = file.place
        self._show(1)
        self.installing.begin(file, purchase)
        self.take_focus()

    def _finish(self) -> None:
        self.installing.depart()
        if self.installing.done is not None:
            self.finished.show_end(self.installing.done)
        self._show(2)
        self.take_focus()

    def _end(self) -> None:
        self._steps[self._stack.currentIndex()].depart()
        self.installing.file = None
        self.navigation_requested.emit(Destination("home"))
        self.ended.emit()

    def _show(self, index: int) -> None:
        # A stack is as tall as its tallest page; only the one that is shown may count.
        for number, step in enumerate(self._steps):
            vertical = QSizePolicy.Policy.Preferred if number == index else QSizePolicy.Policy.Ignored
            step.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self._stack.setCurrentIndex(index)
        self._footers.setCurrentIndex(index)
        self._stepper.show_step(index)
        self.scroll_to_top()

    def take_focus(self) -> None:
        self._steps[self._stack.currentIndex()].take_focus()
