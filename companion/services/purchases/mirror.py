"""Orders of the Store API as purchases: each order that was added is owned like everything else."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from companion.domain.core.foreign_text import clean_text
from companion.domain.purchases.draft import Draft
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, replace_facts
from companion.domain.purchases.from_order import STORE_API, facts_of_order
from companion.domain.purchases.purchase import Purchase
from companion.services.purchases.registry import AddedKind, PurchaseRegistry
from companion.services.storage.database import Library
from companion.services.storage.records import KnownOrder

_SETTING = "mirroredOrders"


class OrderMirror:
    """Makes a purchase of each order, once: one that the person removed afterwards stays removed."""

    def __init__(self, library: Library, registry: PurchaseRegistry, clock: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._registry = registry
        self._clock = clock
        self._lock = threading.Lock()

    def run(self) -> None:
        """Take over what the library holds of orders, also of those that earlier versions added. Asks no store."""
        with self._lock:
            done = self._done()
            there = {
                (store, order.number): order
                for store in self._library.stores_with_orders()
                for order in self._library.orders(store)
            }
            known = _by_order(self._library.purchases()) if there else {}
            for (store, number), order in there.items():
                mine = known.get((store.rstrip("/"), clean_text(number)))
                self._mirror(store, order, mine, is_new=(store, number) not in done)
            if done != set(there):
                self._library.remember_setting(_SETTING, json.dumps(sorted(there)))

    def _mirror(self, store: str, order: KnownOrder, mine: Purchase | None, *, is_new: bool) -> None:
        facts = self._facts(store, order)
        said_at = order.read_at or order.added_at
        if mine is not None:
            if set(replace_facts(mine.facts, facts)) != set(mine.facts):
                self._registry.learn(mine.id, facts, complete=order.order is not None)
        elif is_new:
            draft = Draft(facts, facts[0].source, said_at)
            if self._registry.add(draft).kind is AddedKind.ASK:
                self._registry.add(draft, as_new=True)

    def _facts(self, store: str, order: KnownOrder) -> tuple[Fact, ...]:
        profile = self._library.profile(store)
        name = profile[0].store.name if profile is not None else ""
        source = Source(kind=SourceKind.STORE, name=name or urlsplit(store).netloc)
        if order.order is not None:
            return facts_of_order(order.order, source, store, order.read_at or order.added_at)
        said = ((Field.STORE_KIND, STORE_API), (Field.STORE_ADDRESS, store), (Field.ORDER_NUMBER, order.number))
        return tuple(Fact(field=field, value=value, source=source, said_at=order.added_at) for field, value in said)

    def _done(self) -> set[tuple[str, str]]:
        try:
            found = json.loads(self._library.setting(_SETTING) or "[]")
            return {(str(store), str(number)) for store, number in found}
        except (ValueError, TypeError):
            return set()


def _by_order(purchases: Iterable[Purchase]) -> dict[tuple[str, str], Purchase]:
    """The purchases that orders became, by what their stores say of address and number."""
    found = {}
    for purchase in purchases:
        said: dict[Field, set[str]] = {Field.STORE_ADDRESS: set(), Field.ORDER_NUMBER: set()}
        for fact in purchase.facts:
            if fact.source.kind is SourceKind.STORE and fact.field in said:
                said[fact.field].add(fact.value)
        for address in said[Field.STORE_ADDRESS]:
            for number in said[Field.ORDER_NUMBER]:
                found[address.rstrip("/"), clean_text(number)] = purchase
    return found
