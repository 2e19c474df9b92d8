"""The log file: what happened, without anything secret in it."""

from __future__ import annotations

import logging
import logging.handlers
from pathlib import Path

from companion.domain.core.redaction import redact


class _Redacting(logging.Formatter):
    """Redacts the whole line, traceback included, and with it every argument and exception text."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def start_log(folder: Path, *, verbose: bool = False) -> Path:
    """Write the log of this run to ``companion.log`` in `folder`, three older files of 1 MB each are kept."""
    path = folder / "companion.log"
    handler = logging.handlers.RotatingFileHandler(
        path, maxBytes=1_000_000, backupCount=3, encoding="utf-8", delay=True
    )
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
