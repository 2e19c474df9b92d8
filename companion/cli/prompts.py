"""Asking the person who sits at the terminal; nobody else is ever waited for."""

from __future__ import annotations

import sys

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret


def is_interactive() -> bool:
    """Whether a person can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask_secret(prompt: str, *, from_stdin: bool) -> Secret:
    """A secret from the person or, when asked for, from standard input; never from the arguments.

    Raises `CompanionError` ``secret-needed`` when there is nobody to ask or nothing was entered.
    """
    text = ""
    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
    elif is_interactive():
        import getpass

        text = getpass.getpass(f"{prompt}: ", stream=sys.stderr)
    if not text.strip():
        raise CompanionError(
            ErrorCode.SECRET_NEEDED,
            f"{prompt} is needed",
            "Nothing was entered.",
            "Type it when asked, or send it to standard input with --password-stdin.",
            kind=ErrorKind.USAGE,
        )
    return Secret(text)


def confirm(question: str, *, yes: bool) -> None:
    """Go on only if the person agrees; `yes` answers beforehand, and without a terminal silence means no.

    Raises `CompanionError` ``not-confirmed``.
    """
    if yes:
        return
    if is_interactive():
        print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() in ("y", "yes"):
            return
    raise CompanionError(
        ErrorCode.NOT_CONFIRMED,
        "Nothing was changed",
        "This changes something, and nobody has agreed to it.",
        "Answer y when asked, or add --yes.",
    )
