"""The services around a demo store, as one process has them."""

from __future__ import annotations

import dataclasses
import datetime as dt

from companion.demo.server import DemoStore
from companion.domain.core.model import Secret
from companion.services.storage.database import Library
from companion.services.store.calls.client import StoreClient
from companion.services.store.keychain.keychain import Keychain
from companion.services.store.orders import open_orders


@dataclasses.dataclass
class StoreKit:
    """Orders at a demo store, as one process has them; `now` can be moved."""

    store: DemoStore
    library: Library
    keychain: Keychain
    client: StoreClient
    now: dt.datetime = dataclasses.field(default_factory=lambda: dt.datetime.now(dt.UTC))

    def __post_init__(self) -> None:
        self.orders = open_orders(self.client, self.keychain, self.library, lambda: self.now)

    def password(self, number: str) -> Secret:
        """The password of a demo order."""
        return Secret(next(each.order_password for each in self.store.accounts if each.order_number == number))
