"""Receipts in a card, of an order or of a purchase: to read, and to save as PDF or in a form of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from companion.ui.dialogs import save_file
from companion.ui.documents.rendering import as_pdf, receipt_html
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import Card, button, facts_grid, label, line, row
from companion.ui.widgets.notice import Notice


class OtherForm(NamedTuple):
    """The form beside PDF in which receipts can be saved: ``JSON``, or ``text``."""

    name: str
    ending: str
    kinds: str


class ReceiptEntry(NamedTuple):
    """One receipt: its id, its lines with the title first, and what makes its other form."""

    id: str
    lines: tuple[str, ...]
    other: Callable[[], bytes]


def add_receipts(
    card: Card,
    entries: Iterable[ReceiptEntry],
    form: OtherForm,
    app_state: AppState,
    tell: Callable[[Notice | CompanionError], None],
) -> None:
    """Add receipts to a card, a line between each two; `tell` hears how saving went."""

    def save(entry: ReceiptEntry, ending: str, kinds: str, content: Callable[[], bytes]) -> None:
        path = save_file.ask_where(card, "Save the receipt", f"Receipt {entry.id}.{ending}", kinds)
        if path is None:
            return
        # Made here, because Qt's documents belong to the thread of the window.
        made = content()
        # The page may show something else meanwhile, and with it another card.
        save_file.save(app_state, app_state, path, lambda: made, "The receipt has been saved", tell)

    def save_pdf(entry: ReceiptEntry) -> None:
        save(entry, "pdf", "PDF (*.pdf)", lambda: as_pdf(receipt_html(entry.lines), f"Receipt {entry.id}"))

    def save_other(entry: ReceiptEntry) -> None:
        save(entry, form.ending, form.kinds, entry.other)

    for position, entry in enumerate(entries):
        if position:
            card.add(line())
        title, *rest = entry.lines
        facts = [(name, value) for name, _, value in (text.partition(": ") for text in rest)]
        card.add(label(title, "strong"), facts_grid(facts))
        named = f"of receipt {entry.id}"
        pdf, other = "Save as PDF", f"Save as {form.name}"
        card.add(
            row(
                button(f"{pdf}…", partial(save_pdf, entry), name=f"{pdf} {named}"),
                button(f"{other}…", partial(save_other, entry), name=f"{other} {named}"),
                None,
            )
        )
