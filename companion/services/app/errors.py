"""Turning any exception into the one error type that people see."""

from __future__ import annotations

import re

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.redaction import redact
from companion.domain.core.untrusted.foreign_text import clean_text

_LIBRARY = re.compile(r"([\w.+-]+\.so[\w.]*): cannot open shared object file")


def as_error(error: BaseException) -> CompanionError:
    """Returns `error` itself when it was expected, otherwise the error of a mistake in the program.

    The caller logs the traceback of an unexpected one; only its type and cleaned text are shown.
    """
    if isinstance(error, CompanionError):
        return error
    if isinstance(error, ImportError) and (found := _LIBRARY.search(str(error))):
        return _library_missing(found[1])
    text = clean_text(redact(str(error)), 200)
    return CompanionError(
        ErrorCode.BUG,
        "Something went wrong inside Companion",
        f"This is a mistake in the program, not yours ({type(error).__name__}{': ' + text if text else ''}).",
        "Try again. If it happens again, save a case file on the Help page and send it to support.",
    )


def _library_missing(name: str) -> CompanionError:
    """Returns the error of a Linux without a desktop: Qt draws with libraries that desktops bring."""
    return CompanionError(
        ErrorCode.NO_DISPLAY,
        "A part of the desktop is missing",
        f"Windows and pages are drawn with {name}, which is not installed on this computer.",
        "Install it; on Debian and Ubuntu: sudo apt install libgl1 libegl1 libxcb1. Everything also works in the "
        "terminal; see: companion --help",
        kind=ErrorKind.USAGE,
    )
