"""The newest version of each artifact that its store has offered on this PC."""

from __future__ import annotations

from companion.domain.installation.versions import is_older
from companion.services.storage.database import Library


class VersionsSeen:
    """Remembers versions, so that an older one is not installed without a word."""

    def __init__(self, library: Library, store: str) -> None:
        self._library = library
        self._store = store

    def newest(self, artifact_id: str) -> str | None:
        """Returns the newest version seen so far; None when none was."""
        return self._library.setting(self._name(artifact_id))

    def note(self, artifact_id: str, version: str) -> None:
        """Remember a version, unless a newer one was seen."""
        known = self.newest(artifact_id)
        if known is None or is_older(known, version):
            self._library.remember_setting(self._name(artifact_id), version)

    def _name(self, artifact_id: str) -> str:
        return f"newest version: {self._store} {artifact_id}"
