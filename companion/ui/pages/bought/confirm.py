"""Looking at what was recognised before it is added: each value in a row that can be changed."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLineEdit, QVBoxLayout

from companion.domain.core.errors import CompanionError
from companion.domain.mail.confirming import ConfirmRow, Place, confirm_rows, confirmed
from companion.domain.mail.inputs import InputKind, Recognised
from companion.domain.purchases.draft import Draft
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview
from companion.domain.purchases.words import FIELD_WORDS, origin_words
from companion.services.purchases.registry import Added, AddedKind
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, clear, column, label, line, restyle, row
from companion.ui.widgets.key import KeyBox
from companion.ui.widgets.notice import Notice

KIND_WORDS = {
    InputKind.EMAIL: "An e-mail about a purchase",
    InputKind.KEY: "A licence key",
    InputKind.LINK: "A download link",
    InputKind.ORDER_NUMBER: "An order number",
    InputKind.STORE_ADDRESS: "A shop's address",
    InputKind.LICENCE_FILE: "A licence file",
    InputKind.UNKNOWN: "Not recognised",
}
_EXAMPLES = {
    Field.PRODUCT: "what is it called?",
    Field.STORE_NAME: "which shop is it from?",
}


class ConfirmCard(Card):
    """One recognised thing: doubts first, then what it says; `added` carries an `Added`, `refused` that it is not one.

    The values of an e-mail are only what its sender wrote: nothing is added before the person has seen it.
    """

    added = Signal(object)
    refused = Signal()

    def __init__(self, owned: OwnedState, found: Recognised, draft: Draft, back: Callable[[], object] | None) -> None:
        super().__init__(spacing=12)
        self._owned, self._found, self._draft = owned, found, draft
        self._fields: dict[Place, QLineEdit] = {}
        self.setAccessibleName(f"{KIND_WORDS[found.kind]}: {found.input}")
        self.add(label(KIND_WORDS[found.kind], "heading"), label(f"{found.input} · {found.reason}", "muted"))
        if found.warning is not None:
            self.add(Notice("Be careful with this one", found.warning, tone="over", closable=False))
        for doubt in found.doubts:
            self.add(Notice("Please check", doubt, tone="attention", closable=False))
        self.add(line(), self._rows(confirm_rows(draft)))
        self._keys()
        self._outcome = column(spacing=8)
        self.add(self._outcome, self._buttons(back))

    def _rows(self, rows: tuple[ConfirmRow, ...]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        for place, each in enumerate(rows):
            field = QLineEdit(each.value)
            words = FIELD_WORDS[each.place[1]]
            field.setAccessibleName(words)
            field.setPlaceholderText(_EXAMPLES.get(each.place[1], ""))
            field.textEdited.connect(lambda _, edited=field: restyle(edited, invalid="false"))
            field.returnPressed.connect(self.submit)
            caption = label(words, "strong" if each.asked else "muted", wrap=False)
            caption.setBuddy(field)
            grid.addWidget(caption, place * 2, 0)
            grid.addWidget(field, place * 2, 1)
            if each.quote:
                field.setAccessibleDescription(f"In the e-mail: {each.quote}")
                grid.addWidget(label(f"In the e-mail: “{each.quote}”", "small"), place * 2 + 1, 1)
            self._fields[each.place] = field
        return grid

    def _keys(self) -> None:
        for kept in self._draft.secrets:
            if kept.field is Field.KEY:
                self.add(label("Licence key", "muted"), KeyBox(kept.secret, case_sensitive=False))
        links = sum(kept.field is Field.DOWNLOAD_LINK for kept in self._draft.secrets)
        if links:
            self.add(label("The download link goes into the keychain." if links == 1 else
                           f"{links} download links go into the keychain.", "muted"))  # fmt: skip

    def _buttons(self, back: Callable[[], object] | None) -> QHBoxLayout:
        self._add = button("Add", self.submit, "primary", name="Add this purchase")
        parts = [self._add, button("Not this one", self.refused.emit)]
        if back is not None:
            parts.append(button("Back to the list", back, "link"))
        return row(*parts, None)

    def start(self) -> None:
        """Put the keyboard where something is missing, else at the button."""
        empty = next((field for field in self._fields.values() if not field.text()), None)
        (empty or self._add).setFocus()

    def submit(self) -> None:
        """Add what the rows say."""
        self._send()

    def _send(self, *, into: str | None = None, as_new: bool = False) -> None:
        clear(self._outcome)
        answers = {place: field.text() for place, field in self._fields.items()}
        missing = next((field for (_, kind), field in self._fields.items()
                        if kind is Field.PRODUCT and not field.text().strip()), None)  # fmt: skip
        if missing is not None:
            restyle(missing, invalid="true")
            missing.setFocus()
            self._outcome.addWidget(label("Give it a name, so that you find it again.", tone="over"))
            return
        try:
            draft = confirmed(self._draft, answers, self._owned.now())
        except CompanionError as error:
            self._failed(error)
            return
        self._add.setEnabled(False)
        self._owned.add(self, draft, self._answered, self._failed, into=into, as_new=as_new)

    def _failed(self, error: CompanionError) -> None:
        self._add.setEnabled(True)
        clear(self._outcome)
        self._outcome.addWidget(Notice.of_error(error, closable=False))

    def _answered(self, added: Added) -> None:
        self._add.setEnabled(True)
        if added.kind is not AddedKind.ASK:
            self.added.emit(added)
            return
        candidates = [found for each in added.candidates if (found := self._owned.purchase(each)) is not None]
        self._outcome.addWidget(self._question(candidates))

    def _question(self, candidates: list[Overview]) -> Card:
        """Only the person can tell whether two mails are about one purchase."""
        card = Card(spacing=8)
        card.add(label("Is it one of these?", "strong"))
        answers = QVBoxLayout()
        for found in candidates[:6]:
            number = f", order {found.order_number}" if found.order_number else ""
            origin = f" from {origin_words(found)}" if origin_words(found) else ""
            text = f"Add to {found.name}{number}{origin}"
            answers.addLayout(row(button(text, partial(self._send, into=found.id)), None))
        other = button("It is another purchase", lambda: self._send(as_new=True))
        answers.addLayout(row(other, None))
        card.add(answers)
        other.setFocus()
        return card
