"""Orders that were removed: what was noted of them here is kept for some time, in case they are added again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Instant, Model
from companion.domain.core.serialization import decode, encode_without_secrets
from companion.services.storage.database import Library
from companion.services.storage.tables.orders import OrderRows

KEPT_FOR = dt.timedelta(days=30)
_SETTING = "removedOrders"
_MOST = 50
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

    def keep(self, store: str, number: str, rows: OrderRows) -> None:
        """Keep the rows of an order that has just been removed."""
        kept = {
            table: tuple(tuple(_cell(value) for value in row) for row in found)
            for table, found in rows.items()
            if found and table != _READ_ANEW
        }
        new = _RemovedOrder(store=store, number=number, removed_at=self._clock(), rows=kept)
        self._change(
            lambda alive: (*((new,) if kept else ()), *(each for each in alive if not each.is_of(store, number)))
        )

    def bring_back(self, store: str, number: str) -> bool:
        """Put the rows of an order that was added again where they were; returns whether there were any."""
        found = next((each for each in self._alive(self._library.setting(_SETTING)) if each.is_of(store, number)), None)
        if found is None:
            return False
        self._library.put_order_back(
            {table: [tuple(_value(cell) for cell in row) for row in rows] for table, rows in found.rows.items()}
        )
        self.forget(store, number)
        return True

    def forget(self, store: str, number: str) -> None:
        """Keep nothing of an order any more, nor of those whose time is over."""
        if self._library.setting(_SETTING) is not None:
            self._change(lambda alive: (each for each in alive if not each.is_of(store, number)))

    def _change(self, change: Callable[[tuple[_RemovedOrder, ...]], Iterable[_RemovedOrder]]) -> None:
        self._library.change_setting(_SETTING, lambda text: _written(change(self._alive(text))))

    def _alive(self, text: str | None) -> tuple[_RemovedOrder, ...]:
        since = self._clock() - KEPT_FOR
        return tuple(each for each in _read(text) if each.removed_at > since)[:_MOST]


def _cell(value: object) -> _Cell:
    return _Cell(blob=value) if isinstance(value, bytes) else _Cell(text=None if value is None else str(value))


def _value(cell: _Cell) -> object:
    return cell.text if cell.blob is None else cell.blob


def _read(text: str | None) -> tuple[_RemovedOrder, ...]:
    try:
        return decode(text.encode(), tuple[_RemovedOrder, ...], source="the library") if text else ()
    except CompanionError:
        return ()


def _written(kept: Iterable[_RemovedOrder]) -> str | None:
    found = tuple(kept)
    return encode_without_secrets(found).decode() if found else None
