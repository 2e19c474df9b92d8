"""The first real cause of a failure in a log of Inno Setup.

What it logs is the same in every language, the texts of its messages are not. A message is no failure by itself: the
answer to it is (the source of Inno Setup, Setup.MainFunc.pas and Setup.Install.pas).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from companion.domain.installation.logs.text import Found

_LINE = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3} {3}(.*)$")
_BOX = re.compile(
    r"^(?:Message box|Task dialog|Defaulting to (\w{1,20}) for suppressed (?:message box|task dialog))"
    r" \(([^()]{1,60})\):(.{0,2000})$"
)
_ANSWER = re.compile(r"^User chose ([\w ]{1,20})\.$")
_FAILED = re.compile(
    r"^(?:Fatal exception during installation process \([\w.]{1,60}\)|PrepareToInstall failed"
    r"|Runtime error \([^()]{1,40}\))[:.](.{0,2000})$"
)
_ABORTS = re.compile(r"^(?:(?:Got|Caught) EAbort exception\.|InitializeSetup returned False; aborting\.)$")
_REFUSED = re.compile(r"^(?:InitializeSetup returned False|Failed to proceed to next wizard page; aborting).{0,400}$")
_NOT_CLOSED = re.compile(r"^Some applications could not be shut down\.$")
_USED_BY = re.compile(r"^RestartManager found an application using one of our files: (.{1,200})$")
_NO = frozenset({"Abort", "Cancel"})
_YES_NO = "Yes/No"
_MESSAGE_LINES = 12


class _Entry(NamedTuple):
    """An entry of the log, and the line (from 0) it stands on."""

    words: str
    at: int


def cause_in(lines: Sequence[str]) -> Found | None:
    """Returns the message that made Setup give up; else what else it says, the gravest first."""
    entries = [_Entry(found[1].strip(), at) for at, line in enumerate(lines) if (found := _LINE.match(line))]
    return _gave_up(lines, entries) or _remark(lines, entries)


def _gave_up(lines: Sequence[str], entries: Sequence[_Entry]) -> Found | None:
    """Returns what was said last before Setup gave up."""
    box: Found | None = None
    for entry in entries:
        failed, shown, answer = (pattern.match(entry.words) for pattern in (_FAILED, _BOX, _ANSWER))
        if failed is not None and (said := _message(lines, entry, failed[1])) is not None:
            return said
        if shown is not None:
            box = None if _YES_NO in shown[2] else _message(lines, entry, shown[3])
            if box is not None and shown[1] in _NO:
                return box
        elif box is not None and ((answer is not None and answer[1] in _NO) or _ABORTS.match(entry.words)):
            return box
    return None


def _remark(lines: Sequence[str], entries: Sequence[_Entry]) -> Found | None:
    for pattern in (_REFUSED, _NOT_CLOSED):
        for entry in entries:
            if pattern.match(entry.words):
                return Found(entry.words, entry.at)
    for entry in entries:
        shown = _BOX.match(entry.words)
        if shown is not None and _YES_NO not in shown[2] and (said := _message(lines, entry, shown[3])) is not None:
            return said
    used = [(found[1], entry.at) for entry in entries if (found := _USED_BY.match(entry.words)) is not None]
    if used and not any(_BOX.match(entry.words) for entry in entries):
        return Found(f"Files that have to be replaced are used by {used[0][0]}", used[0][1])
    return None


def _message(lines: Sequence[str], entry: _Entry, begun: str) -> Found | None:
    """Returns the text of an entry: what stands in it, and the following lines without a time."""
    words = [begun.strip()]
    for line in lines[entry.at + 1 : entry.at + 1 + _MESSAGE_LINES]:
        if _LINE.match(line):
            break
        words.append(line.strip())
    said = " ".join(filter(None, words))
    return Found(said, entry.at) if said else None
