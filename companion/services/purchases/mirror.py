"""Orders of the Store API as purchases: each order that was added is owned like everything else."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import urlsplit

import msgspec

from companion import __version__
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.purchases.draft import Draft
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, replace_facts
from companion.domain.purchases.from_order import facts_of_order
from companion.domain.purchases.matching import SearchMarks
from companion.domain.purchases.purchase import Purchase
from companion.domain.purchases.values import STORE_API
from companion.services.purchases.registry import PurchaseRegistry
from companion.services.storage.database import Library
from companion.services.storage.records import KnownOrder

_SETTING = "mirroredOrders"

_Place = tuple[str, str]
"""The address of a store, and the number of an order."""


class OrderMirror:
    """Makes a purchase of each order, once: one that the person removed afterwards stays removed."""

    def __init__(self, library: Library, registry: PurchaseRegistry, clock: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._registry = registry
        self._clock = clock
        self._lock = threading.Lock()

    def run(self) -> None:
        """Take over what the library holds of orders, also of those that earlier versions added. Asks no store.

        Only what was added or read since the last time is looked at again, and only the purchases of those orders.
        """
        with self._lock, self._library.deriving():
            done, there = self._done(), self._there()
            changed = [place for place, stamp in there.items() if done.get(place) != stamp]
            if changed:
                self._take_in(changed, done)
            if done != there:
                looked_at = [(*place, stamp) for place, stamp in there.items()]
                self._library.remember_setting(_SETTING, msgspec.json.encode(looked_at).decode())

    def _there(self) -> dict[_Place, str]:
        """Every order, with what tells whether it was looked at as it is now."""
        names: dict[str, str] = {}
        found = {}
        for store, number, at in self._library.order_stamps():
            if store not in names:
                names[store] = self._name(store)
            found[store, number] = f"{at} {__version__} {names[store]}"
        return found

    def _take_in(self, changed: Sequence[_Place], done: Mapping[_Place, str]) -> None:
        numbers = frozenset(clean_text(number).casefold().lstrip("#") for _, number in changed)
        known = _by_order(self._library.purchases_like(SearchMarks(numbers=numbers)))
        # The name stands in a profile, which is long: it is read once for each store.
        sources = {store: self._source(store) for store in {store for store, _ in changed}}
        drafts: list[Draft] = []
        said: dict[str, tuple[str, tuple[Fact, ...], bool]] = {}
        for store, number in changed:
            order = self._library.order(store, number)
            if order is None:
                continue
            facts = _facts(sources[store], store, order)
            mine = known.get((store.rstrip("/"), clean_text(number)))
            if mine is not None and set(replace_facts(mine.facts, facts)) != set(mine.facts):
                _, before, complete = said.get(mine.id, ("", (), True))
                said[mine.id] = (mine.id, (*before, *facts), complete and order.order is not None)
            elif mine is None and (store, number) not in done:
                drafts.append(Draft(facts, facts[0].source, order.read_at or order.added_at))
        if said:
            self._registry.learn_all(said.values())
        if drafts:
            self._registry.add_all(drafts, sure=True)
        # Freed one after the other: thousands at once would hold up every thread.
        while known:
            known.popitem()

    def _source(self, store: str) -> Source:
        return Source(kind=SourceKind.STORE, name=self._name(store) or urlsplit(store).netloc)

    def _name(self, store: str) -> str:
        profile = self._library.profile(store)
        return profile[0].store.name if profile is not None else ""

    def _done(self) -> dict[_Place, str]:
        """The orders that were looked at; earlier versions kept no more than which ones."""
        try:
            found = json.loads(self._library.setting(_SETTING) or "[]")
            return {(str(store), str(number)): "".join(map(str, stamp)) for store, number, *stamp in found}
        except (ValueError, TypeError):
            return {}


def _facts(source: Source, store: str, order: KnownOrder) -> tuple[Fact, ...]:
    if order.order is not None:
        return facts_of_order(order.order, source, store, order.read_at or order.added_at)
    said = ((Field.STORE_KIND, STORE_API), (Field.STORE_ADDRESS, store), (Field.ORDER_NUMBER, order.number))
    return tuple(Fact(field=field, value=value, source=source, said_at=order.added_at) for field, value in said)


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
