"""A page of which one step is shown at a time, with that step's buttons below it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QStackedWidget

from companion.ui.navigation import Destination, Page
from companion.ui.state.app_state import AppState
from companion.ui.wizard.steps import Step, Stepper


class StepsPage(Page):
    """Shows one step and where it stands among the others.

    `ended` is emitted when the person leaves it by its own buttons, with or without an installation.
    """

    ended = Signal()

    def __init__(self, app_state: AppState, title: str, names: Sequence[str]) -> None:
        super().__init__(app_state, title)
        self._stepper, self._stack, self._footers = Stepper(names), QStackedWidget(), QStackedWidget()
        self._footers.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._steps: tuple[Step, ...] = ()

    def set_steps(self, *steps: Step) -> None:
        """Take the steps, in their order, and show the first."""
        self._steps = steps
        for step in steps:
            self._stack.addWidget(step)
            self._footers.addWidget(step.footer)
            step.navigation_requested.connect(self.navigation_requested)
            step.leave.connect(self.end)
        self.add(self._stepper, self._stack)
        self.add_footer(self._footers)
        self.show_step(0)

    @property
    def current(self) -> Step:
        """The step that is shown."""
        return self._steps[self.index]

    @property
    def index(self) -> int:
        """The place of the step that is shown."""
        return self._stack.currentIndex()

    def leave_page(self) -> None:
        """Stop looking at the PC while another page is shown; what runs goes on."""
        self.current.depart()

    def show_step(self, index: int) -> None:
        """Show one of the steps."""
        # A stack is as tall as its tallest page; only the one that is shown may count.
        for number, step in enumerate(self._steps):
            vertical = QSizePolicy.Policy.Preferred if number == index else QSizePolicy.Policy.Ignored
            step.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)
        self._stack.setCurrentIndex(index)
        self._footers.setCurrentIndex(index)
        self._stepper.show_step(index)
        self.scroll_to_top()

    def end(self) -> None:
        """Lead back to Home."""
        self.navigation_requested.emit(Destination("home"))
        self.ended.emit()

    def take_focus(self) -> None:
        self.current.take_focus()
