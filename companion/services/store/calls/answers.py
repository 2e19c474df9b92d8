"""What a store answered: its document, its refusal, its clock."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import time
from collections.abc import Iterator
from typing import Any, TypeVar

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.retry import parse_retry_after
from companion.domain.core.serialization import decode
from companion.domain.core.time.http_date import parse_http_date
from companion.domain.core.words.error_words import failure
from companion.domain.store.problems import Problem, explain_problem

T = TypeVar("T")

SESSIONS = "/v1/sessions"


class NotOfferedError(Exception):
    """The store has no such call; it is one that a store need not have."""


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a store, read whole."""

    status: int
    headers: Any
    body: bytes

    def read(self, kind: type[T]) -> T:
        """Returns the document in it. Raises `CompanionError` ``portal``, ``malformed-answer``."""
        content_type = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if content_type == "text/html":
            raise failure(ErrorCode.PORTAL)
        return decode(self.body, kind, source="the store")

    def refusal(self) -> CompanionError:
        """Returns the error that this answer stands for: its problem details (RFC 9457), or what its status tells."""
        retry_after = parse_retry_after(self.headers.get("Retry-After"), time.time())
        content_type = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if content_type == "application/problem+json":
            with contextlib.suppress(CompanionError):
                found = decode(self.body, Problem, source="the store")
                waiting = found.retry_after if retry_after is None else retry_after
                return explain_problem(found.answered_with(self.status, waiting))
        if content_type == "text/html" and self.status < 400:
            return failure(ErrorCode.PORTAL)
        return explain_problem(Problem(status=self.status, retry_after=retry_after))

    def store_time(self) -> dt.datetime | None:
        """The store's clock (RFC 9110 §6.6.1)."""
        return parse_http_date(self.headers.get("Date"), dt.datetime.now(dt.UTC))


@contextlib.contextmanager
def lost_unless_read(method: str, path: str) -> Iterator[None]:
    """An answer that cannot be used, or tells of a fault of the store, does not tell whether the store has acted."""
    try:
        yield
    except CompanionError as error:
        error.may_have_acted = changes(method, path) and error.kind is ErrorKind.UNREACHABLE
        raise


def changes(method: str, path: str) -> bool:
    """Whether a call changes anything that counts: one more session does not."""
    return method not in ("GET", "HEAD") and path != SESSIONS
