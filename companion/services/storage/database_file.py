"""The library's file: opened whole and brought to the newest form, or the reason why that is not possible."""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from companion import __version__
from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.library_file import SetAside, UnsavedReason, UnusableReason, newer_library, unsaved_error
from companion.services.app.atomic_file import PRIVATE, make_private, sync_folder
from companion.services.app.input_file import open_plain

WAIT_SECONDS = 10.0
_LARGEST_WAL = 4 * 1024 * 1024
"""To how many bytes the journal is cut after a checkpoint; SQLite itself makes one every 4 MB."""
_LEAST_FREE = 64 * 1024
"""The index of the journal and a page of it take this many bytes."""
_MAGIC = b"SQLite format 3\0"
ENDINGS = ("", "-wal", "-shm")
"""What the names of the files of one library end with."""


@dataclasses.dataclass(frozen=True, slots=True)
class Opened:
    """An open library.

    `set_aside` is what the person has yet to be told of one that was lost or damaged. With `unsaved`, `db` is a copy in
    memory: everything can be read, and what is written is gone at the end.
    """

    db: sqlite3.Connection
    set_aside: SetAside | None = None
    unsaved: UnsavedReason | None = None


class Unusable(Exception):
    """The file cannot be used as a library, for this reason."""

    def __init__(self, reason: UnusableReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class NotWritable(Exception):
    """The file cannot be opened for writing, for this reason."""

    def __init__(self, reason: UnsavedReason, error: sqlite3.Error | OSError) -> None:
        super().__init__(str(error))
        self.reason = reason


def connect(
    path: Path, migrations: Sequence[str], before_migration: Callable[[sqlite3.Connection, int], None]
) -> sqlite3.Connection:
    """Open or create the library at `path` and bring it to the newest of `migrations`.

    `before_migration` is called with the file as it was found, and the number of its newest form.

    Raises `Unusable`, `NotWritable`, `CompanionError` ``library-newer``, or ``library-not-writable`` while another
    program holds the file.
    """
    try:
        _prepare_file(path)
        _require_library(path)
        db = sqlite3.connect(path, timeout=WAIT_SECONDS, check_same_thread=False, isolation_level=None)
    except (sqlite3.OperationalError, OSError) as error:
        raise NotWritable(unsaved_reason(error, path.parent), error) from None
    try:
        _refuse_newer(db, path, migrations)
        _switch_to_wal(db)
        db.execute("PRAGMA synchronous=FULL")
        db.execute(f"PRAGMA journal_size_limit={_LARGEST_WAL}")
        if db.execute("PRAGMA integrity_check(1)").fetchone()[0] != "ok":
            raise Unusable(UnusableReason.DAMAGED)
        before_migration(db, len(migrations))
        migrate(db, path, migrations)
        _require_writable(db)
    except sqlite3.OperationalError as error:
        db.close()
        if is_held(error):
            raise _held(path) from None
        raise NotWritable(unsaved_reason(error, path.parent), error) from None
    except sqlite3.DatabaseError as error:
        db.close()
        raise Unusable(unusable_reason(error)) from None
    except BaseException:
        db.close()
        raise
    return db


def in_memory(source: sqlite3.Connection | None) -> sqlite3.Connection:
    """Returns a database in memory, filled from `source`. Raises `sqlite3.Error`."""
    memory = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
    try:
        if source is not None:
            source.backup(memory)
    except BaseException:
        memory.close()
        raise
    return memory


def unusable_reason(error: sqlite3.DatabaseError) -> UnusableReason:
    """Returns what an error of SQLite says of the file."""
    foreign = getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB
    return UnusableReason.UNREADABLE if foreign else UnusableReason.DAMAGED


def is_held(error: sqlite3.Error) -> bool:
    """Whether another program held the file for too long."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def unsaved_reason(error: sqlite3.Error | OSError, folder: Path) -> UnsavedReason:
    """Returns why the disk with `folder` did not take what was written; SQLite's own words often do not tell."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if isinstance(error, PermissionError) or code == sqlite3.SQLITE_READONLY or not os.access(folder, os.W_OK):
        return UnsavedReason.READ_ONLY
    if code == sqlite3.SQLITE_FULL or getattr(error, "errno", None) == errno.ENOSPC or _is_full(folder):
        return UnsavedReason.DISK_FULL
    return UnsavedReason.OTHER


def _is_full(folder: Path) -> bool:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free < _LEAST_FREE
    return False


def make_file(path: Path) -> bool:
    """Make an empty file for SQLite, private from the start; False when there is one. Raises `OSError`.

    What SQLite adds beside it gets its mode.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    try:
        os.close(os.open(path, flags, PRIVATE))
    except FileExistsError:
        return False
    sync_folder(path.parent)
    return True


def _prepare_file(path: Path) -> None:
    if not make_file(path):
        for ending in ENDINGS:
            make_private(path.with_name(path.name + ending))


def _require_library(path: Path) -> None:
    """Raise `Unusable` for another kind of file, before SQLite opens it and removes the journal beside it.

    SQLite would wait for ever for a pipe in the place of one of its files. Raises `OSError` for that.
    """
    if (odd := _no_plain_file(path)) is not None:
        raise OSError(errno.ENXIO, f"{odd.name} is no plain file")
    with open_plain(path) as file:
        begin = file.read(len(_MAGIC))
    if begin and begin != _MAGIC:
        raise Unusable(UnusableReason.UNREADABLE)


def _no_plain_file(path: Path) -> Path | None:
    """Returns a pipe, a device or a folder in the place of a file of the library; None where there is none."""
    files = (path.with_name(path.name + ending) for ending in (*ENDINGS, "-journal"))
    return next((each for each in files if each.exists() and not each.is_file()), None)


def _refuse_newer(db: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Raise `CompanionError` ``library-newer`` for a library of a newer program; nothing of it is changed."""
    if db.execute("PRAGMA user_version").fetchone()[0] <= len(migrations):
        return
    needed = None
    with contextlib.suppress(sqlite3.Error):
        found = db.execute(
            "SELECT version FROM programs WHERE form <= (SELECT user_version FROM pragma_user_version)"
            " ORDER BY form DESC LIMIT 1"
        ).fetchone()
        needed = str(found[0])[:40] if found else None
    raise newer_library(path, needed, __version__)


def _switch_to_wal(db: sqlite3.Connection) -> None:
    """SQLite does not wait by itself while another process switches the same new file."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            db.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def migrate(db: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Run what is missing, each in one transaction with its number: a crash in between leaves the old version whole.

    `path` is what the file is called in the error ``library-newer``, which is raised for one of a newer program.
    """
    while True:
        db.execute("BEGIN IMMEDIATE")
        try:
            # Read inside the transaction: another process may be doing the same.
            version = db.execute("PRAGMA user_version").fetchone()[0]
            _refuse_newer(db, path, migrations)
            if version == len(migrations):
                return
            for statement in _statements(migrations[version]):
                db.execute(statement)
            db.execute(f"PRAGMA user_version = {version + 1}")
            if version + 1 == len(migrations):
                db.execute("INSERT OR IGNORE INTO programs VALUES (?, ?)", (version + 1, __version__))
            db.execute("COMMIT")
        finally:
            if db.in_transaction:
                db.execute("ROLLBACK")


def _require_writable(db: sqlite3.Connection) -> None:
    """Raise `sqlite3.OperationalError` where SQLite opened the file for reading only; nothing is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        db.execute(f"PRAGMA user_version = {db.execute('PRAGMA user_version').fetchone()[0]}")
    finally:
        db.execute("ROLLBACK")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would end the transaction it runs in."""
    statement = ""
    for part in script.split(";"):
        statement += part + ";"
        if statement.strip(" \n;") and sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def explained(error: sqlite3.DatabaseError, folder: Path) -> Exception:
    """What happened to the file, in plain words; a mistake of ours stays one."""
    if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode != sqlite3.SQLITE_ERROR:
        if is_held(error):
            return _held(folder)
        return unsaved_error(unsaved_reason(error, folder), folder)
    if type(error) is sqlite3.DatabaseError:
        return CompanionError(
            ErrorCode.LIBRARY_DAMAGED,
            "Companion's notes are damaged",
            f"The file that holds them cannot be read any more ({error}).",
            "Quit Companion and start it again: it restores them from the last copy and sets the file aside.",
        )
    return error


def not_readable(path: Path, error: Exception) -> CompanionError:
    """Returns the error for a library that can neither be written to nor read."""
    if (odd := _no_plain_file(path)) is not None:
        kind, that = ("folder", "folder") if odd.is_dir() else ("pipe or a device", "pipe or device")
        return CompanionError(
            ErrorCode.LIBRARY_NOT_WRITABLE,
            "The library cannot be opened",
            f"Companion keeps its notes in the file {odd}, but there is a {kind} of that name.",
            f"Move or rename that {that}, then start Companion again.",
        )
    return CompanionError(
        ErrorCode.LIBRARY_NOT_WRITABLE,
        "The library cannot be opened",
        f"Companion keeps its notes in {path}, but that file cannot be opened ({error}).",
        "Check that the disk is not full, that the folder belongs to you, and that no other program holds the file.",
    )


def _held(path: Path) -> CompanionError:
    return CompanionError(
        ErrorCode.LIBRARY_NOT_WRITABLE,
        "Companion's notes are in use",
        f"Another program has been holding {path} for {WAIT_SECONDS:.0f} seconds.",
        "Wait until it has finished, for example a backup, then try again.",
    )
