"""The receipts of a purchase: e-mails that confirm a switched-off renewal, to read and to take along."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from companion.domain.core.errors import CompanionError
from companion.domain.purchases.receipts import EmailReceipt, email_receipt_lines
from companion.ui.pages.receipt_entries import OtherForm, ReceiptEntry, add_receipts
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import Card, label
from companion.ui.widgets.notice import Notice

_TEXT = OtherForm("text", "txt", "Text (*.txt)")


class EmailReceiptsCard(Card):
    """Every receipt of a purchase that came by e-mail, newest first."""

    def __init__(
        self,
        app_state: AppState,
        receipts: Sequence[EmailReceipt],
        tell: Callable[[Notice | CompanionError], None],
    ) -> None:
        super().__init__(spacing=8)
        self.add(label("Receipts", "heading"))
        self.add(label("E-mails that confirm what was switched. They stay on this PC for good.", "muted"))
        entries = (_entry(receipt.id, email_receipt_lines(receipt, app_state.format.moment)) for receipt in receipts)
        add_receipts(self, entries, _TEXT, app_state, tell)


def _entry(receipt_id: str, lines: tuple[str, ...]) -> ReceiptEntry:
    return ReceiptEntry(receipt_id, lines, lambda: ("\n".join(lines) + "\n").encode())
