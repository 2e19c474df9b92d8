"""A store as the command line shows it."""

from __future__ import annotations

from companion.domain.connectors import edd
from companion.domain.core.model import Instant, Model
from companion.domain.purchases.values import STORE_API
from companion.services.purchases.stores import UNKNOWN
from companion.services.storage.records import KnownStore


class ShownStore(Model, frozen=True):
    """A store that was added."""

    kind: str
    name: str | None
    address: str
    added_at: Instant


JSON = "{kind: storeApi|edd|unknown, name, address, addedAt}"


def shown(store: KnownStore) -> ShownStore:
    """Returns a store for the JSON output."""
    return ShownStore(kind=store.kind, name=store.name or None, address=store.address, added_at=store.added_at)


def line(store: KnownStore, *, answered: bool = True) -> str:
    """Returns a store in one line; where it has not `answered`, its kind is what was known before."""
    kinds = {STORE_API: "offers the Store API", edd.KIND: "runs Easy Digital Downloads"}
    told = kinds.get(store.kind, "is not known to tell programs anything; its e-mails tell what you bought")
    if not answered:
        told = "is remembered, but did not answer" if store.kind == UNKNOWN else f"{told}, but did not answer now"
    return f"{store.name or store.address}  {store.address if store.name else ''}  {told}".replace("    ", "  ")
