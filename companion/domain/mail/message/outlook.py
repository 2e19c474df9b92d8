"""Outlook's own form of an e-mail (``.msg``, MS-OXMSG), read by python-oxmsg."""

from __future__ import annotations

import datetime as dt
import io

from companion.domain.mail.message.compound_check import is_sound
from companion.domain.mail.message.header_values import moment_of
from companion.domain.mail.message.html import read_html
from companion.domain.mail.message.letter import Letter, as_forwarded
from companion.domain.mail.message.rows import bounded, links_of_text, rows_of_text, tidy

_MOST_TEXT = 1_000_000
_MOST_ATTACHMENTS = 100


def read_outlook(data: bytes) -> Letter | None:
    """Returns what a ``.msg`` file says, or None when it cannot be read. Never raises for what it holds."""
    if not is_sound(data):
        return None
    # Loaded when such a file is met: no other use of the program needs it.
    try:
        import oxmsg
    except ImportError:
        return None
    try:
        message = oxmsg.Message.load(io.BytesIO(data))
        plain = (message.body or "")[:_MOST_TEXT]
        page = (message.html_body or "")[:_MOST_TEXT]
        names = tuple(tidy(each.file_name or "")[:200] for each in message.attachments[:_MOST_ATTACHMENTS])
        sender, subject, sent = message.sender or "", message.subject or "", message.sent_date
        header = {name.lower(): str(value) for name, value in message.message_headers.items()}
    except Exception:  # noqa: BLE001 - a damaged compound file fails in many ways inside the library
        return None
    if not plain.strip() and not page.strip():
        return None  # its text is only there in Outlook's compressed rich text
    if not isinstance(sent, dt.datetime) or sent.tzinfo is None:
        sent = moment_of(header.get("date", "")[:200].replace(" at ", " ").strip())
    content = read_html(page)
    name, _, address = sender.rpartition("<")
    local, at, domain = address.strip(" >").rpartition("@")
    letter = Letter(
        sender=f"{local}@{domain.lower()}" if at else None,
        sender_name=tidy(name)[:200],
        subject=tidy(subject),
        sent_at=sent,
        plain=tuple(rows_of_text(plain)),
        rich=bounded(content.rows),
        links=(*content.links, *links_of_text(plain)),
        json_ld=content.json_ld,
        items=content.items,
        attachments=names,
    )
    return as_forwarded(letter)
