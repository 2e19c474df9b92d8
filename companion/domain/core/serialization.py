"""Typed JSON at the edges: how values look on the wire and in the library.

Standards: instants are RFC 3339 with an offset, periods ISO 8601 durations, names camelCase.
"""

from __future__ import annotations

import re
import threading
from typing import Any, TypeVar

import msgspec

from companion.domain.core.errors import CompanionError, ErrorCode
from companion.domain.core.model import Secret
from companion.domain.core.time.periods import Period
from companion.domain.core.untrusted.bounded import LONGEST_LINE, BoundedReader
from companion.domain.core.untrusted.foreign_text import is_harmless
from companion.domain.core.words.error_words import failure

T = TypeVar("T")


_LARGEST_PLAIN = 256 * 1024
"""Bytes of a document in which nothing has to be counted."""
_MISSING = re.compile(r"missing required field `(\w+)`")
_FAR_DATE = re.compile(rb'"(?!19[7-9]|20\d\d|21\d\d)\d{4}-\d\d-\d\d')


def decode(data: bytes, kind: type[T], *, source: str) -> T:
    """Returns one JSON document read as `kind`; unknown fields are ignored, so that a store may grow.

    This is the one way in for documents of stores, profiles, files and the library. Texts are cleaned and cut, and a
    part that cannot be used is left out alone (`companion.domain.core.untrusted.bounded`). `source` names the sender
    in plain words ("the store"). Raises `CompanionError` ``malformed-answer``; its message names the field that did not
    fit but never the text found there, which could be a secret.
    """
    try:
        if _is_plain(data):
            try:
                return _decoder(kind).decode(data)
            except msgspec.ValidationError:
                pass  # Part by part more of it may be usable.
        _decoder(kind)
        found: T = BoundedReader(_read_custom).read(msgspec.json.decode(data), kind)
        return found
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error, source) from None


def decode_exact(data: bytes, kind: type[T], *, source: str) -> T:
    """Returns one JSON document of this program's own as it was written. Raises `CompanionError` as `decode` does."""
    try:
        return _decoder(kind).decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise _unreadable(error, source) from None


_preparing = threading.Lock()
_decoders: dict[type[Any], msgspec.json.Decoder[Any]] = {}


def _decoder(kind: type[T]) -> msgspec.json.Decoder[T]:
    """Returns what reads documents of a kind; prepared by one thread at a time.

    Two threads that read the first documents of a kind at once end the process: msgspec looks at a type when it is
    first used, and that is not safe between threads.
    """
    found = _decoders.get(kind)
    if found is None:
        with _preparing:
            found = _decoders.setdefault(kind, msgspec.json.Decoder(kind, dec_hook=_read_custom))
    return found


def _unreadable(error: Exception, source: str) -> CompanionError:
    return failure(
        ErrorCode.MALFORMED_ANSWER, message=f"What came from {source} is not in the agreed form{_field_of(error)}."
    )


def _is_plain(data: bytes) -> bool:
    """Whether a document can be taken as it is, which most can: the careful way takes twenty times as long."""
    return (
        len(data) <= _LARGEST_PLAIN
        and is_harmless(data)
        and _FAR_DATE.search(data) is None
        and max(map(len, data.split(b'"'))) <= LONGEST_LINE
    )


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
    what, found, path = str(error).rpartition(" - at `")
    missing = _MISSING.search(what or path)
    within = path.rstrip("`") if found else "$"
    if missing is not None:
        return f" (field {within}.{missing.group(1)} is missing)"
    return f" (field {within})" if found else ""


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
