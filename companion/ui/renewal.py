"""Switching auto-renewal: what will happen, one confirmation, then the store's own state and its receipt."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from companion.domain.auto_renewal import SwitchPreview, preview_sentences, preview_switch
from companion.domain.errors import CompanionError
from companion.domain.orders import Receipt
from companion.ui.desk import Desk
from companion.ui.widgets.basic import button, clear, label, row
from companion.ui.widgets.notice import Notice


class SwitchDialog(QDialog):
    """Says what switching will do, does it, and shows the receipt. Nothing is switched unless confirmed."""

    def __init__(self, parent: QWidget, desk: Desk, number: str, licence_id: str, on: bool) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._desk = desk
        self._number = number
        order = desk.snapshot.order(number)
        profile = desk.snapshot.profile
        if order is None or profile is None:
            raise ValueError("auto-renewal is switched on orders that have been read")
        licence = next(found for found in order.licences if found.id == licence_id)
        plan = order.subscription_of(licence)
        if plan is None:
            raise ValueError("this licence has no subscription")
        self._plan = plan
        self._preview = preview_switch(plan, licence, on, profile, desk.now(), desk.services.zone)
        self.setWindowTitle(f"Auto-renewal of {licence.product_name}")
        self.setMinimumWidth(520)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(26, 22, 26, 20)
        self._layout.setSpacing(12)
        self._ask(self._preview)

    def _ask(self, preview: SwitchPreview) -> None:
        title = "Switch auto-renewal on?" if preview.on else "Switch auto-renewal off?"
        if not preview.changes:
            title = "Nothing to switch"
        self._heading = label(title, "heading")
        self._layout.addWidget(self._heading)
        self._body = QVBoxLayout()
        self._body.setSpacing(12)
        for sentence in preview_sentences(preview, self._desk.format.date, self._desk.format.money):
            self._body.addWidget(label(sentence))
        self._layout.addLayout(self._body)
        self._layout.addSpacing(6)
        self._leave = button("Leave it as it is" if preview.changes else "Close", self.reject)
        self._confirm = button("Switch on" if preview.on else "Switch off", self._switch, "primary")
        self._confirm.setVisible(preview.changes)
        self._layout.addLayout(row(None, self._leave, self._confirm))
        (self._confirm if preview.changes else self._leave).setDefault(True)

    def _switch(self) -> None:
        self._confirm.setEnabled(False)
        self._confirm.setText("Asking the store…")
        self._desk.switch_auto_renew(self, self._number, self._plan, self._preview.on, self._done, self._failed)

    def _done(self, receipt: Receipt) -> None:
        form = self._desk.format
        state = "on" if receipt.auto_renew else "off"
        recorded = f"The store recorded it on {form.moment(receipt.received_at)} as receipt {receipt.id}."
        kept = "The receipt is kept with the order on this PC."
        self._end(
            f"Auto-renewal is {state}",
            Notice("The store says", receipt.statement, tone="ok", closable=False),
            label(f"{recorded} {kept}", "muted"),
        )

    def _failed(self, error: CompanionError) -> None:
        self._end("Nothing has changed so far", Notice.of_error(error, closable=False))

    def _end(self, heading: str, *parts: QWidget) -> None:
        self._heading.setText(heading)
        clear(self._body)
        for part in parts:
            self._body.addWidget(part)
        self._confirm.hide()
        # Qt asks wrapped texts for their height only when the width is known.
        self._layout.activate()
        self.resize(self.width(), max(self.height(), self._layout.totalHeightForWidth(self.width())))
        self._leave.setText("Close")
        self._leave.setDefault(True)
        self._leave.setFocus()


def ask_to_switch(parent: QWidget, desk: Desk, number: str, licence_id: str, on: bool) -> SwitchDialog:
    """Open the dialog that switches auto-renewal of a licence."""
    dialog = SwitchDialog(parent, desk, number, licence_id, on)
    dialog.open()
    return dialog
