"""Typed JSON at the edges: how values look on the wire and in the library.

Standards: instants are RFC 3339 with an offset, periods ISO 8601 durations, names camelCase.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from companion.domain.core.error_words import failure
from companion.domain.core.errors import ErrorCode
from companion.domain.core.model import Secret
from companion.domain.core.time.periods import Period

T = TypeVar("T")


def decode(data: bytes, kind: type[T], *, source: str) -> T:
    """Returns one JSON document read as `kind`; unknown fields are ignored, so that a store may grow.

    `source` names the sender in plain words ("the store"). Raises `CompanionError` ``malformed-answer``; its message
    names the field that did not fit but never the text found there, which could be a secret.
    """
    try:
        return msgspec.json.decode(data, type=kind, dec_hook=_read_custom)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        where = _field_of(error)
        raise failure(
            ErrorCode.MALFORMED_ANSWER, message=f"What came from {source} is not in the agreed form{where}."
        ) from None


def encode(value: object) -> bytes:
    """Returns `value` as JSON with its secrets in it: for the wire and the keychain only."""
    return msgspec.json.encode(value, enc_hook=_write_revealed)


def encode_without_secrets(value: object) -> bytes:
    """Returns `value` as JSON with every secret replaced by ``null``: for the library, files and standard output."""
    return msgspec.json.encode(value, enc_hook=_write_redacted)


def to_builtins(value: object) -> Any:
    """Returns `value` as plain dicts, lists and texts, with every secret replaced by ``None``."""
    return msgspec.to_builtins(value, enc_hook=_write_redacted)


def _field_of(error: Exception) -> str:
    """Returns the JSON path msgspec names at the end of its message (``at `$.licences[0].id` ``), or nothing."""
    _, found, path = str(error).rpartition(" - at `")
    return f" (field {path.rstrip('`')})" if found else ""


def _read_custom(kind: type, found: Any) -> Any:
    if kind is Secret and isinstance(found, str):
        return Secret(found)
    if kind is Period and isinstance(found, str):
        return Period.parse(found)
    raise ValueError("unexpected form")


def _write_revealed(value: Any) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    return _write_plain(value)


def _write_redacted(value: Any) -> Any:
    if isinstance(value, Secret):
        return None
    return _write_plain(value)


def _write_plain(value: Any) -> Any:
    if isinstance(value, Period):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no form on the wire")
