"""Reading order number and password out of a confirmation e-mail that was dropped on the window.

The mail can come from anywhere, so every step is bounded: its size, its parts, how deep they nest, how much text is
looked at, and which patterns of a profile may run at all. Nothing in it is executed, fetched or shown.
"""

from __future__ import annotations

import email
import email.message
import enum
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from companion.domain.core.errors import CompanionError
from companion.domain.core.model import Model, Secret
from companion.domain.entitlements.email_html import HtmlReading, read_html
from companion.domain.entitlements.order_lookup import tidy_order_number, tidy_order_password
from companion.domain.store.profile import MailPatterns

LARGEST = 8 * 1024 * 1024
"""Bytes of an e-mail that are still looked at."""

_MOST_BOUNDARIES = 2000
_MOST_NESTED = 20
_MOST_LINES = 150_000
_MOST_PARTS = 100
_MOST_TEXT = 300_000
_MOST_NODES = 5000
_LONGEST_WINDOW = 400
_PATTERN_TEXT = 60_000
# How far each repeat of a pattern may go, by how many repeats it has: the ways to match stay about equally many.
_REPEATS = (24, 24, 24, 24, 10, 6)


class MailSource(enum.StrEnum):
    """Where the credentials were found."""

    JSON_LD = "jsonLd"
    MICRODATA = "microdata"
    PATTERNS = "patterns"


class MailRefusal(enum.StrEnum):
    """Why nothing was found."""

    TOO_LARGE = "tooLarge"
    NOT_A_MAIL = "notAMail"
    NO_ORDER = "noOrder"


class MailReading(Model, frozen=True):
    """What a confirmation e-mail says; `password` can be missing although the order number is there."""

    order_number: str | None = None
    password: Secret | None = None
    source: MailSource | None = None
    refusal: MailRefusal | None = None


def refusal_sentence(refusal: MailRefusal) -> str:
    """Why a mail was of no use, in plain words."""
    return {
        MailRefusal.TOO_LARGE: "This file is too large to be an order confirmation.",
        MailRefusal.NOT_A_MAIL: "This file is not an e-mail that can be read.",
        MailRefusal.NO_ORDER: "No order number was found in this e-mail. Is it the confirmation of your order?",
    }[refusal]


def read_confirmation(data: bytes, patterns: MailPatterns | None) -> MailReading:
    """Find the order in a confirmation e-mail: schema.org ``Order`` as JSON-LD, then as microdata, then by `patterns`.

    `data` is an ``.eml`` file (RFC 5322). A password that the structured data does not carry is looked for in the
    text. Never raises for anything a mail can hold.
    """
    if len(data) > LARGEST:
        return MailReading(refusal=MailRefusal.TOO_LARGE)
    if _is_hostile(data):
        return MailReading(refusal=MailRefusal.NOT_A_MAIL)
    try:
        message = email.message_from_bytes(data)
        plain, html = _texts(message)
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError, AssertionError, IndexError):
        # The standard library's parser meets broken mails with any of these.
        return MailReading(refusal=MailRefusal.NOT_A_MAIL)
    if not message.keys():
        return MailReading(refusal=MailRefusal.NOT_A_MAIL)
    readings = [read_html(text) for text in html]
    text = "\n".join([*plain, *(reading.text for reading in readings)])[:_MOST_TEXT]
    return _find(readings, text, patterns)


def _is_hostile(data: bytes) -> bool:
    """Whether the mail is built to cost time: the parser's work grows with lines times nesting."""
    lowered = data.lower()
    nested = lowered.count(b"multipart/") + lowered.count(b"message/rfc822")
    return (
        nested > _MOST_NESTED
        or data.count(b"\n") + data.count(b"\r") > _MOST_LINES
        or data.count(b"\n--") + data.count(b"\r--") > _MOST_BOUNDARIES
    )


def _texts(message: email.message.Message) -> tuple[list[str], list[str]]:
    plain: list[str] = []
    html: list[str] = []
    for count, part in enumerate(message.walk()):
        if count >= _MOST_PARTS:
            break
        kind = part.get_content_type()
        if kind not in ("text/plain", "text/html") or part.is_multipart():
            continue
        (html if kind == "text/html" else plain).append(_decoded(part)[:_MOST_TEXT])
    return plain, html


def _decoded(part: email.message.Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    for charset in (part.get_content_charset(), "utf-8"):
        try:
            return content.decode(charset or "utf-8")
        except (LookupError, UnicodeError, ValueError):
            # The charset it names does not exist, or the text is not in it.
            continue
    return content.decode("latin-1")


def _find(readings: Iterable[HtmlReading], text: str, patterns: MailPatterns | None) -> MailReading:
    readings = tuple(readings)
    structured = (
        *((found, MailSource.JSON_LD) for reading in readings for found in _from_json(reading.json_ld)),
        *((found, MailSource.MICRODATA) for reading in readings for found in _from_microdata(reading.items)),
    )
    for (number, password), source in structured:
        tidy = _number(number)
        if tidy is not None:
            secret = _password(password) or _matched_password(text, patterns)
            return MailReading(order_number=tidy, password=secret, source=source)
    tidy = _number(_match(patterns.order_number, text)) if patterns is not None else None
    if tidy is None:
        return MailReading(refusal=MailRefusal.NO_ORDER)
    return MailReading(order_number=tidy, password=_matched_password(text, patterns), source=MailSource.PATTERNS)


def _number(text: object) -> str | None:
    """A usable order number, or None: the mail's word goes through the same check as a person's."""
    if isinstance(text, int) and not isinstance(text, bool):
        text = str(text)
    if not isinstance(text, str) or len(text) > 200:
        return None
    try:
        return tidy_order_number(text)
    except CompanionError:
        return None


def _password(text: object) -> Secret | None:
    if not isinstance(text, str):
        return None
    try:
        return tidy_order_password(text)
    except CompanionError:
        return None


def _matched_password(text: str, patterns: MailPatterns | None) -> Secret | None:
    if patterns is None or patterns.order_password is None:
        return None
    return _password(_match(patterns.order_password, text))


_Found = tuple[object, object]

_PASSWORD_NAMES = ("orderPassword", "accessCode", "password")


def _from_json(blocks: Iterable[str]) -> Iterator[_Found]:
    for block in blocks:
        try:
            value = json.loads(block)
        except (ValueError, RecursionError):
            continue
        for node in _nodes(value):
            if _is_order(node.get("@type")):
                yield node.get("orderNumber") or node.get("confirmationNumber"), _password_in(node)


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in a JSON document, nearest to the top first; walked without recursion and not for ever."""
    waiting, seen = [value], 0
    while waiting and seen < _MOST_NODES:
        node = waiting.pop(0)
        seen += 1
        if isinstance(node, dict):
            yield node
            waiting.extend(list(node.values())[:_MOST_NODES])
        elif isinstance(node, list):
            waiting.extend(node[:_MOST_NODES])


def _is_order(kind: object) -> bool:
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and name.rpartition("/")[2] == "Order" for name in kinds)


def _password_in(node: dict[str, Any]) -> object:
    for name in _PASSWORD_NAMES:
        if isinstance(node.get(name), str):
            return node[name]
    extra = node.get("additionalProperty")
    for entry in extra if isinstance(extra, list) else [extra]:
        if isinstance(entry, dict) and entry.get("name") in _PASSWORD_NAMES:
            return entry.get("value")
    return None


def _from_microdata(items: Iterable[tuple[str, dict[str, str]]]) -> Iterator[_Found]:
    for kind, properties in items:
        if _is_order(kind):
            password = next((properties[name] for name in _PASSWORD_NAMES if name in properties), None)
            yield properties.get("orderNumber") or properties.get("confirmationNumber"), password


def _match(pattern: str, text: str) -> str | None:
    """The first group of `pattern`, or its whole match, in a line of `text` or in two lines that follow each other."""
    bounded = bounded_pattern(pattern)
    if bounded is None:
        return None
    try:
        compiled = re.compile(bounded)
    except (re.error, OverflowError, RecursionError):
        return None
    lines = [line.strip() for line in text[:_PATTERN_TEXT].splitlines() if line.strip()]
    for number, line in enumerate(lines):
        # Label and value often stand in two cells of a table, which are two lines of text.
        following = lines[number + 1] if number + 1 < len(lines) else ""
        for window in (line, f"{line} {following}"):
            match = compiled.search(window[:_LONGEST_WINDOW])
            if match is not None:
                found: str | None = match.group(1) if compiled.groups else match.group()
                if found:
                    return found
    return None


_TOKEN = re.compile(r"\\.|\[\^?\]?[^\]]*\]|\{\d*,\}|\{[\d,]+\}|[*+?]|.", re.DOTALL)


def bounded_pattern(pattern: str) -> str | None:
    """A profile's regular expression with its repeats cut short, or None for one that could still take for ever.

    Python's engine tries every way to match, so a group that repeats and repeats inside can take years. Repeated
    groups and back-references are refused, and so are more than five repeats; each of up to three may go 24 times.
    """
    if len(pattern) > 200 or re.search(r"\\[1-9]|\(\?P=|\(\?\(", pattern):
        return None
    tokens: list[tuple[str, str | None]] = []
    before = ""
    for token in _TOKEN.findall(pattern):
        many = token in ("*", "+") or re.fullmatch(r"\{[\d,]+\}", token) is not None
        if many and before in ("*", "+", "?", "}"):
            tokens.append((token, None))  # What follows a repeat only makes it lazy or possessive.
            continue
        if many and before == ")":
            return None
        least = token[1:-2] or "0" if token.endswith(",}") else {"*": "0", "+": "1"}.get(token)
        tokens.append((token, least))
        before = "}" if many else token
    repeats = sum(least is not None for _, least in tokens)
    if repeats >= len(_REPEATS):
        return None
    most = _REPEATS[repeats]
    return "".join(token if least is None else f"{{{least},{int(least) + most}}}" for token, least in tokens)
