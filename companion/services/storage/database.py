"""The library: what the program remembers between starts, in one SQLite file. Nothing secret is ever in it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model
from companion.domain.reminders.history import InboxEntry
from companion.domain.store.orders import Receipt
from companion.services.storage.database_file import open_file
from companion.services.storage.migrations import MIGRATIONS
from companion.services.storage.records import Contents
from companion.services.storage.tables import purchases
from companion.services.storage.tables.base import read_body
from companion.services.storage.tables.downloads import DownloadTable
from companion.services.storage.tables.orders import OrderTable
from companion.services.storage.tables.reminders import ReminderTable
from companion.services.storage.tables.settings import SettingTable
from companion.services.storage.tables.stores import StoreTable
from companion.services.storage.tables.timeline import TimelineTable


class Library(
    SettingTable, StoreTable, OrderTable, purchases.PurchaseTable, DownloadTable, ReminderTable, TimelineTable
):
    """The open library. Safe to share between threads; every write is on disk when its method returns."""

    def __init__(self, path: Path) -> None:
        opened = open_file(path, MIGRATIONS, _SAVED, _is_sound)
        super().__init__(opened.db)
        self.set_aside = opened.set_aside

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
    "stores": ("address", "kind", "name", "added_at"),
    "purchases": purchases.PURCHASE_COLUMNS,
    "facts": purchases.FACT_COLUMNS,
}


def _is_sound(table: str, body: object) -> bool:
    """Whether this program can use what a saved row holds."""
    kinds: dict[str, type[Model]] = {"receipts": Receipt, "reminders": InboxEntry}
    try:
        if table in kinds:
            read_body(body, kinds[table])
        elif table in ("orders", "stores", "purchases", "facts"):
            dt.datetime.fromisoformat(str(body))
    except (CompanionError, ValueError):
        return False
    return True
