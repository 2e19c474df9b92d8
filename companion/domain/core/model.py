"""The base of all values, moments in time, and secrets."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import msgspec

Instant = Annotated[dt.datetime, msgspec.Meta(tz=True)]
"""A moment with a known offset; a moment without one is refused when it is read."""


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


class Model(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Base of everything that is read from or written as JSON: frozen, named fields, camelCase outside."""
