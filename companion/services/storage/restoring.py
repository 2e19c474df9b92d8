"""A library that was lost or damaged: built anew from the newest copy and from what can still be read of the old file.

The new file is complete and on the disk under a name of its own before anything of the old one is moved. From then on
every start finishes what was begun, so a program that is ended at any moment loses nothing.
"""

from __future__ import annotations

import collections
import contextlib
import datetime as dt
import logging
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from companion.domain.core.serialization import encode
from companion.domain.store.library_file import Saved, SetAside, UnusableReason
from companion.services.app.atomic_file import make_private, new_name_beside, sync_file, sync_folder
from companion.services.app.file_lock import locked
from companion.services.storage.copies import Copies, is_sound, reading, reading_with_journal
from companion.services.storage.database_file import WAIT_SECONDS, Unusable, make_file, migrate
from companion.services.storage.receipt_file import ReceiptFile
from companion.services.storage.rows import body_or_none

_log = logging.getLogger(__name__)

SET_ASIDE = "librarySetAside"
"""The setting that holds what the person has to be told of it, until they were."""

Rows = Mapping[str, tuple[str, ...]]


class Schema(NamedTuple):
    """The form of the library: how it is made, and which columns of which tables are worth saving from an old file.

    `sound` tells of a table and a row's last column whether this program can use what it holds. Rows of `stale` tables
    hold less than those of a copy and never replace them.
    """

    migrations: Sequence[str]
    saving: Rows
    sound: Callable[[str, object], bool]
    stale: frozenset[str] = frozenset()


class Place(NamedTuple):
    """A library and what is kept beside it."""

    path: Path

    @property
    def restored(self) -> Path:
        """The new file, complete, while it waits to take the place of the old one."""
        return self.path.with_name(f"{self.path.stem}-restored{self.path.suffix}")

    @property
    def lock(self) -> Path:
        """What a program locks that restores the library."""
        return self.path.with_name(f"{self.path.stem}.lock")

    @property
    def copies(self) -> Copies:
        """The daily copies."""
        return Copies(self.path)

    @property
    def receipts(self) -> ReceiptFile:
        """The receipts that are kept separately."""
        return ReceiptFile(self.path)

    def beside(self, ending: str) -> Path:
        """A file of the library: itself, its journal, or the index of that."""
        return self.path.with_name(self.path.name + ending)

    def lost(self) -> UnusableReason | None:
        """Whether there was a library, and nothing is in its place any more."""
        size = _size(self.path)
        if size or self.path.is_dir():
            return None
        if not (_size(self.beside("-wal")) or self.copies.any() or self.receipts.any()):
            return None
        return UnusableReason.MISSING if size is None else UnusableReason.EMPTY


def restore(place: Place, reason: UnusableReason, schema: Schema, now: dt.datetime) -> None:
    """Build the library anew and put it in its place. Raises `OSError` and `sqlite3.Error`."""
    stamp = now.strftime("%Y%m%dT%H%M%S%f")
    name = f"{place.path.stem}-{reason.value}-{stamp}{place.path.suffix}"
    told = SetAside(reason=reason, happened_at=now, name=None if reason is UnusableReason.MISSING else name)
    new = new_name_beside(place.path)
    try:
        make_file(new)
        with contextlib.closing(sqlite3.connect(new, isolation_level=None)) as db:
            fill(db, place, told, schema)
        sync_file(new)
        new.replace(place.restored)
        sync_folder(place.path.parent)
    except BaseException:
        for ending in ("", "-journal"):
            with contextlib.suppress(OSError):
                new.with_name(new.name + ending).unlink()
        raise
    finish(place)
    _log.warning("the library was %s and has been built anew", reason.value)


def put_back(place: Place, schema: Schema, now: dt.datetime) -> bool:
    """Bring a library that a newer program has changed back to how it was before; returns whether it was one.

    What was added since is taken over as far as this program can read it, and the newer file is kept. Without a copy of
    the form before, it is left as it is. Raises `OSError` and `sqlite3.Error`.
    """
    with locked(place.lock, WAIT_SECONDS):
        if place.restored.exists():
            finish(place)
        if not place.path.exists() or _form(place.path) <= len(schema.migrations):
            return False
        try:
            # Nothing that this program knew is replaced by what another form made of it.
            restore(place, UnusableReason.NEWER, schema._replace(stale=frozenset(schema.saving)), now)
        except Unusable:
            _log.warning("the library has a newer form, and there is no copy of the form before")
            return False
    return True


def _form(path: Path) -> int:
    with reading_with_journal(path) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def finish(place: Place) -> None:
    """Put a new library that is complete in the place of the old one, which is kept. Raises `OSError`."""
    with reading(place.restored) as db:
        told = told_of(db)
    name = (told and told.name) or f"{place.path.stem}-old{place.path.suffix}"
    # Its journal first: one that is left over would be read into the new file.
    for ending in ("-shm", "-wal", ""):
        old, aside = place.beside(ending), place.path.with_name(name + ending)
        if old.exists():
            while aside.exists():
                aside = aside.with_name(f"{aside.name}.old")
            old.replace(aside)
            make_private(aside)
    sync_folder(place.path.parent)
    place.restored.replace(place.path)
    sync_folder(place.path.parent)


def told_of(db: sqlite3.Connection) -> SetAside | None:
    """Returns what the person has yet to be told of a library that was set aside."""
    row = db.execute("SELECT value FROM settings WHERE name = ?", (SET_ASIDE,)).fetchone()
    return body_or_none(row[0], SetAside) if row else None


def fill(db: sqlite3.Connection, place: Place, told: SetAside, schema: Schema) -> SetAside:
    """Fill an empty database from the newest copy that is sound, the old file and the receipts; returns what to tell.

    Raises `sqlite3.Error`, and `Unusable` for a library of a newer form without a copy of the form before.
    """
    newer = told.reason is UnusableReason.NEWER
    copies = place.copies.latest_first() if newer else place.copies.newest_first()
    made_at = _load_copy(db, copies, len(schema.migrations))
    if newer and made_at is None:
        raise Unusable(UnusableReason.NEWER)
    migrate(db, place.path, schema.migrations)
    db.execute("BEGIN IMMEDIATE")
    counts = _save(place.path, db, schema)
    counts["receipts"] += counts.pop("email_receipts", 0) + place.receipts.exchange(db)
    orders, receipts = counts["orders"], counts["receipts"]
    saved = Saved(orders, receipts, counts.total() - orders - receipts)
    told = SetAside(reason=told.reason, happened_at=told.happened_at, name=told.name, copy_made_at=made_at, saved=saved)
    db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (SET_ASIDE, encode(told).decode()))
    db.execute("COMMIT")
    return told


def _load_copy(
    db: sqlite3.Connection, copies: Iterable[tuple[Path, dt.datetime]], newest_form: int
) -> dt.datetime | None:
    """Fill `db` from the newest copy that can be used; returns when that was made, None when there is none."""
    for path, made_at in copies:
        try:
            with reading(path) as copy:
                form = copy.execute("PRAGMA user_version").fetchone()[0]
                if 0 < form <= newest_form and is_sound(copy):
                    copy.backup(db)
                    return made_at
        except sqlite3.Error as error:
            _log.warning("the copy %s cannot be used: %s", path.name, type(error).__name__)
    return None


def _save(old_path: Path, db: sqlite3.Connection, schema: Schema) -> collections.Counter[str]:
    """Copy what can still be read and makes sense; returns how many rows of each table that changed."""
    counts: collections.Counter[str] = collections.Counter()
    try:
        with reading_with_journal(old_path) as old:
            old.text_factory = lambda text: text.decode("utf-8", "replace")
            for table, columns in schema.saving.items():
                for row in _readable(old, table, columns):
                    if _makes_sense(row) and schema.sound(table, row[-1]):
                        counts[table] += _take_over(db, table, columns, row, stale=table in schema.stale)
    except sqlite3.Error as error:
        _log.info("no more could be saved of it: %s", type(error).__name__)
    return counts


def _makes_sense(row: tuple[object, ...]) -> bool:
    return all(isinstance(value, (str, bytes, int)) for value in row)


def _take_over(
    db: sqlite3.Connection, table: str, columns: tuple[str, ...], row: tuple[object, ...], *, stale: bool
) -> int:
    """Write one row; returns whether that changed anything."""
    places = ", ".join(columns)
    where = " AND ".join(f"{column} IS ?" for column in columns)
    if db.execute(f"SELECT 1 FROM {table} WHERE {where}", row).fetchone():  # noqa: S608 - our own names
        return 0
    how = "IGNORE" if stale else "REPLACE"
    marks = ", ".join("?" * len(columns))
    return db.execute(f"INSERT OR {how} INTO {table} ({places}) VALUES ({marks})", row).rowcount  # noqa: S608


def _readable(old: sqlite3.Connection, table: str, columns: tuple[str, ...]) -> Iterator[tuple[object, ...]]:
    """The rows up to where the damage begins, and those from the end back to it."""
    query = f"SELECT {', '.join(columns)} FROM {table} NOT INDEXED"  # noqa: S608 - our own names
    with contextlib.suppress(sqlite3.Error):
        yield from old.execute(query)
        return
    with contextlib.suppress(sqlite3.Error):
        yield from old.execute(f"{query} ORDER BY rowid DESC")


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None
