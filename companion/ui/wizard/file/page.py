"""The wizard of a file as a page of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from companion.domain.installation.proof.installation import CheckedFile
from companion.domain.purchases.purchase import Overview
from companion.ui.navigation import Destination
from companion.ui.state.app_state import AppState
from companion.ui.state.opener import Opener
from companion.ui.wizard.file.install import FileDoneStep, FileInstallStep
from companion.ui.wizard.file.look import LookStep
from companion.ui.wizard.steps_page import StepsPage

if TYPE_CHECKING:
    from companion.services.installation.file_installer import FileInstaller
    from companion.services.installation.recovery import Recovery
    from companion.services.installation.workflow import Installations

STEPS = ("Look at the file", "Check and install", "Done")


class FilePage(StepsPage):
    """Walks from the file of any installer to a working installation; the destination's item is the file."""

    def __init__(
        self,
        app_state: AppState,
        installer: FileInstaller,
        installations: Installations,
        recovery: Recovery,
        opener: Opener,
        purchases: Callable[[], Iterable[Overview]],
        order_of: Callable[[Path], str | None],
    ) -> None:
        super().__init__(app_state, "Install a file", STEPS)
        self._place = ""
        self.looking = LookStep(app_state, installer, purchases, order_of)
        self.installing = FileInstallStep(app_state, installer, installations, recovery, opener)
        self.finished = FileDoneStep(app_state, recovery)
        self.set_steps(self.looking, self.installing, self.finished)
        self.looking.looked_at.connect(self._begin)
        self.installing.advance.connect(self._finish)
        self.finished.advance.connect(self.end)

    def arrive(self, destination: Destination) -> None:
        if self.installing.running:
            return
        begun = self.installing.file is not None and self.index == 1
        if begun and destination.item in ("", self._place):
            # Leaving it and coming back goes on where it was.
            self.installing.begin_again()
            return
        self._place = destination.item
        self.show_step(0)
        self.looking.look(destination.item)

    def holds_work(self) -> bool:
        return self.installing.running

    def _begin(self, file: CheckedFile, purchase: str) -> None:
        self._place = file.place
        self.show_step(1)
        self.installing.begin(file, purchase)
        self.take_focus()

    def _finish(self) -> None:
        self.installing.depart()
        if self.installing.done is not None:
            self.finished.show_end(self.installing.done)
        self.show_step(2)
        self.take_focus()

    def end(self) -> None:
        self.current.depart()
        self.installing.file = None
        super().end()
