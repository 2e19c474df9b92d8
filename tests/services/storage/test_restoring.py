"""A library that was lost or damaged comes back from its copies, and no receipt is ever lost."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase
from companion.domain.purchases.receipts import EmailReceipt
from companion.domain.store.library_file import Saved, UnusableReason
from companion.domain.store.orders import Receipt
from companion.services.storage.database import Library
from companion.services.storage.migrations import MIGRATIONS
from companion.services.storage.records import TimelineEntry
from tests.kits.build import Build

STORE = "https://store.example"
NOW = dt.datetime.now(dt.UTC)
POSIX = pytest.mark.skipif(os.name != "posix", reason="modes of files")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: moment


def receipt(name: str) -> Receipt:
    return Receipt(
        id=name, subscription_id="s", auto_renew=False, received_at=NOW, effective_at=NOW, still_active_until=NOW,
        statement="It is off.",
    )  # fmt: skip


def bought(name: str) -> Purchase:
    said = Fact(field=Field.ORDER_NUMBER, value=name, source=Source(kind=SourceKind.PERSON), said_at=NOW)
    return Purchase(id=name, added_at=NOW, facts=(said,))


def fill(path: Path, *names: str, now: dt.datetime = NOW) -> None:
    with contextlib.closing(Library(path, at(now))) as library:
        for name in names:
            library.add_order(STORE, name, NOW)
            library.remember_order(STORE, Build.order(number=name), None, NOW)
            library.remember_receipt(STORE, name, receipt(f"R-{name}"))
            library.change_purchase(name, lambda _, name=name: bought(name))  # type: ignore[misc]


def first_form(path: Path, *names: str) -> None:
    """Write a library as the first version of the program made it."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.executescript(MIGRATIONS[0])
        for name in names:
            db.execute("INSERT INTO orders (store, number, added_at) VALUES (?, ?, ?)", (STORE, name, NOW.isoformat()))
        db.execute("PRAGMA user_version = 1")


def numbers(library: Library) -> list[str]:
    return sorted(known.number for known in library.orders(STORE))


def receipts(library: Library) -> list[str]:
    return sorted(each.id for found in library.all_receipts(STORE).values() for each in found)


def copies(path: Path) -> list[str]:
    return sorted(copy.name for copy in path.with_name("copies").iterdir())


def empty(path: Path) -> None:
    path.write_bytes(b"")


def damage_header(path: Path) -> None:
    path.write_bytes(b"\xaa" * 4096 + path.read_bytes()[4096:])


def damage_middle(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096 : len(content) - 4096] = b"\xaa" * (len(content) - 8192)
    path.write_bytes(content)


def cut(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2 + 100])


def cut_to_pages(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:8192])


def replace_by_text(path: Path) -> None:
    path.write_text("this is no database" * 500)


def remove(path: Path) -> None:
    path.unlink()


LOSSES = [empty, damage_header, damage_middle, cut, cut_to_pages, replace_by_text, remove]


@pytest.mark.parametrize("lose", LOSSES)
def test_a_library_that_was_lost_comes_back_from_the_copy(path: Path, lose: Callable[[Path], None]) -> None:
    fill(path, "LF-1", "LF-2")
    lose(path)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1", "LF-2"]
        assert [known.order is not None for known in library.orders(STORE)] == [True, True]
        assert receipts(library) == ["R-LF-1", "R-LF-2"]
        assert {purchase.id for purchase in library.purchases()} == {"LF-1", "LF-2"}
        told = library.set_aside
        assert told is not None
        assert told.copy_made_at is not None
        assert abs(told.copy_made_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)
        kept = list(path.parent.glob("library-*.db"))
        assert [each.name for each in kept] == ([told.name] if lose is not remove else [])
        library.add_order(STORE, "LF-3", NOW)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1", "LF-2", "LF-3"]


def test_what_happened_is_told_until_the_person_has_read_it(path: Path) -> None:
    fill(path, "LF-1")
    empty(path)
    for _ in range(2):
        with contextlib.closing(Library(path)) as library:
            assert library.set_aside is not None
            assert library.set_aside.reason is UnusableReason.EMPTY
    with contextlib.closing(Library(path)) as library:
        library.told_of_set_aside()
        assert library.set_aside is None
    with contextlib.closing(Library(path)) as library:
        assert library.set_aside is None


def test_what_came_after_the_copy_is_read_from_the_damaged_file(path: Path) -> None:
    fill(path, "LF-1", now=NOW - dt.timedelta(days=2))
    library = Library(path)
    library.add_order(STORE, "LF-2", NOW)
    library.change_purchase("LF-2", lambda _: bought("LF-2"))
    for number in range(400):
        library.note(TimelineEntry(at=NOW, event=f"{number} {'x' * 300}", order_number=None, facts={}))
    Library(path).close()
    # Without the copy at its end, as a program that was killed.
    library._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    library._db.close()
    for copy in path.with_name("copies").glob(f"library-{NOW.date().isoformat()}*"):
        copy.unlink()
    content = bytearray(path.read_bytes())
    content[-20 * 4096 : -4 * 4096] = b"\xaa" * (16 * 4096)
    path.write_bytes(content)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1", "LF-2"]
        assert library.set_aside is not None
        assert library.set_aside.copy_made_at is not None
        assert library.set_aside.saved.orders == 1
        assert {purchase.id for purchase in library.purchases()} == {"LF-1", "LF-2"}


def test_a_damaged_copy_is_passed_over_for_an_older_one(path: Path) -> None:
    fill(path, "LF-1", now=NOW - dt.timedelta(days=2))
    fill(path, "LF-2", now=NOW)
    damage_middle(path.with_name("copies") / copies(path)[-1])
    empty(path)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1"]
        assert receipts(library) == ["R-LF-1", "R-LF-2"], "receipts are newer than the copy"
        assert library.set_aside is not None
        assert library.set_aside.saved == Saved(receipts=1)


def test_without_any_copy_the_receipts_are_still_there(path: Path) -> None:
    fill(path, "LF-1")
    for copy in path.with_name("copies").iterdir():
        copy.unlink()
    empty(path)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == []
        assert library.receipts(STORE, "LF-1") == (receipt("R-LF-1"),)
        assert library.set_aside is not None
        assert library.set_aside.copy_made_at is None


def test_a_receipt_whose_row_cannot_be_read_comes_back(path: Path) -> None:
    fill(path, "LF-1", "LF-2")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("UPDATE receipts SET body = '{' WHERE number = 'LF-1'")
        db.execute("DELETE FROM receipts WHERE number = 'LF-2'")
    with contextlib.closing(Library(path)) as library:
        assert receipts(library) == ["R-LF-1", "R-LF-2"]
        assert library.set_aside is None


@pytest.mark.parametrize("keep", [0, 1, 63, 64, 65, 100, -1, -2])
def test_a_line_of_a_receipt_that_was_cut_costs_only_itself(path: Path, keep: int) -> None:
    fill(path, "LF-1")
    kept = path.with_name("receipts.jsonl")
    before = kept.read_bytes()
    fill(path, "LF-2")
    whole = kept.read_bytes()
    kept.write_bytes(before + whole[len(before) :][:keep])
    empty(path)
    for copy in path.with_name("copies").iterdir():
        copy.unlink()
    with contextlib.closing(Library(path)) as library:
        assert "R-LF-1" in receipts(library)
        library.remember_receipt(STORE, "LF-3", receipt("R-LF-3"))
    path.unlink()
    for copy in path.with_name("copies").iterdir():
        copy.unlink()
    with contextlib.closing(Library(path)) as library:
        assert {"R-LF-1", "R-LF-3"} <= set(receipts(library))


def test_a_line_that_was_changed_is_no_receipt(path: Path) -> None:
    fill(path, "LF-1")
    kept = path.with_name("receipts.jsonl")
    kept.write_bytes(kept.read_bytes().replace(b"It is off.", b"It is on!!"))
    empty(path)
    for copy in path.with_name("copies").iterdir():
        copy.unlink()
    with contextlib.closing(Library(path)) as library:
        assert receipts(library) == []


def test_receipts_of_an_earlier_version_are_kept_beside_it_too(path: Path) -> None:
    fill(path, "LF-1")
    path.with_name("receipts.jsonl").unlink()
    Library(path).close()
    line = path.with_name("receipts.jsonl").read_bytes().strip().split(b" ", 1)[1]
    assert json.loads(line)["receipt"]["id"] == "R-LF-1"


def test_a_receipt_that_came_by_email_outlives_library_copies_and_purchase(path: Path) -> None:
    email = EmailReceipt(
        id="E-1", purchase="abc", name="Suite", order_number="18", sender="a@shop.example", received_at=NOW,
        auto_renew=False, statement="It is off.",
    )  # fmt: skip
    fill(path, "LF-1")
    with contextlib.closing(Library(path)) as library:
        library.change_purchases({}, receipts=(email, email))
        library.change_purchases({}, receipts=(email,))
    assert path.with_name("receipts.jsonl").read_bytes().count(b"a@shop.example") == 1
    empty(path)
    for copy in path.with_name("copies").iterdir():
        copy.unlink()
    with contextlib.closing(Library(path)) as library:
        assert library.email_receipts() == (email,)
        assert receipts(library) == ["R-LF-1"]
        assert library.set_aside is not None
        assert library.set_aside.saved == Saved(receipts=2)
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("UPDATE email_receipts SET body = '{'")
    with contextlib.closing(Library(path)) as library:
        assert library.email_receipts() == (email,), "a row that cannot be read comes back from the file"


def test_three_copies_are_kept_one_for_each_day(path: Path) -> None:
    for day in range(6, 0, -1):
        fill(path, f"LF-{day}", now=NOW - dt.timedelta(days=day))
    days = [(NOW - dt.timedelta(days=day)).astimezone(dt.UTC).date().isoformat() for day in (3, 2, 1)]
    assert copies(path) == [f"library-{day}.db" for day in days]


def test_what_the_person_adds_later_the_same_day_is_in_the_copy_too(path: Path) -> None:
    fill(path, "LF-1")
    fill(path, "LF-2")
    assert len(copies(path)) == 1
    empty(path)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1", "LF-2"]


def test_a_clock_that_was_years_ahead_once_does_not_end_the_copies(path: Path) -> None:
    fill(path, "LF-1", now=NOW + dt.timedelta(days=9000))
    fill(path, "LF-2")
    fill(path, "LF-3", now=NOW - dt.timedelta(days=1))
    assert f"library-{NOW.astimezone(dt.UTC).date().isoformat()}.db" in copies(path)
    empty(path)
    with contextlib.closing(Library(path)) as library:
        assert library.set_aside is not None
        assert numbers(library) == ["LF-1", "LF-2"]


def test_of_an_empty_library_no_copy_is_made(path: Path) -> None:
    Library(path).close()
    assert not path.with_name("copies").exists()
    # A file that was just begun is no loss.
    path.write_bytes(b"")
    with contextlib.closing(Library(path)) as library:
        assert library.set_aside is None


def test_a_copy_that_cannot_be_made_stops_nothing_and_leaves_nothing(path: Path) -> None:
    path.with_name("copies").write_text("a file in its place")
    fill(path, "LF-1")
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1"]
        assert not library.copy()
    assert not list(path.parent.glob(".companion-*"))


@POSIX
def test_everything_that_is_kept_is_private(path: Path) -> None:
    before = os.umask(0)
    try:
        fill(path, "LF-1")
        damage_middle(path)
        with contextlib.closing(Library(path)) as library:
            library.add_order(STORE, "LF-2", NOW)
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.rglob("*")}
    finally:
        os.umask(before)
    assert {"library.db", "library.db-wal", "library.db-shm", "receipts.jsonl", "copies"} <= set(modes)
    assert {name for name, mode in modes.items() if mode & 0o077} == set()


@POSIX
def test_a_library_that_others_could_read_is_made_private(path: Path) -> None:
    fill(path, "LF-1")
    path.chmod(0o644)
    Library(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_journal_that_is_left_over_is_set_aside_with_its_library(path: Path) -> None:
    fill(path, "LF-1")
    path.with_name("library.db-wal").write_bytes(b"\x37\x7f\x06\x82" + b"\xaa" * 4000)
    empty(path)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1"]
        assert library.set_aside is not None
        assert path.with_name(f"{library.set_aside.name}-wal").stat().st_size == 4004


@pytest.mark.parametrize("moved", [(), ("-shm",), ("-shm", "-wal"), ("-shm", "-wal", "")])
def test_a_restoration_that_was_interrupted_is_finished(
    path: Path, moved: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file is complete; the program ended while it was moving the old ones out of its way."""
    fill(path, "LF-1")
    damage_header(path)
    path.with_name("library.db-wal").write_bytes(b"old")
    path.with_name("library.db-shm").write_bytes(b"old")
    replace, left = Path.replace, len(moved)

    def replace_or_end(self: Path, target: Path) -> Path:
        nonlocal left
        if self.name.startswith("library.db") or self.name == "library-restored.db":
            if left == 0:
                raise KeyboardInterrupt
            left -= 1
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", replace_or_end)
    with pytest.raises(KeyboardInterrupt):
        Library(path)
    monkeypatch.undo()
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1"]
        assert receipts(library) == ["R-LF-1"]
        assert library.set_aside is not None
        assert library.set_aside.name is not None
        aside = path.with_name(library.set_aside.name)
        assert aside.stat().st_size > 4096
        assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"old"
    assert not path.with_name("library-restored.db").exists()


def test_a_newer_library_is_left_untouched_and_the_version_is_named(path: Path) -> None:
    fill(path, "LF-1")
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("ALTER TABLE orders ADD COLUMN colour TEXT")
        db.execute("INSERT INTO programs VALUES (9000, '7.2.0')")
        db.execute("PRAGMA user_version = 9000")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()}
    with pytest.raises(CompanionError) as refused:
        Library(path)
    assert refused.value.code is ErrorCode.LIBRARY_NEWER
    assert "Companion 7.2.0 or later" in refused.value.hint
    assert {each.name: each.read_bytes() for each in path.parent.iterdir() if each.is_file()} == before


def test_a_copy_of_a_newer_library_is_not_used_and_not_removed(path: Path) -> None:
    fill(path, "LF-1", now=NOW - dt.timedelta(days=1))
    fill(path, "LF-2")
    newest = path.with_name("copies") / copies(path)[-1]
    with contextlib.closing(sqlite3.connect(newest, isolation_level=None)) as db:
        db.execute("PRAGMA user_version = 9000")
    empty(path)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1"]
    assert newest.exists()


def test_an_older_library_that_comes_from_a_copy_is_brought_to_the_newest_form(path: Path) -> None:
    fill(path, "LF-1")
    (copy,) = path.with_name("copies").iterdir()
    copy.unlink()
    first_form(copy, "LF-1")
    remove(path)
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1"]
        assert library.set_aside is not None
        assert library.set_aside.reason is UnusableReason.MISSING


def test_a_folder_in_the_place_of_the_library_is_named_and_left(path: Path) -> None:
    fill(path, "LF-1")
    path.unlink()
    path.mkdir()
    (path / "mine").write_text("kept")
    with pytest.raises(CompanionError) as refused:
        Library(path)
    assert refused.value.code is ErrorCode.LIBRARY_NOT_WRITABLE
    assert "folder" in refused.value.hint
    assert (path / "mine").read_text() == "kept"
    (path / "mine").unlink()
    path.rmdir()
    with contextlib.closing(Library(path)) as library:
        assert numbers(library) == ["LF-1"]
