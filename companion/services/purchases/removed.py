"""Purchases that were removed by command: what was known of them is kept for some time, without anything secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model
from companion.domain.purchases.purchase import Purchase
from companion.services.purchases.registry import PurchaseRegistry, Removed
from companion.services.storage.database import Library
from companion.services.storage.kept_removals import KeptRemovals


class RemovedPurchase(Model, frozen=True):
    """A purchase as it was when it was removed; its keys and links are not in it."""

    purchase: Purchase
    removed_at: Instant


class RemovedPurchases:
    """Removes purchases so that they can be put back for `KEPT_FOR`; their secrets are gone at once."""

    def __init__(self, library: Library, purchases: PurchaseRegistry, clock: Callable[[], dt.datetime]) -> None:
        self._library, self._purchases, self._clock = library, purchases, clock
        self._kept = KeptRemovals(library, clock, "removedPurchases", RemovedPurchase)

    def found(self) -> tuple[RemovedPurchase, ...]:
        """Returns what can be put back, the latest first."""
        there = {purchase.id for purchase in self._library.purchases()}
        return tuple(each for each in self._kept.found() if each.purchase.id not in there)

    def remove(self, purchase_id: str, *, for_good: bool) -> None:
        """Forget a purchase and its secrets; with `for_good` nothing of it is kept.

        Raises `CompanionError` as `PurchaseRegistry.remove` does: then nothing is removed.
        """
        removed = self._purchases.remove(purchase_id).purchase
        new = () if for_good else (RemovedPurchase(purchase=removed, removed_at=self._clock()),)
        self._kept.change(lambda kept: (*new, *_without(kept, removed.id)))

    def put_back(self, purchase_id: str) -> str:
        """Put back the one removed purchase whose id begins so; returns its whole id.

        Raises `CompanionError` ``no-purchase`` where none or several do.
        """
        meant = [each.purchase for each in self.found() if purchase_id and each.purchase.id.startswith(purchase_id)]
        if len(meant) != 1:
            raise CompanionError(
                ErrorCode.NO_PURCHASE,
                "Nothing to put back",
                "Several removed purchases have an id that begins so." if meant else "No removed purchase has this id.",
                "See what can be put back with: companion purchases restore",
            )
        self._purchases.put_back(Removed(meant[0], ()))
        self._kept.change(lambda kept: _without(kept, meant[0].id))
        return meant[0].id


def _without(kept: Iterable[RemovedPurchase], purchase_id: str) -> tuple[RemovedPurchase, ...]:
    return tuple(each for each in kept if each.purchase.id != purchase_id)
