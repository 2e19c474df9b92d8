"""The logs that installers are asked to write: kept only where something failed, and without secrets."""

from __future__ import annotations

import contextlib
import logging
import os
import secrets
import stat
from pathlib import Path

from companion.domain.core.redaction import redaction
from companion.domain.installation.files.identity import Technology
from companion.domain.installation.launching import LOGGED
from companion.domain.installation.logs.causes import LogCause, first_cause
from companion.domain.installation.logs.text import LARGEST_LOG, kept_log, text_of_log
from companion.services.app.atomic_file import private_folder, replace_file

_log = logging.getLogger(__name__)

_MOST_LOGS = 5
PATTERN = "installer-*.log*"
"""The names of these files."""


class InstallerLogs:
    """The logs of installers in a folder that only this user can look into; the newest five are kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, technology: Technology) -> Path | None:
        """Returns a new file for the log of an installer; None for one that writes none, or where none can be kept."""
        if technology not in LOGGED:
            return None
        try:
            private_folder(self._folder)
        except OSError as error:
            _log.warning("an installer's log cannot be kept: %s", error.strerror)
            return None
        return self._folder / f"installer-{secrets.token_hex(6)}.log.raw"

    def finish(self, raw: Path, technology: Technology, *, keep: bool) -> tuple[Path | None, LogCause | None]:
        """Returns where the log was kept, if it is to be, and the first cause in it; what was written is removed."""
        text = _read(raw) if keep else None
        with contextlib.suppress(OSError):
            raw.unlink()
        if text is None:
            return None, None
        kept, cause = raw.with_suffix(""), first_cause(technology, text)
        try:
            replace_file(kept, kept_log(text, redaction()))
        except OSError as error:
            _log.warning("an installer's log was not kept: %s", error.strerror)
            return None, cause
        self._prune()
        return kept, cause

    def _prune(self) -> None:
        found = []
        for path in self._folder.glob("installer-*.log"):
            with contextlib.suppress(OSError):
                found.append((path.stat().st_mtime_ns, path))
        for _, path in sorted(found, reverse=True)[_MOST_LOGS:]:
            with contextlib.suppress(OSError):
                path.unlink()


def _read(raw: Path) -> str | None:
    """The text of a log, of a very long one its end; None where there is none, or something else in its place."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(raw, flags), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                return None
            head = file.read(2)
            # An even place: characters of two bytes stay whole.
            file.seek(max(found.st_size - LARGEST_LOG, 0) & ~1)
            data = file.read(LARGEST_LOG)
    except OSError:
        return None
    is_wide = head in (b"\xff\xfe", b"\xfe\xff") and not data.startswith(head)
    return text_of_log(head + data if is_wide else data)
