"""Orders of the library, with their receipts, invoices, cases and requests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence

from companion.domain.core.serialization import encode_without_secrets
from companion.domain.store.idempotency import IdempotentRequest
from companion.domain.store.orders import Invoice, InvoiceList, Order, Receipt
from companion.services.storage.receipt_file import READ_EMAILS, READ_RECEIPTS, KeptReceipt, receipt_row
from companion.services.storage.records import KnownCase, KnownInvoice, KnownInvoices, KnownOrder
from companion.services.storage.rows import body_or_none, moment, moment_or_none, read_bodies, text_or_none
from companion.services.storage.tables.base import Tables, or_in_memory

OrderRows = Mapping[str, Sequence[tuple[object, ...]]]
"""The rows of an order by their tables."""
_OF_ORDER = ("orders", "files", "reminders", "invoices", "invoice_lists", "numbered_invoices")
_ORDER = "number, added_at, read_at, etag, body"


class OrderTable(Tables):
    """The orders that were added, and what the store answered about them."""

    def orders(self, store: str) -> tuple[KnownOrder, ...]:
        """The orders that were added, oldest first."""
        rows = self._rows(f"SELECT {_ORDER} FROM orders WHERE store = ? ORDER BY added_at, number", store)  # noqa: S608
        return self._decoded.of(("orders", store), rows, _known_order)

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

    def order_stamps(self) -> tuple[tuple[str, str, str], ...]:
        """Every order of every store (address, number) with when it was last read, else added, oldest first."""
        query = "SELECT store, number, COALESCE(read_at, added_at) FROM orders ORDER BY added_at, store, number"
        return tuple((str(store), str(number), str(at)) for store, number, at in self._rows(query))

    def add_order(self, store: str, number: str, now: dt.datetime) -> None:
        """Add an order to the index; adding it again changes nothing."""
        with self._writing(lasting=True) as db:
            db.execute(
                "INSERT OR IGNORE INTO orders (store, number, added_at) VALUES (?, ?, ?)",
                (store, number, now.isoformat()),
            )

    @or_in_memory
    def remember_order(self, store: str, order: Order, etag: str | None, now: dt.datetime) -> bool:
        """Remember what the store said of an order, without its secrets; False when the order is not known."""
        with self._writing() as db:
            updated = db.execute(
                "UPDATE orders SET body = ?, etag = ?, read_at = ? WHERE store = ? AND number = ?",
                (encode_without_secrets(order), etag, now.isoformat(), store, order.number),
            )
            return updated.rowcount > 0

    @or_in_memory
    def confirm_order(self, store: str, number: str, etag: str | None, now: dt.datetime) -> bool:
        """Note that an order is still as its answer with `etag` says; False when that is not what is remembered."""
        with self._writing() as db:
            updated = db.execute(
                "UPDATE orders SET read_at = ? WHERE store = ? AND number = ? AND etag IS ?",
                (now.isoformat(), store, number, etag),
            )
            return updated.rowcount > 0

    def remove_order(self, store: str, number: str) -> bool:
        """Forget an order and all that was noted of it except receipts; False when it was not known."""
        with self._writing(lasting=True) as db:
            there = db.execute("SELECT 1 FROM orders WHERE store = ? AND number = ?", (store, number)).fetchone()
            for table in (*_OF_ORDER, "queue"):
                db.execute(f"DELETE FROM {table} WHERE store = ? AND number = ?", (store, number))  # noqa: S608
            return there is not None

    def order_rows(self, store: str, number: str) -> OrderRows:
        """What `remove_order` forgets of an order, for `put_order_back`; unfinished downloads are not in it."""
        with self._reading():
            return {
                table: self._rows(f"SELECT * FROM {table} WHERE store = ? AND number = ?", store, number)  # noqa: S608
                for table in _OF_ORDER
            }

    def put_order_back(self, rows: OrderRows) -> None:
        """Undo `remove_order`; what was noted meanwhile stays. Rows of an older program may lack the last columns."""
        with self._writing(lasting=True) as db:
            for table in (each for each in _OF_ORDER if each in rows):
                columns = [str(name) for _, name, *_ in db.execute(f"PRAGMA table_info({table})")]
                for row in rows[table]:
                    names, marks = ", ".join(columns[: len(row)]), ", ".join("?" * len(row))
                    db.execute(f"INSERT OR IGNORE INTO {table} ({names}) VALUES ({marks})", row)  # noqa: S608

    def remember_receipt(self, store: str, number: str, receipt: Receipt) -> None:
        """Keep a receipt for good, in the library and beside it: it is the person's proof."""
        kept = KeptReceipt(store=store, number=number, receipt=receipt)
        with self._writing(lasting=True) as db:
            self._place.receipts.add(kept)
            db.execute("INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)", receipt_row(kept))

    def receipts(self, store: str, number: str) -> tuple[Receipt, ...]:
        """The receipts of an order, newest first."""
        rows = self._rows(
            "SELECT body FROM receipts WHERE store = ? AND number = ? ORDER BY received_at DESC, id", store, number
        )
        return read_bodies((body for (body,) in rows), Receipt)

    def all_receipts(self, store: str) -> dict[str, tuple[Receipt, ...]]:
        """The receipts of all orders by their numbers, the newest first."""
        found: dict[str, list[Receipt]] = {}
        query = "SELECT number, body FROM receipts WHERE store = ? ORDER BY received_at DESC, id"
        for number, body in self._rows(query, store):
            receipt = body_or_none(body, Receipt)
            if receipt is not None:
                found.setdefault(str(number), []).append(receipt)
        return {number: tuple(receipts) for number, receipts in found.items()}

    def _exchange_receipts(self) -> None:
        """Bring the receipts of the library and of the file beside it to the same state."""
        rows = self._rows(READ_RECEIPTS), self._rows(READ_EMAILS)
        if any(self._place.receipts.differences(*rows)):
            with self._writing() as db:
                self._place.receipts.exchange(db)

    @or_in_memory
    def remember_invoice(
        self, store: str, number: str, invoice: Invoice, read_at: dt.datetime, *, alone: bool = False
    ) -> None:
        """Keep an invoice for the time the store cannot be reached; `alone` is the one asked for by no number."""
        body, at = encode_without_secrets(invoice), read_at.isoformat()
        columns = "(store, number, invoice, body, read_at) VALUES (?, ?, ?, ?, ?)"
        with self._writing() as db:
            row = (store, number, invoice.number, body, at)
            db.execute(f"INSERT OR REPLACE INTO numbered_invoices {columns}", row)
            if alone:
                columns = "(store, number, body, read_at) VALUES (?, ?, ?, ?)"
                db.execute(f"INSERT OR REPLACE INTO invoices {columns}", (store, number, body, at))

    def invoice(self, store: str, number: str, invoice_number: str | None = None) -> KnownInvoice | None:
        """The invoice of an order as it was last read, by its number or the one that is asked for by none."""
        if invoice_number is None:
            rows = self._rows("SELECT body, read_at FROM invoices WHERE store = ? AND number = ?", store, number)
        else:
            query = "SELECT body, read_at FROM numbered_invoices WHERE store = ? AND number = ? AND invoice = ?"
            rows = self._rows(query, store, number, invoice_number)
        found = body_or_none(rows[0][0], Invoice) if rows else None
        return KnownInvoice(found, moment_or_none(rows[0][1])) if found is not None else None

    @or_in_memory
    def remember_invoices(self, store: str, number: str, invoices: InvoiceList, read_at: dt.datetime) -> None:
        """Keep the list of an order's invoices."""
        with self._writing() as db:
            row = (store, number, encode_without_secrets(invoices), read_at.isoformat())
            db.execute("INSERT OR REPLACE INTO invoice_lists (store, number, body, read_at) VALUES (?, ?, ?, ?)", row)

    def invoices(self, store: str, number: str) -> KnownInvoices | None:
        """The list of an order's invoices as it was last read."""
        rows = self._rows("SELECT body, read_at FROM invoice_lists WHERE store = ? AND number = ?", store, number)
        found = body_or_none(rows[0][0], InvoiceList) if rows else None
        return KnownInvoices(found, moment_or_none(rows[0][1])) if found is not None else None

    def remember_case(self, store: str, known: KnownCase) -> None:
        """Keep the number of a case; the same case twice is one."""
        with self._writing(lasting=True) as db:
            row = (store, known.case.case_number, encode_without_secrets(known), known.opened_at.isoformat())
            db.execute("INSERT OR IGNORE INTO cases VALUES (?, ?, ?, ?)", row)

    def cases(self, store: str) -> tuple[KnownCase, ...]:
        """The cases that were opened, newest first."""
        rows = self._rows("SELECT body FROM cases WHERE store = ? ORDER BY opened_at DESC, id DESC", store)
        return read_bodies((body for (body,) in rows), KnownCase)

    def update_request(
        self, store: str, operation: str, update: Callable[[IdempotentRequest | None], IdempotentRequest | None]
    ) -> IdempotentRequest | None:
        """Replace a request by what `update` makes of it (None: delete it) in one transaction; returns the new one."""
        with self._writing(lasting=True) as db:
            where = (store, operation)
            row = db.execute("SELECT body FROM intents WHERE store = ? AND what = ?", where).fetchone()
            updated = update(body_or_none(row[0], IdempotentRequest) if row else None)
            db.execute("DELETE FROM intents WHERE store = ? AND what = ?", where)
            if updated is not None:
                db.execute("INSERT INTO intents VALUES (?, ?, ?)", (*where, encode_without_secrets(updated)))
            return updated

    def request(self, store: str, operation: str) -> IdempotentRequest | None:
        """Returns the request that was written down for an operation, or None."""
        rows = self._rows("SELECT body FROM intents WHERE store = ? AND what = ?", store, operation)
        return body_or_none(rows[0][0], IdempotentRequest) if rows else None


def _known_order(row: tuple[object, ...]) -> KnownOrder:
    """The order of a row; one whose answer cannot be read counts as not read yet, so the store is asked for it anew."""
    number, added_at, read_at, etag, body = row
    order = body_or_none(body, Order) if body is not None else None
    was_read = moment_or_none(read_at) if order is not None else None
    return KnownOrder(
        number=str(number),
        added_at=moment(added_at),
        read_at=was_read,
        etag=text_or_none(etag) if was_read is not None else None,
        order=order if was_read is not None else None,
    )
