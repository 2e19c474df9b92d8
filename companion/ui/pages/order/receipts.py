"""The order page's receipts: proof of what was switched, to read and to take along."""

from __future__ import annotations

import json
from functools import partial

from companion.domain.billing.auto_renewal import receipt_lines
from companion.domain.core.serialization import to_builtins
from companion.domain.store.orders import Receipt
from companion.ui.pages.order.section import OrderView, Section
from companion.ui.pages.receipt_entries import OtherForm, ReceiptEntry, add_receipts
from companion.ui.widgets.basic import label

_JSON = OtherForm("JSON", "json", "JSON (*.json)")


class ReceiptsCard(Section):
    """Every receipt that was kept for an order, newest first."""

    def __init__(self, view: OrderView, receipts: tuple[Receipt, ...]) -> None:
        super().__init__(view, "Receipts", "cancel-auto-renewal")
        self.add(label("The store's proof of what was switched. They stay on this PC, also without internet.", "muted"))
        entries = (ReceiptEntry(each.id, self._lines(each), partial(self._as_json, each)) for each in receipts)
        add_receipts(self, entries, _JSON, self.app_state, self.tell)

    def _lines(self, receipt: Receipt) -> tuple[str, ...]:
        form = self.app_state.format
        licence = next((each for each in self.order.licences if each.subscription_id == receipt.subscription_id), None)
        return receipt_lines(
            receipt,
            store=self.profile.store.name,
            order_number=self.order.number,
            product_name=licence.product_name if licence is not None else "–",
            format_date=form.exact,
            format_moment=form.moment,
        )

    def _as_json(self, receipt: Receipt) -> bytes:
        shown = {"store": self.profile.store.name, "orderNumber": self.order.number, **to_builtins(receipt)}
        return (json.dumps(shown, indent=2, ensure_ascii=False) + "\n").encode()
