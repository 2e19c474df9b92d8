"""The library's open file: transactions, and reading what its rows hold."""

from __future__ import annotations

import contextlib
import datetime as dt
import sqlite3
import threading
from collections.abc import Iterator
from typing import TypeVar

from companion.domain.core.serialization import decode
from companion.services.storage.database_file import explained

T = TypeVar("T")


class Tables:
    """Tables of an open library file. Safe to share between threads; every write is on disk when its method returns."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._lock = threading.RLock()
        self._db = db

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
                    # A full disk may have ended the transaction already, or refuse this as well.
                    with contextlib.suppress(sqlite3.Error):
                        self._db.execute("ROLLBACK")
                if isinstance(error, sqlite3.DatabaseError):
                    raise explained(error) from None
                raise

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.DatabaseError as error:
                raise explained(error) from None

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """All reads in it see one and the same state, whatever other programs write meanwhile."""
        with self._lock:
            try:
                self._db.execute("BEGIN")
                yield
            except sqlite3.DatabaseError as error:
                raise explained(error) from None
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")


def read_body(body: object, kind: type[T]) -> T:
    """Returns the value of a row's body. Raises `CompanionError` for one that cannot be read."""
    return decode(
        bytes(body) if isinstance(body, (bytes, memoryview)) else str(body).encode(), kind, source="the library"
    )


def moment(text: object) -> dt.datetime:
    """A moment of the library; one that cannot be read is the beginning of time, never a reason to fail."""
    with contextlib.suppress(ValueError):
        found = dt.datetime.fromisoformat(str(text))
        if found.tzinfo is not None:
            return found
    return dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def text_or_none(value: object) -> str | None:
    """Returns the text of a column that may be empty."""
    return None if value is None else str(value)
