"""What is remembered of one store and its orders: in the library, and the licence keys in memory only."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.core.words.error_words import failure
from companion.domain.entitlements.licences import licence_keys, with_licence_keys
from companion.domain.store.orders import Order, Receipt
from companion.domain.store.profile import Profile
from companion.services.storage.database import Library
from companion.services.storage.records import KnownCase, KnownOrder, orders_read
from companion.services.store.calls.client import Fresh


class _Keyed(NamedTuple):
    """An order out of the library and its licence keys, put together once."""

    known: KnownOrder
    keys: Mapping[str, Secret]
    complete: KnownOrder


class OrderCache:
    """The orders of one store as they were last read. Asks neither the store nor the keychain.

    The library never holds a licence key, so the keys that were read since the start, or came out of the keychain, are
    held here with the ETag of the answer they came in. Safe to use from several threads; methods may wait for the disk.
    """

    def __init__(self, library: Library, store: str, clock: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._store = store
        self._clock = clock
        self._keys: dict[str, dict[str, Secret]] = {}
        self._etags: dict[str, str | None] = {}
        self._keyed: dict[str, _Keyed] = {}
        self._lock = threading.Lock()

    @property
    def store(self) -> str:
        """The store's address."""
        return self._store

    # Orders

    def numbers(self) -> tuple[str, ...]:
        """Returns the numbers of all orders that were added, the oldest first."""
        return self._library.order_numbers(self._store)

    def has(self, number: str) -> bool:
        """Returns whether an order was added."""
        return self._library.has_order(self._store, number)

    def known(self, number: str) -> KnownOrder:
        """Returns one order as it was last read. Raises `CompanionError` ``order-unknown``."""
        known = self._library.order(self._store, number)
        if known is None:
            raise _unknown(number)
        return self._with_keys(known)

    def known_of(self, numbers: Iterable[str]) -> tuple[KnownOrder, ...]:
        """Returns those of these orders that were added, as they were last read, the oldest first."""
        found = (self._library.order(self._store, number) for number in numbers)
        added = [known for known in found if known is not None]
        return self.with_keys(sorted(added, key=lambda known: (known.added_at, known.number)))

    def remembered(self) -> tuple[KnownOrder, ...]:
        """Returns all orders that were added, the oldest first, also those that have not been read yet."""
        return self.with_keys(self._library.orders(self._store))

    def read(self) -> tuple[Order, ...]:
        """Returns the orders that have been read, as they were last read, the oldest first."""
        return orders_read(self.remembered())

    def with_keys(self, orders: Iterable[KnownOrder]) -> tuple[KnownOrder, ...]:
        """Returns orders out of the library with the licence keys that are held in memory."""
        return tuple(self._with_keys(known) for known in orders)

    def etag(self, known: KnownOrder) -> str | None:
        """Returns the ETag to ask with, or None when an answer without the order would leave its keys unknown."""
        with self._lock:
            held = self._etags.get(known.number)
        return known.etag if held == known.etag else None

    def put_back(self, known: KnownOrder, keys: Mapping[str, Secret]) -> str | None:
        """Hold the keys of an order that were kept elsewhere, and return the ETag to ask with."""
        with self._lock:
            if known.number not in self._etags:
                self._keys[known.number], self._etags[known.number] = dict(keys), known.etag
        return self.etag(known)

    def add(self, number: str, fresh: Fresh[Order]) -> None:
        """Add an order with what the store has just said of it."""
        check_number(number, fresh.value)
        now = self._clock()
        self._library.add_order(self._store, number, now)
        self.remember(KnownOrder(number=number, added_at=now), fresh)

    def remember(self, known: KnownOrder, fresh: Fresh[Order]) -> KnownOrder:
        """Remember what the store has just said of an order, and return that.

        Raises `CompanionError` ``order-unknown`` when it has been removed meanwhile, ``malformed-answer`` when the
        store sent another order.
        """
        check_number(known.number, fresh.value)
        now = self._clock()
        if not self._library.remember_order(self._store, fresh.value, fresh.etag, now):
            raise _unknown(known.number)
        with self._lock:
            self._keys[known.number], self._etags[known.number] = licence_keys(fresh.value), fresh.etag
        return msgspec.structs.replace(known, read_at=now, etag=fresh.etag, order=fresh.value)

    def unchanged(self, known: KnownOrder) -> KnownOrder:
        """Remember that the store has just called `known` unchanged, and return the order as it is known now.

        That is another than `known` when it was read anew meanwhile. Raises `CompanionError` ``order-unknown``.
        """
        now = self._clock()
        if self._library.confirm_order(self._store, known.number, known.etag, now):
            return msgspec.structs.replace(known, read_at=now)
        return self.known(known.number)

    def remove(self, number: str) -> None:
        """Forget an order; its receipts stay."""
        with self._lock:
            self._keys.pop(number, None)
            self._etags.pop(number, None)
            self._keyed.pop(number, None)
        self._library.remove_order(self._store, number)

    def keys(self) -> frozenset[str]:
        """Returns every licence key that is held in memory: to be taken out of what leaves this PC."""
        with self._lock:
            return frozenset(key.reveal() for keys in self._keys.values() for key in keys.values())

    def _with_keys(self, known: KnownOrder) -> KnownOrder:
        with self._lock:
            keys = self._keys.get(known.number)
            before = self._keyed.get(known.number)
        if known.order is None or not keys:
            return known
        if before is not None and before.known is known and before.keys is keys:
            return before.complete
        complete = msgspec.structs.replace(known, order=with_licence_keys(known.order, keys))
        with self._lock:
            self._keyed[known.number] = _Keyed(known, keys, complete)
        return complete

    # The rest

    def remembered_profile(self) -> Profile | None:
        """Returns the vendor profile as it was last read, or None."""
        remembered = self._library.profile(self._store)
        return remembered[0] if remembered else None

    def receipts(self, number: str) -> tuple[Receipt, ...]:
        """Returns the receipts kept for an order, the newest first."""
        return self._library.receipts(self._store, number)

    def cases(self) -> tuple[KnownCase, ...]:
        """Returns the cases that were opened with support, the newest first."""
        return self._library.cases(self._store)


def check_number(number: str, order: Order) -> None:
    """Raise `CompanionError` ``malformed-answer`` unless `order` is the one that was asked for."""
    if order.number != number:
        raise failure(ErrorCode.MALFORMED_ANSWER)


def _unknown(number: str) -> CompanionError:
    return CompanionError(
        ErrorCode.ORDER_UNKNOWN,
        "This order has not been added",
        f"Companion does not know an order {number} of this store.",
        "Add it with its number and order password; both are in the confirmation e-mail.",
    )
