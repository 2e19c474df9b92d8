"""Orders that were removed: what was noted of them here is kept for some time, in case they are added again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from companion.domain.core.model import Instant, Model
from companion.services.storage.database import Library
from companion.services.storage.kept_removals import KeptRemovals
from companion.services.storage.tables.orders import OrderRows

_READ_ANEW = "orders"
"""The table of what the store said of an order, which it says again when that is added."""


class _Cell(Model, frozen=True):
    """One value of a row; both are None for an empty one."""

    text: str | None = None
    blob: bytes | None = None


class _RemovedOrder(Model, frozen=True):
    store: str
    number: str
    removed_at: Instant
    rows: Mapping[str, tuple[tuple[_Cell, ...], ...]]

    def is_of(self, store: str, number: str) -> bool:
        return (self.store, self.number) == (store, number)


class RemovedOrders:
    """Keeps the rows of removed orders for `KEPT_FOR`: reminders that were put off, files, invoices; nothing secret."""

    def __init__(self, library: Library, clock: Callable[[], dt.datetime]) -> None:
        self._library, self._clock = library, clock
        self._kept = KeptRemovals(library, clock, "removedOrders", _RemovedOrder)

    def keep(self, store: str, number: str, rows: OrderRows) -> None:
        """Keep the rows of an order that has just been removed."""
        rows_kept = {
            table: tuple(tuple(_cell(value) for value in row) for row in found)
            for table, found in rows.items()
            if found and table != _READ_ANEW
        }
        new = _RemovedOrder(store=store, number=number, removed_at=self._clock(), rows=rows_kept)
        self._kept.change(lambda kept: (*((new,) if rows_kept else ()), *_without(kept, store, number)))

    def bring_back(self, store: str, number: str) -> bool:
        """Put the rows of an order that was added again where they were; returns whether there were any."""
        found = next((each for each in self._kept.found() if each.is_of(store, number)), None)
        if found is None:
            return False
        self._library.put_order_back(
            {table: [tuple(_value(cell) for cell in row) for row in rows] for table, rows in found.rows.items()}
        )
        self.forget(store, number)
        return True

    def forget(self, store: str, number: str) -> None:
        """Keep nothing of an order any more, nor of those whose time is over."""
        if any(each.is_of(store, number) for each in self._kept.found()):
            self._kept.change(lambda kept: _without(kept, store, number))


def _without(kept: Iterable[_RemovedOrder], store: str, number: str) -> tuple[_RemovedOrder, ...]:
    return tuple(each for each in kept if not each.is_of(store, number))


def _cell(value: object) -> _Cell:
    return _Cell(blob=value) if isinstance(value, bytes) else _Cell(text=None if value is None else str(value))


def _value(cell: _Cell) -> object:
    return cell.text if cell.blob is None else cell.blob
