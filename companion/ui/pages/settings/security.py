"""Where passwords and keys are kept, unlocking that, and the clipboard."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from companion.services.store.keychain.keychain import KeychainState
from companion.ui.pages.settings.desk import Desk
from companion.ui.pages.settings.view import below
from companion.ui.widgets.basic import Card, button, label, row
from companion.ui.widgets.key import CLEAR_SECONDS


def security(desk: Desk) -> QWidget:
    """Returns the view about secrets."""
    return below(KeychainCard(desk), _clipboard(), _promises())


class KeychainCard(Card):
    """What the keychain says of itself, and the way to unlock it."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(spacing=12)
        self._desk = desk
        self._said = label("Looking…")
        self._unlock = button("Unlock…", self._ask, name="Unlock the keychain")
        self._unlock.hide()
        self.add(label("Keychain", "heading"), self._said, row(self._unlock, None))
        desk.state.keychain(self, self._show)

    def _ask(self) -> None:
        self._unlock.setEnabled(False)
        self._said.setText("Waiting for you to unlock it…")
        self._desk.state.unlock(self, self._show)

    def _show(self, state: KeychainState) -> None:
        self._said.setText(_sentence(state))
        self._unlock.setEnabled(True)
        self._unlock.setVisible(bool(state.locked))


def _sentence(state: KeychainState) -> str:
    if state.place is None:
        why = state.trouble or "This system has no keychain."
        return f"{why} Passwords and keys are kept in memory only, and are gone when Companion is closed."
    if state.locked:
        return f"Passwords and keys are in {state.place}. It is locked: unlock it, so that they can be used."
    if state.trouble is not None:
        return f"Passwords and keys are in {state.place}. {state.trouble}"
    if state.locked is None:
        return f"Passwords and keys are in {state.place}. It does not tell whether it is locked."
    return f"Passwords and keys are in {state.place}, which is unlocked."


def _clipboard() -> Card:
    card = Card(spacing=8)
    words = f"A key that you copy is taken off the clipboard after {CLEAR_SECONDS} seconds."
    card.add(label("Clipboard", "heading"), label(words))
    return card


def _promises() -> Card:
    card = Card(spacing=8)
    card.add(
        label("Who sees them", "heading"),
        label("An order's password goes to the store of that order only. It is in no file, log or case file."),
    )
    return card
