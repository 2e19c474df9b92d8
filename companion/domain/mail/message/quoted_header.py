"""The header that a mail program writes above a forwarded or copied text."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

from companion.domain.mail.message.header_values import ADDRESS, moment_of
from companion.domain.mail.message.rows import Row, tidy

_HEADER_LINE = re.compile(
    r"(?i)^\*?(?P<name>from|von|de|da|van|expéditeur|mittente|remitente|差出人"
    r"|sent|gesendet|envoyé|enviado|inviato|verzonden|送信日時|date|datum|fecha|data|日付|日時"
    r"|to|an|à|para|a|aan|宛先|cc|kopie|reply-to|antwort an"
    r"|subject|betreff|objet|asunto|oggetto|onderwerp|assunto|件名)\s*[:：]\*?\s*(?P<value>.{1,400})$"
)
_FROM = frozenset(("from", "von", "de", "da", "van", "expéditeur", "mittente", "remitente", "差出人"))
_SUBJECT = frozenset(("subject", "betreff", "objet", "asunto", "oggetto", "onderwerp", "assunto", "件名"))
_DATE = frozenset(("date", "sent"))
_MOST_HEADER_LINES = 8


class Quoted(NamedTuple):
    """The header that a mail program writes above a forwarded text, and which rows it takes."""

    sender: str
    sender_name: str
    sent_at: dt.datetime | None
    subject: str
    begin: int
    end: int


def quoted_header(rows: Sequence[Row]) -> Quoted | None:
    """Returns the header of the mail that a person forwarded or copied, from the lines programs write there."""
    for number, row in enumerate(rows[:80]):
        line = _HEADER_LINE.match(row.text)
        if line is None or line.group("name").casefold() not in _FROM:
            continue
        address = ADDRESS.search(line.group("value"))
        if address is None:
            continue
        begin, end = _header_lines(rows, number)
        if end - begin < 2:
            continue
        local, _, domain = address.group().rpartition("@")
        name = tidy(line.group("value")[: address.start()].partition("[")[0].strip(" <\"'*("))
        values = [(found.group("name").casefold(), found.group("value")) for found in _headers(rows[begin:end])]
        subject = next((value for each, value in values if each in _SUBJECT), "")
        sent = next((moment_of(value.replace(" at ", " ").strip()) for each, value in values if each in _DATE), None)
        return Quoted(f"{local}@{domain.lower()}", name[:200], sent, tidy(subject), begin, end)
    return None


def _headers(rows: Sequence[Row]) -> list[re.Match[str]]:
    return [found for row in rows if (found := _HEADER_LINE.match(row.text)) is not None]


def _header_lines(rows: Sequence[Row], number: int) -> tuple[int, int]:
    begin = end = number
    while begin > 0 and number - begin < _MOST_HEADER_LINES and _HEADER_LINE.match(rows[begin - 1].text):
        begin -= 1
    while end < len(rows) and end - number < _MOST_HEADER_LINES and _HEADER_LINE.match(rows[end].text):
        end += 1
    return begin, end
