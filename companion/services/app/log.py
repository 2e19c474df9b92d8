"""The log file: what happened, without anything secret in it."""

from __future__ import annotations

import contextlib
import io
import logging
import logging.handlers
import os
import sys
from pathlib import Path

from companion.domain.core.redaction import redact
from companion.services.app.atomic_file import PRIVATE, make_private


class _Redacting(logging.Formatter):
    """Redacts the whole line, traceback included, and with it every argument and exception text."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """Files of the log that only this user can read; a disk that takes no line costs only that line."""

    def _open(self) -> io.TextIOWrapper:
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        for path in Path(self.baseFilename).parent.glob(f"{Path(self.baseFilename).name}*"):
            make_private(path)
        return io.TextIOWrapper(os.fdopen(os.open(self.baseFilename, flags, PRIVATE), "ab"), encoding=self.encoding)

    def close(self) -> None:
        """Close the file; what a full disk has not taken is lost."""
        with contextlib.suppress(OSError):
            super().close()

    def handleError(self, record: logging.LogRecord) -> None:
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def start_log(folder: Path, *, verbose: bool = False) -> Path:
    """Write the log of this run to ``companion.log`` in `folder`, three older files of 1 MB each are kept."""
    path = folder / "companion.log"
    handler = _PrivateFile(path, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True)
    handler.setFormatter(_Redacting("%(asctime)s %(levelname)s %(name)s %(message)s"))
    stop_log()
    root = logging.getLogger()
    handler.companion = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    # These log whole addresses, signatures included.
    for name in ("urllib3", "requests", "keyring", "werkzeug"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return path


def stop_log() -> None:
    """Close the log file, if one is open."""
    root = logging.getLogger()
    for old in [known for known in root.handlers if getattr(known, "companion", False)]:
        root.removeHandler(old)
        old.close()
