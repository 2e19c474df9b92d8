"""What is said before an order is removed from this PC: what goes on without it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from companion.domain.billing.auto_renewal import AutoRenew
from companion.domain.core.text import FormatDate, FormatMoney
from companion.domain.overview.product_cards import ProductCard, charge_sentence
from companion.domain.transfers.models import TransferState


def renewing(cards: Sequence[ProductCard], number: str) -> tuple[ProductCard, ...]:
    """Returns the licences of an order that renew by themselves."""
    return tuple(card for card in cards if card.order_number == number and card.auto_renew is AutoRenew.ON)


def removal_sentences(
    cards: Sequence[ProductCard], format_date: FormatDate, format_money: FormatMoney, *, is_read: bool
) -> tuple[str, ...]:
    """Returns what removing an order means; `cards` are its licences that renew by themselves.

    `is_read` says whether the order was ever read: else it is not known whether anything of it renews.
    """
    gone = "The password is deleted from this PC. You can add the order again at any time."
    if not is_read:
        return (gone, "Whether it renews by itself is not known. Removing it here cancels nothing at the store.")
    stays = (
        f"Auto-renewal of {card.product_name} stays on. {charge_sentence(card, format_date, format_money)} "
        "Companion will no longer warn you."
        for card in cards
    )
    return (*stays, gone)


def unfinished_sentences(
    states: Sequence[TransferState], arrived: int, format_size: Callable[[int], str]
) -> tuple[str, ...]:
    """Returns what becomes of unfinished downloads; `arrived` are the bytes of them, 0 where that is not known."""
    count = sum(state is not TransferState.DONE for state in states)
    if not count:
        return ()
    size = f" ({format_size(arrived)})" if arrived else ""
    what = "an unfinished download" if count == 1 else f"{count} unfinished downloads"
    return (f"What has arrived of {what}{size} is deleted too. Finished files stay.",)
