"""Stores that are asked without being on the list of stores, and why they cannot be taken off it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import NamedTuple


class UnlistedStore(NamedTuple):
    """A store that is in use and not on the list; `reason` is a sentence for people."""

    address: str
    reason: str


_DEMO = "It belongs to the demo and ends with it, so there is nothing to remove."
_HAS_ORDERS = (
    "You added orders of it, so it is asked for as long as they are here. Remove them on the page Orders first."
)
_REMEMBERED = "Companion was first started with this store, and uses it until you add an order of another one."
_NAMED = "It was named when Companion was started, and is used until Companion ends."


def unlisted_stores(
    in_use: Iterable[str],
    listed: Collection[str],
    with_orders: Collection[str],
    remembered: str | None,
    *,
    is_demo: bool,
) -> tuple[UnlistedStore, ...]:
    """Returns the stores of `in_use` that are not `listed`, each with why it cannot be removed from the list.

    All are addresses; `remembered` is the one that is chosen where nothing else says which.
    """

    def reason(address: str) -> str:
        if is_demo:
            return _DEMO
        if address in with_orders:
            return _HAS_ORDERS
        return _REMEMBERED if address == remembered else _NAMED

    return tuple(UnlistedStore(address, reason(address)) for address in in_use if address not in listed)
