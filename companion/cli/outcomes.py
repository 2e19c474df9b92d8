"""Why a job did not come to its end, for the commands that share it."""

from __future__ import annotations

from collections.abc import Sequence

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import without_marks
from companion.domain.pc.finding import Finding


def blocked(rows: Sequence[Finding]) -> CompanionError:
    """Why it does not go on: the findings that block, in their own words."""
    return CompanionError(
        ErrorCode.BLOCKED,
        "Something on this PC blocks the installation",
        without_marks(" ".join(f"{row.title}: {row.explanation}" for row in rows)),
        "Close it yourself, or: companion close-blockers. Then start this again; what is done already is kept.",
    )
