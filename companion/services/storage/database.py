"""The library: what the program remembers between starts, in one SQLite file. Nothing secret is ever in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.domain.purchases.purchase import Purchase
from companion.domain.reminders.history import InboxEntry
from companion.domain.store.idempotency import IdempotentRequest
from companion.domain.store.orders import Grant, Invoice, Order, Receipt
from companion.domain.store.profile import Profile
from companion.domain.transfers.queue import QueueEntry
from companion.services.storage import purchase_table
from companion.services.storage.database_file import explained, open_file
from companion.services.storage.records import (
    Contents,
    KnownCase,
    KnownFile,
    KnownOrder,
    KnownStore,
    ReminderChange,
    TimelineEntry,
)

T = TypeVar("T")

_MIGRATIONS = (
    """
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE profiles (store TEXT PRIMARY KEY, etag TEXT, body BLOB NOT NULL, read_at TEXT NOT NULL);
    CREATE TABLE orders (
        store TEXT NOT NULL, number TEXT NOT NULL, added_at TEXT NOT NULL,
        etag TEXT, body BLOB, read_at TEXT, PRIMARY KEY (store, number));
    CREATE TABLE receipts (
        store TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, received_at TEXT NOT NULL,
        PRIMARY KEY (store, id));
    CREATE TABLE files (
        store TEXT NOT NULL, number TEXT NOT NULL, artifact TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (store, number, artifact));
    CREATE TABLE queue (store TEXT NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (store, position));
    CREATE TABLE timeline (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, number TEXT, event TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE reminders (
        store TEXT NOT NULL, address TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (store, address));
    """,
    """
    CREATE TABLE intents (
        store TEXT NOT NULL, what TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (store, what));
    CREATE TABLE invoices (
        store TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, PRIMARY KEY (store, number));
    CREATE TABLE cases (
        store TEXT NOT NULL, id TEXT NOT NULL, body BLOB NOT NULL, opened_at TEXT NOT NULL, PRIMARY KEY (store, id));
    CREATE INDEX timeline_by_event ON timeline (event, id);
    """,
    # A queued download was named by one text, NUMBER/ARTIFACT, in which the number may hold a slash too: the longest
    # number of a known order that fits decides, otherwise the last slash.
    """
    ALTER TABLE queue RENAME TO queue_by_reference;
    CREATE TABLE queue (
        store TEXT NOT NULL, position INTEGER NOT NULL, number TEXT NOT NULL, artifact TEXT NOT NULL,
        body BLOB NOT NULL, PRIMARY KEY (store, position));
    INSERT INTO queue
        SELECT store, position, number, artifact, CAST(json_set(json_remove(body, '$.id', '$.reference'),
            '$.key', json_object('orderNumber', number, 'artifactId', artifact)) AS BLOB)
        FROM (
            SELECT store, position, body, number, substr(reference, length(number) + 2) AS artifact
            FROM (
                SELECT store, position, body, reference, COALESCE(
                    (SELECT number FROM orders
                     WHERE orders.store = old.store AND substr(reference, 1, length(number) + 1) = number || '/'
                     ORDER BY length(number) DESC LIMIT 1),
                    substr(rtrim(reference, replace(reference, '/', '')), 1,
                           length(rtrim(reference, replace(reference, '/', ''))) - 1)) AS number
                FROM (SELECT store, position, CAST(body AS TEXT) AS body,
                             json_extract(CAST(body AS TEXT), '$.reference') AS reference
                      FROM queue_by_reference WHERE json_valid(CAST(body AS TEXT))) AS old));
    DROP TABLE queue_by_reference;
    """,
    purchase_table.CREATE,
    # The one store that was remembered, and every store that an order was added of.
    """
    CREATE TABLE stores (address TEXT PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, added_at TEXT NOT NULL);
    INSERT INTO stores SELECT store, 'storeApi', '', min(added_at) FROM orders GROUP BY store;
    INSERT OR IGNORE INTO stores SELECT value, 'storeApi', '', '1970-01-01T00:00:00+00:00' FROM settings
        WHERE name = 'store';
    """,
)


class Library:
    """The open library. Safe to share between threads; every write is on disk when its method returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        opened = open_file(path, _MIGRATIONS, _SAVED, _is_sound)
        self._db = opened.db
        self.set_aside = opened.set_aside

    def close(self) -> None:
        """Close the file; the library cannot be used afterwards."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it happens, or nothing."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    # A full disk may have ended the transaction already, or refuse this as well.
                    with contextlib.suppress(sqlite3.Error):
                        self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError):
                    raise explained(error) from None
                raise

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise explained(error) from None

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """All reads in it see one and the same state, whatever other programs write meanwhile."""
        with self._lock:
            try:
                self._db.execute("BEGIN")
                yield
            except sqlite3.DatabaseError as error:
                raise explained(error) from None
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def contents(self, store: str) -> Contents:
        """Everything of one store, as it was at one moment."""
        with self._reading():
            profile = self.profile(store)
            return Contents(
                profile=profile[0] if profile else None,
                orders=self.orders(store),
                receipts=self.all_receipts(store),
                files=self.files(store),
                cases=self.cases(store),
                queue=self.queue(store),
                reminders=self.reminders(store),
                settings=self.settings(),
            )

    # Settings

    def settings(self) -> dict[str, str]:
        """Every remembered setting by its name."""
        return {str(name): str(value) for name, value in self._rows("SELECT name, value FROM settings")}

    def setting(self, name: str) -> str | None:
        """The remembered value of a setting, or None."""
        rows = self._rows("SELECT value FROM settings WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def remember_setting(self, name: str, value: str | None) -> None:
        """Remember a setting; None forgets it."""
        with self._writing() as db:
            if value is None:
                db.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    # The vendor profile

    def profile(self, store: str) -> tuple[Profile, str | None] | None:
        """The last profile read from `store` and its ETag."""
        rows = self._rows("SELECT body, etag FROM profiles WHERE store = ?", store)
        if not rows:
            return None
        body, etag = rows[0]
        return _read(body, Profile), _text(etag)

    def remember_profile(self, store: str, profile: Profile, etag: str | None, now: dt.datetime) -> None:
        """Remember a profile for the time the store cannot be reached."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO profiles VALUES (?, ?, ?, ?)",
                (store, etag, encode_without_secrets(profile), now.isoformat()),
            )

    # Orders

    def orders(self, store: str) -> tuple[KnownOrder, ...]:
        """The orders that were added, oldest first."""
        rows = self._rows(f"SELECT {_ORDER} FROM orders WHERE store = ? ORDER BY added_at, number", store)  # noqa: S608
        return tuple(_known_order(row) for row in rows)

    def order(self, store: str, number: str) -> KnownOrder | None:
        """One known order, or None; no other one is read."""
        rows = self._rows(f"SELECT {_ORDER} FROM orders WHERE store = ? AND number = ?", store, number)  # noqa: S608
        return _known_order(rows[0]) if rows else None

    def has_order(self, store: str, number: str) -> bool:
        """Whether an order was added."""
        return bool(self._rows("SELECT 1 FROM orders WHERE store = ? AND number = ?", store, number))

    def order_numbers(self, store: str) -> tuple[str, ...]:
        """The numbers of the orders that were added, oldest first, without reading what is known of them."""
        rows = self._rows("SELECT number FROM orders WHERE store = ? ORDER BY added_at, number", store)
        return tuple(str(number) for (number,) in rows)

    def add_order(self, store: str, number: str, now: dt.datetime) -> None:
        """Add an order to the index; adding it again changes nothing."""
        with self._writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO orders (store, number, added_at) VALUES (?, ?, ?)",
                (store, number, now.isoformat()),
            )

    def remember_order(self, store: str, order: Order, etag: str | None, now: dt.datetime) -> bool:
        """Remember what the store said of an order, without its secrets; False when the order is not known."""
        with self._writing() as db:
            updated = db.execute(
                "UPDATE orders SET body = ?, etag = ?, read_at = ? WHERE store = ? AND number = ?",
                (encode_without_secrets(order), etag, now.isoformat(), store, order.number),
            )
            return updated.rowcount > 0

    def remove_order(self, store: str, number: str) -> bool:
        """Forget an order and all that was noted of it except receipts; False when it was not known."""
        with self._writing() as db:
            db.execute("DELETE FROM files WHERE store = ? AND number = ?", (store, number))
            db.execute("DELETE FROM reminders WHERE store = ? AND number = ?", (store, number))
            db.execute("DELETE FROM invoices WHERE store = ? AND number = ?", (store, number))
            gone = db.execute("DELETE FROM orders WHERE store = ? AND number = ?", (store, number))
            return gone.rowcount > 0

    # Purchases

    def purchases(self) -> tuple[Purchase, ...]:
        """Everything that is owned, whatever store it came from, oldest first."""
        with self._reading():
            rows = self._rows("SELECT id, added_at FROM purchases")
            return purchase_table.purchases_of(rows, self._rows(purchase_table.READ_ALL))

    def purchase(self, id_: str) -> Purchase | None:
        """One purchase, or None."""
        with self._reading():
            rows = self._rows("SELECT id, added_at FROM purchases WHERE id = ?", id_)
            return next(iter(purchase_table.purchases_of(rows, self._rows(purchase_table.READ_ONE, id_))), None)

    def change_purchase(self, id_: str, change: Callable[[Purchase | None], Purchase | None]) -> Purchase | None:
        """Read a purchase and write what `change` makes of it (None removes it) as one step; returns that."""
        with self._writing() as db:
            rows = db.execute("SELECT id, added_at FROM purchases WHERE id = ?", (id_,)).fetchall()
            facts = db.execute(purchase_table.READ_ONE, (id_,)).fetchall()
            before = next(iter(purchase_table.purchases_of(rows, facts)), None)
            after = change(before)
            if after is not None:
                purchase_table.write(db, after)
            elif before is not None:
                purchase_table.remove(db, id_)
            return after

    # Stores

    def stores(self) -> tuple[KnownStore, ...]:
        """The stores that were added, in that order."""
        rows = self._rows("SELECT address, kind, name, added_at FROM stores ORDER BY added_at, address")
        return tuple(
            KnownStore(address=str(address), kind=str(kind), name=str(name), added_at=_moment(added_at))
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
        with self._writing() as db:
            db.execute(
                "INSERT INTO stores VALUES (?, ?, ?, ?)"
                " ON CONFLICT (address) DO UPDATE SET kind = excluded.kind, name = excluded.name",
                (store.address, store.kind, store.name, store.added_at.isoformat()),
            )

    def forget_store(self, address: str) -> bool:
        """Forget a store, not what was bought there; False when it was not known."""
        with self._writing() as db:
            return db.execute("DELETE FROM stores WHERE address = ?", (address,)).rowcount > 0

    # Receipts

    def remember_receipt(self, store: str, number: str, receipt: Receipt) -> None:
        """Keep a receipt for good: it is the person's proof."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)",
                (store, receipt.id, number, encode_without_secrets(receipt), receipt.received_at.isoformat()),
            )

    def receipts(self, store: str, number: str) -> tuple[Receipt, ...]:
        """The receipts of an order, newest first."""
        rows = self._rows(
            "SELECT body FROM receipts WHERE store = ? AND number = ? ORDER BY received_at DESC, id", store, number
        )
        return tuple(_read(body, Receipt) for (body,) in rows)

    def all_receipts(self, store: str) -> dict[str, tuple[Receipt, ...]]:
        """The receipts of all orders by their numbers, the newest first."""
        found: dict[str, tuple[Receipt, ...]] = {}
        query = "SELECT number, body FROM receipts WHERE store = ? ORDER BY received_at DESC, id"
        for number, body in self._rows(query, store):
            found[str(number)] = (*found.get(str(number), ()), _read(body, Receipt))
        return found

    def remember_invoice(self, store: str, number: str, invoice: Invoice) -> None:
        """Keep an invoice for the time the store cannot be reached."""
        with self._writing() as db:
            body = encode_without_secrets(invoice)
            db.execute("INSERT OR REPLACE INTO invoices VALUES (?, ?, ?)", (store, number, body))

    def invoice(self, store: str, number: str) -> Invoice | None:
        """The invoice of an order as it was last read."""
        rows = self._rows("SELECT body FROM invoices WHERE store = ? AND number = ?", store, number)
        return _read(rows[0][0], Invoice) if rows else None

    def remember_case(self, store: str, known: KnownCase) -> None:
        """Keep the number of a case; the same case twice is one."""
        with self._writing() as db:
            row = (store, known.case.case_number, encode_without_secrets(known), known.opened_at.isoformat())
            db.execute("INSERT OR IGNORE INTO cases VALUES (?, ?, ?, ?)", row)

    def cases(self, store: str) -> tuple[KnownCase, ...]:
        """The cases that were opened, newest first."""
        rows = self._rows("SELECT body FROM cases WHERE store = ? ORDER BY opened_at DESC, id DESC", store)
        return tuple(_read(body, KnownCase) for (body,) in rows)

    def update_request(
        self, store: str, operation: str, update: Callable[[IdempotentRequest | None], IdempotentRequest | None]
    ) -> IdempotentRequest | None:
        """Replace a request by what `update` makes of it (None: delete it) in one transaction; returns the new one."""
        with self._writing() as db:
            where = (store, operation)
            row = db.execute("SELECT body FROM intents WHERE store = ? AND what = ?", where).fetchone()
            updated = update(_read(row[0], IdempotentRequest) if row else None)
            db.execute("DELETE FROM intents WHERE store = ? AND what = ?", where)
            if updated is not None:
                db.execute("INSERT INTO intents VALUES (?, ?, ?)", (*where, encode_without_secrets(updated)))
            return updated

    def request(self, store: str, operation: str) -> IdempotentRequest | None:
        """Returns the request that was written down for an operation, or None."""
        rows = self._rows("SELECT body FROM intents WHERE store = ? AND what = ?", store, operation)
        return _read(rows[0][0], IdempotentRequest) if rows else None

    # Downloads

    def remember_file(self, store: str, number: str, path: Path, grant: Grant) -> None:
        """Note where a verified artifact lies, and what it is; the signed URL is left out."""
        file = KnownFile(number=number, place=str(path), grant=msgspec.structs.replace(grant, url=""))
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?)",
                (store, number, file.artifact, encode_without_secrets(file)),
            )

    def files(self, store: str) -> tuple[KnownFile, ...]:
        """The verified artifacts that were put on this PC's disks."""
        rows = self._rows("SELECT body FROM files WHERE store = ? ORDER BY number, artifact", store)
        return tuple(_read(body, KnownFile) for (body,) in rows)

    def queue(self, store: str) -> tuple[QueueEntry, ...]:
        """The downloads that were asked for, in their order."""
        rows = self._rows("SELECT body FROM queue WHERE store = ? ORDER BY position", store)
        return tuple(_read(body, QueueEntry) for (body,) in rows)

    def remember_queue(self, store: str, entries: tuple[QueueEntry, ...]) -> None:
        """Keep the downloads that were asked for, replacing those before."""
        with self._writing() as db:
            db.execute("DELETE FROM queue WHERE store = ?", (store,))
            db.executemany(
                "INSERT INTO queue VALUES (?, ?, ?, ?, ?)",
                [
                    (store, position, entry.key.order_number, entry.key.artifact_id, encode_without_secrets(entry))
                    for position, entry in enumerate(entries)
                ],
            )

    # Reminders

    def reminders(self, store: str) -> tuple[InboxEntry, ...]:
        """The record of every reminder."""
        rows = self._rows("SELECT body FROM reminders WHERE store = ? ORDER BY address", store)
        return tuple(_read(body, InboxEntry) for (body,) in rows)

    def replace_reminders(self, store: str, changes: Sequence[ReminderChange]) -> tuple[bool, ...]:
        """Write records of reminders, each only if what is there is still its `before`; tells which were written.

        So of two programs that decide the same at the same time, one acts.
        """
        with self._writing() as db:
            return tuple(_replace_reminder(db, store, change) for change in changes)

    # The time-line for support

    def note(self, entry: TimelineEntry) -> None:
        """Add a step to the time-line."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO timeline (at, number, event, body) VALUES (?, ?, ?, ?)",
                (entry.at.isoformat(), entry.order_number, entry.event, encode_without_secrets(entry)),
            )

    def timeline(self, most: int = 500) -> tuple[TimelineEntry, ...]:
        """The latest steps, oldest first."""
        rows = self._rows("SELECT body FROM timeline ORDER BY id DESC LIMIT ?", most)
        return tuple(_read(body, TimelineEntry) for (body,) in reversed(rows))

    def steps(self, events: Sequence[str], number: str | None, most: int) -> tuple[TimelineEntry, ...]:
        """The latest steps of these kinds about one order (None: about none), newest first."""
        marks = ", ".join("?" * len(events))
        query = f"SELECT body FROM timeline WHERE event IN ({marks}) AND number IS ? ORDER BY id DESC LIMIT ?"  # noqa: S608
        return tuple(_read(body, TimelineEntry) for (body,) in self._rows(query, *events, number, most))


# What is worth saving from a file that was set aside; the rest comes from the store again.
_SAVED = {
    "settings": ("name", "value"),
    "orders": ("store", "number", "added_at"),
    "receipts": ("store", "id", "number", "received_at", "body"),
    "reminders": ("store", "address", "number", "body"),
    "stores": ("address", "kind", "name", "added_at"),
    "purchases": purchase_table.PURCHASE_COLUMNS,
    "facts": purchase_table.FACT_COLUMNS,
}


def _is_sound(table: str, body: object) -> bool:
    """Whether this program can use what a saved row holds."""
    kinds: dict[str, type[Model]] = {"receipts": Receipt, "reminders": InboxEntry}
    try:
        if table in kinds:
            _read(body, kinds[table])
        elif table in ("orders", "stores", "purchases", "facts"):
            dt.datetime.fromisoformat(str(body))
    except (CompanionError, ValueError):
        return False
    return True


def _moment(text: object) -> dt.datetime:
    """A moment of the library; one that cannot be read is the beginning of time, never a reason to fail."""
    with contextlib.suppress(ValueError):
        found = dt.datetime.fromisoformat(str(text))
        if found.tzinfo is not None:
            return found
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def _replace_reminder(db: sqlite3.Connection, store: str, change: ReminderChange) -> bool:
    where = (store, change.after.address)
    row = db.execute("SELECT body FROM reminders WHERE store = ? AND address = ?", where).fetchone()
    if (_read(row[0], InboxEntry) if row else None) != change.before:
        return False
    body = encode_without_secrets(change.after)
    number = change.after.reminder.subject.order_number
    db.execute("INSERT OR REPLACE INTO reminders VALUES (?, ?, ?, ?)", (*where, number, body))
    return True


def _read(body: object, kind: type[T]) -> T:
    return decode(
        bytes(body) if isinstance(body, (bytes, memoryview)) else str(body).encode(), kind, source="the library"
    )


_ORDER = "number, added_at, read_at, etag, body"


def _known_order(row: tuple[object, ...]) -> KnownOrder:
    number, added_at, read_at, etag, body = row
    return KnownOrder(
        number=str(number),
        added_at=dt.datetime.fromisoformat(str(added_at)),
        read_at=dt.datetime.fromisoformat(str(read_at)) if read_at else None,
        etag=_text(etag),
        order=_read(body, Order) if body else None,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
