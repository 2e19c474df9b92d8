"""Copies of the library: complete, checked and private; three daily ones, and one of the form that it had before.

A copy gets its name only after it has been read through and is on the disk, so one that has a name is whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

from companion.services.app.atomic_file import private_folder, replacing, sync_file
from companion.services.storage.database_file import make_file

_log = logging.getLogger(__name__)

MOST = 3
_NAME = re.compile(r"library-(\d{4}-\d{2}-\d{2})\.db")
_OF_FORM = "library-form-*.db"
_TEMPORARY = ".companion-*.tmp"
_WORTH_COPYING = " UNION ALL ".join(
    f"SELECT 1 FROM {table}"  # noqa: S608 - our own names
    for table in ("orders", "purchases", "receipts", "stores", "settings")
)


class _NewerAlreadyError(Exception):
    """The library was brought into a newer form by another program while its copy was made."""


class Copies:
    """The copies of the library at `library`, in a folder beside it."""

    def __init__(self, library: Path) -> None:
        self.folder = library.with_name("copies")

    def any(self) -> bool:
        """Whether there is a copy, sound or not."""
        return bool(self._dated())

    def make(self, db: sqlite3.Connection, now: dt.datetime, *, renew: bool = False) -> bool:
        """Make the copy of this day, unless there is one already (`renew`: replace it) or there is nothing to copy.

        Returns whether one was made. What goes wrong is noted in the log: work goes on without a copy.
        """
        wanted = self.folder / f"library-{now.astimezone(dt.UTC).date().isoformat()}.db"
        try:
            if (wanted.exists() and not renew) or not db.execute(f"{_WORTH_COPYING} LIMIT 1").fetchone():
                return False
            private_folder(self.folder)
            self._remove_unfinished()
            self._write(db, wanted)
            self._rotate(wanted)
        except (OSError, sqlite3.Error) as error:
            _log.warning("no copy of the library could be made: %s", type(error).__name__)
            return False
        return True

    def keep_form(self, db: sqlite3.Connection, newest: int) -> None:
        """Make a copy of a library that is about to be brought into a newer form, the `newest`.

        The version before reads it when it is put back. The copy is kept as long as the daily ones of that time. What
        goes wrong is noted in the log: work goes on without it.
        """
        form = db.execute("PRAGMA user_version").fetchone()[0]
        if not 0 < form < newest:
            return
        wanted = self.folder / _OF_FORM.replace("*", str(form))
        try:
            private_folder(self.folder)
            self._write(db, wanted, form)
        except _NewerAlreadyError:
            _log.debug("another program was quicker to bring the library into its new form, and made the copy")
        except (OSError, sqlite3.Error) as error:
            _log.warning("no copy of the library's form %d could be made: %s", form, type(error).__name__)

    def newest_first(self) -> Iterator[tuple[Path, dt.datetime]]:
        """Returns the daily copies with the time each was made at; those that are dated in the future come last."""
        for path in self._dated():
            with contextlib.suppress(OSError):
                yield path, _made_at(path)

    def latest_first(self) -> list[tuple[Path, dt.datetime]]:
        """Returns the daily copies and that of the form before, with the time each was made at, the latest first."""
        found = []
        for path in (*self._forms(), *self._dated()):
            with contextlib.suppress(OSError):
                found.append((path, _made_at(path)))
        return sorted(found, key=lambda each: each[1], reverse=True)

    def _write(self, db: sqlite3.Connection, wanted: Path, form: int | None = None) -> None:
        with replacing(wanted) as temporary:
            make_file(temporary)  # SQLite writes into an empty file that is there, with the mode that it has
            db.execute("VACUUM INTO ?", (str(temporary),))
            with reading(temporary) as copy:
                if not is_sound(copy):
                    raise sqlite3.DatabaseError("the copy is damaged")
                if form is not None and copy.execute("PRAGMA user_version").fetchone()[0] != form:
                    raise _NewerAlreadyError
            sync_file(temporary)

    def _rotate(self, newest: Path) -> None:
        others = [path for path in self._dated() if path != newest]
        for path in others[MOST - 1 :]:
            path.unlink(missing_ok=True)
        daily = (newest, *others[: MOST - 1])
        if len(daily) == MOST:
            oldest = min(_made_at(path) for path in daily)
            for path in self._forms():
                if _made_at(path) < oldest:
                    path.unlink(missing_ok=True)

    def _forms(self) -> list[Path]:
        return list(self.folder.glob(_OF_FORM))

    def _remove_unfinished(self) -> None:
        """Remove what a program that was ended left; one that another program is writing is younger than an hour."""
        for path in self.folder.glob(_TEMPORARY):
            with contextlib.suppress(OSError):
                if dt.datetime.now(dt.UTC).timestamp() - path.stat().st_mtime > 3600:
                    path.unlink()

    def _dated(self) -> list[Path]:
        today = dt.datetime.now(dt.UTC).date().isoformat()
        try:
            names = [path.name for path in self.folder.iterdir() if _NAME.fullmatch(path.name)]
        except OSError:
            return []
        # A clock that was wrong once would otherwise keep its copy in front for years.
        ordered = sorted(names, key=lambda name: (name[8:18] <= today, name), reverse=True)
        return [self.folder / name for name in ordered]


def _made_at(path: Path) -> dt.datetime:
    return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)


@contextlib.contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database that no program changes, without writing anything beside it. Raises `sqlite3.Error`."""
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        yield db


@contextlib.contextmanager
def reading_with_journal(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a library for reading, whatever state it is in; nothing of it is changed. Raises `sqlite3.Error`.

    SQLite reads a journal only where it may write an index of it, and removes one that does not fit. So both files are
    read from a copy in the folder for temporary files; where there is no room for that, without the latest changes.
    """
    with contextlib.ExitStack() as stack:
        journal = path.with_name(path.name + "-wal")
        with contextlib.suppress(OSError):
            if journal.stat().st_size and path.stat().st_size:
                folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="companion-")))
                for each in (path, journal):
                    shutil.copyfile(each, folder / each.name)
                copied = sqlite3.connect(folder / path.name, isolation_level=None)
                yield stack.enter_context(contextlib.closing(copied))
                return
        yield stack.enter_context(reading(path))


def is_sound(db: sqlite3.Connection) -> bool:
    """Whether SQLite finds nothing wrong in a database."""
    return bool(db.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok")
