"""What is said about the parts of a store's answer that could not be used."""

from __future__ import annotations

from collections.abc import Iterable

from companion.domain.core.model import Unread

_WORDS = ("status", "kind", "reason", "platform", "severity", "countsFrom")
_DATES = ("At", "Until", "From", "By", "deadline", ".at")


def unread_sentences(parts: Iterable[Unread]) -> tuple[str, ...]:
    """Returns one sentence for each part, with the store's own text where that is known."""
    return tuple(dict.fromkeys(_sentence(part) for part in parts))


def _sentence(part: Unread) -> str:
    said = f": “{part.text}”" if part.text else ""
    field = part.field.rpartition(".")[2].partition("[")[0]
    if field.endswith(_WORDS) and said:
        return f"The store names a state this version does not know{said} ({part.field})."
    if f".{field}".endswith(_DATES) and said:
        return f"The store names a date that cannot be right{said} ({part.field}); it is left out."
    return f"A part of what the store says could not be read ({part.field}); everything else is shown."
