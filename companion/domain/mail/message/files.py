"""What a file or a pasted text is, and the e-mails in it.

Files of e-mails begin in many ways: with a byte-order mark, blank lines, a line of an mbox or of a POP3 server, or with
the length that Apple Mail writes. People drop what they have; each of these is read.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Iterator

LARGEST_MAIL = 32 * 1024 * 1024
"""Bytes of one e-mail that are looked at; attachments are most of a large one."""

_SMALL_MAIL = 300_000
_LARGEST_HEAD = 4096
_LARGEST_PART = 3_000_000
"""Bytes of a text that are parsed; encoded and in other alphabets a million characters take that many."""

_FILE_PART = re.compile(rb"(?im)^content-type:[ \t]*(?:application|image|audio|video|font)/")
_MAIL_PART = re.compile(rb"(?i)\.emlx?\b|ms-tnef")
_HEADER = re.compile(rb"[!-9;-~]{1,80}[ \t]*:")
_KNOWN_HEADER = re.compile(
    rb"(?im)^(?:from|to|subject|date|received|return-path|message-id|mime-version|content-type|delivered-to"
    rb"|reply-to|x-[a-z-]+|dkim-signature|authentication-results)[ \t]*:"
)
_OUTLOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HTML = re.compile(rb"(?i)^\s*(?:<!doctype\s+html|<html|<head|<body|<meta|<table|<div|<p[\s>])")


class FileKind(enum.StrEnum):
    """What a file holds."""

    EMAIL = "email"
    MAILBOX = "mailbox"
    """Many e-mails (mbox)."""
    OUTLOOK = "outlook"
    """Outlook's own form of an e-mail (``.msg``)."""
    HTML = "html"
    TEXT = "text"
    OTHER = "other"


def kind_of(data: bytes) -> FileKind:
    """Returns what `data` is, by its first bytes."""
    if data.startswith(_OUTLOOK):
        return FileKind.OUTLOOK
    begin = _begin(plain_bytes(data[:65_536]))
    if begin.startswith(b"From ") and _looks_like_mail(begin.partition(b"\n")[2]):
        return FileKind.MAILBOX
    if _looks_like_mail(_without_first_lines(begin)):
        return FileKind.EMAIL
    if _HTML.match(begin):
        return FileKind.HTML
    if b"\x00" in begin:
        return FileKind.OTHER
    return FileKind.TEXT


def single_mail(data: bytes) -> bytes:
    """Returns an e-mail as RFC 5322 has it, without what programs write in front of it."""
    begin = _begin(plain_bytes(data))
    first = _first_line(begin)
    if first.strip().isdigit() and len(first.strip()) <= 10:
        # Apple Mail (.emlx): the length of the mail, the mail, and a property list.
        return begin[len(first) + 1 : len(first) + 1 + int(first)]
    return _without_first_lines(begin)


def without_attachments(data: bytes) -> bytes:
    """Returns an e-mail whose large parts are cut: pictures and files to their header, texts to what is looked at.

    Parsing takes time and memory in proportion to the size, and only texts and attached e-mails are read.
    """
    if len(data) <= _SMALL_MAIL:
        return data
    kept: list[bytes] = []
    at = 0
    while at < len(data):
        # A part ends at a line that begins with two dashes; more such lines within a text only make smaller parts.
        end = data.find(b"\n--", at + 1)
        end = end if end >= 0 else len(data)
        kept.append(_cut(data, at, end))
        at = end
    return b"".join(kept)


def _cut(data: bytes, begin: int, end: int) -> bytes:
    if end - begin <= _LARGEST_HEAD:
        return data[begin:end]
    head = data[begin : begin + _LARGEST_HEAD]
    is_file = _FILE_PART.search(head) is not None and _MAIL_PART.search(head) is None
    return head if is_file else data[begin : min(end, begin + _LARGEST_PART)]


def mails_of_mailbox(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Yields the e-mails of an mbox that is read in `chunks` of whole lines; each is cut at `LARGEST_MAIL`.

    A mail ends at a line that begins with "From " after an empty line (RFC 4155); the "From " of a text was written
    as ">From ".
    """
    mail: list[bytes] = []
    size, before = 0, b"\n"
    for chunk in chunks:
        for line in chunk.splitlines(keepends=True):
            if line.startswith(b"From ") and before.strip() == b"":
                if mail:
                    yield b"".join(mail)
                mail, size = [], 0
            elif size < LARGEST_MAIL:
                mail.append(line[1:] if line.startswith(b">From ") else line)
                size += len(line)
            before = line
    if mail:
        yield b"".join(mail)


def plain_bytes(data: bytes) -> bytes:
    """Returns `data` in UTF-8 or as it was: files of Windows programs can be UTF-16."""
    for mark, charset in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if data.startswith(mark):
            return data[2:].decode(charset, errors="replace").encode()
    return data.removeprefix(b"\xef\xbb\xbf")


def _begin(data: bytes) -> bytes:
    return data.lstrip(b"\r\n\t \xef\xbb\xbf")


def _without_first_lines(data: bytes) -> bytes:
    """Without lines of an mbox or of a POP3 server in front of the header."""
    for _ in range(3):
        line = _first_line(data)
        known = line.startswith((b"From ", b">From ", b"+OK")) or (line.strip().isdigit() and len(line) < 12)
        if not known:
            break
        data = _begin(data[len(line) + 1 :])
    return data


def _first_line(data: bytes) -> bytes:
    return data[:1000].partition(b"\n")[0]


def _looks_like_mail(data: bytes) -> bool:
    """Whether there is a header of an e-mail: a known field, and nothing but fields before the first empty line."""
    header = re.split(rb"\r?\n\r?\n", data[:32_768], maxsplit=1)[0]
    lines = [line for line in header.splitlines() if not line.startswith((b" ", b"\t"))]
    fields = sum(_HEADER.match(line) is not None for line in lines)
    return (
        bool(lines)
        and _HEADER.match(lines[0]) is not None
        and fields >= len(lines) - 1
        and bool(_KNOWN_HEADER.search(header))
    )
