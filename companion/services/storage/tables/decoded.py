"""Rows as they were read last, so that of a long table only what has changed is decoded."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

Row = TypeVar("Row", bound=Hashable)
T = TypeVar("T")


class DecodedRows:
    """Keeps the values of the rows of tables that are read whole. Safe to use from several threads.

    A row that is as it was yields the same object as before: what is worked out of a value can be kept beside it, and
    two readings are compared at the price of their differences.
    """

    def __init__(self) -> None:
        self._tables: dict[Hashable, dict[Any, Any]] = {}

    def of(self, table: Hashable, rows: Iterable[Row], read: Callable[[Row], T]) -> tuple[T, ...]:
        """Returns what each of all `rows` of a table holds; those of an earlier reading that are gone are forgotten."""
        before: dict[Row, T] = self._tables.get(table, {})
        now: dict[Row, T] = {}
        found = []
        for row in rows:
            value = before[row] if row in before else read(row)
            now[row] = value
            found.append(value)
        self._tables[table] = now
        return tuple(found)
