"""What is said of what has just been added or removed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from companion.ui.navigation import ADDED, SESSION_ONLY, Destination
from companion.ui.widgets.notice import Notice, Notices

if TYPE_CHECKING:
    from companion.services.store.keychain.keychain import Keychain
    from companion.ui.state.store_book import StoreBook


def added_notice(there: Destination, book: StoreBook, keychain: Keychain) -> Notice | None:
    """Returns the notice about the order that `there` names, or None where none was added."""
    what = _what(there, book)
    if there.item == ADDED:
        place = keychain.place or "the keychain"
        words = f"{'The password is' if there.number else 'The passwords are'} in {place}, and nowhere else."
        return Notice(f"{what} added", words, tone="ok")
    if there.item == SESSION_ONLY:
        why = keychain.trouble or "There is no keychain."
        words = f"{why} The credentials are therefore not kept: they are gone when Companion is closed."
        return Notice(f"{what} added for this session only", words, tone="attention")
    return None


def tell_of_change(notices: Notices, title: str, message: str, undo: Callable[[], object] | None) -> None:
    """Tell what was added or removed, with the way back."""

    def take_back() -> None:
        notices.drop("news")
        if undo is not None:
            undo()

    actions = (("Undo", take_back),) if undo is not None else ()
    notices.show_notice("news", Notice(title, message, tone="ok", actions=actions))


def _what(there: Destination, book: StoreBook) -> str:
    if not there.number:
        return "The orders were"
    names = [card.product_name for _, card in book.cards() if card.order_number == there.number]
    return f"{names[0]} was" if len(set(names)) == 1 else f"Order {there.number} was"
