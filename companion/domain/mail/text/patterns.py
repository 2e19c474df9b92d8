"""Regular expressions of a store's profile on the text of an e-mail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from companion.domain.core.untrusted.safe_pattern import compile_pattern
from companion.domain.mail.message.rows import Row
from companion.domain.mail.text.pairs import MOST_ROWS

_LONGEST_WINDOW = 400
_MOST_TEXT = 60_000


def first_match(pattern: str, rows: Sequence[Row]) -> str | None:
    """Returns the first group of `pattern`, or its whole match, in a line of the text or in lines that follow."""
    compiled = _compiled(pattern)
    if compiled is None:
        return None
    lines, size = [], 0
    for row in rows[:MOST_ROWS]:
        for cell in row.cells:
            size += len(cell)
            if size <= _MOST_TEXT and cell not in (":", "："):
                lines.append(cell)
    for number, line in enumerate(lines):
        # Label and value often stand in two cells of a table, which are two lines of text.
        following = lines[number + 1] if number + 1 < len(lines) else ""
        for window in (line, f"{line} {following}"):
            match = compiled.search(window[:_LONGEST_WINDOW])
            if match is not None:
                found: str | None = match.group(1) if compiled.groups else match.group()
                if found:
                    return found
    return None


def fits(pattern: str, value: str) -> bool:
    """Whether a value could have been found by a pattern: its first group matches the whole of it.

    True also for a pattern without a group, which says nothing about the value alone.
    """
    group = _first_group(pattern)
    compiled = _compiled(f"(?i){group}") if group is not None else None
    return compiled is None or compiled.fullmatch(value[:_LONGEST_WINDOW]) is not None


def _compiled(pattern: str) -> Any:
    """Returns the compiled pattern, None for one that cannot be used; the profile's reader has said so."""
    try:
        return compile_pattern(pattern)
    except ValueError:
        return None


def _first_group(pattern: str) -> str | None:
    """The text within the first capturing parentheses of a pattern."""
    begin, depth = -1, 0
    for found in _TOKEN.finditer(pattern):
        sign = found.group()
        if begin < 0:
            if sign == "(" and not pattern.startswith("?", found.end()):
                begin, depth = found.end(), 1
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth == 0:
                return pattern[begin : found.start()]
    return None


_TOKEN = re.compile(r"\\.|\[\^?\]?[^\]]*\]|\{\d*,\}|\{[\d,]+\}|[*+?]|.", re.DOTALL)
