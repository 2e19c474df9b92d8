"""One connector with the store it asks, as the contract suite needs them."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable

from companion.domain.connectors.answers import PurchaseSecrets
from companion.domain.core.model import Secret
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, item_key
from companion.domain.purchases.purchase import Overview, Purchase, overview
from companion.services.stores.protocol import StoreConnector
from tests.stores.peer import Peer

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="shop@shop.example")


@dataclasses.dataclass
class Kit:
    """A connector, a purchase at its store, and how to look at the store itself.

    `asks` tells whether reading asks the store at all; `item` is the product or download of the purchase that is live.
    `connector` makes one that allows an answer so many seconds.
    """

    peer: Peer
    connector: Callable[[float], StoreConnector]
    purchase: Overview
    secrets: PurchaseSecrets
    state: Callable[[], object]
    asks: bool
    item: str
    secret_texts: tuple[str, ...]
    at_home: bool = True
    """Whether secrets travel in bodies and headers to the store's host only."""


def purchase_of(values: Iterable[tuple[Field, str, str]], source: Source = MAIL) -> Overview:
    """A purchase of these facts (field, value, name of the item)."""
    facts = tuple(
        Fact(field=field, value=value, source=source, said_at=NOW, about=item_key(field, item))
        for field, value, item in values
    )
    return overview(Purchase(id="p1", added_at=NOW, facts=facts))


def secrets_of(
    *, keys: dict[str, str] | None = None, links: dict[str, str] | None = None, ids: dict[str, str] | None = None
) -> PurchaseSecrets:
    """Secrets by the names of their items."""
    return PurchaseSecrets(
        keys={item_key(Field.KEY, name): Secret(text) for name, text in (keys or {}).items()},
        links={item_key(Field.DOWNLOAD_LINK, name): Secret(text) for name, text in (links or {}).items()},
        instance_ids={item_key(Field.ACTIVATION, name): Secret(text) for name, text in (ids or {}).items()},
    )
