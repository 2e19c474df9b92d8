"""Text from outside (stores, e-mails, programs, files) made harmless where it is read.

Control characters, bidirectional overrides and line breaks of foreign text could redraw a terminal, hide a file's real
ending or add lines to a calendar (Unicode Technical Report 36, section 3.1).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import AnyStr

LONGEST_TEXT = 500
"""Characters of a name or a label that are kept."""

LONGEST_PROSE = 20_000
"""Characters of a text of several lines that are kept, such as a letter."""

# Everything that is not seen, or changes how its neighbours are seen: control, format and private-use characters,
# surrogates, fillers, separators of lines. The joiners U+200C and U+200D are kept: without them some scripts and emoji
# are spelled wrongly. Lone tag characters have no use outside of flags, which are spelled out where they are missing.
_UNSEEN_SIGNS = (
    r"\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    r"\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff"
)
_JOINED_MARKS = r"\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"


def _when_used(pattern: AnyStr) -> Callable[[], re.Pattern[AnyStr]]:
    """Returns what returns the compiled pattern: most texts are ASCII, and to compile all takes milliseconds."""
    return functools.cache(lambda: re.compile(pattern))


_unseen = _when_used(f"[{_UNSEEN_SIGNS}]")
_acting = _when_used(rf"[{_UNSEEN_SIGNS}\x85\u2028\u2029]")
_acting_or_break = _when_used(rf"[{_UNSEEN_SIGNS}\t\n\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_piled_marks = _when_used(f"([{_JOINED_MARKS}]{{4}})[{_JOINED_MARKS}]+")
"""More combining marks in a row than any language writes; piled up they reach over the lines above and below."""
_OTHER_BREAKS = re.compile(r"[\r\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_LINE_BREAKS = re.compile(r"\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")


def text_of(data: bytes) -> str:
    """Returns the text of a file: UTF-16 with its mark, UTF-8, else as Windows programs write it."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    plain = data.removeprefix(b"\xef\xbb\xbf")
    try:
        return plain.decode()
    except UnicodeDecodeError:
        return plain.decode("cp1252", "replace")


def clean_text(text: str, most: int = LONGEST_TEXT) -> str:
    """Returns `text` on one line, without control and invisible format characters, at most `most` characters long.

    What is cut off is marked by an ellipsis.
    """
    begin = text[: most * 4]
    seen = begin if begin.isascii() and begin.isprintable() else _without_unseen(begin)
    return _cut(" ".join(seen.split()), most)


def marked_text(text: str, most: int = LONGEST_TEXT) -> str:
    """Returns `text` on one line, with a mark (U+FFFD) in place of each character that is not seen or acts.

    Unlike with `clean_text`, names that differ stay different: what they are compared with decides what is closed.
    """
    return _cut(_piled_marks().sub(r"\1", _acting_or_break().sub("\ufffd", text[: most * 4])), most)


def clean_prose(text: str, most: int = LONGEST_PROSE) -> str:
    """Returns a text of several lines, each of them harmless, at most `most` characters long."""
    lines = _LINE_BREAKS.sub("\n", text[: most * 2]).split("\n")
    return _cut("\n".join(" ".join(_without_unseen(line).split("\t")).rstrip() for line in lines), most)


def indented(text: str) -> str:
    """Returns a text of several lines set in from the left, so that none of them looks like one of ours."""
    return "\n".join(f"  | {line}".rstrip() for line in clean_prose(text).split("\n"))


def printable(text: str) -> str:
    """Returns a text of our own for a terminal or a label: a foreign part that was overlooked cannot act in it.

    Line breaks and tabs stay as they are; what returns to the beginning of a line becomes a blank.
    """
    return text if text.isascii() and text.isprintable() else _without_unseen(_OTHER_BREAKS.sub(" ", text))


def escaped_json(text: str) -> str:
    """Returns a JSON text in which characters that could act on a terminal are written as escapes."""
    return text if text.isascii() and "\x7f" not in text else _acting().sub(_escape, text)


def _escape(found: re.Match[str]) -> str:
    units = found.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _without_unseen(text: str) -> str:
    return _piled_marks().sub(r"\1", _unseen().sub("", text))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def is_harmless(data: bytes) -> bool:
    """Whether nothing in a JSON document has to be taken out of its texts, found without reading them one by one.

    Escapes can spell every character, so a document with one other than those of JSON's own signs is not.
    """
    if b"\\" in data and _ESCAPE.search(data) is not None:
        return False
    return (data.isascii() or _unseen_bytes().search(data) is None) and b"\x7f" not in data


_ESCAPE = re.compile(rb'(?<!\\)(?:\\\\)*\\[^"\\/]')

_unseen_bytes = _when_used(
    rb"\xc2[\x80-\x9f\xad]|\xcd\x8f|\xd8\x9c|\xe1(?:\x85[\x9f\xa0]|\x9e[\xb4\xb5]|\xa0[\x8b-\x8f]|\xaa|\xab|\xb7)"
    rb"|\xe2(?:\x80[\x8b\x8e\x8f\xa8-\xae]|\x81[\xa0-\xaf]|\x83[\x90-\xbf])|\xe3\x85\xa4|[\xee\xef\xf3\xf4]|\xf0\x9b"
    rb"|\xf0\x9d\x85|[\xcc\xcd][\x80-\xbf][\xcc\xcd]|\xd2[\x83-\x89]"
)
"""UTF-8 of what `clean_text` changes, and of some neighbours that it does not."""
