"""Asking for a store by its name or address, and looking what answers there."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.purchases.values import STORE_API
from companion.services.purchases.stores import AddedStore
from companion.ui.navigation import Destination
from companion.ui.state.owned_state import OwnedState
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import button, clear, column, restyle, row
from companion.ui.widgets.notice import Notice


class AskStore(QWidget):
    """A field with its button; below it what came of it, with the way on.

    `asked_for` carries a `Destination`, `added` is emitted when a store is remembered.
    """

    asked_for = Signal(object)
    added = Signal()

    def __init__(self, owned: OwnedState, *beside: QWidget, role: str = "primary") -> None:
        """`beside` stands below the field."""
        super().__init__()
        self._owned = owned
        self._task: Task | None = None
        self.field = QLineEdit()
        self.field.setAccessibleName("Name or address of the store")
        self.field.setPlaceholderText("For example: store.example")
        self.field.returnPressed.connect(self._submit)
        self.field.textEdited.connect(lambda _: restyle(self.field, invalid="false"))
        self._add = button("Add the store", self._submit, role)
        self._outcome = column(spacing=8)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(12)
        asking = row(spacing=12)
        asking.addWidget(self.field, 1)
        asking.addWidget(self._add)
        outer.addLayout(asking)
        outer.addLayout(self._outcome)
        if beside:
            outer.addLayout(row(*beside, None))

    @property
    def holds_work(self) -> bool:
        """Whether something was typed, or a store is being asked."""
        return bool(self.field.text()) or (self._task is not None and self._task.running)

    def start(self, text: str = "") -> None:
        """Begin anew, with a store that is named already or none."""
        self.forget()
        self.field.setText(text)

    def forget(self) -> None:
        """Take off what came of the last question."""
        clear(self._outcome)
        restyle(self.field, invalid="false")

    def _submit(self) -> None:
        if self._task is not None and self._task.running:
            return
        self.forget()
        if not self.field.text().strip():
            restyle(self.field, invalid="true")
            self._tell(Notice("Nothing was typed yet", "Type the store's name or its address.", tone="attention"))
            self.field.setFocus()
            return
        self._show_asking(True)
        self._task = self._owned.add_store(self, self.field.text(), self._found, self._failed)

    def _show_asking(self, asking: bool) -> None:
        self.field.setEnabled(not asking)
        self._add.setEnabled(not asking)
        self._add.setText("Looking for the store…" if asking else "Add the store")

    def _failed(self, error: CompanionError) -> None:
        self._show_asking(False)
        restyle(self.field, invalid="true")
        self._outcome.addWidget(Notice.of_error(error, closable=False))
        self.field.setFocus()

    def _found(self, added: AddedStore) -> None:
        store, no_answer = added.store, added.no_answer
        self._show_asking(False)
        if added.looks_like is not None:
            words = f"{store.address} only looks like an address of {added.looks_like}."
            advice = "Enter no password there unless you are sure. It can be removed on the Settings page."
            self._tell(Notice("Be careful with this one", words, advice, tone="over"))
        self.added.emit()
        if store.kind == STORE_API:
            return  # the window opens it, and leads to its orders
        name = store.name or store.address
        if no_answer is not None:
            words = (
                f"{no_answer.title}. {no_answer.message} Check how it is spelled, and add it again later: "
                "then its kind is looked at."
            )
            self._tell(Notice(f"{name} is remembered, but did not answer", words, no_answer.hint, tone="attention"))
            self.field.setFocus()
            return
        self._tell(
            Notice(
                f"{name} is remembered",
                "No store that programs can ask answers there. Drop its e-mails here, or add what you bought by hand.",
                tone="attention",
                actions=(("Add an e-mail", lambda: self.asked_for.emit(Destination("bought"))),),
            )
        )

    def _tell(self, notice: Notice) -> None:
        notice.closed.connect(self.forget)
        self._outcome.addWidget(notice)
