"""Typing the password of an order that is known already, where it is missing."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from companion.domain.core.errors import CompanionError
from companion.domain.entitlements.order_lookup import tidy_order_password
from companion.services.store.lookup import Added
from companion.ui.dialogs.order_dialog import OrderDialog
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import button, fit_height, label, row
from companion.ui.widgets.fields import SecretField
from companion.ui.widgets.notice import Notice


class PasswordDialog(OrderDialog):
    """Opens the order `number` with what is typed, at its own store and no other, and keeps it in the keychain."""

    def __init__(self, parent: QWidget, app_state: AppState, number: str) -> None:
        super().__init__(parent, app_state, number)
        self.setWindowTitle("Enter the password")
        self.setMinimumWidth(460)
        heading = label(f"Password of order {number}", "heading")
        secret = SecretField(f"Order password of {number}")
        self._field = secret.line
        caption = label("Order password", wrap=False)
        caption.setBuddy(self._field)
        self._leave = button("Cancel", self.reject)
        self._confirm = button("Open the order", self._open, "primary")
        # What Enter presses in the field; Qt would take the first button, which leaves the dialog.
        self._confirm.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(26, 22, 26, 20)
        layout.setSpacing(12)
        layout.addWidget(heading)
        layout.addWidget(
            label(f"{self._about()}The password is in the confirmation e-mail. Capital and small letters differ.")
        )
        layout.addWidget(caption)
        layout.addWidget(secret)
        layout.addLayout(self._outcome)
        layout.addLayout(row(None, self._leave, self._confirm))
        self._field.setFocus()

    def _about(self) -> str:
        order = self._app_state.snapshot.order(self._number)
        return f"{order.line_items[0].name}. " if order is not None and order.line_items else ""

    def _open(self) -> None:
        try:
            password = tidy_order_password(self._field.text())
        except CompanionError as error:
            self._failed(error)
            return
        self._confirm.setEnabled(False)
        self._confirm.setText("Asking the store…")
        self._app_state.add_order(self, self._number, password, self._done, self._failed)

    def _done(self, _: Added) -> None:
        app_state, left = self._app_state, [each for each in self._app_state.missing if each != self._number]
        app_state.refresh()
        parent = self.parentWidget()
        self.accept()
        if left and parent is not None:
            ask_for_password(parent, app_state, left[0])

    def _failed(self, error: CompanionError) -> None:
        self._confirm.setEnabled(True)
        self._confirm.setText("Open the order")
        self._tell(error)
        self._field.selectAll()
        self._field.setFocus()
        fit_height(self)


def ask_for_password(parent: QWidget, app_state: AppState, number: str) -> PasswordDialog:
    """Open the dialog for the password of an order."""
    dialog = PasswordDialog(parent, app_state, number)
    dialog.open()
    fit_height(dialog)
    return dialog


def missing_actions(parent: QWidget, app_state: AppState, number: str = "") -> tuple[Action, ...]:
    """What helps where a password is missing: unlocking the keychain, and typing the password.

    `number` is the order that is meant, else the first one that lacks its password.
    """
    actions: list[Action] = []

    def ask() -> None:
        wanted = number or next(iter(app_state.missing), "")
        if wanted:
            ask_for_password(parent, app_state, wanted)

    if app_state.keychain_refused:
        actions.append(("Unlock the keychain", app_state.unlock_keychain))
    if number or app_state.missing:
        actions.append(("Enter the password…", ask))
    return tuple(actions)


def missing_notice(parent: QWidget, app_state: AppState, number: str) -> Notice:
    """What an order's page says while the order cannot be opened."""
    words = "What you see is as it was last read. To ask the store again, its password is needed."
    actions = missing_actions(parent, app_state, number)
    return Notice("The password of this order is missing", words, tone="attention", actions=actions, closable=False)


Action = tuple[str, Callable[[], object]]
