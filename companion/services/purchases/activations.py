"""Taking and freeing the seat of this PC at a store, once the person has agreed."""

from __future__ import annotations

from typing import NamedTuple

from companion.domain.connectors.answers import Outcome, StoreAnswer
from companion.domain.connectors.capabilities import Capability
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.domain.purchases.purchase import Overview, Product
from companion.services.app.cancellation import Cancellation
from companion.services.purchases.refresh import PurchaseRefresh
from companion.services.purchases.registry import PurchaseRegistry
from companion.services.store.keychain.keychain import Kept
from companion.services.stores.protocol import StoreConnector


class Changed(NamedTuple):
    """What taking or freeing a seat led to, and the purchase as the store then says it is.

    `kept` says where what names the seat is kept; in memory only it is lost with the program.
    """

    done: bool
    answer: StoreAnswer
    purchase: Overview
    kept: Kept = Kept.KEYCHAIN


class Activations:
    """Seats of this PC. Nothing here asks the person: the caller has, and has shown the seats left."""

    def __init__(self, registry: PurchaseRegistry, refresh: PurchaseRefresh) -> None:
        self._registry = registry
        self._refresh = refresh

    def activate(self, purchase_id: str, product: Product, cancellation: Cancellation) -> Changed:
        """Take a seat for this PC. What names the seat is kept first: a lost name is a lost seat.

        It is forgotten again only when the store has refused; where no answer came, the seat may be taken. Raises
        `CompanionError` ``no-page`` where the store's programs cannot, and `Cancelled`.
        """
        purchase = self._registry.get(purchase_id)
        connector, item = self.require_able(purchase), product.item
        held = item in self._registry.secrets(purchase.id).instance_ids
        source = Source(kind=SourceKind.STORE, name=purchase.store.name or purchase.store.address or "")
        name = connector.instance_id()
        kept = Kept.KEYCHAIN
        if name is not None and not held:
            kept = self._registry.keep_secret(purchase.id, Field.ACTIVATION, item, name, source)
        found = connector.activate(purchase, item, self._registry.secrets(purchase.id), cancellation)
        if found.activated and found.instance_id is not None:
            # The store has acted: what cannot be saved any more must not look like a failure.
            with self._registry.deriving():
                kept = self._registry.keep_secret(purchase.id, Field.ACTIVATION, item, found.instance_id, source)
        elif found.answer.outcome is Outcome.DOES_NOT_TELL and name is not None and not held:
            self._registry.drop_secret(purchase.id, Field.ACTIVATION, item)
        return self._read_again(purchase, found.activated, found.answer, kept, cancellation)

    def deactivate(self, purchase_id: str, product: Product, cancellation: Cancellation) -> Changed:
        """Free the seat of this PC. Raises as `activate` does."""
        purchase = self._registry.get(purchase_id)
        connector, item = self.require_able(purchase), product.item
        answer = connector.deactivate(purchase, item, self._registry.secrets(purchase.id), cancellation)
        done = answer.outcome is Outcome.TOLD
        if done:
            with self._registry.deriving():
                self._registry.drop_secret(purchase.id, Field.ACTIVATION, item)
        return self._read_again(purchase, done, answer, Kept.KEYCHAIN, cancellation)

    def require_able(self, purchase: Overview) -> StoreConnector:
        """Returns the connector that can take seats. Raises `CompanionError` ``no-page`` where there is none."""
        connector = self._refresh.connector_of(purchase)
        if connector is not None and connector.capabilities.live(Capability.ACTIVATE):
            return connector
        page = purchase.manage_page
        raise CompanionError(
            ErrorCode.NO_PAGE,
            "This store has no seats that programs can take",
            "It tells programs nothing about the PCs that use the licence.",
            f"Look on its own page: {page}" if page else "Enter the licence key in the product itself.",
        )

    def _read_again(
        self, purchase: Overview, done: bool, answer: StoreAnswer, kept: Kept, cancellation: Cancellation
    ) -> Changed:
        if done:
            self._refresh.one(purchase.id, cancellation)
        return Changed(done, answer, self._registry.get(purchase.id), kept)
