"""The store's refusals (RFC 9457 problem details) turned into words for people."""

from __future__ import annotations

import dataclasses
import re

from companion.domain.core.errors import CompanionError, Kind
from companion.domain.core.model import Model


class Problem(Model, frozen=True):
    """What a store says when it refuses: RFC 9457 members, plus `code`, `retryable` and `field`.

    `field` names the member of the request that did not fit; `retry_after` is in seconds.
    """

    status: int
    code: str | None = None
    detail: str | None = None
    field: str | None = None
    retryable: bool | None = None
    retry_after: float | None = None


@dataclasses.dataclass(frozen=True, slots=True)
class _Words:
    title: str
    message: str
    hint: str
    kind: Kind = Kind.NO
    retryable: bool = False


_AGAIN = "Try again in a few minutes. If it stays like this, contact support."

_WORDS = {
    "credentials-wrong": _Words(
        "The store did not recognise this",
        "The order number and what goes with it do not belong together.",
        "Compare both with the confirmation e-mail. The order password is case sensitive: a and A differ.",
    ),
    "too-many-attempts": _Words(
        "Too many attempts",
        "The store has locked log-ins for this order for a while, to protect it.",
        "Wait {wait}, then try once more with the data from the confirmation e-mail.",
        retryable=True,
    ),
    "session-expired": _Words(
        "The store has signed this order out",
        "The time-limited access to the order has ended.",
        "Open the order again with its password.",
        retryable=True,
    ),
    "not-found": _Words(
        "The store does not know this",
        "There is no such order or item behind these credentials.",
        "Check the number in the confirmation e-mail.",
    ),
    "version-conflict": _Words(
        "Something changed in the meantime",
        "The store's data are newer than what was shown, so nothing was switched.",
        "Look at the current state, then decide again.",
        retryable=True,
    ),
    "window-closed": _Words(
        "The download window has closed",
        "The time in which this may be downloaded from the order is over.",
        "Ask the store to open the download again: it is one click on the order's page.",
    ),
    "url-expired": _Words(
        "The download address has expired",
        "Download addresses are valid for a short time only.",
        "Start the download again: it goes on where it stopped, with a fresh address.",
        retryable=True,
    ),
    "not-eligible": _Words(
        "The store does not take this back now",
        "The order is outside the rules for this kind of request.",
        "The order's page shows the rule and the deadline, and what else can be done.",
    ),
    "extension-refused": _Words(
        "The download stays closed",
        "The store does not open this download again by itself.",
        "Contact support from the Help page: the case file says all they need.",
    ),
    "licence-ended": _Words(
        "The licence has ended",
        "What belongs to an ended licence can no longer be downloaded or changed.",
        "Renew it on the store's own page; the order's page has the link.",
    ),
    "subscription-ended": _Words(
        "The subscription has ended",
        "A subscription that has run out cannot be switched any more.",
        "Renew it on the store's own page; the order's page has the link.",
    ),
    "letter-not-needed": _Words(
        "There is no letter to accept",
        "This return needs no Electronic Letter of Destruction.",
        "Nothing has to be done. Refresh the order to see how far the refund is.",
    ),
    "window-open": _Words(
        "The download is open",
        "The download window has not closed, so there is nothing to open again.",
        "Start the download.",
    ),
    "url-invalid": _Words(
        "The download address was not accepted",
        "The store did not issue the address that was used.",
        "Start the download again from the order: it gets a fresh address.",
        retryable=True,
    ),
    "already-done": _Words(
        "This has been done already",
        "The store has already recorded it.",
        "There is nothing left to do. Refresh the order to see its state.",
    ),
    "seats-exhausted": _Words(
        "All seats are taken",
        "This licence is already used on as many PCs as it allows.",
        "Free the seat of a PC that is no longer used, then take it for this one.",
    ),
    "invalid-request": _Words(
        "The store did not accept the input",
        "Something in the request is not in a form the store accepts.",
        "Check what was entered. If it is right, update Companion.",
        kind=Kind.NO,
    ),
    "idempotency-conflict": _Words(
        "The request did not fit",
        "The same request had been sent before with other content.",
        "Refresh the order and do it once more.",
        retryable=True,
    ),
    "malformed-answer": _Words(
        "The answer could not be read",
        "The store's answer is not in the agreed form.",
        _AGAIN,
        kind=Kind.UNREACHABLE,
        retryable=True,
    ),
    "portal": _Words(
        "Something else answered instead of the store",
        "A page came back where the store's data were expected. Hotels and cafés do that until one has signed in.",
        "Open any web page in the browser, sign in to the network there, then try again.",
        kind=Kind.UNREACHABLE,
        retryable=True,
    ),
    "store-error": _Words(
        "The store has a problem",
        "The store could not do this because of a fault on its side.",
        _AGAIN,
        kind=Kind.UNREACHABLE,
        retryable=True,
    ),
    "store-refused": _Words(
        "The store refused",
        "The store did not do this.",
        "Refresh the order and look at its state. If this should be possible, contact support.",
    ),
}

_BY_STATUS = {
    401: "session-expired",
    403: "store-refused",
    404: "not-found",
    400: "invalid-request",
    409: "version-conflict",
    412: "version-conflict",
    415: "invalid-request",
    422: "invalid-request",
    429: "too-many-attempts",
}

KNOWN_CODES = frozenset(_WORDS)


def explain_problem(problem: Problem) -> CompanionError:
    """The problem as an error with our own words for its code; an unknown code is explained by its status.

    What the store says itself (`detail`) is added as a quotation, shortened and without control characters: it is
    another party's text.
    """
    code = problem.code if problem.code in _WORDS else None
    if code is None:
        code = _BY_STATUS.get(problem.status) or ("store-error" if problem.status >= 500 else "store-refused")
    words = _WORDS[code]
    message = words.message
    said = _quotable(problem.detail)
    if said and problem.code not in _WORDS:
        message += f" It says: “{said}”"
    return CompanionError(
        code,
        words.title,
        message,
        words.hint.replace("{wait}", wait_in_words(problem.retry_after)),
        kind=words.kind,
        retryable=words.retryable if problem.retryable is None else problem.retryable,
        retry_after=problem.retry_after,
    )


def wait_in_words(seconds: float | None) -> str:
    """A waiting time as people say it: "30 seconds", "5 minutes", "a few minutes" when it is not known."""
    if seconds is None:
        return "a few minutes"
    if seconds < 90:
        return f"{max(1, round(seconds))} second{'' if round(seconds) <= 1 else 's'}"
    minutes = -(-int(seconds) // 60)
    if minutes < 90:
        return f"{minutes} minutes"
    return f"{-(-minutes // 60)} hours"


def _quotable(text: str | None) -> str:
    cleaned = re.sub(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+", " ", text or "").strip()
    return cleaned[:200] + ("…" if len(cleaned) > 200 else "")
