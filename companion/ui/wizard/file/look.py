"""Step one: what the file is, before anything of it is run."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout

from companion.domain.core.errors import CompanionError
from companion.domain.installation.file_card import CardRow, FileCard, file_card
from companion.domain.installation.files.belonging import purchase_of
from companion.domain.installation.files.names import ENDINGS
from companion.domain.installation.proof.installation import CheckedFile
from companion.domain.pc.finding import Severity
from companion.domain.purchases.purchase import Overview
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import IconLabel, button, clear, facts_grid, label, row
from companion.ui.widgets.notice import Notice
from companion.ui.wizard.live_check_list import ICONS
from companion.ui.wizard.steps import Step

if TYPE_CHECKING:
    from companion.services.installation.file_installer import FileInstaller

_WHAT = "What should be installed?"


class _Looked(NamedTuple):
    """The file, what is shown of it, and the id of the purchase that it belongs to, empty where that is not known."""

    file: CheckedFile
    card: FileCard
    purchase: str


class LookStep(Step):
    """Shows what a file is; `looked_at` carries it as it was looked at, and the id of the purchase it belongs to."""

    looked_at = Signal(object, str)

    def __init__(
        self,
        app_state: AppState,
        installer: FileInstaller,
        purchases: Callable[[], Iterable[Overview]],
        order_of: Callable[[Path], str | None],
    ) -> None:
        """`order_of` returns the number of the order that a file was downloaded for, where that is known."""
        super().__init__(app_state, _WHAT, "", "Continue")
        self._installer, self._purchases, self._order_of = installer, purchases, order_of
        self._task: Task | None = None
        self._file: CheckedFile | None = None
        self._place, self._purchase = "", ""
        self.choose = button("Choose a file…", self._choose)
        self.card.body.addLayout(row(self.choose, None))

    def look(self, place: str) -> None:
        """Look at a file; without one, ask for it."""
        self.depart()
        self._file, self._place = None, place
        clear(self.content)
        self.tell(None)
        self.allow(False)
        if not place:
            self.heading.setText(_WHAT)
            self.explanation.setText(
                "Choose the installer that you have downloaded, or drop it anywhere on this window. Companion looks at "
                "it first; nothing of it is run before you say so."
            )
            return
        self.heading.setText("Looking at the file…")
        self.explanation.setText("Nothing of it is run.")
        installer, purchases, order_of = self._installer, self._purchases, self._order_of

        def work(task: Task) -> _Looked:
            file = installer.look(Path(place), task.cancellation)
            owned = {each.id: each for each in purchases()}
            bought = owned.get(purchase_of(file.found, owned.values(), order_of(Path(place))) or "")
            return _Looked(file, file_card(file, bought), bought.id if bought else "")

        self._task = self.app_state.runner.run(self, work, self._show, self._failed)

    def depart(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def go_on(self) -> None:
        if self._file is not None:
            self.looked_at.emit(self._file, self._purchase)

    def _show(self, found: _Looked) -> None:
        self._file, card, self._purchase = found
        self.heading.setText(card.title)
        self.explanation.setText(card.subtitle)
        self.content.addLayout(facts_grid(card.facts))
        for each in card.rows:
            self.content.addLayout(self._row(each))
        self.choose.setText("Choose another file…")
        self.allow(not card.blocked)
        self.take_focus()

    def _row(self, each: CardRow) -> QHBoxLayout:
        name, tone = ICONS[each.severity]
        words = label(each.sentence, "strong" if each.severity is Severity.BLOCKS else "", selectable=True)
        line = row(IconLabel(self.app_state.theme, name, tone), spacing=12)
        line.addWidget(words, 1)
        return line

    def _failed(self, error: CompanionError) -> None:
        self.heading.setText(Path(self._place).name)
        self.explanation.setText("Nothing of it was run.")
        self.choose.setText("Choose another file…")
        self.tell(Notice.of_error(error, *self.actions_for(error.code), closable=False))

    def _choose(self) -> None:
        patterns = " ".join(f"*{ending}" for ending in ENDINGS)
        chosen, _ = QFileDialog.getOpenFileName(self, "Which installer?", "", f"Installers ({patterns});;All files (*)")
        if chosen:
            self.look(chosen)
