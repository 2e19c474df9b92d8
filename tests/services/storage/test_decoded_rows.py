"""Of a long table only what has changed is decoded."""

from __future__ import annotations

import contextlib
import datetime as dt
import random
from pathlib import Path

from benchmarks.reminders import order
from companion.services.storage.database import Library
from companion.services.storage.tables.decoded import DecodedRows
from tests.kits.calls import count_calls

NOW = dt.datetime(2027, 3, 10, 15, 0, tzinfo=dt.UTC)
STORE = "https://store.example"


def test_a_row_that_is_as_it_was_yields_the_same_value() -> None:
    rows, read = DecodedRows(), list[str]()

    def value(row: tuple[str, int]) -> list[object]:
        read.append(row[0])
        return [*row]

    first = rows.of("orders", [("a", 1), ("b", 1)], value)
    second = rows.of("orders", [("b", 2), ("a", 1), ("c", 1)], value)
    assert read == ["a", "b", "b", "c"]
    assert second == (["b", 2], ["a", 1], ["c", 1]), "in the order of the rows"
    assert second[1] is first[0]
    assert rows.of("files", [("a", 1)], value)[0] is not first[0], "another table"


def test_rows_that_are_gone_are_forgotten() -> None:
    rows, read = DecodedRows(), list[str]()
    for table in ((("a",), ("b",)), (("b",),), (("a",), ("b",))):
        rows.of("orders", table, lambda row: read.append(row[0]))
    assert read == ["a", "b", "a"]


def test_reading_many_orders_again_decodes_the_changed_one(tmp_path: Path) -> None:
    chance = random.Random(7)
    with contextlib.closing(Library(tmp_path / "library.db")) as library:
        for number in range(50):
            read = order(number, chance)
            library.add_order(STORE, read.number, NOW)
            library.remember_order(STORE, read, None, NOW)
        first = library.orders(STORE)
        library.remember_order(STORE, order(7, chance), None, NOW)
        with count_calls("_known_order") as counted:
            second = library.orders(STORE)
    assert counted["_known_order"] == 1
    assert sum(one is not other for one, other in zip(first, second, strict=True)) == 1
