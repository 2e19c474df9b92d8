"""The library's file: opened whole or set aside, and what can be saved of one that was set aside."""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import datetime as dt
import logging
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.library_file import Saved, SetAside, UnusableReason

_log = logging.getLogger(__name__)

_WAIT_SECONDS = 10.0

Rows = Mapping[str, tuple[str, ...]]
"""Tables and the columns of each that are worth saving from a file that was set aside."""


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """An open library file; `set_aside` is the one that could not be used, if there was one."""

    db: sqlite3.Connection
    set_aside: SetAside | None = None


def open_file(path: Path, migrations: Sequence[str], saving: Rows, sound: Callable[[str, object], bool]) -> Opened:
    """Open or create the library at `path` and bring it to the newest of `migrations`.

    A damaged file, or one of a newer program, is set aside and begun anew with what could be saved of it: rows of
    `saving` whose bodies are `sound` (table, body). Raises `CompanionError` ``library-not-writable``.
    """
    try:
        return Opened(_open(path, migrations))
    except Unusable as why:
        reason = why.reason
    aside = _set_aside(path, reason)
    db = _open(path, migrations)
    return Opened(db, SetAside(aside, reason, _save(aside, db, saving, sound)))


class Unusable(Exception):
    """The file cannot be used as a library, for this reason."""

    def __init__(self, reason: UnusableReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


def _open(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(path, timeout=_WAIT_SECONDS, check_same_thread=False, isolation_level=None)
    except sqlite3.OperationalError as error:
        raise _not_writable(path, error) from None
    try:
        _switch_to_wal(db)
        db.execute("PRAGMA synchronous=FULL")
        if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise Unusable(UnusableReason.DAMAGED)
        _migrate(db, migrations)
    except sqlite3.OperationalError as error:
        db.close()
        raise _not_writable(path, error) from None
    except sqlite3.DatabaseError as error:
        db.close()
        foreign = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
        raise Unusable(UnusableReason.UNREADABLE if foreign else UnusableReason.DAMAGED) from None
    except BaseException:
        db.close()
        raise
    return db


def _switch_to_wal(db: sqlite3.Connection) -> None:
    """SQLite does not wait by itself while another process switches the same new file."""
    deadline = time.monotonic() + _WAIT_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def _migrate(db: sqlite3.Connection, migrations: Sequence[str]) -> None:
    """Run what is missing, each in one transaction with its number: a crash in between leaves the old version whole."""
    while True:
        db.execute("BEGIN IMMEDIATE")
        try:
            # Read inside the transaction: another process may be doing the same.
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > len(migrations):
                raise Unusable(UnusableReason.NEWER)
            if version == len(migrations):
                return
            for statement in _statements(migrations[version]):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {version + 1}")
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would end the transaction it runs in."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if statement.strip(" \n;") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _set_aside(path: Path, reason: UnusableReason) -> Path:
    """Move an unusable library (and its journal files) out of the way; nothing is deleted."""
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%S%f")
    aside = path.with_name(f"{path.stem}-{reason.value}-{stamp}{path.suffix}")
    try:
        for ending in ("", "-wal", "-shm"):
            part = path.with_name(path.name + ending)
            if part.exists():
                part.rename(aside.with_name(aside.name + ending))
    except OSError as error:
        raise _not_writable(path, error) from None
    _log.warning("the library was %s and has been set aside as %s", reason.value, aside.name)
    return aside


def _save(aside: Path, db: sqlite3.Connection, saving: Rows, sound: Callable[[str, object], bool]) -> Saved:
    """Copy what can still be read and makes sense; returns how many rows that were."""
    counts: collections.Counter[str] = collections.Counter()
    try:
        with contextlib.closing(sqlite3.connect(f"{aside.as_uri()}?mode=ro", uri=True)) as old:
            for table, columns in saving.items():
                for row in _readable(old, table, columns):
                    if all(isinstance(value, (str, bytes)) for value in row) and sound(table, row[-1]):
                        marks = ", ".join("?" * len(columns))
                        insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
                        counts[table] += db.execute(insert, row).rowcount
    except sqlite3.Error as error:
        _log.info("no more could be saved of it: %s", type(error).__name__)
    orders, receipts = counts["orders"], counts["receipts"]
    return Saved(orders, receipts, counts.total() - orders - receipts)


def _readable(old: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """The rows up to where the damage begins."""
    with contextlib.suppress(sqlite3.Error):
        yield from old.execute(f"SELECT {', '.join(columns)} FROM {table}")  # noqa: S608 - our own names


def explained(error: sqlite3.DatabaseError) -> Exception:
    """What happened to the file, in plain words; a mistake of ours stays one."""
    if isinstance(error, sqlite3.OperationalError):
        return CompanionError(
            ErrorCode.LIBRARY_NOT_WRITABLE,
            "Nothing could be saved",
            f"Companion could not use its library ({error}).",
            "Free some space on the disk, then try again.",
        )
    if type(error) is sqlite3.DatabaseError:
        return CompanionError(
            ErrorCode.LIBRARY_DAMAGED,
            "Companion's notes are damaged",
            f"The file that holds them cannot be read any more ({error}).",
            "Quit Companion and start it again: it sets the file aside and asks the store for everything anew.",
        )
    return error


def _not_writable(path: Path, error: Exception) -> CompanionError:
    return CompanionError(
        ErrorCode.LIBRARY_NOT_WRITABLE,
        "The library cannot be opened",
        f"Companion keeps its notes in {path}, but that file cannot be opened for writing ({error}).",
        "Check that the disk is not full, that the folder belongs to you, and that no other program holds the file.",
    )
