"""Reading all orders of one log-in with one request, where the store offers that."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from collections.abc import Callable
from typing import NamedTuple

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.store.collections import Collections, digest_of
from companion.domain.store.orders import OrderCollection, OrderEntry
from companion.services.storage.records import KnownOrder
from companion.services.store.cache import OrderCache
from companion.services.store.calls.answers import NotOfferedError
from companion.services.store.calls.client import Fresh, StoreClient
from companion.services.store.lookup import OrderLookup
from companion.services.store.sessions import Sessions

_log = logging.getLogger(__name__)


@dataclasses.dataclass
class Learned:
    """What one look has learned: the orders that were read, and what is known of collections."""

    collections: Collections
    opened: set[str] = dataclasses.field(default_factory=set)


class _Asked(NamedTuple):
    """The added orders of a log-in, as they were known, and what the store said: None for unchanged."""

    group: tuple[KnownOrder, ...]
    fresh: Fresh[OrderCollection] | None


class OrdersTogether:
    """Reads orders of one store. Safe to use from several threads; `read` blocks."""

    def __init__(
        self,
        client: StoreClient,
        sessions: Sessions,
        cache: OrderCache,
        lookup: OrderLookup,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._client = client
        self._sessions = sessions
        self._cache = cache
        self._lookup = lookup
        self._clock = clock

    def read(self, number: str, learned: Learned) -> None:
        """Read an order, and with it those that the same log-in opens. Raises what kept the order from being read."""
        if learned.collections.are_offered(self._clock()):
            try:
                asked = self._sessions.authorised(number, lambda token: self._ask(token, learned.collections))
                if asked is not None:
                    self._take(asked, learned)
            except NotOfferedError:
                learned.collections = learned.collections.without_offer(self._clock())
        # An order that was left out of the collection, or could not be read in it, is asked for by itself.
        if number not in learned.opened:
            self._lookup.refresh(number)
            learned.opened.add(number)

    def _ask(self, token: Secret, collections: Collections) -> _Asked | None:
        """Ask for the collection, unless a single order would be in it."""
        group = self._cache.known_of(self._sessions.opened_by(token))
        if len(group) < 2:
            return None
        digest = digest_of([(known.number, self._lookup.validator(known)) for known in group])
        etag = collections.etag(digest) if digest is not None else None
        return _Asked(group, self._client.orders(token, etag))

    def _take(self, asked: _Asked, learned: Learned) -> None:
        entries = {} if asked.fresh is None else {each.order.number: each for each in asked.fresh.value.orders}
        taken = []
        for known in asked.group:
            entry = entries.get(known.number)
            if asked.fresh is None or entry is not None:
                taken += self._take_one(known, entry)
        learned.opened.update(known.number for known in taken)
        if asked.fresh is None or asked.fresh.etag is None or len(taken) < len(asked.group):
            return
        digest = digest_of([(known.number, known.etag) for known in taken])
        if digest is not None:
            learned.collections = learned.collections.with_etag(digest, asked.fresh.etag)

    def _take_one(self, known: KnownOrder, entry: OrderEntry | None) -> list[KnownOrder]:
        """Returns the order as it is known now; nothing where it cannot be taken, which stops no other one."""
        try:
            return [self._lookup.take(known, Fresh(entry.order, entry.etag, None) if entry is not None else None)]
        except CompanionError as error:
            _log.info("an order of a collection could not be taken: %s", error.code)
            return []
