"""Failures that every system words alike."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode


def not_arranged(reason: str | None) -> CompanionError:
    """This app could not be entered for the next sign-in."""
    return CompanionError(
        ErrorCode.NOT_ARRANGED,
        "Companion will not start by itself",
        f"It could not be entered for the next sign-in ({reason or 'no reason given'}).",
        "Start Companion yourself after the restart: it goes on where it was.",
    )
