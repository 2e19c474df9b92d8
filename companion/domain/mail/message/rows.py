"""The text of an e-mail as people see it: rows of cells.

Order mails put a label and its value side by side in a table, below each other, or into one line. Rows of cells keep
these neighbours; a plain line is a row with one cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

MOST_ROWS = 20_000
_LONGEST_CELL = 2000
_MOST_VISIBLE = 200_000
"""Characters of the visible text that are looked at."""

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2015\u2212\ufe58\ufe63\uff0d"), "-")
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff\u00ad\u034f\u180e"))
_BIDI = dict.fromkeys(range(0x202A, 0x202F)) | dict.fromkeys(range(0x2066, 0x206A))
_APART = re.compile(r" {3,}(?=\S)")
_QUOTE = re.compile(r"^(?:[>|\u2502] ?)+")


class Link(NamedTuple):
    """A link: its address exactly as it stands in the mail, and the words people see."""

    address: str
    words: str


class Row(NamedTuple):
    """One row of the visible text; cells are tidy single lines, never empty. `table` numbers the table it is in."""

    cells: tuple[str, ...]
    table: int = 0

    @property
    def text(self) -> str:
        """The row as one line."""
        return " ".join(self.cells)


def tidy(text: str) -> str:
    """Returns one tidy line: compatibility forms and dashes made plain (NFKC), invisible signs and blanks removed.

    An em dash between words stays: it separates, and never belongs to a number.
    """
    plain = text[: _LONGEST_CELL * 2].translate(_INVISIBLE).translate(_BIDI).translate(_DASHES)
    # One sign can become eighteen.
    plain = unicodedata.normalize("NFKC", plain)[: _LONGEST_CELL * 2].translate(_DASHES).translate(_INVISIBLE)
    if plain.isprintable():
        return " ".join(plain.split())[:_LONGEST_CELL]
    shown = "".join(sign if sign.isprintable() or sign.isspace() else " " for sign in plain)
    return " ".join(shown.split())[:_LONGEST_CELL]


def bounded(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Returns as many rows as an e-mail about a purchase can have; the work on a text stays bounded."""
    kept: list[Row] = []
    size = 0
    for row in rows:
        size += sum(map(len, row.cells))
        if size > _MOST_VISIBLE or len(kept) >= MOST_ROWS:
            break
        kept.append(row)
    return tuple(kept)


def rows_of_text(text: str) -> list[Row]:
    """Returns the lines of plain text as rows; a tab, a run of three blanks or an upright stroke separates cells."""
    return list(bounded(_rows(text)))


def _rows(text: str) -> Iterator[Row]:
    for line in text.splitlines():
        if not line or line.isspace():
            continue
        cells = [cell for part in _cells(_QUOTE.sub("", line.strip())) if (cell := tidy(part))]
        if cells:
            yield Row(tuple(cells))


def _cells(line: str) -> list[str]:
    """Where three blanks part some cells of a line, two part the others: columns are as wide as their widest cell."""
    blanks = 2 if _APART.search(line) else 3
    return re.split(rf"\t+| {{{blanks},}}| \| ", line)


_URL = re.compile(r"""https?://[^\s<>"'\u3000-\u303f]{4,2000}""")


def links_of_text(text: str) -> Iterator[Link]:
    """Yields the addresses in plain text; one in angle brackets may be wrapped over lines (RFC 3986, app. C)."""
    joined = re.sub(r"<(https?://[^<>]{1,2000})>", lambda found: f" {''.join(found.group(1).split())} ", text)
    for found in _URL.finditer(joined):
        address = found.group().rstrip(".,;:!?)]}*_")
        yield Link(address, "")


def unflowed(text: str, *, delsp: bool) -> str:
    """Returns the text of ``format=flowed`` with its soft line breaks joined (RFC 3676)."""
    lines: list[str] = []
    open_line = False
    for line in text.split("\n"):
        line = line.rstrip("\r")
        flowed = line.endswith(" ") and line != "-- "
        part = line[:-1] if flowed and delsp else line
        if open_line:
            lines[-1] += part.removeprefix(" ") if not delsp else part
        else:
            lines.append(part)
        open_line = flowed
    return "\n".join(lines)


def words(*lines: str) -> frozenset[str]:
    """Returns the words of a vocabulary that is written in lines."""
    return frozenset(word for line in lines for word in line.split())
