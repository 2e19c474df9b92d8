"""What the rows of the library hold.

A row that cannot be read (damaged, or written by another version) is left out and stays in the file; it never keeps
any other from being read.
"""

from __future__ import annotations

import datetime as dt
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from typing import TypeVar

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import EARLIEST, LATEST
from companion.domain.core.serialization import decode

_log = logging.getLogger(__name__)

T = TypeVar("T")


def fetched(db: sqlite3.Connection, query: str, values: Sequence[object] = ()) -> list[tuple[object, ...]]:
    """Returns the rows of a query; bytes in a text that are not UTF-8 become replacement characters.

    What was typed may hold bytes that are no text; no row has that.
    """
    try:
        return db.execute(query, values).fetchall()
    except UnicodeEncodeError:
        return []
    except sqlite3.OperationalError as error:
        if "decode to UTF-8" not in str(error) or db.text_factory is not str:
            raise
    db.text_factory = _lenient
    return db.execute(query, values).fetchall()


def _lenient(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def read_body(body: object, kind: type[T]) -> T:
    """Returns the value of a row's body. Raises `CompanionError` for one that cannot be read."""
    return decode(
        bytes(body) if isinstance(body, (bytes, memoryview)) else str(body).encode(), kind, source="the library"
    )


def body_or_none(body: object, kind: type[T]) -> T | None:
    """Returns the value of a row's body; None for one that cannot be read, which is noted in the log."""
    try:
        return read_body(body, kind)
    except (CompanionError, ValueError, OverflowError) as error:
        what = error.message if isinstance(error, CompanionError) else type(error).__name__
        _log.warning("a row of the library (%s) cannot be read and is left out: %s", kind.__name__, what)
        return None


def read_bodies(bodies: Iterable[object], kind: type[T]) -> tuple[T, ...]:
    """Returns the values of those bodies that can be read."""
    read = (body_or_none(body, kind) for body in bodies)
    return tuple(value for value in read if value is not None)


def moment_or_none(text: object) -> dt.datetime | None:
    """Returns a moment of the library, of the years 1970 to 2200; None for one that cannot be read."""
    try:
        found = dt.datetime.fromisoformat(str(text))
    except ValueError:
        return None
    if found.tzinfo is None or not EARLIEST.year <= found.year <= LATEST.year:
        return None
    return found if found.year > EARLIEST.year else max(found, EARLIEST)


def moment(text: object) -> dt.datetime:
    """Returns a moment of the library; one that cannot be read is the beginning of 1970, never a reason to fail."""
    return moment_or_none(text) or EARLIEST


def text_or_none(value: object) -> str | None:
    """Returns the text of a column that may be empty."""
    return value if isinstance(value, str) else None
