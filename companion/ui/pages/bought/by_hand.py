"""A purchase typed by hand: three fields are enough."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.mail.confirming import is_key, typed_draft
from companion.domain.purchases.facts import Field
from companion.services.purchases.registry import Added
from companion.ui.look.theme import Theme
from companion.ui.state.owned_state import OwnedState
from companion.ui.widgets.basic import Card, button, clear, column, label, restyle, row
from companion.ui.widgets.choice import Choice
from companion.ui.widgets.notice import Notice

_PROOFS = ("Order number", "Licence key")
_DATES = (
    ("It runs until", Field.EXPIRES),
    ("It renews on", Field.RENEWS_ON),
    ("I bought it on", Field.BOUGHT_ON),
)
_MORE = (
    (Field.STORE_NAME, "Shop", "where you bought it"),
    (Field.MAKER, "Maker", "who makes it"),
    (Field.PRICE, "Price", "59.95 USD"),
    (Field.MANAGE_PAGE, "Page to manage it", "https://…"),
    (Field.NOTE, "Note", "whatever you want to remember"),
)


class ByHandCard(Card):
    """Product, order number or key, and a date; the rest can be told now or later. `added` carries an `Added`."""

    added = Signal(object)
    closed = Signal()

    def __init__(self, owned: OwnedState, theme: Theme) -> None:
        super().__init__(spacing=12)
        self._owned = owned
        self._product = _field("Product", "what it is called")
        self._proof = _field("Order number or licence key", "from the e-mail, the box or the shop's page")
        self._proof.textEdited.connect(self._guess)
        self._proof_kind = Choice(theme, "This is", list(_PROOFS), 0)
        self._chosen = False
        self._proof_kind.activated.connect(self._choose)
        self._date = _field("Date", "2027-01-08, or: never")
        self._date_kind = Choice(theme, "What the date says", [words for words, _ in _DATES], 0)
        for choice in (self._proof_kind, self._date_kind):
            choice.setAccessibleDescription(f"{choice.accessibleName()}: the kind of the field after it")
        self._more = {field: _field(words, example) for field, words, example in _MORE}
        self.add(
            label("Add it by hand", "heading"), label("Three fields are enough; all else can follow later.", "muted")
        )
        self.add(self._form())
        self._others = QWidget()
        self._others.setLayout(_grid([(words, self._more[field]) for field, words, _ in _MORE]))
        self._others.hide()
        self._show_more = button("More fields", self._open_more, "link")
        self._outcome = column(spacing=8)
        self._add = button("Add", self._submit, "primary", name="Add this purchase")
        self.add(self._others, row(self._show_more, None), self._outcome)
        self.add(row(self._add, button("Back", self.closed.emit), None))
        self._fields = (self._product, self._proof, self._date, *self._more.values())
        for field in self._fields:
            field.returnPressed.connect(self._submit)

    def _form(self) -> QGridLayout:
        grid = _grid([("Product", self._product)])
        for place, (choice, field) in enumerate(((self._proof_kind, self._proof), (self._date_kind, self._date)), 1):
            grid.addWidget(choice, place, 0)
            grid.addWidget(field, place, 1)
        return grid

    @property
    def holds_work(self) -> bool:
        """Whether something was typed."""
        return any(field.text().strip() for field in self._fields)

    def start(self) -> None:
        """Put the keyboard into the first field."""
        self._product.setFocus()

    def _open_more(self) -> None:
        self._others.show()
        self._show_more.hide()
        next(iter(self._more.values())).setFocus()

    def _guess(self, text: str) -> None:
        """What looks like a key is taken for one, until the person has said what it is."""
        if not self._chosen:
            self._proof_kind.setCurrentIndex(int(is_key(text, self._owned.now())))

    def _choose(self) -> None:
        self._chosen = True

    def _submit(self) -> None:
        clear(self._outcome)
        if not self._product.text().strip():
            restyle(self._product, invalid="true")
            words = "Type what the product is called. All else can follow later."
            self._outcome.addWidget(Notice("A product needs a name", words, tone="attention", closable=False))
            self._product.setFocus()
            return
        date = _DATES[self._date_kind.currentIndex()][1]
        values = [(date, self._date.text()), *((field, part.text()) for field, part in self._more.items())]
        key = self._proof_kind.currentIndex() == 1
        try:
            draft = typed_draft(self._product.text(), self._proof.text(), key=key, values=values, now=self._owned.now())
        except CompanionError as error:
            self._failed(error)
            return
        self._add.setEnabled(False)
        self._owned.add(self, draft, self._done, self._failed, as_new=True)

    def _done(self, added: Added) -> None:
        self.added.emit(added)

    def _failed(self, error: CompanionError) -> None:
        self._add.setEnabled(True)
        self._outcome.addWidget(Notice.of_error(error, closable=False))


def _field(name: str, example: str) -> QLineEdit:
    field = QLineEdit()
    field.setAccessibleName(name)
    field.setPlaceholderText(example)
    field.textEdited.connect(lambda _: restyle(field, invalid="false"))
    return field


def _grid(rows: list[tuple[str, QLineEdit]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(16)
    grid.setVerticalSpacing(10)
    grid.setColumnMinimumWidth(0, 170)
    grid.setColumnStretch(1, 1)
    for place, (words, field) in enumerate(rows):
        caption = label(words, wrap=False)
        caption.setBuddy(field)
        grid.addWidget(caption, place, 0)
        grid.addWidget(field, place, 1)
    return grid
