"""The library: kept, migrated, damaged, shared; and nothing secret in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.library_file import UnusableReason
from companion.domain.store.orders import Grant, Receipt
from companion.domain.transfers.queue import DownloadFailure, DownloadKey, QueueEntry
from companion.services.storage.database import Library
from companion.services.storage.records import KnownCase, KnownFile, KnownStore, TimelineEntry
from companion.services.storage.tables.timeline import MOST
from tests.kits.build import Build
from tests.kits.store import StoreKit

STORE, OTHER = "https://a.example", "https://b.example"
NOW = dt.datetime(2027, 1, 8, 9, tzinfo=dt.UTC)
DIGEST = "0" * 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library.db"


def test_settings_are_kept_replaced_and_forgotten(path: Path) -> None:
    library = Library(path)
    assert library.setting("store") is None
    library.remember_setting("store", "1")
    library.remember_setting("store", "2")
    library.close()
    library = Library(path)
    assert library.setting("store") == "2"
    library.remember_setting("store", None)
    assert library.setting("store") is None
    library.close()


def test_orders_belong_to_their_store(path: Path) -> None:
    library = Library(path)
    library.add_order(STORE, "1", NOW)
    library.add_order(STORE, "1", NOW + dt.timedelta(days=1))
    library.add_order(OTHER, "1", NOW)
    (known,) = library.orders(STORE)
    assert (known.number, known.added_at, known.order) == ("1", NOW, None)
    assert library.remove_order(STORE, "1")
    assert not library.remove_order(STORE, "1")
    assert library.order(STORE, "1") is None
    assert library.order(OTHER, "1") is not None
    library.close()


def test_an_order_that_is_removed_takes_its_queued_downloads_along(path: Path) -> None:
    library = Library(path)
    kept, removed, elsewhere = (
        QueueEntry(key=DownloadKey(order_number=number, artifact_id="setup"), name="x", folder="/x")
        for number in ("AB", "AB/1", "AB/1")
    )
    for store, number in ((STORE, "AB"), (STORE, "AB/1"), (OTHER, "AB/1")):
        library.add_order(store, number, NOW)
    library.change_queue(STORE, (), (removed, kept))
    library.change_queue(OTHER, (), (elsewhere,))
    assert library.remove_order(STORE, "AB/1")
    assert library.queue(STORE) == (kept,)
    assert library.queue(OTHER) == (elsewhere,)
    library.close()


def test_one_order_is_read_without_decoding_any_other(path: Path) -> None:
    library = Library(path)
    for number in ("1", "2", "3"):
        library.add_order(STORE, number, NOW)
        library.remember_order(STORE, Build.order(number=number), None, NOW)
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as db:
        # Nothing of these can be decoded.
        db.execute("UPDATE orders SET body = '{' WHERE number <> '2'")
    known = library.order(STORE, "2")
    assert known is not None
    assert known.order is not None
    assert known.order.number == "2"
    assert library.order(STORE, "4") is None
    assert library.order_numbers(STORE) == ("1", "2", "3")
    assert library.has_order(STORE, "1")
    assert not library.has_order(STORE, "4")
    library.close()


def test_all_contents_are_of_one_moment_whatever_another_program_writes(path: Path) -> None:
    class InterruptedLibrary(Library):
        def cases(self, store: str) -> tuple[KnownCase, ...]:
            other.remove_order(STORE, "1")
            other.remember_setting("name", "new")
            return super().cases(store)

    library, other = InterruptedLibrary(path), Library(path)
    library.add_order(STORE, "1", NOW)
    library.remember_setting("name", "old")
    found = library.contents(STORE)
    assert ([known.number for known in found.orders], found.settings) == (["1"], {"name": "old"})
    assert library.contents(STORE).orders == ()
    assert library.settings() == {"name": "new"}
    library.close()
    other.close()


def test_an_orders_secrets_do_not_reach_the_file(kit: StoreKit, tmp_path: Path) -> None:
    number = "LF-5930-2216"
    kit.orders.lookup.add(number, kit.password(number))
    order = kit.orders.lookup.order(number)
    key = order.licences[0].key
    assert key is not None
    known = kit.library.order(kit.orders.store, number)
    assert known is not None
    assert known.order is not None
    assert known.order.licences[0].key is None
    plain = msgspec.structs.replace(order.licences[0], key=None)
    assert known.order == msgspec.structs.replace(order, licences=(plain,))
    assert all(key.reveal().encode() not in file.read_bytes() for file in tmp_path.glob("library.db*"))


def test_files_and_queue_are_kept_in_order(path: Path, tmp_path: Path) -> None:
    library = Library(path)
    grant = Grant(
        artifact_id="a", url="https://store.example/f?signature=CANARY-71", url_expires_at=NOW, filename="Setup ✓.run",
        size=7, sha256=DIGEST, version="1", publisher="Larkfield",
    )  # fmt: skip
    library.remember_file(STORE, "1", tmp_path / "Setup ✓.run", grant)
    library.remember_file(STORE, "1", tmp_path / "Setup ✓.run", grant)
    file = KnownFile(number="1", place=str(tmp_path / "Setup ✓.run"), grant=msgspec.structs.replace(grant, url=""))
    entries = tuple(
        QueueEntry(key=DownloadKey(order_number="1", artifact_id=str(index)), name="x", folder=str(tmp_path))
        for index in (3, 1, 2)
    )
    library.change_queue(STORE, (), entries)
    library.close()
    library = Library(path)
    assert library.files(STORE) == (file,)
    assert file.path == tmp_path / "Setup ✓.run"
    assert all(b"CANARY-71" not in part.read_bytes() for part in tmp_path.glob("library.db*"))
    assert library.queue(STORE) == entries
    library.change_queue(STORE, entries, entries[:1])
    assert library.queue(STORE) == entries[:1]
    assert library.files(OTHER) == ()
    assert library.queue(OTHER) == ()
    library.add_order(STORE, "1", NOW)
    library.remove_order(STORE, "1")
    assert library.files(STORE) == (), "what was noted of an order goes with it"
    library.close()


_QUEUE_BY_REFERENCE = """
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE orders (
    store TEXT NOT NULL, number TEXT NOT NULL, added_at TEXT NOT NULL,
    etag TEXT, body BLOB, read_at TEXT, PRIMARY KEY (store, number));
CREATE TABLE receipts (
    store TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, received_at TEXT NOT NULL,
    PRIMARY KEY (store, id));
CREATE TABLE queue (store TEXT NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (store, position));
PRAGMA user_version = 2;
"""


def test_a_queue_kept_under_one_text_is_split_into_order_and_artifact(path: Path) -> None:
    """Which slash divides them is told by the orders that are known; without one, by the last slash."""
    trouble = {"code": "network", "title": "T", "message": "M", "hint": "H"}
    kept = [
        ("LF-1/setup", "queued", None, None),
        ("AB/123-4/setup", "failed", trouble, None),
        ("AB/123-4/extra/tools", "paused", None, None),
        ("gone/9/setup", "done", None, "/home/a/Setup ✓.run"),
    ]
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(_QUEUE_BY_REFERENCE)
        for number in ("AB", "AB/123-4", "LF-1"):
            old.execute("INSERT INTO orders VALUES (?, ?, ?, NULL, NULL, NULL)", (STORE, number, NOW.isoformat()))
        for position, (name, state, failure, where) in enumerate(kept):
            body = {"id": name, "reference": name, "name": "Setup", "folder": "/home/a", "state": state,
                    "trouble": failure, "path": where}  # fmt: skip
            old.execute("INSERT INTO queue VALUES (?, ?, ?)", (STORE, position, json.dumps(body).encode()))
        old.commit()
    library = Library(path)
    assert library.set_aside is None
    found = library.queue(STORE)
    assert [(entry.key.order_number, entry.key.artifact_id) for entry in found] == [
        ("LF-1", "setup"),
        ("AB/123-4", "setup"),
        ("AB/123-4", "extra/tools"),
        ("gone/9", "setup"),
    ]
    assert [entry.state.value for entry in found] == ["queued", "failed", "paused", "done"]
    assert found[1].trouble == DownloadFailure(**trouble)
    assert found[3].path == "/home/a/Setup ✓.run"
    assert {(entry.name, entry.folder) for entry in found} == {("Setup", "/home/a")}
    library.change_queue(STORE, found, found)
    assert library.queue(STORE) == found
    library.close()


def test_the_stores_of_an_older_library_are_known_by_its_orders_and_its_setting(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as old:
        old.executescript(_QUEUE_BY_REFERENCE)
        old.execute("INSERT INTO orders VALUES (?, 'LF-1', ?, NULL, NULL, NULL)", (STORE, NOW.isoformat()))
        old.execute("INSERT INTO orders VALUES ('https://b.example', 'LF-1', ?, NULL, NULL, NULL)", (NOW.isoformat(),))
        old.execute("INSERT INTO settings VALUES ('store', 'https://chosen.example')")
        old.commit()
    library = Library(path)
    found = {(store.address, store.kind) for store in library.stores()}
    assert found == {(STORE, "storeApi"), ("https://b.example", "storeApi"), ("https://chosen.example", "storeApi")}
    assert library.forget_store("https://b.example")
    assert not library.forget_store("https://b.example")
    library.remember_store(KnownStore(address=STORE, kind="edd", name="Shop", added_at=NOW + dt.timedelta(days=9)))
    assert [(store.name, store.added_at) for store in library.stores() if store.address == STORE] == [("Shop", NOW)]
    library.close()


def test_the_time_line_keeps_the_latest_oldest_first(path: Path) -> None:
    library = Library(path)
    for number in range(12):
        at = NOW + dt.timedelta(minutes=number)
        library.note(TimelineEntry(at=at, event=f"step {number}", order_number=None, facts={"ok": True, "n": number}))
    assert [entry.event for entry in library.timeline(3)] == ["step 9", "step 10", "step 11"]
    assert library.timeline(1)[0].facts == {"ok": True, "n": 11}
    library.close()


def test_the_time_line_does_not_grow_for_ever(path: Path) -> None:
    library = Library(path)
    library.remember_receipt(STORE, "1", receipt())
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        body = b'{"at": "2027-01-08T09:00:00Z", "event": "old", "orderNumber": null, "facts": {}}'
        rows = ((NOW.isoformat(), "old", body) for _ in range(MOST + 250))
        db.executemany("INSERT INTO timeline (at, event, body) VALUES (?, ?, ?)", rows)
    for number in range(100):
        library.note(TimelineEntry(at=NOW, event=str(number), order_number=None, facts={}))
    found = library.timeline(10**6)
    assert MOST <= len(found) < MOST + 100
    assert [entry.event for entry in found[-100:]] == [str(number) for number in range(100)]
    assert library.receipts(STORE, "1") == (receipt(),)
    library.close()


def receipt() -> Receipt:
    return Receipt(
        id="R-1", subscription_id="s", auto_renew=False, received_at=NOW, effective_at=NOW, still_active_until=NOW,
        statement="It is off.",
    )  # fmt: skip


@pytest.mark.parametrize("content", [b"no database at all" * 300, b"SQLite format 3\x00" + b"\xff" * 5000])
def test_what_is_no_library_is_set_aside_whole_and_begun_anew(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    library = Library(path)
    assert library.set_aside is not None
    assert library.set_aside.name is not None
    assert path.with_name(library.set_aside.name).read_bytes() == content
    assert library.set_aside.reason is UnusableReason.UNREADABLE
    library.add_order(STORE, "1", NOW)
    library.told_of_set_aside()
    library.close()
    again = Library(path)
    assert again.set_aside is None
    assert len(again.orders(STORE)) == 1
    again.close()


def test_a_library_damaged_in_the_middle_is_noticed_when_it_is_opened(path: Path) -> None:
    library = Library(path)
    for number in range(300):
        library.note(TimelineEntry(at=NOW, event="x" * 200, order_number=None, facts={"n": number}))
    library.close()
    content = bytearray(path.read_bytes())
    content[8192:12288] = b"\xaa" * 4096
    path.write_bytes(content)
    library = Library(path)
    assert library.set_aside is not None
    assert library.timeline() == ()
    library.close()


def test_an_empty_file_is_a_new_library(path: Path) -> None:
    path.touch()
    library = Library(path)
    assert library.set_aside is None
    library.close()


def test_a_place_that_cannot_hold_a_library(path: Path) -> None:
    path.mkdir()
    with pytest.raises(CompanionError) as error:
        Library(path)
    assert error.value.code == ErrorCode.LIBRARY_NOT_WRITABLE
    assert error.value.hint


_WRITER = """
import datetime as dt, sys
from pathlib import Path
from companion.services.storage.database import Library
from companion.services.storage.records import TimelineEntry
library = Library(Path(sys.argv[1]))
now = dt.datetime.now(dt.UTC)
for number in range(40):
    library.note(TimelineEntry(at=now, event=sys.argv[2], order_number=None, facts={"n": number}))
library.close()
"""


def test_two_programs_and_many_threads_write_at_once(path: Path) -> None:
    library = Library(path)
    words = [sys.executable, "-c", _WRITER, str(path)]
    programs = [subprocess.Popen([*words, name], stderr=subprocess.PIPE) for name in ("one", "two")]

    def write(name: str) -> None:
        for number in range(40):
            library.note(TimelineEntry(at=NOW, event=name, order_number=None, facts={"n": number}))

    threads = [threading.Thread(target=write, args=(name,)) for name in ("three", "four")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for program in programs:
        _, said = program.communicate(timeout=60)
        assert (program.returncode, said) == (0, b"")
    events = [entry.event for entry in library.timeline(1000)]
    assert {name: events.count(name) for name in set(events)} == dict.fromkeys(("one", "two", "three", "four"), 40)
    library.close()


def test_a_write_that_fails_changes_nothing(path: Path) -> None:
    library = Library(path)
    library.remember_setting("a", "1")
    with pytest.raises(sqlite3.ProgrammingError):
        library.remember_setting("b", object())  # type: ignore[arg-type]
    assert library.setting("b") is None
    library.remember_setting("c", "3")
    assert library.setting("c") == "3"
    library.close()


def test_a_setting_of_two_programs_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    one, other = Library(path), Library(path)
    one.change_setting("words", lambda kept: (kept or "") + "a")
    other.change_setting("words", lambda kept: (kept or "") + "b")
    one.change_setting("words", lambda kept: (kept or "") + "c")
    assert one.setting("words") == other.setting("words") == "abc"
    one.change_setting("words", lambda _: None)
    assert other.setting("words") is None
    one.close()
    other.close()
