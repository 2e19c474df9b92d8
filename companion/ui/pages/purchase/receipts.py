"""The receipts of a purchase: e-mails that confirm a switched-off renewal, to read and to take along."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from companion.domain.core.errors import CompanionError
from companion.domain.purchases.receipts import EmailReceipt, email_receipt_lines
from companion.ui.dialogs import save_file
from companion.ui.documents.rendering import as_pdf, receipt_html
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import Card, button, facts_grid, label, line, row
from companion.ui.widgets.notice import Notice


class EmailReceiptsCard(Card):
    """Every receipt of a purchase that came by e-mail, newest first."""

    def __init__(
        self,
        app_state: AppState,
        receipts: Sequence[EmailReceipt],
        tell: Callable[[Notice | CompanionError], None],
    ) -> None:
        super().__init__(spacing=8)
        self._app_state, self._tell = app_state, tell
        self.add(label("Receipts", "heading"))
        self.add(label("E-mails that confirm what was switched. They stay on this PC for good.", "muted"))
        for position, receipt in enumerate(receipts):
            if position:
                self.add(line())
            self._add_receipt(receipt)

    def _add_receipt(self, receipt: EmailReceipt) -> None:
        title, *rest = self._lines(receipt)
        facts = [(name, value) for name, _, value in (text.partition(": ") for text in rest)]
        self.add(label(title, "strong"), facts_grid(facts))
        named = f"of receipt {receipt.id}"
        self.add(
            row(
                button("Save as PDF…", partial(self._save_pdf, receipt), name=f"Save as PDF {named}"),
                button("Save as text…", partial(self._save_text, receipt), name=f"Save as text {named}"),
                None,
            )
        )

    def _lines(self, receipt: EmailReceipt) -> tuple[str, ...]:
        return email_receipt_lines(receipt, self._app_state.format.moment)

    def _save_pdf(self, receipt: EmailReceipt) -> None:
        lines = self._lines(receipt)
        self._save(receipt, "pdf", "PDF (*.pdf)", lambda: as_pdf(receipt_html(lines), f"Receipt {receipt.id}"))

    def _save_text(self, receipt: EmailReceipt) -> None:
        content = ("\n".join(self._lines(receipt)) + "\n").encode()
        self._save(receipt, "txt", "Text (*.txt)", lambda: content)

    def _save(self, receipt: EmailReceipt, ending: str, kinds: str, content: Callable[[], bytes]) -> None:
        path = save_file.ask_where(self, "Save the receipt", f"Receipt {receipt.id}.{ending}", kinds)
        if path is not None:
            # The page may show something else meanwhile, and with it another card.
            save_file.save(self._app_state, self._app_state, path, content, "The receipt has been saved", self._tell)
