"""Several purchases at once, as out of a mailbox: a list with check marks."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout

from companion.domain.core.errors import CompanionError
from companion.domain.core.text import counted
from companion.domain.mail.inputs import Recognised
from companion.domain.purchases.purchase import Purchase, overview
from companion.services.purchases.registry import Added, AddedKind
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, clear, column, label, line, row
from companion.ui.widgets.fields import TickBox
from companion.ui.widgets.notice import Notice


def name_of(found: Recognised, owned: OwnedState) -> str:
    """Returns what a recognised thing is called: its products, or its order, or where it was."""
    if found.draft is None:
        return found.input
    shown = overview(Purchase(id="", added_at=owned.now(), facts=found.draft.facts))
    number = f", order {shown.order_number}" if shown.products and shown.order_number else ""
    return f"{shown.name}{number}" if shown.products or shown.order_number else found.input


class FoundList(Card):
    """What was found, each with a check mark; what needs an answer is looked at one by one.

    `added` carries the tuple of every `Added`, `look` the place of the one to look at.
    """

    added = Signal(object)
    look = Signal(int)

    def __init__(self, owned: OwnedState, found: Sequence[Recognised], drop: Callable[[], object]) -> None:
        super().__init__(spacing=10)
        self._owned, self._found = owned, found
        self._marks: list[TickBox] = []
        self.add(
            label(f"{counted(len(found), 'purchase')} found", "heading"),
            label("Nothing has been added yet. What raises a doubt is not marked: look at it first.", "muted"),
            line(),
        )
        for place, each in enumerate(found):
            self.add(self._row(place, each))
        self._outcome = column(spacing=8)
        self._add = button("", self._submit, "primary")
        self.add(line(), self._outcome, row(self._add, button("None of them", drop), None))
        self._count()

    def _row(self, place: int, each: Recognised) -> QHBoxLayout:
        name = name_of(each, self._owned)
        mark = TickBox()
        mark.setAccessibleName(f"Add {name}")
        mark.setChecked(each.warning is None and not each.missing and not each.doubts)
        mark.toggled.connect(self._count)
        self._marks.append(mark)
        said = each.warning or next(iter((*each.doubts, *each.missing)), "")
        words = column(label(name, "strong"), label(f"{each.input} · {each.reason}", "small"), spacing=2)
        if said:
            words.addWidget(label(said, "small", tone="over" if each.warning else "attention"))
        made = row(mark, spacing=10)
        made.addLayout(words, 1)
        made.addWidget(button("Look at it…", lambda: self.look.emit(place), name=f"Look at {name}"))
        return made

    def _count(self) -> None:
        count = sum(mark.isChecked() for mark in self._marks)
        self._add.setText(f"Add {counted(count, 'purchase')}" if count else "Add the marked ones")
        self._add.setEnabled(count > 0)

    def start(self) -> None:
        """Put the keyboard at the button that adds, or at the first row."""
        (self._add if self._add.isEnabled() else self._marks[0]).setFocus()

    def unmarked(self) -> list[Recognised]:
        """Returns what the person did not mark."""
        return [each for each, mark in zip(self._found, self._marks, strict=True) if not mark.isChecked()]

    def marked_of(self, outcomes: tuple[Added, ...], kind: AddedKind) -> list[Recognised]:
        """Returns what was marked and led to an outcome of this kind."""
        return [each for each, outcome in zip(self._marked(), outcomes, strict=True) if outcome.kind is kind]

    def _marked(self) -> list[Recognised]:
        return [each for each, mark in zip(self._found, self._marks, strict=True) if mark.isChecked()]

    def _submit(self) -> None:
        clear(self._outcome)
        drafts = [each.draft for each in self._marked() if each.draft is not None]
        for part in (self._add, *self._marks):
            part.setEnabled(False)
        self._owned.add_several(self, drafts, self._done, self._failed)

    def _done(self, outcomes: tuple[Added, ...]) -> None:
        self.added.emit(outcomes)

    def _failed(self, error: CompanionError) -> None:
        for mark in self._marks:
            mark.setEnabled(True)
        self._count()
        self._outcome.addWidget(Notice.of_error(error, closable=False))
