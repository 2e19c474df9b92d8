"""The store's memory: one SQLite file."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

_MIGRATIONS = (
    """
    CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE orders (number TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE passwords (order_number TEXT NOT NULL, salt BLOB NOT NULL, cost INTEGER NOT NULL, hash BLOB NOT NULL,
        expires_at REAL);
    CREATE INDEX passwords_of_order ON passwords (order_number);
    CREATE TABLE cards (order_number TEXT NOT NULL, email TEXT NOT NULL, digest BLOB NOT NULL);
    CREATE INDEX cards_of_email ON cards (email);
    CREATE TABLE sessions (token BLOB PRIMARY KEY, orders TEXT NOT NULL, expires_at REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE attempts (subject BLOB NOT NULL, at REAL NOT NULL);
    CREATE INDEX attempts_of_subject ON attempts (subject, at);
    CREATE TABLE answers (scope TEXT NOT NULL, key TEXT NOT NULL, fingerprint BLOB NOT NULL, status INTEGER NOT NULL,
        headers TEXT NOT NULL, body BLOB NOT NULL, at REAL NOT NULL, PRIMARY KEY (scope, key)) WITHOUT ROWID;
    CREATE TABLE receipts (subscription TEXT PRIMARY KEY, from_version TEXT NOT NULL, to_version TEXT NOT NULL,
        document BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE cases (number TEXT PRIMARY KEY, scope TEXT NOT NULL, document BLOB NOT NULL) WITHOUT ROWID;
    CREATE TABLE artifacts (id TEXT PRIMARY KEY, document BLOB NOT NULL) WITHOUT ROWID;
    """,
)


class Database:
    """The open file. One connection under a lock: each transaction sees and changes the store alone."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._closed = False
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._migrate()

    def close(self) -> None:
        """Close the file; later calls are refused."""
        with self._lock:
            self._closed = True
            self._connection.close()

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing: commits at the end, rolls back when anything is raised.

        Raises `ConnectionAbortedError` once the file is closed, as for any answer that a closing store breaks off.
        """
        with self._lock:
            if self._closed:
                raise ConnectionAbortedError("the store is closing")
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _migrate(self) -> None:
        (done,) = self._connection.execute("PRAGMA user_version").fetchone()
        for number, script in enumerate(_MIGRATIONS[done:], done + 1):
            self._connection.executescript(f"BEGIN; {script} PRAGMA user_version = {number}; COMMIT;")


def read_meta(connection: sqlite3.Connection, name: str) -> bytes | None:
    """A fact the store noted about itself."""
    row = connection.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return None if row is None else bytes(row[0])


def write_meta(connection: sqlite3.Connection, name: str, value: bytes) -> None:
    """Note a fact about the store itself."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (name, value))
