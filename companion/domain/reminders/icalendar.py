"""All dates as an iCalendar file, for the calendar people already look at (RFC 5545)."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable

from companion.domain.core.text import FormatDate, FormatMoney, sentence_start
from companion.domain.core.untrusted.foreign_text import clean_prose
from companion.domain.reminders.dates import ReminderKind, Subject
from companion.domain.reminders.text import date_words, place_words

_LINE = 75  # Octets without the line break (RFC 5545 §3.1).


def calendar(
    subjects: Iterable[Subject],
    *,
    store: str,
    stamp: dt.datetime,
    format_date: FormatDate,
    format_money: FormatMoney,
) -> str:
    """`subjects` as iCalendar text with CRLF line ends; `stamp` is when it is made (``DTSTAMP``).

    The same date keeps its ``UID`` when its day or its price changes, so importing again moves the entry instead of
    adding another. Every entry rings one day before, but for an end that the person chose.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Companion//Dates//EN", "CALSCALE:GREGORIAN"]
    lines.append(f"X-WR-CALNAME:{_text(f'Dates at {store}')}")
    uids: set[str] = set()
    for subject in subjects:
        uid = _uid(subject) if _uid(subject) not in uids else _uid(subject, subject.address)
        uids.add(uid)
        lines += _event(subject, uid, stamp, format_date, format_money)
    lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _event(
    subject: Subject, uid: str, stamp: dt.datetime, format_date: FormatDate, format_money: FormatMoney
) -> list[str]:
    return [
        "BEGIN:VEVENT",
        f"UID:{uid}",
        f"DTSTAMP:{_utc(stamp)}",
        _start(subject),
        # What lasts no time does not make the person look busy (RFC 5545 §3.8.2.7).
        "TRANSP:TRANSPARENT",
        f"SUMMARY:{_text(date_words(subject))}",
        f"DESCRIPTION:{_text(_description(subject, format_date, format_money))}",
        *([] if subject.by_choice else _alarm(subject)),
        "END:VEVENT",
    ]


def _alarm(subject: Subject) -> list[str]:
    return [
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-P1D",
        f"DESCRIPTION:{_text(date_words(subject))}",
        "END:VALARM",
    ]


def _description(subject: Subject, format_date: FormatDate, format_money: FormatMoney) -> str:
    said = [f"{sentence_start(place)}."] if (place := place_words(subject)) else []
    if amount := subject.amount_words(format_money):
        said.append(f"Amount: {amount}.")
    if subject.previous is not None:
        without = " without tax" if subject.tax is not None and subject.tax.on_top else ""
        said.append(f"Last time it cost {format_money(subject.previous)}{without}.")
    if subject.cancel_when is not None and subject.kind is ReminderKind.RENEWAL:
        said.append(f"To avoid the charge, switch auto-renewal off by {format_date(subject.cancel_when)}.")
    return "\n".join(said)


def _uid(subject: Subject, more: str = "") -> str:
    """The same for the same thing, whatever its day and price; the order number does not show in it."""
    owner = f"purchase {subject.purchase.id}" if subject.purchase is not None else subject.order_number
    key = f"{subject.kind.value}:{owner}:{subject.about}:{subject.name}:{more}"
    return f"{hashlib.sha256(key.encode()).hexdigest()[:32]}@companion.invalid"


def _start(subject: Subject) -> str:
    """When it is: a calendar day where no time of day is known (RFC 5545 §3.3.4)."""
    if subject.purchase is not None and subject.purchase.whole_day:
        return f"DTSTART;VALUE=DATE:{subject.purchase.day:%Y%m%d}"
    return f"DTSTART:{_utc(subject.date)}"


def _utc(moment: dt.datetime) -> str:
    return moment.astimezone(dt.UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    """Escape a TEXT value (RFC 5545 §3.3.11); control signs cannot stand in one."""
    safe = clean_prose(text)
    return safe.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Break a line so that none is longer than 75 octets, never within a character (RFC 5545 §3.1)."""
    parts: list[str] = []
    part, length = "", 0
    for sign in line:
        octets = len(sign.encode())
        # Every line after the first begins with a blank of its own.
        if length + octets > (_LINE if not parts else _LINE - 1):
            parts.append(part)
            part, length = "", 0
        part, length = part + sign, length + octets
    return "\r\n ".join([*parts, part])
