"""The library's open file: transactions, and going on where the disk takes nothing."""

from __future__ import annotations

import contextlib
import functools
import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from typing import Concatenate, ParamSpec, TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.store.library_file import UnsavedReason, unsaved_error
from companion.services.storage.database_file import Opened, explained, in_memory, is_held, unsaved_reason
from companion.services.storage.restoring import Place
from companion.services.storage.rows import fetched
from companion.services.storage.tables.decoded import DecodedRows

_log = logging.getLogger(__name__)

_Of = TypeVar("_Of", bound="Tables")
_Takes = ParamSpec("_Takes")
_Gives = TypeVar("_Gives")


def or_in_memory(
    write: Callable[Concatenate[_Of, _Takes], _Gives],
) -> Callable[Concatenate[_Of, _Takes], _Gives]:
    """Makes a method that writes what can be had again go on in memory where the disk takes nothing.

    So everything that is known is still shown. Changes of the person are written without this: they fail.
    """

    return _going_on(write, lambda _: True)


def derived_in_memory(
    write: Callable[Concatenate[_Of, _Takes], _Gives],
) -> Callable[Concatenate[_Of, _Takes], _Gives]:
    """Makes a method do as `or_in_memory` does for what is written within `Tables.deriving`, and only for that."""
    return _going_on(write, lambda self: self.is_deriving)


def _going_on(
    write: Callable[Concatenate[_Of, _Takes], _Gives], may: Callable[[_Of], bool]
) -> Callable[Concatenate[_Of, _Takes], _Gives]:
    @functools.wraps(write)
    def written(self: _Of, /, *args: _Takes.args, **named: _Takes.kwargs) -> _Gives:
        try:
            return write(self, *args, **named)
        except CompanionError as error:
            if error.code is not ErrorCode.LIBRARY_NOT_WRITABLE or not may(self) or not self.go_on_in_memory():
                raise
        return write(self, *args, **named)

    return written


class Tables:
    """Tables of an open library file. Safe to share between threads; every write is on disk when its method returns.

    `unsaved` tells why that is not so at present: then everything can be read, changes of the person raise
    `CompanionError` ``library-not-writable``, and what else is written is remembered until the end.
    """

    def __init__(self, opened: Opened, place: Place, reopen: Callable[[], Opened]) -> None:
        self._lock = threading.RLock()
        self._db = opened.db
        self._place = place
        self._reopen = reopen
        self._deriving = threading.local()
        self._changed = False
        self._trouble: UnsavedReason | None = None
        self.unsaved: UnsavedReason | None = opened.unsaved
        self._decoded = DecodedRows()

    def close(self) -> None:
        """Close the file; the library cannot be used afterwards."""
        with self._lock:
            self._db.close()

    @contextlib.contextmanager
    def deriving(self) -> Iterator[None]:
        """What this thread writes in it can be worked out again, so it may be lost where the disk takes nothing."""
        before = self.is_deriving
        self._deriving.now = True
        try:
            yield
        finally:
            self._deriving.now = before

    @property
    def is_deriving(self) -> bool:
        """Whether what this thread writes now can be worked out again."""
        return bool(getattr(self._deriving, "now", False))

    def go_on_in_memory(self) -> bool:
        """Read what is there into memory and go on with that; False when that is not possible or done already."""
        with self._lock:
            if self.unsaved is not None or self._trouble is None or self._db.in_transaction:
                return False
            try:
                memory = in_memory(self._db)
            except sqlite3.Error:
                return False
            self._db.close()
            self._db, self.unsaved = memory, self._trouble
        _log.warning("nothing can be saved at present: %s", self.unsaved.value)
        return True

    @contextlib.contextmanager
    def _writing(self, *, lasting: bool = False) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it happens, or nothing. `lasting`: it is a change that the person makes."""
        with self._lock:
            if lasting and self.unsaved is not None:
                self._require_saving(self.unsaved)
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
                    raise self._told(error) from None
                raise
            self._changed |= lasting

    def _require_saving(self, unsaved: UnsavedReason) -> None:
        """Return to the disk if it takes something again. Raises `CompanionError` ``library-not-writable``."""
        if self.is_deriving:
            return
        opened = self._reopen()
        if opened.unsaved is not None:
            opened.db.close()
            raise unsaved_error(unsaved, self._place.path.parent)
        self._db.close()
        self._db, self.unsaved = opened.db, None

    def _rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return fetched(self._db, query, values)
            except sqlite3.DatabaseError as error:
                raise self._told(error) from None

    @contextlib.contextmanager
    def _reading(self) -> Iterator[None]:
        """All reads in it see one and the same state, whatever other programs write meanwhile."""
        with self._lock:
            try:
                self._db.execute("BEGIN")
                yield
            except sqlite3.DatabaseError as error:
                raise self._told(error) from None
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def _told(self, error: sqlite3.DatabaseError) -> Exception:
        if not is_held(error):
            self._trouble = unsaved_reason(error, self._place.path.parent)
        return explained(error, self._place.path.parent)
