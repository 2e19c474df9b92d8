"""What reading and writing one of thousands costs: rows are found by their keys, and only changed ones are written."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.matching import SearchMarks
from companion.domain.purchases.purchase import Purchase
from companion.services.storage.database import Library
from tests.kits.build import Build

STORE = "https://a.example"
NOW = dt.datetime(2027, 1, 8, 9, tzinfo=dt.UTC)
SHOP = Source(kind=SourceKind.EMAIL, name="shop@shop.example")
MANY = 50
_LONG = (
    "orders",
    "purchases",
    "facts",
    "files",
    "invoices",
    "numbered_invoices",
    "invoice_lists",
    "intents",
    "timeline",
)
"""The tables that grow with what is owned."""


def purchase(number: int) -> Purchase:
    said = [
        (Field.ORDER_NUMBER, f"N-{number}", ""),
        (Field.PRODUCT, f"Tool {number}", f"tool {number}"),
        (Field.EXPIRES, "2028-01-08", f"tool {number}"),
    ]
    facts = tuple(Fact(field=field, value=value, source=SHOP, said_at=NOW, about=about) for field, value, about in said)
    return Purchase(id=f"p{number}", added_at=NOW, facts=facts)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with contextlib.closing(Library(tmp_path / "library.db")) as made:
        for number in range(MANY):
            made.add_order(STORE, f"LF-{number}", NOW)
            made.remember_order(STORE, Build.order(number=f"LF-{number}"), None, NOW)
        for number in range(MANY):
            made.change_purchase(f"p{number}", lambda _, number=number: purchase(number))  # type: ignore[misc]
        yield made


@pytest.mark.parametrize(
    "read",
    [
        lambda library: library.order(STORE, "LF-7"),
        lambda library: library.has_order(STORE, "LF-7"),
        lambda library: library.invoice(STORE, "LF-7"),
        lambda library: library.invoice(STORE, "LF-7", "R-1"),
        lambda library: library.invoices(STORE, "LF-7"),
        lambda library: library.request(STORE, "renew LF-7"),
        lambda library: library.purchase("p7"),
        lambda library: library.purchases_beginning("p7", 5),
        lambda library: library.purchases_like(
            SearchMarks(*(frozenset({f"{what} 7"}) for what in ("number", "key", "product", "unnumbered")))
        ),
        lambda library: library.steps(("installed",), "LF-7", 5),
    ],
)
def test_one_of_many_is_found_by_an_index(library: Library, read: Callable[[Library], object]) -> None:
    asked: list[str] = []
    library._db.set_trace_callback(asked.append)
    read(library)
    library._db.set_trace_callback(None)
    plans = [(query, plan(library._db, query)) for query in asked if query.lstrip().startswith("SELECT")]
    assert plans
    # The index of odd numbers has few rows: all of them are among the answers.
    whole = [(query, steps.replace("SCAN facts USING INDEX facts_of_odd_numbers", "")) for query, steps in plans]
    looked_through = [query for query, steps in whole if any(f"SCAN {table}" in steps for table in _LONG)]
    assert looked_through == []


def plan(db: sqlite3.Connection, query: str) -> str:
    """How SQLite answers a query, in its own words."""
    return "; ".join(row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {query}"))


def test_all_purchases_are_one_query_that_sorts_no_facts(library: Library) -> None:
    asked: list[str] = []
    library._db.set_trace_callback(asked.append)
    assert len(library.purchases()) == MANY
    library._db.set_trace_callback(None)
    (query,) = [query for query in asked if "SELECT" in query]
    assert len(library._db.execute(query).fetchall()) == MANY
    assert "TEMP B-TREE" not in plan(library._db, query)
    assert "SCAN facts" not in plan(library._db, query)


def test_a_query_without_an_index_would_be_noticed(library: Library) -> None:
    assert "SCAN facts" in plan(library._db, "SELECT purchase FROM facts WHERE quote = 'x'")


def test_what_was_read_as_it_is_known_writes_one_row_of_an_order_and_none_of_a_purchase(library: Library) -> None:
    before = library._db.total_changes
    library.remember_order(STORE, Build.order(number="LF-7"), None, NOW + dt.timedelta(days=1))
    assert library._db.total_changes - before == 1, "when it was read last"
    before = library._db.total_changes
    library.change_purchase("p7", lambda known: known)
    assert library._db.total_changes == before


def test_one_changed_value_writes_one_row(library: Library) -> None:
    def later(known: Purchase | None) -> Purchase | None:
        assert known is not None
        changed = [
            msgspec.structs.replace(fact, value="2029-01-08") if fact.field is Field.EXPIRES else fact
            for fact in known.facts
        ]
        return msgspec.structs.replace(known, facts=tuple(changed))

    before = library._db.total_changes
    library.change_purchase("p7", later)
    assert library._db.total_changes - before == 1
    found = library.purchase("p7")
    assert found is not None
    assert {fact.field: fact.value for fact in found.facts}[Field.EXPIRES] == "2029-01-08"


def test_a_fact_that_is_gone_is_the_only_row_that_is_removed(library: Library) -> None:
    left = purchase(7)
    left = msgspec.structs.replace(left, facts=left.facts[:2])
    before = library._db.total_changes
    library.change_purchase("p7", lambda _: left)
    assert library._db.total_changes - before == 1
    assert library.purchase("p7") == left
