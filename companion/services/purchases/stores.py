"""The stores a person bought from: added, listed, forgotten, and what kind each of them is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from companion.domain.connectors import edd
from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.entitlements.order_lookup import check_store_url
from companion.domain.purchases.values import STORE_API, host_name
from companion.services.app.cancellation import Cancellation
from companion.services.http.patience import UNLIMITED, Patience
from companion.services.storage.database import Library
from companion.services.storage.records import KnownStore
from companion.services.store.calls.client import StoreClient
from companion.services.stores.exchange import post_form

if TYPE_CHECKING:
    from companion.domain.mail.origin.fraud import Brands

UNKNOWN = "unknown"
_ANSWERS = frozenset({ErrorCode.PORTAL, ErrorCode.MALFORMED_ANSWER})
"""What a web page in place of a store's answer leads to."""


class AddedStore(NamedTuple):
    """A store that is remembered now; `no_answer` tells why it could not be asked what kind it is.

    `looks_like` is the maker or shop whose address it only looks like.
    """

    store: KnownStore
    no_answer: CompanionError | None = None
    looks_like: str | None = None


class _Look(NamedTuple):
    kind: str
    name: str = ""
    no_answer: CompanionError | None = None


class StoreList:
    """Every job on the list of stores."""

    def __init__(
        self,
        library: Library,
        clock: Callable[[], dt.datetime],
        *,
        patience: Patience = UNLIMITED,
        brands: Callable[[], Brands] = dict,
    ) -> None:
        """`brands` are those that an address may look like."""
        self._brands = brands
        self._patience = patience
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

    def add(self, address: str, cancellation: Cancellation) -> AddedStore:
        """Look what kind of store answers at `address`, and remember it; other stores stay as they are.

        A store that cannot be asked is remembered as well: as what it was known as before, else as unknown. The address
        of a page within a store leads to the store. Raises `CompanionError` ``bad-store-url``.
        """
        checked = check_store_url(address)
        found = self._look(checked, cancellation)
        root = urlsplit(checked)._replace(path="").geturl()
        if found.kind == UNKNOWN and root != checked:
            at_root = self._look(root, cancellation)
            if at_root.kind != UNKNOWN:
                found, checked = at_root, root
        if found.no_answer is not None:
            before = next((store for store in self.all() if store.address == checked), None)
            found = found._replace(kind=before.kind, name=before.name) if before is not None else found
        store = KnownStore(address=checked, kind=found.kind, name=found.name, added_at=self._clock())
        self._library.remember_store(store)
        # It loads what reads e-mails, and most commands about stores add none.
        from companion.domain.mail.origin.fraud import lookalike_of

        return AddedStore(store, found.no_answer, lookalike_of(host_name(checked), self._brands()))

    def remove(self, name: str) -> KnownStore:
        """Forget a store; what was bought there stays. Raises `CompanionError` ``no-such-store``."""
        store = self.find(name)
        self._library.forget_store(store.address)
        return store

    def _look(self, address: str, cancellation: Cancellation) -> _Look:
        client = StoreClient(address, patience=self._patience)
        try:
            found = client.profile()
            return _Look(STORE_API, found.value.store.name if found is not None else "")
        except CompanionError as error:
            cancellation.check()
            no_answer = error if error.kind is ErrorKind.UNREACHABLE and error.code not in _ANSWERS else None
        finally:
            client.close()
        return _Look(edd.KIND) if _is_edd(address, cancellation) else _Look(UNKNOWN, "", no_answer)


def _is_edd(address: str, cancellation: Cancellation) -> bool:
    """Whether Easy Digital Downloads answers there; asking for a version without a key changes nothing."""
    try:
        answer = post_form(address, {"edd_action": "get_version", "item_id": "0"}, cancellation, seconds=10)
        fields = json.loads(answer.body)
    except (CompanionError, ValueError, RecursionError):
        return False
    return isinstance(fields, dict) and bool({"new_version", "msg", "stable_version"} & fields.keys())
