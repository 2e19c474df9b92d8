"""The Store API as one kind of store: the orders that were added there, read as facts."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from urllib.parse import urlsplit

from companion.domain.connectors import store_api
from companion.domain.connectors.answers import ActivationAnswer, DownloadOffer, Outcome, PurchaseSecrets, StoreAnswer
from companion.domain.connectors.capabilities import Capabilities
from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.purchases.facts import Field, Source, SourceKind, item_key
from companion.domain.purchases.from_order import facts_of_order
from companion.domain.purchases.purchase import Overview
from companion.domain.store.orders import Licence
from companion.services.app.cancellation import Cancellation
from companion.services.http.patience import UNLIMITED, Patience
from companion.services.http.time_limit import run_within
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import Orders, open_orders
from companion.services.stores.exchange import ANSWER_SECONDS


class StoreApiStore:
    """Reads orders at stores that offer the Store API. Safe to use from several threads.

    `orders_at` returns the orders of the store at an address, `this_pc` the seat id and the name of this PC.
    """

    def __init__(
        self,
        clock: Callable[[], dt.datetime],
        orders_at: Callable[[str], Orders],
        this_pc: Callable[[], tuple[str, str]],
        *,
        seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._clock = clock
        self._orders_at = orders_at
        self._this_pc = this_pc
        self._seconds = seconds

    @property
    def capabilities(self) -> Capabilities:
        """What this kind of store can do."""
        return store_api.CAPABILITIES

    def read(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns what the store says of the order; it has to be among the orders that were added."""
        del secrets

        def look(orders: Orders, number: str) -> StoreAnswer:
            order = orders.lookup.order(number)
            facts = facts_of_order(order, source_of(orders), orders.store, self._clock())
            return StoreAnswer(Outcome.TOLD, self._clock(), facts, complete=True)

        return self._at_the_store(purchase, cancellation, look)

    def newest_version(self, purchase: Overview, secrets: PurchaseSecrets, cancellation: Cancellation) -> StoreAnswer:
        """Returns that the order does not tell it; a grant of its download does, and counts."""
        del purchase, secrets
        cancellation.check()
        return StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said="The order does not tell the newest version.")

    def download(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> DownloadOffer | StoreAnswer:
        """Returns a fresh signed address with the size and digest that the file must have."""
        del secrets
        offers: list[DownloadOffer] = []

        def look(orders: Orders, number: str) -> StoreAnswer:
            known = orders.cache.known(number).order or orders.lookup.order(number)
            found = next((each for each in known.downloads if item_key(Field.DOWNLOAD, each.name) == item), None)
            if found is None:
                return StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said="The order has no such download.")
            granted = orders.lookup.grant(number, found.artifact_id)
            offers.append(
                DownloadOffer(Secret(granted.url), granted.filename, granted.size, granted.sha256, _connections(orders))
            )
            return StoreAnswer(Outcome.TOLD, self._clock())

        answer = self._at_the_store(purchase, cancellation, look)
        return offers[0] if offers else answer

    def instance_id(self) -> Secret | None:
        """Returns the seat id of this PC."""
        return Secret(self._this_pc()[0])

    def activate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> ActivationAnswer:
        """Takes a seat for this PC."""
        del secrets
        seat_id, name = self._this_pc()

        def take(orders: Orders, number: str) -> StoreAnswer:
            orders.actions.take_seat(number, self._licence(orders, number, item).id, seat_id, name)
            return StoreAnswer(Outcome.TOLD, self._clock())

        answer = self._at_the_store(purchase, cancellation, take)
        done = answer.outcome is Outcome.TOLD
        return ActivationAnswer(answer, done, Secret(seat_id) if done else None)

    def deactivate(
        self, purchase: Overview, item: str, secrets: PurchaseSecrets, cancellation: Cancellation
    ) -> StoreAnswer:
        """Frees the seat of this PC."""
        del secrets

        def free(orders: Orders, number: str) -> StoreAnswer:
            orders.actions.free_seat(number, self._licence(orders, number, item).id, self._this_pc()[0])
            return StoreAnswer(Outcome.TOLD, self._clock())

        return self._at_the_store(purchase, cancellation, free)

    def _licence(self, orders: Orders, number: str, item: str) -> Licence:
        order = orders.lookup.order(number)
        found = [each for each in order.licences if item_key(Field.PRODUCT, each.product_name) == item]
        if not found:
            raise store_api.no_licence()
        return found[0]

    def _at_the_store(
        self, purchase: Overview, cancellation: Cancellation, work: Callable[[Orders, str], StoreAnswer]
    ) -> StoreAnswer:
        address, number = purchase.store.address, purchase.order_number
        if address is None or number is None:
            return StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said=store_api.ADD_THE_ORDER)
        try:
            return run_within(self._seconds, cancellation, lambda: work(self._orders_at(address), number))
        except CompanionError as error:
            return store_api.judge_error(error, self._clock())


class OpenStores:
    """The orders of each store by its address, opened when first needed. Safe to use from several threads."""

    def __init__(
        self,
        keychain: Keychain,
        library: Library,
        clock: Callable[[], dt.datetime],
        *,
        patience: Patience = UNLIMITED,
    ) -> None:
        self._patience = patience
        self._keychain = keychain
        self._library = library
        self._clock = clock
        self._open: dict[str, tuple[StoreClient, Orders]] = {}
        self._lock = threading.Lock()

    def orders_at(self, address: str) -> Orders:
        """Returns the orders of the store at an address. Raises `CompanionError` ``unsafe-address``."""
        address = address.rstrip("/")
        with self._lock:
            if address not in self._open:
                client = StoreClient(address, patience=self._patience)
                self._open[address] = client, open_orders(client, self._keychain, self._library, self._clock)
            return self._open[address][1]

    def close(self) -> None:
        """Close the connections."""
        with self._lock:
            for client, _ in self._open.values():
                client.close()
            self._open.clear()


def source_of(orders: Orders) -> Source:
    """Returns the store as the source of facts: by its own name, else by its host."""
    profile = orders.cache.remembered_profile()
    name = profile.store.name if profile is not None else ""
    return Source(kind=SourceKind.STORE, name=name or urlsplit(orders.store).netloc)


def _connections(orders: Orders) -> int:
    profile = orders.cache.remembered_profile()
    return profile.policies.downloads.most_connections if profile is not None else 1
