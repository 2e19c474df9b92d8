"""Files that were proven once, by their digest: what is known of them is known also while their store is silent."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Callable
from pathlib import Path

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Instant, Model
from companion.domain.installation.files.verification import PROVEN, Verification
from companion.services.storage.pending_records import PendingRecords

_log = logging.getLogger(__name__)

_MOST = 500


class ProvenFile(Model, frozen=True):
    """The digest of a file, how far it was verified, and when."""

    sha256: str
    verification: Verification
    at: Instant


class ProvenFiles:
    """Remembers what was proven; `folder` keeps one small file for each, of which the oldest are forgotten."""

    def __init__(self, folder: Path, clock: Callable[[], dt.datetime]) -> None:
        self._records = PendingRecords(folder, ProvenFile)
        self._clock = clock

    def remember(self, sha256: str, verification: Verification) -> None:
        """Note that a file was proven; nothing waits for a disk that takes no notes."""
        if verification.how not in PROVEN:
            return
        try:
            self._records.write(sha256, ProvenFile(sha256=sha256, verification=verification, at=self._clock()))
        except CompanionError as error:
            _log.warning("what was proven is not remembered: %s", error.message)
            return
        known = [(entry.value.at, entry) for entry in self._records.entries() if entry.value is not None]
        known.sort(key=lambda each: each[0], reverse=True)
        for _, entry in known[_MOST:]:
            with contextlib.suppress(OSError):
                self._records.remove(entry)

    def known(self, sha256: str) -> Verification | None:
        """Returns how far the file of this digest was verified before, or None."""
        found = self._records.read(sha256)
        return found.verification if found is not None and found.sha256 == sha256 else None
