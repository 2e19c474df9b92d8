"""The library: what the program remembers between starts, in one SQLite file. Nothing secret is ever in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.purchases.receipts import EmailReceipt
from companion.domain.store.idempotency import IdempotentRequest
from companion.domain.store.library_file import SetAside
from companion.domain.store.orders import Invoice, InvoiceList, Receipt
from companion.domain.transfers.queue import QueueEntry
from companion.services.storage.migrations import MIGRATIONS
from companion.services.storage.opening import open_library
from companion.services.storage.records import Contents, KnownCase, KnownFile
from companion.services.storage.restoring import SET_ASIDE, Place, Schema, put_back
from companion.services.storage.rows import read_body
from companion.services.storage.tables import purchases
from companion.services.storage.tables.downloads import DownloadTable
from companion.services.storage.tables.orders import OrderTable
from companion.services.storage.tables.reminders import ReminderTable
from companion.services.storage.tables.settings import SettingTable
from companion.services.storage.tables.stores import StoreTable
from companion.services.storage.tables.timeline import TimelineTable


def _utc_now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Library(
    SettingTable, StoreTable, OrderTable, purchases.PurchaseTable, DownloadTable, ReminderTable, TimelineTable
):
    """The open library. Safe to share between threads; every write is on disk when its method returns.

    `set_aside` is what the person has yet to be told of a library that was lost or damaged (`told_of_set_aside`).
    """

    def __init__(self, path: Path, clock: Callable[[], dt.datetime] = _utc_now) -> None:
        place = Place(path)
        opened = open_library(place, _SCHEMA, clock)
        super().__init__(opened, place, lambda: open_library(place, _SCHEMA, clock))
        self.set_aside: SetAside | None = opened.set_aside
        self._clock = clock
        if self.unsaved is None:
            self._exchange_receipts()
            self.copy()

    def told_of_set_aside(self) -> None:
        """The person has read what happened to a library that was lost or damaged."""
        if self.set_aside is not None:
            with contextlib.suppress(CompanionError):
                self.remember_setting(SET_ASIDE, None)
            self.set_aside = None

    def copy(self, *, renew: bool = False) -> bool:
        """Make the copy of this day, if there is none yet (`renew`: replace it); returns whether one was made."""
        with self._lock:
            if self.unsaved is not None or self._db.in_transaction:
                return False
            self._changed = False
            return self._place.copies.make(self._db, self._clock(), renew=renew)

    def close(self) -> None:
        """Close the file, after a copy of what the person added or changed; nothing may be used afterwards."""
        with self._lock:
            if self._changed:
                self.copy(renew=True)
            super().close()

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


# What is worth saving from a file that was set aside; the rest comes from the store again.
_SAVED = {
    "settings": ("name", "value"),
    "orders": ("store", "number", "added_at"),
    "receipts": ("store", "id", "number", "received_at", "body"),
    "reminders": ("store", "address", "number", "body"),
    "intents": ("store", "what", "body"),
    "files": ("store", "number", "artifact", "body"),
    "queue": ("store", "position", "number", "artifact", "body"),
    "invoices": ("store", "number", "body"),
    "invoice_lists": ("store", "number", "body"),
    "numbered_invoices": ("store", "number", "invoice", "body"),
    "cases": ("store", "id", "opened_at", "body"),
    "stores": ("address", "kind", "name", "added_at"),
    "purchases": purchases.PURCHASE_COLUMNS,
    "facts": purchases.FACT_COLUMNS,
    "email_receipts": ("id", "purchase", "body"),
}


@functools.cache
def _kinds() -> dict[str, type[Model]]:
    # Loaded when a library has to be restored: every start opens one.
    from companion.domain.reminders.history import InboxEntry

    return {
        "receipts": Receipt,
        "email_receipts": EmailReceipt,
        "reminders": InboxEntry,
        "intents": IdempotentRequest,
        "files": KnownFile,
        "queue": QueueEntry,
        "invoices": Invoice,
        "invoice_lists": InvoiceList,
        "numbered_invoices": Invoice,
        "cases": KnownCase,
    }


def _is_sound(table: str, body: object) -> bool:
    """Whether this program can use what a saved row holds."""
    kind = _kinds().get(table)
    try:
        if kind is not None:
            read_body(body, kind)
        elif table in ("orders", "stores", "purchases", "facts"):
            dt.datetime.fromisoformat(str(body))
    except (CompanionError, ValueError, OverflowError):
        return False
    return True


_STALE = frozenset({"settings", "orders", "queue", "invoices", "invoice_lists", "numbered_invoices"})
_SCHEMA = Schema(MIGRATIONS, _SAVED, _is_sound, stale=_STALE)


def put_back_library(path: Path, clock: Callable[[], dt.datetime] = _utc_now) -> bool:
    """Bring a library that a newer version has changed back into the form of this one; returns whether it had to be.

    For an update that was taken back, while no program has it open. Raises `OSError` and `sqlite3.Error`.
    """
    return put_back(Place(path), _SCHEMA, clock())
