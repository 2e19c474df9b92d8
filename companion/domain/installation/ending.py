"""How an installation ended: one value and one text, for the window, the command line and recovery."""

from __future__ import annotations

import enum

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.text import joined
from companion.domain.installation.models import InstallationResult
from companion.domain.store.profile import ExitMeaning


class InstallationEnding(enum.StrEnum):
    """How an installation ended."""

    PROVEN = "proven"
    """The installer reports success, and every file that proves it is there."""
    REPORTED = "reported"
    """The installer reports success, and the store names no file that would prove it."""
    RESTART_LEFT = "restartLeft"
    """The installer reports success, and a restart completes it."""
    INCOMPLETE = "incomplete"
    """The installer reports success, but a file that proves it is missing."""
    CANCELLED = "cancelled"
    BLOCKED = "blocked"
    FAILED = "failed"


class EndingText(Model, frozen=True):
    """What people read: a title, what happened, and what to do next (empty when nothing is left to do)."""

    title: str
    message: str
    hint: str = ""


_UNSUCCESSFUL = {
    ExitMeaning.CANCELLED: InstallationEnding.CANCELLED,
    ExitMeaning.BLOCKED: InstallationEnding.BLOCKED,
    ExitMeaning.FAILED: InstallationEnding.FAILED,
}
_TITLES = {
    InstallationEnding.PROVEN: "The installation is complete",
    InstallationEnding.REPORTED: "The installation is complete",
    InstallationEnding.RESTART_LEFT: "A restart completes the installation",
    InstallationEnding.INCOMPLETE: "The installation is not complete",
    InstallationEnding.CANCELLED: "The installation was cancelled",
    InstallationEnding.BLOCKED: "The installation was blocked",
    InstallationEnding.FAILED: "The installation failed",
}
_ERRORS = {
    InstallationEnding.INCOMPLETE: ErrorCode.NOT_PROVEN,
    InstallationEnding.CANCELLED: ErrorCode.INSTALLER_CANCELLED,
    InstallationEnding.BLOCKED: ErrorCode.INSTALLER_BLOCKED,
    InstallationEnding.FAILED: ErrorCode.INSTALLER_FAILED,
}
INSTALL_AGAIN = "Install it again. If the result is the same, contact support."


def ending_of(result: InstallationResult) -> InstallationEnding:
    """Returns how the installation ended."""
    if result.outcome.meaning in _UNSUCCESSFUL:
        return _UNSUCCESSFUL[result.outcome.meaning]
    if result.missing:
        return InstallationEnding.INCOMPLETE
    if result.outcome.meaning is ExitMeaning.RESTART:
        return InstallationEnding.RESTART_LEFT
    return InstallationEnding.PROVEN if result.proven else InstallationEnding.REPORTED


def ending_text(result: InstallationResult) -> EndingText:
    """Returns how the installation ended, for people."""
    ending, outcome = ending_of(result), result.outcome
    title = _TITLES[ending]
    if ending is InstallationEnding.PROVEN:
        return EndingText(title=title, message=f"{outcome.sentence} Everything it installs is in place.")
    if ending is InstallationEnding.REPORTED:
        message = f"{outcome.sentence} The store names no file that would confirm it."
        return EndingText(title=title, message=message)
    if ending is InstallationEnding.RESTART_LEFT:
        after = "After you sign in again, Companion starts automatically and checks the installation."
        return EndingText(title=title, message=outcome.sentence, hint=f"{outcome.hint} {after}")
    if ending is InstallationEnding.INCOMPLETE:
        message = f"The installer reports success, but this is missing: {joined(result.missing)}."
        return EndingText(title=title, message=message, hint=INSTALL_AGAIN)
    return EndingText(title=title, message=outcome.sentence, hint=f"{outcome.hint} (Exit code {outcome.shown})")


def ending_error(result: InstallationResult) -> CompanionError | None:
    """Returns the failure of an installation as an error, or None when it succeeded."""
    code = _ERRORS.get(ending_of(result))
    if code is None:
        return None
    text = ending_text(result)
    return CompanionError(code, text.title, text.message, text.hint)
