"""The store's refusals (RFC 9457 problem details) turned into words for people."""

from __future__ import annotations

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Model
from companion.domain.core.money import Money
from companion.domain.core.time.durations import wait_in_words
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.core.words.error_words import WORDS


class Problem(Model, frozen=True):
    """What a store says when it refuses: RFC 9457 members, plus `code`, `retryable` and `field`.

    `field` names the member of the request that did not fit; `retry_after` is in seconds; `total` is the price as it is
    now, where a request agreed to another one.
    """

    status: int
    code: str | None = None
    detail: str | None = None
    field: str | None = None
    retryable: bool | None = None
    retry_after: float | None = None
    total: Money | None = None

    def answered_with(self, status: int, retry_after: float | None) -> Problem:
        """Returns the problem with the status and the waiting time of the answer it came in."""
        return msgspec.structs.replace(self, status=status, retry_after=retry_after)


# What a store's own `code` may say (the errors of the Store API); anything else is explained by its status.
KNOWN_CODES = {
    code.value: code
    for code in (
        ErrorCode.ALREADY_DONE,
        ErrorCode.CREDENTIALS_WRONG,
        ErrorCode.EXTENSION_REFUSED,
        ErrorCode.IDEMPOTENCY_CONFLICT,
        ErrorCode.INVALID_REQUEST,
        ErrorCode.LETTER_NOT_NEEDED,
        ErrorCode.LICENCE_ENDED,
        ErrorCode.NOT_ELIGIBLE,
        ErrorCode.NOT_FOUND,
        ErrorCode.PRICE_CHANGED,
        ErrorCode.SEATS_EXHAUSTED,
        ErrorCode.SESSION_EXPIRED,
        ErrorCode.STORE_ERROR,
        ErrorCode.STORE_REFUSED,
        ErrorCode.SUBSCRIPTION_ENDED,
        ErrorCode.TOO_MANY_ATTEMPTS,
        ErrorCode.URL_EXPIRED,
        ErrorCode.URL_INVALID,
        ErrorCode.VERSION_CONFLICT,
        ErrorCode.WINDOW_CLOSED,
        ErrorCode.WINDOW_OPEN,
    )
}

_BY_STATUS = {
    400: ErrorCode.INVALID_REQUEST,
    401: ErrorCode.SESSION_EXPIRED,
    403: ErrorCode.STORE_REFUSED,
    404: ErrorCode.NOT_FOUND,
    405: ErrorCode.NOT_FOUND,
    409: ErrorCode.VERSION_CONFLICT,
    412: ErrorCode.VERSION_CONFLICT,
    415: ErrorCode.INVALID_REQUEST,
    422: ErrorCode.INVALID_REQUEST,
    429: ErrorCode.TOO_MANY_ATTEMPTS,
    501: ErrorCode.NOT_FOUND,
}


def explain_problem(problem: Problem) -> CompanionError:
    """Returns the problem as an error with Companion's own words for its code.

    An unknown code is explained by its status; the code itself, and what the store says (`detail`), are then added as
    a quotation, shortened and without control characters: they are another party's text.
    """
    known = KNOWN_CODES.get(problem.code or "")
    code = known or _by_status(problem.status)
    words = WORDS[code]
    message = words.message if known else f"{words.message}{_quotation(problem)}"
    if code is ErrorCode.PRICE_CHANGED and problem.total is not None:
        message = f"{message} It is {problem.total.plain()} now."
    return CompanionError(
        code,
        words.title,
        message,
        words.hint.replace("{wait}", wait_in_words(problem.retry_after)),
        kind=words.kind,
        retryable=words.retryable if problem.retryable is None else problem.retryable,
        retry_after=problem.retry_after,
    )


def _by_status(status: int) -> ErrorCode:
    return _BY_STATUS.get(status) or (ErrorCode.STORE_ERROR if status >= 500 else ErrorCode.STORE_REFUSED)


def _quotation(problem: Problem) -> str:
    said, code = _quotable(problem.detail), _quotable(problem.code)
    text = f" It says: “{said}”" if said else ""
    return f"{text} (The store's code is “{code}”.)" if code else text


def _quotable(text: str | None) -> str:
    return clean_text(text or "", 201)
