"""The library: what the program remembers between starts, in one SQLite file. Nothing secret is ever in it."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

from companion.domain.download_queue import QueueEntry
from companion.domain.errors import CompanionError
from companion.domain.orders import Order, Receipt
from companion.domain.profile import Profile
from companion.domain.wire import Instant, Value, decode, encode_without_secrets

_log = logging.getLogger(__name__)
T = TypeVar("T")

_MIGRATIONS = (
    """
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE profiles (store TEXT PRIMARY KEY, etag TEXT, body BLOB NOT NULL, read_at TEXT NOT NULL);
    CREATE TABLE orders (
        store TEXT NOT NULL, number TEXT NOT NULL, added_at TEXT NOT NULL,
        etag TEXT, body BLOB, read_at TEXT, PRIMARY KEY (store, number));
    CREATE TABLE receipts (
        store TEXT NOT NULL, id TEXT NOT NULL, number TEXT NOT NULL, body BLOB NOT NULL, received_at TEXT NOT NULL,
        PRIMARY KEY (store, id));
    CREATE TABLE files (
        store TEXT NOT NULL, number TEXT NOT NULL, artifact TEXT NOT NULL,
        folder TEXT NOT NULL, filename TEXT NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL,
        PRIMARY KEY (store, number, artifact));
    CREATE TABLE queue (store TEXT NOT NULL, position INTEGER NOT NULL, body BLOB NOT NULL,
        PRIMARY KEY (store, position));
    CREATE TABLE timeline (
        id INTEGER PRIMARY KEY, at TEXT NOT NULL, number TEXT, event TEXT NOT NULL, body BLOB NOT NULL);
    CREATE TABLE reminders (
        address TEXT PRIMARY KEY, decided_at TEXT NOT NULL, shown_at TEXT, state TEXT NOT NULL, body BLOB NOT NULL);
    """,
)


class KnownOrder(Value, frozen=True):
    """An order the person added, with what the store last said of it (without secrets) and when that was read."""

    number: str
    added_at: Instant
    read_at: Instant | None = None
    etag: str | None = None
    order: Order | None = None


class KnownFile(Value, frozen=True):
    """A verified artifact as it was put on the disk; whether it is still there is another question."""

    number: str
    artifact: str
    folder: Path
    filename: str
    size: int
    sha256: str

    @property
    def path(self) -> Path:
        """Where it was put."""
        return self.folder / self.filename


class TimelineEntry(Value, frozen=True):
    """One dated step for the case file; `facts` never holds a secret."""

    at: Instant
    event: str
    order_number: str | None
    facts: dict[str, str | int | float | bool | None]


class Library:
    """The open library. Safe to share between threads; every write is on disk when its method returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self.set_aside: Path | None = None
        try:
            self._db = self._open(path)
        except _Unreadable as why:
            self.set_aside = _set_aside(path, why)
            self._db = self._open(path)

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            db = sqlite3.connect(path, timeout=10.0, check_same_thread=False, isolation_level=None)
        except sqlite3.OperationalError as error:
            raise _not_writable(path, error) from None
        try:
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            if db.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise _Unreadable("damaged")
            _migrate(db)
        except sqlite3.OperationalError as error:
            db.close()
            raise _not_writable(path, error) from None
        except sqlite3.DatabaseError:
            db.close()
            raise _Unreadable("damaged") from None
        except _Unreadable:
            db.close()
            raise
        return db

    def close(self) -> None:
        """Close the file; the library cannot be used afterwards."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it happens, or nothing."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.OperationalError):
                    raise CompanionError(
                        "library-not-writable",
                        "Nothing could be saved",
                        f"Companion could not write its library ({error}).",
                        "Free some space on the disk, then try again.",
                    ) from None
                raise

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            return self._db.execute(query, values).fetchall()

    # Settings

    def setting(self, name: str) -> str | None:
        """The remembered value of a setting, or None."""
        rows = self._rows("SELECT value FROM settings WHERE name = ?", name)
        return str(rows[0][0]) if rows else None

    def remember_setting(self, name: str, value: str | None) -> None:
        """Remember a setting; None forgets it."""
        with self._writing() as db:
            if value is None:
                db.execute("DELETE FROM settings WHERE name = ?", (name,))
            else:
                db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))

    # The vendor profile

    def profile(self, store: str) -> tuple[Profile, str | None] | None:
        """The last profile read from `store` and its ETag."""
        rows = self._rows("SELECT body, etag FROM profiles WHERE store = ?", store)
        if not rows:
            return None
        body, etag = rows[0]
        return _read(body, Profile), _text(etag)

    def remember_profile(self, store: str, profile: Profile, etag: str | None, now: dt.datetime) -> None:
        """Remember a profile for the time the store cannot be reached."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO profiles VALUES (?, ?, ?, ?)",
                (store, etag, encode_without_secrets(profile), now.isoformat()),
            )

    # Orders

    def orders(self, store: str) -> tuple[KnownOrder, ...]:
        """The orders that were added, oldest first."""
        rows = self._rows(
            "SELECT number, added_at, read_at, etag, body FROM orders WHERE store = ? ORDER BY added_at, number", store
        )
        return tuple(
            KnownOrder(
                number=str(number),
                added_at=dt.datetime.fromisoformat(str(added_at)),
                read_at=dt.datetime.fromisoformat(str(read_at)) if read_at else None,
                etag=_text(etag),
                order=_read(body, Order) if body else None,
            )
            for number, added_at, read_at, etag, body in rows
        )

    def order(self, store: str, number: str) -> KnownOrder | None:
        """One known order, or None."""
        return next((known for known in self.orders(store) if known.number == number), None)

    def add_order(self, store: str, number: str, now: dt.datetime) -> None:
        """Add an order to the index; adding it again changes nothing."""
        with self._writing() as db:
            db.execute(
                "INSERT OR IGNORE INTO orders (store, number, added_at) VALUES (?, ?, ?)",
                (store, number, now.isoformat()),
            )

    def remember_order(self, store: str, order: Order, etag: str | None, now: dt.datetime) -> None:
        """Remember what the store said of an order that is in the index, without its secrets."""
        with self._writing() as db:
            db.execute(
                "UPDATE orders SET body = ?, etag = ?, read_at = ? WHERE store = ? AND number = ?",
                (encode_without_secrets(order), etag, now.isoformat(), store, order.number),
            )

    def remove_order(self, store: str, number: str) -> bool:
        """Forget an order and all that was noted of it except receipts; False when it was not known."""
        with self._writing() as db:
            db.execute("DELETE FROM files WHERE store = ? AND number = ?", (store, number))
            gone = db.execute("DELETE FROM orders WHERE store = ? AND number = ?", (store, number))
            return gone.rowcount > 0

    # Receipts

    def remember_receipt(self, store: str, number: str, receipt: Receipt) -> None:
        """Keep a receipt for good: it is the person's proof."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO receipts VALUES (?, ?, ?, ?, ?)",
                (store, receipt.id, number, encode_without_secrets(receipt), receipt.received_at.isoformat()),
            )

    def receipts(self, store: str, number: str) -> tuple[Receipt, ...]:
        """The receipts of an order, newest first."""
        rows = self._rows(
            "SELECT body FROM receipts WHERE store = ? AND number = ? ORDER BY received_at DESC, id", store, number
        )
        return tuple(_read(body, Receipt) for (body,) in rows)

    # Downloads

    def remember_file(self, store: str, file: KnownFile) -> None:
        """Note where a verified artifact lies."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
                (store, file.number, file.artifact, str(file.folder), file.filename, file.size, file.sha256),
            )

    def files(self, store: str) -> tuple[KnownFile, ...]:
        """The verified artifacts that were put on this PC's disks."""
        rows = self._rows(
            "SELECT number, artifact, folder, filename, size, sha256 FROM files WHERE store = ? "
            "ORDER BY number, artifact",
            store,
        )
        return tuple(
            KnownFile(
                number=str(number), artifact=str(artifact), folder=Path(str(folder)), filename=str(filename),
                size=int(str(size)), sha256=str(sha256),
            )
            for number, artifact, folder, filename, size, sha256 in rows
        )  # fmt: skip

    def queue(self, store: str) -> tuple[QueueEntry, ...]:
        """The downloads that were asked for, in their order."""
        rows = self._rows("SELECT body FROM queue WHERE store = ? ORDER BY position", store)
        return tuple(_read(body, QueueEntry) for (body,) in rows)

    def remember_queue(self, store: str, entries: tuple[QueueEntry, ...]) -> None:
        """Keep the downloads that were asked for, replacing those before."""
        with self._writing() as db:
            db.execute("DELETE FROM queue WHERE store = ?", (store,))
            db.executemany(
                "INSERT INTO queue VALUES (?, ?, ?)",
                [(store, position, encode_without_secrets(entry)) for position, entry in enumerate(entries)],
            )

    # The time-line for support

    def note(self, entry: TimelineEntry) -> None:
        """Add a step to the time-line."""
        with self._writing() as db:
            db.execute(
                "INSERT INTO timeline (at, number, event, body) VALUES (?, ?, ?, ?)",
                (entry.at.isoformat(), entry.order_number, entry.event, encode_without_secrets(entry)),
            )

    def timeline(self, most: int = 500) -> tuple[TimelineEntry, ...]:
        """The latest steps, oldest first."""
        rows = self._rows("SELECT body FROM timeline ORDER BY id DESC LIMIT ?", most)
        return tuple(_read(body, TimelineEntry) for (body,) in reversed(rows))


class _Unreadable(Exception):
    """The file cannot be used as a library; the text is one word for why."""


def _set_aside(path: Path, why: Exception) -> Path:
    """Move an unusable library (and its journal files) out of the way; nothing is deleted."""
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.stem}-{why}-{stamp}{path.suffix}")
    for ending in ("", "-wal", "-shm"):
        part = path.with_name(path.name + ending)
        if part.exists():
            part.rename(aside.with_name(aside.name + ending))
    _log.warning("the library was %s and has been set aside as %s", why, aside.name)
    return aside


def _migrate(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > len(_MIGRATIONS):
        raise _Unreadable("newer")
    for number, script in enumerate(_MIGRATIONS[version:], start=version + 1):
        # One transaction for script and number: a crash in between leaves the old version whole.
        db.executescript(f"BEGIN IMMEDIATE; {script} PRAGMA user_version = {number}; COMMIT;")


def _not_writable(path: Path, error: sqlite3.Error) -> CompanionError:
    return CompanionError(
        "library-not-writable",
        "The library cannot be opened",
        f"Companion keeps its notes in {path}, but that file cannot be opened for writing ({error}).",
        "Check that the disk is not full, that the folder belongs to you, and that no other program holds the file.",
    )


def _read(body: object, kind: type[T]) -> T:
    return decode(
        bytes(body) if isinstance(body, (bytes, memoryview)) else str(body).encode(), kind, source="the library"
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)
