"""A field for a line of a card statement: what it is about, answered from everything that was read."""

from __future__ import annotations

from collections.abc import Callable

from companion.domain.overview.card_statement import LONGEST_LINE, StatementMatch, StoreOrders, explain_line
from companion.domain.overview.statement_words import line_sentences
from companion.domain.purchases.purchase import Overview
from companion.ui.state.app_state import AppState
from companion.ui.state.tasks import Task
from companion.ui.widgets.basic import Card, button, clear, column, label, row
from companion.ui.widgets.fields import ClearableField

Known = Callable[[], tuple[tuple[StoreOrders, ...], tuple[Overview, ...]]]
"""Returns the orders of every store, and the purchases that are not among them."""


class StatementCard(Card):
    """Explains a line of a card statement; the line is compared on this PC and not kept."""

    def __init__(self, app_state: AppState, known: Known) -> None:
        super().__init__(spacing=10)
        self._app_state, self._known = app_state, known
        self._asking: Task | None = None
        self._answer = column(spacing=6)
        self._line = ClearableField("A line of your card statement", "For example: LKF*LARKFIELD 65.20 23 NOV")
        self._line.setMaxLength(LONGEST_LINE)
        self._line.returnPressed.connect(self._explain)
        self._line.textChanged.connect(lambda _: clear(self._answer))
        heading = label("What is this charge on my statement?", "heading")
        asked = label("Type the line as your bank prints it. It stays on this PC.", "muted")
        field = row(spacing=10)
        field.addWidget(self._line, 1)
        field.addWidget(button("Explain it", self._explain))
        self.add(heading, asked, field, self._answer)

    def _explain(self) -> None:
        line = self._line.text().strip()
        clear(self._answer)
        if not line:
            self._answer.addWidget(label("Type or paste a line of your statement first.", "muted"))
            self._line.setFocus()
            return
        if self._asking is not None:
            self._asking.cancel()
        stores, purchases = self._known()
        now, zone = self._app_state.now(), self._app_state.zone
        anything = bool(purchases) or any(store.orders for store in stores)

        def work(_: Task) -> tuple[StatementMatch, ...]:
            return explain_line(line, stores, purchases, now, zone)

        def show(matches: tuple[StatementMatch, ...]) -> None:
            clear(self._answer)
            form = self._app_state.format
            for number, said in enumerate(line_sentences(matches, anything, now, form.date, form.money)):
                self._answer.addWidget(label(said, "strong" if number == 0 else ""))

        self._asking = self._app_state.runner.run(self, work, show)
