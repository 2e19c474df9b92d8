"""Heads of answers as real servers write them: folded lines, odd blanks, many fields, a length written twice.

`http.client` stops at the first line that it cannot read, and everything after it is lost.
"""

from __future__ import annotations

import http.client
import re
from collections import deque
from collections.abc import Iterator
from typing import Any

MOST_FIELDS = 1000
MOST_BYTES = 512 * 1024
"""Fields and bytes of one head, above which an answer is refused; browsers stop at about 256 KiB."""
_LINE_END = b"\r\n"
_NAME = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_INTERIM = re.compile(rb"HTTP/1\.\d +1(?!01)\d\d\b")
"""All but 101, after which another protocol is spoken; `http.client` knows 100 only."""
_UNREADABLE = re.compile(rb"[\x00\r\n]+[ \t]*")

# Not public, but the only setting there is before Python 3.15: answers with more than 100 fields are real.
http.client._MAXHEADERS = MOST_FIELDS  # type: ignore[attr-defined]


def tidy(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yields the fields of a head, each as one well-formed line (RFC 9112 § 5).

    Blanks before the colon go, folded lines become one, lines that are no field are left out, and a `Content-Length`
    that tells one number several times tells it once. Raises `http.client.HTTPException` for two different lengths,
    since it is not known where such an answer ends.
    """
    lengths: set[bytes] = set()
    for name, value in _unfolded(lines):
        if name.lower() == b"content-length":
            lengths |= {each.strip() for each in value.split(b",")}
            if len(lengths) > 1:
                raise http.client.HTTPException("two lengths")
            value = value.partition(b",")[0].strip()
        yield name + b": " + value + _LINE_END


def _unfolded(lines: Iterator[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yields the name and value of each field."""
    name, value = b"", bytearray()
    for line in lines:
        if line[:1] in b" \t" and line.strip():
            value += b" " + line
            continue
        if name:
            yield name, _one_line(value)
        before, colon, after = line.partition(b":")
        name = before.rstrip() if colon and _NAME.fullmatch(before.rstrip()) else b""
        value = bytearray(after)
    if name:
        yield name, _one_line(value)


def _one_line(value: bytes | bytearray) -> bytes:
    return _UNREADABLE.sub(b" ", bytes(value)).strip()


class _Head:
    """Stands in for the connection while a head is read: status lines as they come, fields once they are tidy."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._fields: deque[bytes] = deque()
        self._after_status = False
        self._left = MOST_BYTES

    def readline(self, limit: int = -1) -> bytes:
        if self._fields:
            return self._fields.popleft()
        if not self._after_status:
            self._after_status = True
            return self._final_status(limit)
        self._after_status = False
        self._fields.extend([*tidy(self._lines()), _LINE_END])
        return self._fields.popleft()

    def _final_status(self, limit: int) -> bytes:
        """The status line of the answer itself: hints before it are passed over (RFC 9110 § 15.2)."""
        while _INTERIM.match(line := self._line(limit)):
            for _ in self._lines():
                pass
        return line

    def _lines(self) -> Iterator[bytes]:
        while (line := self._line(self._left)).strip():
            yield line

    def _line(self, limit: int) -> bytes:
        line: bytes = self._connection.readline(limit)
        self._left -= len(line)
        if self._left <= 0:
            raise http.client.LineTooLong("header")
        return line

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Response(http.client.HTTPResponse):
    """An answer whose head is tidied before it is read."""

    def begin(self) -> None:
        """Read the head."""
        connection = self.fp
        self.fp = _Head(connection)  # type: ignore[assignment]
        try:
            super().begin()
        finally:
            if self.fp is not None:
                self.fp = connection
