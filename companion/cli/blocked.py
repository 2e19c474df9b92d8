"""The error of a command that stops because something on this PC blocks it."""

from __future__ import annotations

from collections.abc import Sequence

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import without_marks
from companion.domain.installation.files.checks import MISFIT, OF_FILE
from companion.domain.pc.finding import Finding


def blocked_error(rows: Sequence[Finding]) -> CompanionError:
    """Returns the error that names the findings `rows`, each with its explanation."""
    return CompanionError(
        ErrorCode.BLOCKED,
        "Something on this PC blocks the installation",
        without_marks(" ".join(f"{row.title}: {row.explanation}" for row in rows)),
        _hint(rows),
    )


def _hint(rows: Sequence[Finding]) -> str:
    """Returns what to do first: about the file itself where it is against it, which nothing else helps."""
    if any(row.id == MISFIT for row in rows):
        return "Get the installer for this PC from its maker, then install that one."
    if any(row.id in OF_FILE for row in rows):
        return "Download it again, then install it."
    return "Close it yourself, or: companion close-blockers. Then start this again; what is done already is kept."
