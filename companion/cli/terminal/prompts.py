"""Asking the person at the terminal; without a terminal nothing is asked."""

from __future__ import annotations

import sys

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Secret
from companion.domain.core.untrusted.foreign_text import printable


def is_interactive() -> bool:
    """Returns whether standard input is a terminal, where a person can answer."""
    return sys.stdin is not None and sys.stdin.isatty()


def ask_secret(prompt: str, *, from_stdin: bool, option: str = "--password-stdin") -> Secret:
    """Returns a secret that the person types or, with `from_stdin`, the first line of standard input.

    `option` is how the command is told to read standard input.

    Raises `CompanionError` ``secret-needed`` when it cannot be asked for, or nothing was entered.
    """
    text = ""
    if from_stdin:
        text = sys.stdin.readline().rstrip("\r\n") if sys.stdin is not None else ""
    elif is_interactive():
        import getpass  # here, because most commands ask for no password

        text = getpass.getpass(f"{prompt}: ", stream=sys.stderr)
    if not text.strip():
        raise CompanionError(
            ErrorCode.SECRET_NEEDED,
            f"{prompt} is needed",
            "Nothing was entered.",
            f"Type it when asked, or send it to standard input with {option}.",
            kind=ErrorKind.USAGE,
        )
    return Secret(text)


def agrees(question: str) -> bool:
    """Ask the person; returns whether the answer is yes, which it never is without a terminal."""
    if not is_interactive():
        return False
    print(f"{printable(question)} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def confirm(question: str, *, yes: bool) -> None:
    """Ask the person to agree; `yes` answers beforehand, and without a terminal the answer is no.

    Raises `CompanionError` ``not-confirmed``.
    """
    if yes or agrees(question):
        return
    raise CompanionError(
        ErrorCode.NOT_CONFIRMED,
        "Nothing was changed",
        "This needs your consent, and it was not given.",
        "Answer y when asked, or add --yes.",
    )
