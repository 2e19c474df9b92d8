"""The orders of one store: how the parts that look them up, remember them and change them are put together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import NamedTuple

from companion.services.storage.database import Library
from companion.services.store.actions import OrderActions
from companion.services.store.attempts import Attempts
from companion.services.store.cache import OrderCache
from companion.services.store.calls.client import StoreClient
from companion.services.store.idempotency import IdempotentRequests
from companion.services.store.invoices import OrderInvoices
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.looking import StoreLooks
from companion.services.store.lookup import OrderLookup
from companion.services.store.pending_seats import PendingSeats
from companion.services.store.renewal_switch import RenewalSwitch
from companion.services.store.sessions import Sessions
from companion.services.store.together import OrdersTogether


class Orders(NamedTuple):
    """The orders of one store: asking for them, what is remembered of them, and what changes them.

    `attempts` counts what failed, for offering help in time.
    """

    lookup: OrderLookup
    cache: OrderCache
    actions: OrderActions
    attempts: Attempts
    client: StoreClient
    looks: StoreLooks
    invoices: OrderInvoices
    seats: PendingSeats

    def stop(self) -> None:
        """End what is being asked of the store; nothing can be asked afterwards."""
        self.client.stop()

    @property
    def store(self) -> str:
        """The store's address."""
        return self.cache.store


def open_orders(client: StoreClient, keychain: Keychain, library: Library, clock: Callable[[], dt.datetime]) -> Orders:
    """Returns the orders of the store that `client` calls, of which `library` remembers what was read."""
    sessions = Sessions(client, keychain, clock)
    requests = IdempotentRequests(library, client.url, clock)
    cache = OrderCache(library, client.url, clock)
    attempts = Attempts(client.url, library, clock, cache.has)
    renewal = RenewalSwitch(client, sessions, requests, library, clock)
    seats = PendingSeats(client, sessions, library)
    lookup = OrderLookup(client, keychain, sessions, cache, renewal, seats, attempts, library, clock)
    actions = OrderActions(client, sessions, requests, renewal, lookup, cache, attempts, library, clock)
    together = OrdersTogether(client, sessions, cache, lookup, clock)
    looks = StoreLooks(lookup, together, cache, library, clock)
    invoices = OrderInvoices(client, sessions, cache, attempts, library, clock)
    return Orders(lookup, cache, actions, attempts, client, looks, invoices, seats)
