"""Turning any exception into the one error type that people see."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.redaction import redact
from companion.domain.core.untrusted.foreign_text import clean_text


def as_error(error: BaseException) -> CompanionError:
    """Returns `error` itself when it was expected, otherwise the error of a mistake in the program.

    The caller logs the traceback of an unexpected one; only its type and cleaned text are shown.
    """
    if isinstance(error, CompanionError):
        return error
    text = clean_text(redact(str(error)), 200)
    return CompanionError(
        ErrorCode.BUG,
        "Something went wrong inside Companion",
        f"This is a mistake in the program, not yours ({type(error).__name__}{': ' + text if text else ''}).",
        "Try again. If it happens again, save a case file on the Help page and send it to support.",
    )
