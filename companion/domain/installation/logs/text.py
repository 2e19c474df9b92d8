"""The text of an installer's log, in whichever encoding it was written, and what of it is kept."""

from __future__ import annotations

from typing import NamedTuple

from companion.domain.core.redaction import Redact
from companion.domain.core.untrusted.foreign_text import clean_text, text_of

LARGEST_LOG = 32 << 20
"""Bytes of a log that are read; of a larger one its end."""
LARGEST_KEPT, MOST_KEPT = 512 << 10, 8000
"""Characters and lines of a log that are kept; of a longer one its end, where the failure stands."""
_LONGEST_LINE = 2000
_MOST_LINES = 400_000


class Found(NamedTuple):
    """What a log gives as a reason, and the line (from 0) it stands on."""

    words: str
    at: int


def text_of_log(data: bytes) -> str:
    """Returns the text of a log: Windows Installer writes UTF-16 or the code page of the PC, Inno Setup UTF-8."""
    head = data[:4000]
    if head.count(0) * 3 > len(head) and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16-le" if head[1:2] == b"\0" else "utf-16-be", "replace")
    return text_of(data)


def lines_of_log(text: str) -> list[str]:
    """Returns the lines of a log, each cut where it is longer than a person reads."""
    lines = text.split("\n", _MOST_LINES)[:_MOST_LINES]
    return [line[:_LONGEST_LINE].rstrip("\r") for line in lines]


def kept_log(text: str, redact: Redact) -> str:
    """Returns what is kept of a log: its end, on harmless lines, without what looks like a secret."""
    lines = lines_of_log(text[-LARGEST_KEPT:])[-MOST_KEPT:]
    return redact("".join(f"{clean_text(line, _LONGEST_LINE)}\n" for line in lines))
