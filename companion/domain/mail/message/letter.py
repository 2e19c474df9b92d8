"""An e-mail taken apart: who sent it, when, and what it says. Every step is bounded in size, parts and depth."""

from __future__ import annotations

import codecs
import datetime as dt
import email
import email.errors
import email.message
import email.utils
import re
from email.header import decode_header, make_header
from typing import NamedTuple

from companion.domain.core.untrusted.host_names import ascii_host
from companion.domain.mail.message.files import single_mail, without_attachments
from companion.domain.mail.message.header_values import ADDRESS, LIBRARY_ERRORS, moment_of
from companion.domain.mail.message.html import HtmlContent, read_html
from companion.domain.mail.message.quoted_header import quoted_header
from companion.domain.mail.message.rows import Link, Row, bounded, links_of_text, rows_of_text, tidy, unflowed

MOST_TEXT = 1_000_000
_MOST_PARTS = 200
_MOST_DEPTH = 5
_MOST_BOUNDARIES = 4000
_MOST_NESTED = 60
_MOST_STEPS = 4_000_000
"""Lines times nesting: each line is compared with every boundary around it."""

_MOST_HEADER = 262_144
_MOST_PARAMETERS = 100
_PARAMETERS = re.compile(rb"(?i)(?:^|[\r\n])content-(?:type|disposition):[^\r\n]*(?:[\r\n]{1,2}[ \t][^\r\n]*)*")
"""A header field with parameters, on all its lines."""


class Letter(NamedTuple):
    """What one e-mail says. A forwarded mail that is attached is the letter itself; `forwarded` then tells so.

    `sender` and `sent_at` can be missing or untrue: nothing here has been proven. `plain` and `rich` are the rows of
    the text parts and of the HTML parts; mails usually say the same in both.
    """

    sender: str | None
    sender_name: str
    subject: str
    sent_at: dt.datetime | None
    plain: tuple[Row, ...]
    rich: tuple[Row, ...]
    links: tuple[Link, ...]
    json_ld: tuple[str, ...]
    items: tuple[tuple[str, dict[str, str]], ...]
    attachments: tuple[str, ...]
    forwarded: bool = False

    @property
    def sender_domain(self) -> str | None:
        """The part of the sender's address after the @, in ASCII."""
        return ascii_host(self.sender.rpartition("@")[2]) if self.sender else None


def read_letter(data: bytes) -> Letter | None:
    """Returns what an e-mail (RFC 5322) says, or None when it cannot be read. Never raises for what it holds."""
    data = without_attachments(single_mail(data))
    if _is_hostile(data):
        return None
    try:
        message = email.message_from_bytes(data)
        return _letter(message) if message.keys() else None
    except LIBRARY_ERRORS:
        return None


def letter_of_text(text: str) -> Letter:
    """Returns what text says that was copied out of a mail program; ``From:`` and ``Date:`` lines in it are used."""
    body = text[:MOST_TEXT]
    rows = tuple(rows_of_text(body))
    return as_forwarded(_empty()._replace(plain=rows, links=tuple(links_of_text(body))))


def letter_of_html(page: str) -> Letter:
    """Returns what a saved web page or an HTML e-mail without its header says."""
    content = read_html(page)
    letter = _empty()._replace(
        rich=bounded(content.rows), links=content.links, json_ld=content.json_ld, items=content.items
    )
    return as_forwarded(letter)


def _empty() -> Letter:
    return Letter(None, "", "", None, (), (), (), (), (), ())


def _is_hostile(data: bytes) -> bool:
    """Whether the mail is built to cost time.

    The parser's work grows with lines times nesting, and with the square of the parameters of a field.
    """
    head = data[:_MOST_HEADER]
    if b"\n\n" not in head and b"\r\n\r\n" not in head and len(data) > _MOST_HEADER:
        return True
    if any(found.group().count(b";") > _MOST_PARAMETERS for found in _PARAMETERS.finditer(data)):
        return True
    nested = _nested(data)
    if data.count(b"\n--") > _MOST_BOUNDARIES or nested > _MOST_NESTED:
        return True
    return nested * (data.count(b"\n") + data.count(b"\r")) > _MOST_STEPS


def _nested(data: bytes) -> int:
    return len(re.findall(rb"(?i)(?:multipart/|message/rfc822)", data))


def _letter(message: email.message.Message, depth: int = 0) -> Letter:
    parts = _Parts()
    parts.take(message, depth)
    if parts.inner is not None and not _says_something(parts):
        return parts.inner._replace(forwarded=True)
    name, address = _sender(message)
    rows = bounded(row for text in parts.plain for row in rows_of_text(text))
    pages = [read_html(page) for page in parts.pages]
    letter = Letter(
        sender=address,
        sender_name=name,
        subject=tidy(_header(message, "Subject")),
        sent_at=_sent_at(message),
        plain=rows,
        rich=bounded(row for page in pages for row in page.rows),
        links=(*_links(pages), *(link for text in parts.plain for link in links_of_text(text))),
        json_ld=tuple(block for page in pages for block in page.json_ld),
        items=tuple(item for page in pages for item in page.items),
        attachments=tuple(parts.attachments),
    )
    if parts.inner is not None:
        # "See attached" and the mail itself: what counts is the mail.
        return parts.inner._replace(forwarded=True)
    return as_forwarded(letter)


def _says_something(parts: _Parts) -> bool:
    return any(text.strip() for text in parts.plain) or bool(parts.pages)


def _links(pages: list[HtmlContent]) -> tuple[Link, ...]:
    return tuple(link for page in pages for link in page.links)


class _Parts:
    """The parts of a message that say something, walked within limits."""

    def __init__(self) -> None:
        self.plain: list[str] = []
        self.pages: list[str] = []
        self.attachments: list[str] = []
        self.inner: Letter | None = None
        self._count = 0
        self._text = 0

    def take(self, part: email.message.Message, depth: int) -> None:
        self._count += 1
        if self._count > _MOST_PARTS or depth > _MOST_DEPTH * 4:
            return
        kind = part.get_content_type()
        name = _file_name(part)
        if kind == "message/rfc822" or (name.lower().endswith((".eml", ".emlx")) and not part.is_multipart()):
            self._take_inner(part, depth)
        elif part.is_multipart():
            for each in part.get_payload():
                if isinstance(each, email.message.Message):
                    self.take(each, depth + 1)
        elif kind in ("text/plain", "text/html") and not _is_attachment(part):
            self._take_text(part, kind)
        elif name:
            self.attachments.append(tidy(name)[:200])

    def _take_text(self, part: email.message.Message, kind: str) -> None:
        text = _decoded(part)[: max(0, MOST_TEXT - self._text)]
        self._text += len(text)
        if kind == "text/html":
            self.pages.append(text)
            return
        flowed = str(part.get_param("format", "")).lower() == "flowed"
        if flowed:
            text = unflowed(text, delsp=str(part.get_param("delsp", "")).lower() == "yes")
        self.plain.append(text)

    def _take_inner(self, part: email.message.Message, depth: int) -> None:
        """A mail that is attached; standards forbid encoding it, and programs do it all the same."""
        if depth > _MOST_DEPTH or self.inner is not None:
            return
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        if isinstance(inner, email.message.Message) and inner.keys():
            self.inner = _letter(inner, depth + 1)
            return
        # get_payload(decode=True) leaves the parts of a message alone, so the encoding is undone here.
        content = part.get_payload(decode=True)
        if not isinstance(content, bytes) and isinstance(inner, email.message.Message):
            holder = email.message.Message()
            holder["Content-Transfer-Encoding"] = part.get("Content-Transfer-Encoding", "7bit")
            holder.set_payload(inner.get_payload())
            content = holder.get_payload(decode=True)
        if isinstance(content, bytes):
            content = without_attachments(single_mail(content))
            decoded = email.message_from_bytes(content) if not _is_hostile(content) else None
            if decoded is not None and decoded.keys():
                self.inner = _letter(decoded, depth + 1)


def _is_attachment(part: email.message.Message) -> bool:
    return str(part.get_content_disposition() or "") == "attachment"


def _file_name(part: email.message.Message) -> str:
    try:
        return str(part.get_filename() or "")
    except LIBRARY_ERRORS:
        return ""


def _decoded(part: email.message.Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    for charset in (_charset(part), "utf-8", "cp1252"):
        try:
            return content.decode(charset or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            # The charset it names does not exist, or the text is not in it.
            continue
    return content.decode("latin-1")


_OTHER_NAMES = {
    "cp-850": "cp850",
    "windows-874": "cp874",
    "ks_c_5601-1987": "cp949",
    "iso-8859-8-i": "iso-8859-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-sjis": "cp932",
    "shift_jis": "cp932",
    "iso-2022-jp": "iso2022_jp_3",
    "gb2312": "gb18030",
}


_NO_CHARSETS = frozenset(("idna", "punycode", "raw-unicode-escape", "unicode-escape"))
"""What Python decodes besides; Punycode takes time that grows with the square of the length."""


def _charset(part: email.message.Message) -> str | None:
    """Returns the charset that a part names, None where it names none that e-mails have."""
    named = part.get_content_charset()
    if not named:
        return None
    named = _OTHER_NAMES.get(named, named)
    try:
        return named if codecs.lookup(named).name not in _NO_CHARSETS else None
    except (LookupError, ValueError):
        return None


def _header(message: email.message.Message, name: str) -> str:
    value = message.get(name)
    if value is None:
        return ""
    text = _as_utf8(message, name) or str(value)[:2000]
    try:
        return str(make_header(decode_header(text)))
    except LIBRARY_ERRORS:
        return text


def _as_utf8(message: email.message.Message, name: str) -> str | None:
    """Returns a field that is written in UTF-8 as it stands (RFC 6532), None for any other."""
    raw = next((str(value) for field, value in message.raw_items() if field.lower() == name.lower()), "")[:2000]
    if raw.isascii():
        return None
    try:
        return raw.encode("ascii", "surrogateescape").decode("utf-8")
    except UnicodeError:
        return None


def _sender(message: email.message.Message) -> tuple[str, str | None]:
    for name in ("From", "Sender", "Reply-To"):
        words, address = email.utils.parseaddr(_header(message, name).replace("\n", " "))
        local, at, domain = address.strip().rpartition("@")
        address = f"{local}{at}{ascii_host(domain)}"
        if ADDRESS.fullmatch(address) is not None:
            return tidy(words)[:200], address
    return "", None


def _sent_at(message: email.message.Message) -> dt.datetime | None:
    try:
        return moment_of(_header(message, "Date"))
    except LIBRARY_ERRORS:
        return None


_FORWARDED_SUBJECT = re.compile(r"(?i)^(?:fwd?|wg|tr|rv|i|enc|doorst|転送)\s*[:：]")


def as_forwarded(letter: Letter) -> Letter:
    """A mail that was forwarded within the text: its sender is the one that the text names.

    Where the text names none, the sender is unknown: the person who forwarded it is not the store.
    """
    quoted = quoted_header(letter.plain), quoted_header(letter.rich)
    header = quoted[0] or quoted[1]
    forwarded = _FORWARDED_SUBJECT.match(letter.subject) is not None
    if header is None:
        return letter._replace(sender=None, sender_name="", forwarded=True) if forwarded else letter
    if not forwarded and letter.sender is not None:
        return letter
    plain, rich = (
        rows if found is None else (*rows[: found.begin], *rows[found.end :])
        for rows, found in zip((letter.plain, letter.rich), quoted, strict=True)
    )
    return letter._replace(
        sender=header.sender,
        sender_name=header.sender_name,
        sent_at=header.sent_at or letter.sent_at,
        subject=header.subject or _FORWARDED_SUBJECT.sub("", letter.subject).strip(),
        plain=plain,
        rich=rich,
        forwarded=True,
    )
