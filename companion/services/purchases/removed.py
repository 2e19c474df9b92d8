"""Purchases that were removed by command: what was known of them is kept for some time, without anything secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Instant, Model
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.domain.purchases.purchase import Purchase
from companion.services.purchases.registry import PurchaseRegistry, Removed
from companion.services.storage.database import Library

KEPT_FOR = dt.timedelta(days=30)
_SETTING = "removedPurchases"
_MOST = 50


class RemovedPurchase(Model, frozen=True):
    """A purchase as it was when it was removed; its keys and links are not in it."""

    purchase: Purchase
    removed_at: Instant


class RemovedPurchases:
    """Removes purchases so that they can be put back for `KEPT_FOR`; their secrets are gone at once."""

    def __init__(self, library: Library, purchases: PurchaseRegistry, clock: Callable[[], dt.datetime]) -> None:
        self._library, self._purchases, self._clock = library, purchases, clock

    def found(self) -> tuple[RemovedPurchase, ...]:
        """Returns what can be put back, the latest first."""
        text = self._library.setting(_SETTING)
        alive, there = self._alive(text), {purchase.id for purchase in self._library.purchases()}
        if len(alive) < len(_read(text)):
            self._library.change_setting(_SETTING, lambda kept: _written(self._alive(kept)))
        return tuple(each for each in alive if each.purchase.id not in there)

    def remove(self, purchase_id: str, *, for_good: bool) -> None:
        """Forget a purchase and its secrets; with `for_good` nothing of it is kept.

        Raises `CompanionError` as `PurchaseRegistry.remove` does: then nothing is removed.
        """
        removed = self._purchases.remove(purchase_id).purchase
        kept = () if for_good else (RemovedPurchase(purchase=removed, removed_at=self._clock()),)
        self._library.change_setting(_SETTING, lambda text: _written((*kept, *self._without(text, removed.id))))

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
        self._library.change_setting(_SETTING, lambda text: _written(self._without(text, meant[0].id)))
        return meant[0].id

    def _alive(self, text: str | None) -> tuple[RemovedPurchase, ...]:
        """Returns those whose time is not over, the latest first."""
        since = self._clock() - KEPT_FOR
        return tuple(each for each in _read(text) if each.removed_at > since)[:_MOST]

    def _without(self, text: str | None, purchase_id: str) -> Iterable[RemovedPurchase]:
        return (each for each in self._alive(text) if each.purchase.id != purchase_id)


def _read(text: str | None) -> tuple[RemovedPurchase, ...]:
    try:
        return decode(text.encode(), tuple[RemovedPurchase, ...], source="the library") if text else ()
    except CompanionError:
        return ()


def _written(kept: Iterable[RemovedPurchase]) -> str | None:
    found = tuple(kept)
    return encode_without_secrets(found).decode() if found else None
