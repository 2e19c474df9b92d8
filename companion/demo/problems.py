"""How the store refuses: RFC 9457 problem details with a stable code."""

from __future__ import annotations

import dataclasses
import math

import msgspec

from companion.domain.core.money import Money


@dataclasses.dataclass(frozen=True, slots=True)
class _Known:
    status: int
    title: str
    retryable: bool = False


_KNOWN = {
    "malformed-request": _Known(400, "The request could not be read"),
    "idempotency-key-missing": _Known(400, "An Idempotency-Key is needed"),
    "credentials-wrong": _Known(401, "These credentials open no order"),
    "session-expired": _Known(401, "The session is over or unknown", retryable=True),
    "url-invalid": _Known(403, "This address was not issued by the store"),
    "url-expired": _Known(403, "This address is no longer valid", retryable=True),
    "window-closed": _Known(403, "The download window is closed"),
    "licence-ended": _Known(403, "The licence has ended"),
    "not-found": _Known(404, "There is no such thing here"),
    "method-not-allowed": _Known(405, "This cannot be done here"),
    "not-acceptable": _Known(406, "There is no such form of this"),
    "not-eligible": _Known(409, "The store does not take this back"),
    "already-done": _Known(409, "This has been done already"),
    "price-changed": _Known(409, "The price has changed"),
    "letter-not-needed": _Known(409, "This return needs no letter"),
    "seats-exhausted": _Known(409, "All seats are taken"),
    "subscription-ended": _Known(409, "The subscription has ended"),
    "window-open": _Known(409, "The download window is still open"),
    "version-conflict": _Known(412, "The store's data have changed", retryable=True),
    "too-large": _Known(413, "The request is too large"),
    "unsupported-media-type": _Known(415, "The request is not JSON"),
    "range-not-satisfiable": _Known(416, "The range lies outside the file"),
    "invalid-request": _Known(422, "The request does not fit"),
    "idempotency-conflict": _Known(422, "The key was used for another request"),
    "precondition-required": _Known(428, "An If-Match is needed"),
    "too-many-attempts": _Known(429, "Too many attempts", retryable=True),
    "store-error": _Known(500, "The store has a fault", retryable=True),
}

CODES = {code: known.status for code, known in _KNOWN.items()}
"""Every code the store refuses with, and its HTTP status."""


class Refusal(Exception):
    """The store's "no" to a request. `field` names the member that does not fit; `retry_after` is in seconds.

    `total` is the price as it is now.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        field: str | None = None,
        retry_after: float | None = None,
        total: Money | None = None,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.field = field
        self.total = total
        self.retry_after = None if retry_after is None else max(1, math.ceil(retry_after))
        self.headers = headers

    @property
    def status(self) -> int:
        return _KNOWN[self.code].status

    def document(self) -> bytes:
        """The problem details as JSON; `type` is a relative reference that names the code (RFC 9457 §3.1.1)."""
        known = _KNOWN[self.code]
        members: dict[str, object] = {
            "type": f"/problems/{self.code}",
            "title": known.title,
            "status": known.status,
            "detail": self.detail,
            "code": self.code,
            "retryable": known.retryable,
        }
        if self.field is not None:
            members["field"] = self.field
        if self.total is not None:
            members["total"] = self.total
        if self.retry_after is not None:
            members["retryAfter"] = self.retry_after
        return msgspec.json.encode(members)
