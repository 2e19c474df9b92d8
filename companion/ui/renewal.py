"""Switching auto-renewal: what will happen, one confirmation, then the store's own state and its receipt."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QVBoxLayout, QWidget

from companion.domain.auto_renewal import SwitchPreview, preview_sentences, preview_switch
from companion.domain.errors import CompanionError
from companion.domain.orders import Receipt
from companion.ui.desk import Desk
from companion.ui.widgets.basic import button, label, row
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
        self._layout.addWidget(label(title, "heading"))
        for sentence in preview_sentences(preview, self._desk.format.date, self._desk.format.money):
            self._layout.addWidget(label(sentence))
        self._outcome = QVBoxLayout()
        self._layout.addLayout(self._outcome)
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
        words = (
            f"The store recorded it on {form.moment(receipt.received_at)} (receipt {receipt.id}). "
            f"Your product stays active until {form.date(receipt.still_active_until)}."
        )
        state = "on" if receipt.auto_renew else "off"
        self._end(Notice(f"Auto-renewal is {state}", words, receipt.statement, tone="ok", closable=False))

    def _failed(self, error: CompanionError) -> None:
        self._end(Notice.of_error(error, closable=False))

    def _end(self, notice: Notice) -> None:
        self._outcome.addWidget(notice)
        self._confirm.hide()
        self._leave.setText("Close")
        self._leave.setDefault(True)
        self._leave.setFocus()


def ask_to_switch(parent: QWidget, desk: Desk, number: str, licence_id: str, on: bool) -> SwitchDialog:
    """Open the dialog that switches auto-renewal of a licence."""
    dialog = SwitchDialog(parent, desk, number, licence_id, on)
    dialog.open()
    return dialog
