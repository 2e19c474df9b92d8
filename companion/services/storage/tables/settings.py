"""Settings of the library, and the profiles of its stores."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Callable

from companion.domain.core.serialization import encode_without_secrets
from companion.domain.store.profile import Profile
from companion.services.storage.rows import body_or_none, text_or_none
from companion.services.storage.tables.base import Tables, or_in_memory


class SettingTable(Tables):
    """Settings by name, and the last profile of each store."""

    def settings(self) -> dict[str, str]:
        """Every remembered setting by its name."""
        rows = self._rows("SELECT name, value FROM settings")
        return {str(name): value for name, value in rows if isinstance(value, str)}

    def setting(self, name: str) -> str | None:
        """The remembered value of a setting, or None."""
        rows = self._rows("SELECT value FROM settings WHERE name = ?", name)
        return text_or_none(rows[0][0]) if rows else None

    @or_in_memory
    def remember_setting(self, name: str, value: str | None) -> None:
        """Remember a setting; None forgets it."""
        with self._writing() as db:
            _remember(db, name, value)

    @or_in_memory
    def change_setting(self, name: str, change: Callable[[str | None], str | None]) -> None:
        """Remember what `change` makes of a setting as it is now, whichever program wrote it; None forgets it."""
        with self._writing() as db:
            row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
            _remember(db, name, change(text_or_none(row[0]) if row else None))

    def profile(self, store: str) -> tuple[Profile, str | None] | None:
        """The last profile read from `store` and its ETag."""
        rows = self._rows("SELECT body, etag FROM profiles WHERE store = ?", store)
        if not rows:
            return None
        body, etag = rows[0]
        profile = body_or_none(body, Profile)
        return (profile, text_or_none(etag)) if profile is not None else None

    @or_in_memory
    def remember_profile(self, store: str, profile: Profile, etag: str | None, now: dt.datetime) -> None:
        """Remember a profile for the time the store cannot be reached."""
        with self._writing() as db:
            db.execute(
                "INSERT OR REPLACE INTO profiles VALUES (?, ?, ?, ?)",
                (store, etag, encode_without_secrets(profile), now.isoformat()),
            )


def _remember(db: sqlite3.Connection, name: str, value: str | None) -> None:
    if value is None:
        db.execute("DELETE FROM settings WHERE name = ?", (name,))
    else:
        db.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (name, value))
