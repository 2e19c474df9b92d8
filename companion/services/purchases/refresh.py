"""Asking stores about what is owned: each store on a thread of its own, so that none holds up another."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import logging
import random
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from companion.domain.connectors.answers import Outcome, StoreAnswer
from companion.domain.connectors.capabilities import Capability
from companion.domain.connectors.check_plan import StoreCheck, first_check, is_due, nearest_date, next_check
from companion.domain.core.errors import Cancelled, CompanionError, ErrorCode
from companion.domain.core.serialization import decode, encode
from companion.domain.core.words.error_words import failure
from companion.domain.purchases.facts import Field
from companion.domain.purchases.purchase import Overview
from companion.services.app.cancellation import Cancellation
from companion.services.purchases.mirror import OrderMirror
from companion.services.purchases.registry import PurchaseRegistry
from companion.services.storage.database import Library
from companion.services.stores.connectors import Connectors
from companion.services.stores.protocol import StoreConnector

_log = logging.getLogger(__name__)
_MOST_STORES = 8
_TELLS_NOTHING = "This store tells programs nothing; its e-mails and its own page do."
_NO_SHOP = "No shop is known for it, so there is none to ask."
_TWO_ADDRESSES = "Two addresses are known for this store. Choose one before your key is sent there."


class Refreshed(NamedTuple):
    """What asking about one purchase led to; `answer` has its reason where the store could not be asked."""

    purchase_id: str
    answer: StoreAnswer


class PurchaseRefresh:
    """Asks the stores. Safe to use from several threads; every method may block."""

    def __init__(
        self,
        registry: PurchaseRegistry,
        connectors: Connectors,
        library: Library,
        mirror: OrderMirror,
        clock: Callable[[], dt.datetime],
        zone: dt.tzinfo,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """`jitter` returns random numbers from 0 to 1."""
        self._registry = registry
        self._connectors = connectors
        self._library = library
        self._mirror = mirror
        self._clock = clock
        self._zone = zone
        self._jitter = jitter
        self._planning = threading.Lock()

    def connector_of(self, purchase: Overview) -> StoreConnector | None:
        """Returns what can ask the store of a purchase; None where programs cannot ask it."""
        return self.connectors_of((purchase,)).get(purchase.id)

    def connectors_of(self, purchases: Iterable[Overview]) -> dict[str, StoreConnector]:
        """Returns what can ask the stores of purchases, by their ids, without those that programs cannot ask."""
        kinds = {store.address.rstrip("/"): store.kind for store in self._library.stores()}
        found = {}
        for purchase in purchases:
            kind = purchase.store.kind or kinds.get((purchase.store.address or "").rstrip("/"))
            connector = self._connectors.of(kind)
            if connector is not None:
                found[purchase.id] = connector
        return found

    def one(self, purchase_id: str, cancellation: Cancellation) -> Refreshed:
        """Ask the store about one purchase. Raises `CompanionError` ``no-purchase`` and `Cancelled`."""
        self._mirror.run()
        purchase = self._registry.get(purchase_id)
        return self._ask(purchase, self.connector_of(purchase), cancellation)

    def all(
        self, cancellation: Cancellation, told: Callable[[Refreshed], None] = lambda _: None
    ) -> tuple[Refreshed, ...]:
        """Ask every store about everything; `told` is called as answers come, on several threads.

        Raises `Cancelled`.
        """
        self._mirror.run()
        return self._of(self._registry.all(), cancellation, told)

    def due(
        self, cancellation: Cancellation, told: Callable[[Refreshed], None] = lambda _: None
    ) -> tuple[Refreshed, ...]:
        """Ask the stores whose time has come; one that is new is only given a time. Raises `Cancelled`."""
        self._mirror.run()
        now, purchases = self._clock(), []
        owned = self._registry.all()
        connectors = self.connectors_of(owned)
        askable = [purchase for purchase in owned if purchase.id in connectors]
        for address, bought in self._by_store(askable).items():
            check = self._check(address)
            if check is None:
                self._remember(address, first_check(now, self._jitter()))
            elif is_due(check, now):
                purchases += bought
        return self._of(purchases, cancellation, told)

    def _of(
        self, purchases: Sequence[Overview], cancellation: Cancellation, told: Callable[[Refreshed], None]
    ) -> tuple[Refreshed, ...]:
        groups = self._by_store(purchases)
        if not groups:
            return ()
        with concurrent.futures.ThreadPoolExecutor(min(_MOST_STORES, len(groups)), "store") as pool:
            waiting = [
                pool.submit(self._ask_store, address, bought, cancellation, told) for address, bought in groups.items()
            ]
            found = {each.purchase_id: each for future in waiting for each in future.result()}
        return tuple(found[purchase.id] for purchase in purchases)

    def _ask_store(
        self,
        address: str,
        purchases: Sequence[Overview],
        cancellation: Cancellation,
        told: Callable[[Refreshed], None],
    ) -> list[Refreshed]:
        """Ask one store about each purchase; once it could not be asked, it is left alone."""
        found: list[Refreshed] = []
        down: StoreAnswer | None = None
        connectors = self.connectors_of(purchases)
        for purchase in purchases:
            connector = connectors.get(purchase.id)
            one = Refreshed(purchase.id, down) if down else self._ask(purchase, connector, cancellation)
            if connector is not None and one.answer.outcome is Outcome.COULD_NOT_ASK:
                down = one.answer
            found.append(one)
            told(one)
        self._plan(address, purchases, [each.answer for each in found])
        return found

    def _ask(self, purchase: Overview, connector: StoreConnector | None, cancellation: Cancellation) -> Refreshed:
        cancellation.check()
        if connector is None:
            known = purchase.store.name or purchase.store.address or purchase.store.kind
            return self._untold(purchase, _TELLS_NOTHING if known else _NO_SHOP)
        if any(conflict.field is Field.STORE_ADDRESS for conflict in purchase.conflicts):
            return self._untold(purchase, _TWO_ADDRESSES)
        try:
            answer = self._read(purchase, connector, cancellation)
        except CompanionError as error:
            answer = StoreAnswer(Outcome.COULD_NOT_ASK, self._clock(), reason=error)
        except Cancelled:
            raise
        except Exception as error:  # noqa: BLE001 - one answer that cannot be read takes no other store with it
            _log.error("asking a %s store failed: %s", connector.capabilities.kind, type(error).__name__)
            reason = failure(ErrorCode.MALFORMED_ANSWER)
            answer = StoreAnswer(Outcome.COULD_NOT_ASK, self._clock(), reason=reason)
        if answer.facts:
            # Where nothing can be saved it is shown all the same; the store says it again.
            with self._registry.deriving():
                self._registry.learn(purchase.id, answer.facts, complete=answer.complete)
        return Refreshed(purchase.id, answer)

    def _read(self, purchase: Overview, connector: StoreConnector, cancellation: Cancellation) -> StoreAnswer:
        secrets = self._registry.secrets(purchase.id)
        answer = connector.read(purchase, secrets, cancellation)
        if answer.outcome is not Outcome.TOLD or not connector.capabilities.live(Capability.NEWEST_VERSION):
            return answer
        newest = connector.newest_version(purchase, secrets, cancellation)
        return answer._replace(facts=(*answer.facts, *newest.facts))

    def _untold(self, purchase: Overview, said: str) -> Refreshed:
        return Refreshed(purchase.id, StoreAnswer(Outcome.DOES_NOT_TELL, self._clock(), said=said))

    # The plan

    def _by_store(self, purchases: Iterable[Overview]) -> dict[str, list[Overview]]:
        groups: dict[str, list[Overview]] = {}
        for purchase in purchases:
            groups.setdefault((purchase.store.address or purchase.store.name or "").rstrip("/"), []).append(purchase)
        return groups

    def _plan(self, address: str, purchases: Sequence[Overview], answers: Sequence[StoreAnswer]) -> None:
        now = self._clock()
        asked_for = [answer.retry_at for answer in answers if answer.retry_at is not None]
        with self._planning:
            check = next_check(
                self._check(address),
                [answer.outcome for answer in answers],
                now=now,
                nearest=nearest_date(purchases, now, self._zone),
                retry_at=max(asked_for, default=None),
                jitter=self._jitter(),
            )
            self._remember(address, check)

    def _check(self, address: str) -> StoreCheck | None:
        text = self._library.setting(f"check {address}")
        if text is None:
            return None
        try:
            return decode(text.encode(), StoreCheck, source="the library")
        except CompanionError:
            return None

    def _remember(self, address: str, check: StoreCheck) -> None:
        self._library.remember_setting(f"check {address}", encode(check).decode())
