"""The order page's receipts: proof of what was switched, to read and to take along."""

from __future__ import annotations

import json
from functools import partial

from companion.domain.billing.auto_renewal import receipt_lines
from companion.domain.core.serialization import to_builtins
from companion.domain.store.orders import Receipt
from companion.ui.dialogs import save_file
from companion.ui.documents.rendering import as_pdf, receipt_html
from companion.ui.pages.order.section import OrderView, Section
from companion.ui.widgets.basic import button, facts_grid, label, line, row


class ReceiptsCard(Section):
    """Every receipt that was kept for an order, newest first."""

    def __init__(self, view: OrderView, receipts: tuple[Receipt, ...]) -> None:
        super().__init__(view, "Receipts", "cancel-auto-renewal")
        self.add(label("The store's proof of what was switched. They stay on this PC, also without internet.", "muted"))
        for position, receipt in enumerate(receipts):
            if position:
                self.add(line())
            self._add_receipt(receipt)

    def _add_receipt(self, receipt: Receipt) -> None:
        title, *rest = self._lines(receipt)
        facts = [(name, value) for name, _, value in (text.partition(": ") for text in rest)]
        self.add(label(title, "strong"), facts_grid(facts))
        named = f"of receipt {receipt.id}"
        self.add(
            row(
                button("Save as PDF…", partial(self._save_pdf, receipt), name=f"Save as PDF {named}"),
                button("Save as JSON…", partial(self._save_json, receipt), name=f"Save as JSON {named}"),
                None,
            )
        )

    def _lines(self, receipt: Receipt) -> tuple[str, ...]:
        form = self.app_state.format
        licence = next((each for each in self.order.licences if each.subscription_id == receipt.subscription_id), None)
        return receipt_lines(
            receipt,
            store=self.profile.store.name,
            order_number=self.order.number,
            product_name=licence.product_name if licence is not None else "–",
            format_date=form.date,
            format_moment=form.moment,
        )

    def _save_pdf(self, receipt: Receipt) -> None:
        path = save_file.ask_where(self, "Save the receipt", f"Receipt {receipt.id}.pdf", "PDF (*.pdf)")
        if path is not None:
            content = as_pdf(receipt_html(self._lines(receipt)), f"Receipt {receipt.id}")
            save_file.save(
                self.app_state, self.app_state, path, lambda: content, "The receipt has been saved", self.tell
            )

    def _save_json(self, receipt: Receipt) -> None:
        path = save_file.ask_where(self, "Save the receipt", f"Receipt {receipt.id}.json", "JSON (*.json)")
        if path is not None:
            shown = {"store": self.profile.store.name, "orderNumber": self.order.number, **to_builtins(receipt)}
            content = (json.dumps(shown, indent=2, ensure_ascii=False) + "\n").encode()
            save_file.save(
                self.app_state, self.app_state, path, lambda: content, "The receipt has been saved", self.tell
            )
