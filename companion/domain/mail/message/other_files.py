"""Files that are dropped beside e-mails: what they are by their first bytes, what to do instead, links within files."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import NamedTuple

from companion.domain.core.untrusted.file_heads import HeadKind, head_kind
from companion.domain.core.untrusted.foreign_text import text_of

TAKEN = "an e-mail or a whole mailbox (.eml, .msg, .mbox), a web page, a text, a link, or an installer"
"""What can be dropped, to be put into a sentence."""

MAIL_ENDINGS = (".eml", ".emlx", ".msg", ".mbox", ".mbx")
"""How names of files of e-mails end."""

_COPY_TEXT = "Open it, mark its text, copy it and paste it here. Or drop the e-mail that it came with."
_TYPE_IT = "Drop the e-mail or the web page itself, or type what you see in it by hand."
_UNPACK = "Unpack it first (right click, “Extract”), then drop what is in it."
_INSTALL = "If you want to install it, choose it with “Install a file…” on the Downloads page."

_DOCUMENTS = (".docx", ".odt", ".pages", ".xlsx", ".ods", ".pptx", ".odp", ".rtf", ".doc", ".xls")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xed\xab\xee\xdb")
_LINK = re.compile(r"(?im)^URL(?:\[[^\]]*\])?[ \t]*=[ \t]*(https?://\S+)")
_LINK_OF_MACOS = re.compile(r"(?i)<key>URL</key>\s*<string>\s*(https?://[^<\s]+)")


class OtherFile(NamedTuple):
    """What a file is that holds no text to be read, and what to do instead, in sentences."""

    what: str
    advice: str


def other_file(head: bytes, name: str) -> OtherFile | None:
    """Returns what a file is that is neither an e-mail nor a text, by its first bytes; None where it may be one."""
    ending, kind = PurePosixPath(name.casefold()).suffix, head_kind(head)
    if kind is HeadKind.PDF:
        return OtherFile("It is a document (PDF), which Companion cannot read.", _COPY_TEXT)
    if kind is HeadKind.PICTURE or _is_bitmap_or_film(head):
        return OtherFile("It is a picture or a film, and Companion reads texts only.", _TYPE_IT)
    if ending in _DOCUMENTS or head.startswith(b"{\\rtf"):
        return OtherFile("It is a document, which Companion cannot read.", _COPY_TEXT)
    if kind in (HeadKind.ZIP, HeadKind.ARCHIVE):
        return OtherFile("It is an archive: files that are packed together.", _UNPACK)
    if kind is HeadKind.SHORTCUT:
        return OtherFile("It is a shortcut, which only points to something else.", "Drop what it points to.")
    if head.startswith(_PROGRAMS) and b"\0" in head:
        return OtherFile("It is a program.", _INSTALL)
    return None


def _is_bitmap_or_film(head: bytes) -> bool:
    is_bitmap = head.startswith(b"BM") and head[6:10] == b"\0\0\0\0"
    return is_bitmap or (head[4:8] == b"ftyp" and b"\0" in head[:4])


def link_in(data: bytes, name: str) -> str | None:
    """Returns the address in a file that desktops and browsers make of a link: .url, .desktop, .webloc."""
    found = _LINK if name.casefold().endswith((".url", ".desktop")) else None
    if name.casefold().endswith(".webloc"):
        found = _LINK_OF_MACOS
    matched = found.search(text_of(data[:8192])) if found is not None else None
    return matched[1] if matched is not None else None
