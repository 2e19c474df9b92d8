"""Hundreds of purchases: what is read and written for each does not grow with how many there are."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Secret
from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind
from companion.services.purchases.mirror import OrderMirror
from companion.services.purchases.registry import AddedKind, PurchaseRegistry
from companion.services.purchases.secrets import PurchaseKeychain
from companion.services.storage.database import Library
from companion.services.store.keychain.keychain import Keychain
from tests.kits.memory_keychain import MemoryKeychain

NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="shop@shop.example")
MANY = 300


class CountingLibrary(Library):
    """A library that counts the rows it reads outside of a change, and the changes."""

    rows = changes = 0

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        found = super()._rows(query, *values)
        self.rows += len(found)
        return found

    @contextlib.contextmanager
    def _writing(self, *, lasting: bool = False) -> Iterator[sqlite3.Connection]:
        self.changes += 1
        with super()._writing(lasting=lasting) as db:
            yield db


@pytest.fixture
def library(tmp_path: Path) -> Iterator[CountingLibrary]:
    opened = CountingLibrary(tmp_path / "library.db")
    yield opened
    opened.close()


@pytest.fixture
def registry(library: CountingLibrary) -> Iterator[PurchaseRegistry]:
    keychain = Keychain(backend=MemoryKeychain())
    yield PurchaseRegistry(library, PurchaseKeychain(keychain), lambda: NOW)
    keychain.close()


def bought(number: int, product: str | None = None, *, key: str = "") -> Draft:
    name = product or f"Tool {number}"
    values = [
        (Field.ORDER_NUMBER, f"N-{number}", ""),
        (Field.SENDER_DOMAIN, "shop.example", ""),
        (Field.PRODUCT, name, name),
    ]
    return draft_of(values, MAIL, NOW, keys=[(name, Secret(key))] if key else ())


def rows_of_each(library: CountingLibrary, registry: PurchaseRegistry, drafts: Sequence[Draft]) -> list[int]:
    read = []
    for draft in drafts:
        before = library.rows
        assert registry.add(draft).kind is AddedKind.ADDED
        read.append(library.rows - before)
    return read


@pytest.mark.parametrize("product", [None, "Harbour Suite"])
def test_adding_one_reads_no_more_with_hundreds_than_with_none(
    library: CountingLibrary, registry: PurchaseRegistry, product: str | None
) -> None:
    read = rows_of_each(library, registry, [bought(number, product) for number in range(MANY)])
    assert max(read) == read[0]


def test_many_are_read_and_written_once(library: CountingLibrary, registry: PurchaseRegistry) -> None:
    first, again = [bought(number) for number in range(MANY)], [bought(number, key=f"K-{number}") for number in (3, 7)]
    before = library.changes
    added = registry.add_all(first)
    assert library.changes == before + 1
    assert [each.kind for each in added] == [AddedKind.ADDED] * MANY
    rows = library.rows
    updated = registry.add_all(again)
    assert [each.purchase_id for each in updated] == [added[3].purchase_id, added[7].purchase_id]
    assert library.rows - rows < 20, "only the two that fit are read"
    assert len(registry.all()) == MANY


def test_two_of_one_batch_become_one_purchase(registry: PurchaseRegistry) -> None:
    key_mail = draft_of([(Field.PRODUCT, "Tool 1", "Tool 1")], MAIL, NOW, keys=[("Tool 1", Secret("ABCD-1234"))])
    first, joined, asked = registry.add_all([bought(1), bought(1, key="WXYZ-9876"), key_mail])
    assert (joined.kind, joined.purchase_id) == (AddedKind.UPDATED, first.purchase_id)
    assert asked.kind is AddedKind.ADDED, "another key is another licence"
    assert len(registry.all()) == 2


def test_what_only_the_person_can_tell_is_left_out_or_new(registry: PurchaseRegistry) -> None:
    (first,) = registry.add_all([bought(1)])
    key_mail = draft_of([(Field.PRODUCT, "Tool 1", "Tool 1")], MAIL, NOW, keys=[("Tool 1", Secret("ABCD-1234"))])
    (asked,) = registry.add_all([key_mail])
    assert (asked.kind, asked.candidates) == (AddedKind.ASK, (first.purchase_id,))
    assert registry.add_all([key_mail], sure=True)[0].kind is AddedKind.ADDED


@pytest.mark.parametrize(
    ("known", "typed"),
    [("N-1", "n-1"), ("#18", "18"), ("18", "#18"), ("##18", "18"), ("ÄB-1", "äb-1"), ("SS-1", "ß-1")],
)
def test_a_number_is_found_however_it_is_written(registry: PurchaseRegistry, known: str, typed: str) -> None:
    drafts = [
        draft_of([(Field.ORDER_NUMBER, number, ""), (Field.SENDER_DOMAIN, "shop.example", "")], MAIL, NOW)
        for number in (known, typed)
    ]
    first = registry.add(drafts[0])
    assert registry.add(drafts[1]).purchase_id == first.purchase_id


def test_the_beginning_of_an_id_reads_one_purchase(library: CountingLibrary, registry: PurchaseRegistry) -> None:
    added = registry.add_all(bought(number) for number in range(MANY))
    whole = str(added[5].purchase_id)
    before = library.rows
    assert registry.get(whole[:11]).id == whole
    assert library.rows - before < 10
    for begin in ("", "z" * 12, "%", "_"):
        with pytest.raises(CompanionError):
            registry.get(begin)


def test_the_mirror_looks_only_at_orders_that_changed(library: CountingLibrary, registry: PurchaseRegistry) -> None:
    store, mirror = "https://store.example", OrderMirror(library, registry, lambda: NOW)
    for number in range(MANY):
        library.add_order(store, f"LF-{number}", NOW)
    changes = library.changes
    mirror.run()
    assert library.changes == changes + 2, "all purchases in one step, and what was looked at"
    assert len(registry.all()) == MANY
    library.add_order(store, "LF-new", NOW)
    rows = library.rows
    mirror.run()
    # The list of all orders has three values each; nothing else of the others is read.
    assert library.rows - rows < MANY + 20
    assert len(registry.all()) == MANY + 1
