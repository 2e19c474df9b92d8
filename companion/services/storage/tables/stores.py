"""The stores that were added to the library."""

from __future__ import annotations

from companion.services.storage.records import KnownStore
from companion.services.storage.rows import moment
from companion.services.storage.tables.base import Tables


class StoreTable(Tables):
    """The stores that were added, and those that orders were added of."""

    def stores(self) -> tuple[KnownStore, ...]:
        """The stores that were added, in that order."""
        rows = self._rows("SELECT address, kind, name, added_at FROM stores ORDER BY added_at, address")
        return tuple(
            KnownStore(address=str(address), kind=str(kind), name=str(name), added_at=moment(added_at))
            for address, kind, name, added_at in rows
        )

    def stores_with_orders(self) -> tuple[str, ...]:
        """The addresses of the stores that orders were added of, the oldest first."""
        rows = self._rows("SELECT store FROM orders GROUP BY store ORDER BY min(added_at), store")
        return tuple(str(store) for (store,) in rows)

    def stores_of(self, number: str) -> tuple[str, ...]:
        """The addresses of the stores that an order of this number was added of; case and dashes do not matter."""
        rows = self._rows(
            "SELECT DISTINCT store FROM orders WHERE replace(lower(number), '-', '') = replace(lower(?), '-', '')"
            " ORDER BY store",
            number,
        )
        return tuple(str(store) for (store,) in rows)

    def remember_store(self, store: KnownStore) -> None:
        """Add a store, or learn its kind and name anew; the time it was added stays."""
        with self._writing(lasting=True) as db:
            db.execute(
                "INSERT INTO stores VALUES (?, ?, ?, ?)"
                " ON CONFLICT (address) DO UPDATE SET kind = excluded.kind, name = excluded.name",
                (store.address, store.kind, store.name, store.added_at.isoformat()),
            )

    def forget_store(self, address: str) -> bool:
        """Forget a store, not what was bought there; False when it was not known."""
        with self._writing(lasting=True) as db:
            return db.execute("DELETE FROM stores WHERE address = ?", (address,)).rowcount > 0
