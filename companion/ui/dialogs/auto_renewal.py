"""Switching auto-renewal: what will happen, one confirmation, then the store's own state and its receipt."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from companion.domain.billing.auto_renewal import SwitchPreview, preview_sentences, preview_switch
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.store.orders import Licence, Order, Receipt, Subscription
from companion.ui.dialogs.order_dialog import OrderDialog
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import button, clear, fit_height, label, row
from companion.ui.widgets.notice import Notice


class SwitchDialog(OrderDialog):
    """Says what switching will do, does it, and shows the receipt. Nothing is switched unless confirmed.

    `careful` is for a question that came from outside the window: then no key switches by mistake. Raises `ValueError`
    for a licence that has not been read or has no subscription.
    """

    def __init__(
        self, parent: QWidget, app_state: AppState, number: str, licence_id: str, on: bool, *, careful: bool = False
    ) -> None:
        super().__init__(parent, app_state, number)
        self._careful = careful
        self._licence_id = licence_id
        self._on = on
        self._conflict: CompanionError | None = None
        _, licence, self._plan = self._read()
        self.setWindowTitle(f"Auto-renewal of {licence.product_name}")
        self.setMinimumWidth(520)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(26, 22, 26, 20)
        self._layout.setSpacing(12)
        self._heading = label("", "heading")
        self._outcome.setSpacing(12)
        self._leave = button("", self.reject)
        self._confirm = button("", self._switch, "primary")
        self._layout.addWidget(self._heading)
        self._layout.addLayout(self._outcome)
        self._layout.addSpacing(6)
        self._layout.addLayout(row(None, self._leave, self._confirm))
        app_state.changed.connect(self._look_again)
        self._ask()

    def _read(self) -> tuple[Order, Licence, Subscription]:
        """The order, the licence and its plan as they were read last."""
        order = self._app_state.snapshot.order(self._number)
        if order is None:
            raise ValueError("auto-renewal is switched on orders that have been read")
        licence = next(found for found in order.licences if found.id == self._licence_id)
        plan = order.subscription_of(licence)
        if plan is None:
            raise ValueError("this licence has no subscription")
        return order, licence, plan

    def _ask(self, *before: QWidget) -> None:
        """Say what would happen now, below what is to be told `before`."""
        order, licence, self._plan = self._read()
        preview = self._preview(order, licence)
        title = "Switch auto-renewal on?" if preview.on else "Switch auto-renewal off?"
        self._heading.setText(title if preview.changes else "Nothing to switch")
        form = self._app_state.format
        self._show(*before, *(label(said) for said in preview_sentences(preview, self._app_state.ends, form.money)))
        self._leave.setText("Leave it as it is" if preview.changes else "Close")
        self._confirm.setText("Switch on" if preview.on else "Switch off")
        self._confirm.setVisible(preview.changes)
        self._confirm.setEnabled(True)
        # Switching off was asked for and costs nothing; what brings a charge takes a press of its own.
        safe = self._confirm if preview.changes and not preview.on and not self._careful else self._leave
        safe.setDefault(True)
        safe.setFocus()

    def _preview(self, order: Order, licence: Licence) -> SwitchPreview:
        app_state = self._app_state
        if app_state.snapshot.profile is None:
            raise ValueError("auto-renewal is switched by the rules of a known store")
        return preview_switch(
            order, self._plan, licence, self._on, app_state.snapshot.profile, app_state.now(), app_state.zone
        )

    def _switch(self) -> None:
        self._confirm.setEnabled(False)
        self._confirm.setText("Asking the store…")
        self._app_state.switch_auto_renew(self, self._number, self._plan, self._on, self._done, self._failed)

    def _done(self, receipt: Receipt) -> None:
        form = self._app_state.format
        self._heading.setText(f"Auto-renewal is {'on' if receipt.auto_renew else 'off'}")
        recorded = f"The store recorded it on {form.moment(receipt.received_at)} as receipt {receipt.id}."
        kept = "The receipt is kept with the order: there you can save it as PDF."
        self._show(
            Notice("The store says", receipt.statement, tone="ok", closable=False),
            label(f"{recorded} {kept}", "muted"),
        )
        self._end()

    def _failed(self, error: CompanionError) -> None:
        notice = self._notice_of(error)
        if error.code is ErrorCode.VERSION_CONFLICT:
            # The order is read again after every failure; then there is something new to decide about.
            self._conflict = error
            self._heading.setText("Nothing was switched")
            self._show(notice)
            self._confirm.setText("Reading the order again…")
            return
        if error.code in (ErrorCode.NOT_READ_AGAIN, ErrorCode.RECEIPT_LATER):
            self._heading.setText("The store has recorded it")
        elif error.kind is ErrorKind.UNREACHABLE:
            still = error.code == ErrorCode.NOT_SWITCHED
            self._heading.setText(error.title if still else "It is not known yet whether it was switched")
            self._show(
                notice,
                label("The order shows it as soon as the store answers. Trying again is safe: it happens once."),
            )
            self._confirm.setText("Try again")
            self._confirm.setEnabled(True)
            self._leave.setText("Close")
            return
        else:
            self._heading.setText("Nothing has changed so far")
        self._show(notice)
        self._end()

    def _look_again(self) -> None:
        """Decide anew about what the store says now, after a conflict."""
        error, self._conflict = self._conflict, None
        if error is not None:
            self._ask(Notice.of_error(error, closable=False))

    def _show(self, *parts: QWidget) -> None:
        clear(self._outcome)
        for part in parts:
            self._outcome.addWidget(part)
            # What has not been shown yet has no height to a layout.
            part.show()
        fit_height(self)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        fit_height(self)

    def _end(self) -> None:
        self._confirm.hide()
        fit_height(self)
        self._leave.setText("Close")
        self._leave.setDefault(True)
        self._leave.setFocus()


def ask_to_switch(
    parent: QWidget, app_state: AppState, number: str, licence_id: str, on: bool, *, careful: bool = False
) -> SwitchDialog:
    """Open the dialog that switches auto-renewal of a licence; `careful` where the question came from outside."""
    dialog = SwitchDialog(parent, app_state, number, licence_id, on, careful=careful)
    dialog.open()
    return dialog
