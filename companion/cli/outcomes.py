"""Why a job did not come to its end, for the commands that share it."""

from __future__ import annotations

from collections.abc import Sequence

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.text import without_marks
from companion.domain.installation.models import InstallationResult
from companion.domain.pc.finding import Finding
from companion.domain.store.profile import ExitMeaning

_ENDINGS = {
    ExitMeaning.BLOCKED: ErrorCode.INSTALLER_BLOCKED,
    ExitMeaning.CANCELLED: ErrorCode.INSTALLER_CANCELLED,
}


def blocked(rows: Sequence[Finding]) -> CompanionError:
    """Why it does not go on: the findings that block, in their own words."""
    return CompanionError(
        ErrorCode.BLOCKED,
        "Something on this PC is in the way",
        without_marks(" ".join(f"{row.title}: {row.explanation}" for row in rows)),
        "Close it yourself, or: companion close-blockers. Then start this again; what is done already is kept.",
    )


def not_installed(result: InstallationResult) -> CompanionError:
    """What an installer's exit code means when it did not succeed."""
    if result.missing:
        return CompanionError(
            ErrorCode.NOT_PROVEN,
            "The installation is not complete",
            f"The installer reports success, but this is missing: {', '.join(result.missing)}.",
            "Install it once more. If it stays like this, write a case file for support: companion case-file --to FILE",
        )
    return CompanionError(
        _ENDINGS.get(result.outcome.meaning, ErrorCode.INSTALLER_FAILED),
        "It was not installed",
        result.outcome.sentence,
        result.outcome.hint,
    )
