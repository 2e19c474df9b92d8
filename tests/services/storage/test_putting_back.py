"""A library that a newer version has changed, and which is taken back: the older one finds it as it was before."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import sqlite3
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.serialization import encode
from companion.domain.store.library_file import UnusableReason
from companion.domain.store.orders import Receipt
from companion.services.storage.database import Library, put_back_library
from companion.services.storage.migrations import MIGRATIONS
from companion.services.storage.opening import open_library
from companion.services.storage.restoring import Place, Schema

STORE = "https://store.example"
NOW = dt.datetime.now(dt.UTC)
_NOW = NOW.isoformat()
NEWER = """
    ALTER TABLE orders ADD COLUMN colour TEXT;
    UPDATE settings SET value = 'in the newer form' WHERE name = 'answer';
    DELETE FROM orders WHERE number = 'LF-1';
    CREATE TABLE novelties (id TEXT PRIMARY KEY);
    """


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def receipt(name: str) -> Receipt:
    return Receipt(
        id=name, subscription_id="s", auto_renew=False, received_at=NOW, effective_at=NOW, still_active_until=NOW,
        statement="It is off.",
    )  # fmt: skip


def used_by_this_version(path: Path) -> None:
    with contextlib.closing(Library(path)) as library:
        for number in ("LF-1", "LF-2"):
            library.add_order(STORE, number, NOW)
        library.remember_receipt(STORE, "LF-1", receipt("R-1"))
        library.remember_setting("answer", "as it was")


def used_by_a_newer_version(path: Path) -> None:
    """Bring the library into a newer form, as a newer program does, and add an order and a receipt."""
    schema = Schema((*MIGRATIONS, NEWER), {}, lambda *_: True)
    with contextlib.closing(open_library(Place(path), schema, lambda: NOW).db) as db:
        db.execute(
            "INSERT INTO orders (store, number, added_at, colour) VALUES (?, ?, ?, 'red')", (STORE, "LF-3", _NOW)
        )
        new = receipt("R-2")
        db.execute("INSERT INTO receipts VALUES (?, ?, ?, ?, ?)", (STORE, new.id, "LF-3", encode(new), _NOW))


def copies_of_forms(path: Path) -> list[str]:
    return sorted(each.name for each in path.with_name("copies").glob("library-form-*"))


def test_the_older_version_finds_it_as_it_was_and_with_what_was_added(path: Path) -> None:
    used_by_this_version(path)
    used_by_a_newer_version(path)
    with pytest.raises(CompanionError) as refused:
        Library(path)
    assert refused.value.code is ErrorCode.LIBRARY_NEWER
    assert put_back_library(path)
    with contextlib.closing(Library(path)) as library:
        assert sorted(known.number for known in library.orders(STORE)) == ["LF-1", "LF-2", "LF-3"]
        assert library.settings()["answer"] == "as it was"
        assert {each.id for found in library.all_receipts(STORE).values() for each in found} == {"R-1", "R-2"}
        told = library.set_aside
        assert told is not None
        assert (told.reason, told.saved.orders, told.saved.receipts) == (UnusableReason.NEWER, 1, 1)
        assert told.name is not None
        assert told.copy_made_at is not None
    with contextlib.closing(sqlite3.connect(path.with_name(told.name))) as kept:
        assert kept.execute("SELECT value FROM settings WHERE name = 'answer'").fetchone() == ("in the newer form",)


def test_before_each_newer_form_a_copy_is_made_and_one_of_this_form_makes_none(path: Path) -> None:
    used_by_this_version(path)
    Library(path).close()
    assert copies_of_forms(path) == []
    used_by_a_newer_version(path)
    assert copies_of_forms(path) == [f"library-form-{len(MIGRATIONS)}.db"]


def test_a_library_of_this_form_is_left_alone(path: Path) -> None:
    assert not put_back_library(path), "there is none"
    used_by_this_version(path)
    before = path.read_bytes()
    assert not put_back_library(path)
    assert path.read_bytes() == before
    with contextlib.closing(Library(path)) as library:
        assert library.set_aside is None


def test_without_any_copy_of_the_form_before_it_is_left_as_it_is(path: Path) -> None:
    used_by_this_version(path)
    used_by_a_newer_version(path)
    for copy in path.with_name("copies").iterdir():
        copy.unlink()
    before = {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    assert not put_back_library(path)
    after = {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    assert {**after, "library.lock": b""} == {**before, "library.lock": b""}
    with pytest.raises(CompanionError) as refused:
        Library(path)
    assert refused.value.code is ErrorCode.LIBRARY_NEWER


def test_a_daily_copy_serves_where_the_one_of_the_form_is_damaged(path: Path) -> None:
    used_by_this_version(path)
    used_by_a_newer_version(path)
    (path.with_name("copies") / copies_of_forms(path)[0]).write_bytes(b"no database")
    assert put_back_library(path)
    with contextlib.closing(Library(path)) as library:
        assert library.settings()["answer"] == "as it was"


def test_it_is_kept_as_long_as_the_daily_copies_of_that_time(path: Path) -> None:
    used_by_this_version(path)
    used_by_a_newer_version(path)
    assert put_back_library(path)
    folder = path.with_name("copies")
    (of_form,) = copies_of_forms(path)
    old = (NOW - dt.timedelta(days=9)).timestamp()
    os.utime(folder / of_form, (old, old))
    for copy in folder.glob("library-2*"):
        copy.unlink()
    left = []
    for days in (3, 2, 1):
        Library(path, lambda days=days: NOW - dt.timedelta(days=days)).close()  # type: ignore[misc]
        left.append(len(copies_of_forms(path)))
    assert left == [1, 1, 0]


def test_a_library_that_cannot_be_copied_is_used_all_the_same(path: Path) -> None:
    used_by_this_version(path)
    for copy in path.with_name("copies").iterdir():
        copy.unlink()
    path.with_name("copies").rmdir()
    path.with_name("copies").write_text("a file in its place")
    used_by_a_newer_version(path)
    with pytest.raises(CompanionError) as refused:
        Library(path)
    assert refused.value.code is ErrorCode.LIBRARY_NEWER
