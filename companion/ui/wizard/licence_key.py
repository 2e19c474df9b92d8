"""The serial key beside the installer that asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QVBoxLayout, QWidget

from companion.domain.core.model import Secret
from companion.domain.store.orders import Licence
from companion.ui.state.app_state import AppState
from companion.ui.widgets.basic import clear, label
from companion.ui.widgets.key import KeyBox

if TYPE_CHECKING:
    from companion.services.store.orders import Orders

_ASKS = "may ask for it; it also stays on the order's page."


class LicenceKeyPart(QWidget):
    """Shows the key of a licence with *Show* and *Copy*: the one the store has told, or the keychain's."""

    def __init__(self, app_state: AppState, orders: Orders, asking: str = "The installer") -> None:
        """`asking` is what may ask for the key now."""
        super().__init__()
        self._note = f"{asking} {_ASKS}"
        self._app_state, self._orders = app_state, orders
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(4)
        self._licence: Licence | None = None
        self.hide()

    def show_key(self, number: str, licence: Licence | None) -> None:
        """Show the key of a licence of an order; nothing where there is none."""
        clear(self._body)
        self.hide()
        self._licence = licence
        if licence is None:
            return
        if licence.key is not None:
            self._put(licence, licence.key)
        elif licence.key_from_order is not None:
            words = f"A renewal brings no new key. Use the one from order {licence.key_from_order}."
            self._body.addWidget(label(words))
            self.show()
        else:
            lookup = self._orders.lookup
            self._app_state.runner.run(
                self, lambda _: lookup.licence_key(number, licence.id), lambda key: self._put(licence, key)
            )

    def _put(self, licence: Licence, key: Secret | None) -> None:
        # Another installation may have begun while the keychain was asked.
        if key is not None and licence is self._licence:
            self._body.addWidget(label("Your serial key", "muted"))
            self._body.addWidget(KeyBox(key, case_sensitive=licence.key_case_sensitive, note=self._note))
            self.show()
