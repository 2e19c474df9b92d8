"""What is kept where on this PC, copies of the library, and removing all of it."""

from __future__ import annotations

import datetime as dt
from functools import partial

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from companion.domain.installation.leftovers import Leftover, LeftoverKind, leftover_line
from companion.ui.pages.settings.desk import Desk
from companion.ui.pages.settings.view import below
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import Card, button, clear, column, exact, fit_height, label, row


def data(desk: Desk) -> QWidget:
    """Returns the view of the data."""
    return below(_places(desk), CopiesCard(desk), RemoveCard(desk))


def _places(desk: Desk) -> Card:
    folders = desk.state.folders
    card = Card(spacing=10)
    card.add(label("What is kept where", "heading"))
    for name, about, path in (
        ("Library", "Orders, purchases, receipts and settings; no passwords and no keys", folders.library),
        ("Logs", "What went wrong, without names and secrets", folders.logs),
        ("Downloads", "What you downloaded", folders.downloads),
    ):
        field = exact(f"{name}: where it is")
        field.setText(str(path))
        card.add(column(label(name, "strong"), label(about, "small"), field, spacing=1))
    return card


class CopiesCard(Card):
    """The daily copies of the library."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(spacing=10)
        self._desk = desk
        self._said = label("Looking…")
        self._copying: Task | None = None
        self._copy = button("Make a copy now", self._make)
        self.add(
            label("Copies of the library", "heading"),
            label("Made every day; the last three are kept. A damaged library is restored from them.", "muted"),
            self._said,
            row(self._copy, None),
        )
        self._look()

    def _look(self) -> None:
        self._desk.state.copies(self, self._show)

    def _show(self, made: tuple[dt.datetime, ...]) -> None:
        moments = [self._desk.app_state.format.moment(moment) for moment in made]
        self._said.setText(f"Made on: {'; '.join(moments)}." if moments else "There is no copy yet.")

    def _make(self) -> None:
        # Not disabled meanwhile: a button that is disabled loses the keyboard, and does not get it back.
        if self._copying is None or not self._copying.running:
            self._copying = self._desk.state.copy_now(self, self._made)

    def _made(self, made: bool) -> None:
        if made:
            self._look()
            return
        self._said.setText("No copy was made: there is nothing to copy yet, or the disk takes nothing.")


class RemoveCard(Card):
    """Leads to the list of everything on this PC, which is shown before anything is removed."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(spacing=10)
        self._desk = desk
        self._looking: Task | None = None
        self._look = button("Show what would be removed…", self._list)
        self.add(
            label("Remove everything", "heading"),
            label("Before you give this PC away, or for a new beginning. You see a list first.", "muted"),
            row(self._look, None),
        )

    def _list(self) -> None:
        if self._looking is None or not self._looking.running:
            self._looking = self._desk.state.leftovers(self, self._show)

    def _show(self, found: tuple[Leftover, ...]) -> None:
        RemoveDialog(self.window(), self._desk, found).open()


class RemoveDialog(QDialog):
    """Lists what would be removed and asks; the safe answer is the default."""

    def __init__(self, parent: QWidget, desk: Desk, found: tuple[Leftover, ...]) -> None:
        super().__init__(parent)
        self._desk, self._found = desk, found
        self.setWindowTitle("Remove everything")
        self.setMinimumWidth(560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(26, 22, 26, 20)
        outer.setSpacing(12)
        outer.addWidget(label("Remove everything of Companion from this PC?", "heading"))
        self._lines = column(spacing=4)
        outer.addLayout(self._lines)
        outer.addWidget(
            label(
                "Companion then ends. Nothing changes at any store: what renews by itself goes on renewing, "
                "and nothing warns you any more.",
                tone="attention",
            )
        )
        self.keep = button("Keep everything", self.reject)
        self.agree = button("Remove and quit", partial(self._remove, False))
        self.with_files = button("Remove downloads too, and quit", partial(self._remove, True))
        self.with_files.setVisible(any(each.kind is LeftoverKind.DOWNLOADS for each in found))
        outer.addLayout(row(None, self.with_files, self.agree, self.keep))
        self.keep.setDefault(True)
        self.keep.setFocus()
        self._fill()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        fit_height(self)

    def _fill(self) -> None:
        clear(self._lines)
        for each in self._found:
            kept = each.kind is LeftoverKind.DOWNLOADS
            line = f"• {leftover_line(each)}"
            self._lines.addWidget(label(f"{line} – stays, unless you choose otherwise" if kept else line))
        if not self._found:
            self._lines.addWidget(label("There is nothing to remove.", "muted"))
        self.agree.setVisible(bool(self._found))

    def _remove(self, finished: bool) -> None:
        self.accept()
        self._desk.remove_all(finished)
