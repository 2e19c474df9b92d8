"""A failure as the JSON output shows it."""

from __future__ import annotations

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model


class ErrorReport(Model, frozen=True):
    """A `CompanionError` as JSON shows it; `retry_after` is in seconds, `order_number` says which order it is about."""

    code: str
    title: str
    message: str
    hint: str
    retryable: bool = False
    retry_after: float | None = None
    order_number: str | None = None

    @classmethod
    def of(cls, error: CompanionError, order_number: str | None = None) -> ErrorReport:
        """The error as a value."""
        return cls(
            code=error.code,
            title=error.title,
            message=error.message,
            hint=error.hint,
            retryable=error.retryable,
            retry_after=error.retry_after,
            order_number=order_number,
        )


class ErrorResult(Model, frozen=True):
    """What a command prints instead of its result: ``{"error": …}``."""

    error: ErrorReport
