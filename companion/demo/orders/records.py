"""What the store keeps of an order: the order customers see, and what only the store knows."""

from __future__ import annotations

import sqlite3

import msgspec

from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money
from companion.domain.core.serialization import decode, encode
from companion.domain.store.orders import Order


class Billing(Model, frozen=True):
    """Who pays and how: tax in basis points (875 is 8.75 %); `tax_included` tells how prices are shown (VAT)."""

    buyer: str
    email: str
    tax_name: str
    tax_basis_points: int
    tax_included: bool = False

    def tax_on(self, price: Money) -> Money:
        """The tax on a price without tax, rounded half up."""
        return Money(amount=(price.amount * self.tax_basis_points + 5000) // 10_000, currency=price.currency)

    def with_tax(self, price: Money) -> Money:
        """What the customer pays for a price without tax."""
        return Money(amount=price.amount + self.tax_on(price).amount, currency=price.currency)


class Record(Model, frozen=True):
    """One order with its billing.

    `ships_at` says when parcels that are being prepared will leave, `arrives_at` when one that is late will come after
    all; `refusals` says of a refused return, by its id, why the store refused it.
    """

    order: Order
    billing: Billing
    ships_at: dict[str, Instant] = msgspec.field(default_factory=dict)
    arrives_at: dict[str, Instant] = msgspec.field(default_factory=dict)
    refusals: dict[str, str] = msgspec.field(default_factory=dict)

    def with_order(self, **changes: object) -> Record:
        """The record with members of its order changed."""
        return msgspec.structs.replace(self, order=msgspec.structs.replace(self.order, **changes))


def load(connection: sqlite3.Connection, number: str) -> Record | None:
    """The record of an order, or None when there is no such order."""
    row = connection.execute("SELECT document FROM orders WHERE number = ?", (number,)).fetchone()
    return None if row is None else decode(bytes(row[0]), Record, source="the store's own file")


def save(connection: sqlite3.Connection, record: Record) -> None:
    """Keep the record."""
    connection.execute("INSERT OR REPLACE INTO orders VALUES (?, ?)", (record.order.number, encode(record)))
