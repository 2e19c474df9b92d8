"""The stores a person bought from: added, listed, forgotten, and what kind each of them is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from urllib.parse import urlsplit

from companion.domain.connectors import edd
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.foreign_text import clean_text
from companion.domain.entitlements.order_lookup import check_store_url
from companion.domain.purchases.from_order import STORE_API
from companion.services.app.cancellation import Cancellation
from companion.services.storage.database import Library
from companion.services.storage.records import KnownStore
from companion.services.store.client import StoreClient
from companion.services.stores.exchange import post_form

UNKNOWN = "unknown"


class StoreList:
    """Every job on the list of stores."""

    def __init__(self, library: Library, clock: Callable[[], dt.datetime]) -> None:
        self._library = library
        self._clock = clock

    def all(self) -> tuple[KnownStore, ...]:
        """Returns the stores in the order in which they were added."""
        return self._library.stores()

    def find(self, name: str) -> KnownStore:
        """Returns the store that an address, a host or a name means. Raises `CompanionError` ``no-such-store``."""
        wanted = name.strip().casefold().rstrip("/")
        fits = [
            store
            for store in self.all()
            if wanted in (store.address.casefold(), urlsplit(store.address).netloc.casefold(), store.name.casefold())
        ]
        if len(fits) == 1 and wanted:
            return fits[0]
        raise CompanionError(
            ErrorCode.NO_SUCH_STORE,
            "There is no such store",
            f"No store, or more than one, is known as “{clean_text(name, 80)}”.",
            "See the stores with: companion stores list",
            kind=ErrorKind.NO,
        )

    def add(self, address: str, cancellation: Cancellation) -> KnownStore:
        """Look what kind of store answers at `address`, and remember it; other stores stay as they are.

        A store that cannot be asked is remembered as well, as unknown. Raises `CompanionError` ``bad-store-url``.
        """
        checked = check_store_url(address)
        kind, name = self._kind_of(checked, cancellation)
        store = KnownStore(address=checked, kind=kind, name=name, added_at=self._clock())
        self._library.remember_store(store)
        return store

    def remove(self, name: str) -> KnownStore:
        """Forget a store; what was bought there stays. Raises `CompanionError` ``no-such-store``."""
        store = self.find(name)
        self._library.forget_store(store.address)
        return store

    def _kind_of(self, address: str, cancellation: Cancellation) -> tuple[str, str]:
        client = StoreClient(address)
        try:
            found = client.profile()
            return STORE_API, found.value.store.name if found is not None else ""
        except CompanionError:
            cancellation.check()
        finally:
            client.close()
        return (edd.KIND, "") if _is_edd(address, cancellation) else (UNKNOWN, "")


def _is_edd(address: str, cancellation: Cancellation) -> bool:
    """Whether Easy Digital Downloads answers there; asking for a version without a key changes nothing."""
    try:
        answer = post_form(address, {"edd_action": "get_version", "item_id": "0"}, cancellation, seconds=10)
        fields = json.loads(answer.body)
    except (CompanionError, ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and bool({"new_version", "msg", "stable_version"} & fields.keys())
