"""The one error type that people ever see."""

from __future__ import annotations

import enum


class Kind(enum.StrEnum):
    """What sort of ending an error is; the command line turns it into its exit code."""

    NO = "no"
    """The answer is "no": blocked, not found, not eligible, verification failed."""
    USAGE = "usage"
    """The caller asked for something that cannot be asked that way."""
    UNREACHABLE = "unreachable"
    """The store or the network failed."""


class CompanionError(Exception):
    """An expected failure, told in plain words at the edge where it was understood.

    `code` is stable and made of lower-case words joined by hyphens; `title` is a few words, `message` says what
    happened, `hint` what the person can do now. None of them ever holds a secret. `retry_after` is in seconds.
    `attempts` says how often in a row the same thing has failed by now, 0 where nobody counts. Anything that is raised
    and is not a `CompanionError` is a bug.
    """

    def __init__(
        self,
        code: str,
        title: str,
        message: str,
        hint: str,
        *,
        kind: Kind = Kind.NO,
        retryable: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(f"{title}: {message}")
        self.code = code
        self.title = title
        self.message = message
        self.hint = hint
        self.kind = kind
        self.retryable = retryable
        self.retry_after = retry_after
        self.attempts = 0

    def as_dict(self) -> dict[str, object]:
        """The error as the ``--json`` output shows it: code, title, message, hint, retryable, retryAfter."""
        shown: dict[str, object] = {
            "code": self.code,
            "title": self.title,
            "message": self.message,
            "hint": self.hint,
            "retryable": self.retryable,
        }
        if self.retry_after is not None:
            shown["retryAfter"] = self.retry_after
        return shown


class Cancelled(Exception):
    """The person asked to stop; not a failure, so it carries no words."""
