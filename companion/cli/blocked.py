"""The error of a command that stops because something on this PC blocks it."""

from __future__ import annotations

from collections.abc import Sequence

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import without_marks
from companion.domain.pc.finding import Finding


def blocked_error(rows: Sequence[Finding]) -> CompanionError:
    """Returns the error that names the findings `rows`, each with its explanation."""
    return CompanionError(
        ErrorCode.BLOCKED,
        "Something on this PC blocks the installation",
        without_marks(" ".join(f"{row.title}: {row.explanation}" for row in rows)),
        "Close it yourself, or: companion close-blockers. Then start this again; what is done already is kept.",
    )
