"""Opening the library: for writing where that is possible, restored where it was lost, else only for reading."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import sqlite3
from collections.abc import Callable

from companion.domain.store.library_file import SetAside, UnsavedReason, UnusableReason
from companion.services.app.file_lock import locked
from companion.services.storage.copies import is_sound, reading_with_journal
from companion.services.storage.database_file import (
    WAIT_SECONDS,
    NotWritable,
    Opened,
    Unusable,
    connect,
    in_memory,
    migrate,
    not_readable,
    unsaved_reason,
    unusable_reason,
)
from companion.services.storage.restoring import Place, Schema, fill, finish, restore, told_of

_log = logging.getLogger(__name__)


def open_library(place: Place, schema: Schema, clock: Callable[[], dt.datetime]) -> Opened:
    """Open or create the library and bring it to the newest form; one that was lost or damaged is restored.

    Where nothing can be written, what is there is read into memory. Raises `CompanionError` ``library-newer``, and
    ``library-not-writable`` for one that cannot be read either.
    """
    try:
        db = _writable(place, schema, clock)
    except NotWritable as why:
        return _in_memory(place, schema, why.reason, clock, why)
    return Opened(db, told_of(db))


def _writable(place: Place, schema: Schema, clock: Callable[[], dt.datetime]) -> sqlite3.Connection:
    if not place.restored.exists() and place.lost() is None:
        with contextlib.suppress(Unusable):
            return _connected(place, schema)
    try:
        with locked(place.lock, WAIT_SECONDS):
            return _restored(place, schema, clock)
    except (OSError, sqlite3.OperationalError) as error:
        raise NotWritable(unsaved_reason(error, place.path.parent), error) from None


def _restored(place: Place, schema: Schema, clock: Callable[[], dt.datetime]) -> sqlite3.Connection:
    """The library, restored unless another program did that while this one waited for the lock."""
    if place.restored.exists():
        finish(place)
    reason = place.lost()
    if reason is None:
        try:
            return _connected(place, schema)
        except Unusable as why:
            reason = why.reason
    restore(place, reason, schema, clock())
    return _connected(place, schema)


def _connected(place: Place, schema: Schema) -> sqlite3.Connection:
    return connect(place.path, schema.migrations, place.copies.keep_form)


# Where nothing can be written


def _in_memory(
    place: Place, schema: Schema, reason: UnsavedReason, clock: Callable[[], dt.datetime], why: NotWritable
) -> Opened:
    lost = place.lost()
    if lost is None and place.path.exists():
        if not place.path.is_file():
            raise not_readable(place.path, why)
        try:
            with reading_with_journal(place.path) as source:
                if not is_sound(source):
                    raise Unusable(UnusableReason.DAMAGED)
                memory = in_memory(source)
            migrate(memory, place.path, schema.migrations)
            return Opened(memory, told_of(memory), reason)
        except sqlite3.OperationalError:
            raise not_readable(place.path, why) from None
        except sqlite3.DatabaseError as error:
            lost = unusable_reason(error)
        except Unusable as error:
            lost = error.reason
    memory = in_memory(None)
    if lost is None:
        migrate(memory, place.path, schema.migrations)
        return Opened(memory, None, reason)
    told = fill(memory, place, SetAside(reason=lost, happened_at=clock(), name=place.path.name), schema)
    return Opened(memory, told, reason)
