"""The base of all values, moments in time, and secrets."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec

EARLIEST = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
LATEST = dt.datetime(2200, 12, 31, 23, 59, 59, tzinfo=dt.UTC)
"""Between these all dates of purchases lie, and date arithmetic is safe in every time zone."""

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""A moment with a known offset of the years 1970 to 2200; any other is refused when it is read."""

MOST_COUNTED = 2**63 - 1
"""The largest number that SQLite and Qt hold."""

Whole = Annotated[int, msgspec.Meta(ge=-MOST_COUNTED, le=MOST_COUNTED)]
"""An amount or a code."""
Count = Annotated[int, msgspec.Meta(ge=0, le=MOST_COUNTED)]
Counted = Annotated[int, msgspec.Meta(ge=1, le=MOST_COUNTED)]

Prose = Annotated[str, msgspec.Meta(extra={"prose": True})]
"""A text of several lines; every other text is read as one line."""

Exact = Annotated[str, msgspec.Meta(extra={"exact": True})]
"""A text that is read as it was written: a path, or what this program wrote and has to find again."""


class Secret:
    """A text that must never be shown, logged or written in clear: passwords, tokens, licence keys, card digits.

    Printing, formatting or comparing by `repr` shows dots; `reveal` is the only way to the text, so a search for
    ``.reveal(`` lists every place a secret is used.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself."""
        return self._text

    def __repr__(self) -> str:
        return "Secret('•••')"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __reduce__(self) -> tuple[Any, ...]:
        raise TypeError("a secret cannot be pickled")


class Model(msgspec.Struct, frozen=True, kw_only=True, rename="camel", gc=False):
    """Base of everything that is read from or written as JSON: frozen, named fields, camelCase outside.

    Frozen values cannot refer to themselves, so the garbage collector need not look through them: with thousands of
    purchases it would hold up every thread for a quarter of a second.
    """


class Unread(Model, frozen=True):
    """A part of an answer that could not be used: where it stood, and its text where that is no secret."""

    field: str
    text: str = ""
