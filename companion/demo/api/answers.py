"""Stored answers: a request sent again with the same idempotency key gets the first answer and acts once."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import sqlite3

import msgspec

from companion.demo.problems import Refusal

_KEPT_FOR = dt.timedelta(days=2)


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What the store answers: a status, extra headers and a JSON document."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


def fingerprint(method: str, path: str, body: bytes) -> bytes:
    """What makes two requests the same request."""
    return hashlib.sha256(b"\0".join((method.encode(), path.encode(), body))).digest()


def recall(connection: sqlite3.Connection, scope: str, key: str, mark: bytes) -> Answer | None:
    """The stored answer for a key. Raises `Refusal` ``idempotency-conflict`` when the key was for another request."""
    row = connection.execute(
        "SELECT fingerprint, status, headers, body FROM answers WHERE scope = ? AND key = ?", (scope, key)
    ).fetchone()
    if row is None:
        return None
    if bytes(row[0]) != mark:
        raise Refusal("idempotency-conflict", "This Idempotency-Key came with another request before.")
    return Answer(row[1], bytes(row[3]), msgspec.json.decode(row[2], type=tuple[tuple[str, str], ...]))


def remember(
    connection: sqlite3.Connection, scope: str, key: str, mark: bytes, answer: Answer, now: dt.datetime
) -> None:
    """Store an answer for a key, in the same transaction as what it reports."""
    connection.execute("DELETE FROM answers WHERE at <= ?", ((now - _KEPT_FOR).timestamp(),))
    headers = msgspec.json.encode(answer.headers).decode()
    row = (scope, key, mark, answer.status, headers, answer.body, now.timestamp())
    connection.execute("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)", row)
