"""What is wrong with a command as it was typed."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind


def usage_error(message: str, hint: str) -> CompanionError:
    """Returns the error for a command that cannot be understood; `hint` says how to type it."""
    return CompanionError(ErrorCode.USAGE, "This command was not understood", message, hint, kind=ErrorKind.USAGE)
