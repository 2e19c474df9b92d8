"""What an HTML e-mail says in text, JSON-LD and microdata; nothing in it runs.

A reader of its own, because the standard library's takes time quadratic in the length of some broken pages. Every
pattern here ends at the next "<" or at the quote that closes, and never goes back.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

_MOST_HTML = 300_000
_MOST_ITEMS = 200
_MOST_DEPTH = 300
_MOST_TAGS = 20_000
_LONGEST_PROPERTY = 500

_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/<>"']*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_ATTRIBUTE = re.compile(
    r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>=`]++)))?""",
)
_RAW = ("script", "style", "title", "textarea", "template", "noscript")
_END_OF_RAW = {name: re.compile(rf"</{name}\b", re.IGNORECASE) for name in _RAW}
_NEW_LINE = frozenset(("p", "br", "div", "tr", "li", "table", "h1", "h2", "h3", "h4", "td", "th", "dt", "dd"))
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


class HtmlReading(NamedTuple):
    """The text people see, the JSON-LD blocks, and the microdata items as (type, properties)."""

    text: str
    json_ld: tuple[str, ...]
    items: tuple[tuple[str, dict[str, str]], ...]


class _Start(NamedTuple):
    name: str
    given: dict[str, str]


class _End(NamedTuple):
    name: str


class _Text(NamedTuple):
    text: str


class _Raw(NamedTuple):
    """What stands between a script's tags, or those of another element that shows no text."""

    name: str
    given: dict[str, str]
    text: str


def read_html(page: str) -> HtmlReading:
    """Read the first 300,000 characters of `page`, whatever is wrong with it."""
    reader = _Reader()
    for count, token in enumerate(_tokens(page[:_MOST_HTML])):
        if count > 2 * _MOST_TAGS or not reader.take(token):
            break
    return HtmlReading("".join(reader.seen), tuple(reader.json_ld), tuple(reader.items))


def _tokens(page: str) -> Iterator[_Start | _End | _Text | _Raw]:
    at, length = 0, len(page)
    while at < length:
        opening = page.find("<", at)
        if opening < 0:
            opening = length
        if opening > at:
            yield _Text(html.unescape(page[at:opening]))
        if opening == length:
            return
        at = opening
        if page.startswith("<!--", at):
            end = page.find("-->", at + 4)
            at = end + 3 if end >= 0 else length
            continue
        tag = _TAG.match(page, at)
        if tag is None:
            # A lone "<", a declaration, or a tag that never ends: the sign itself says nothing.
            at += 1
            continue
        at = tag.end()
        name = tag.group(2).lower()
        if tag.group(1):
            yield _End(name)
            continue
        given = _attributes(tag.group(3))
        if name not in _RAW:
            yield _Start(name, given)
            continue
        end_of_raw = _END_OF_RAW[name].search(page, at)
        closes = end_of_raw.start() if end_of_raw is not None else length
        yield _Raw(name, given, page[at:closes])
        at = closes


def _attributes(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        given.setdefault(name.lower(), html.unescape("".join(values)))
    return given


class _Reader:
    """Takes one token after the other and keeps the text, the JSON-LD and the open microdata items."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.json_ld: list[str] = []
        self.items: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, dict[str, str] | None]] = []
        self._property: tuple[dict[str, str], str, int] | None = None

    def take(self, token: _Start | _End | _Text | _Raw) -> bool:
        """Take in one token; False once the page nests deeper than any confirmation."""
        if isinstance(token, _Raw):
            if token.name == "script" and token.given.get("type", "").strip().lower() == "application/ld+json":
                self.json_ld.append(token.text)
        elif isinstance(token, _Text):
            self._text(token.text)
        elif isinstance(token, _Start):
            self._starts(token)
        else:
            self._ends(token.name)
        return len(self._open) <= _MOST_DEPTH

    def _text(self, text: str) -> None:
        self.seen.append(text)
        if self._property is not None:
            item, name, _ = self._property
            item[name] = (item[name] + text)[:_LONGEST_PROPERTY]

    def _starts(self, tag: _Start) -> None:
        if tag.name in _NEW_LINE:
            self.seen.append("\n")
        self._property_starts(tag)
        if tag.name in _VOID:
            return
        item: dict[str, str] | None = None
        if "itemscope" in tag.given and len(self.items) < _MOST_ITEMS:
            item = {}
            self.items.append((tag.given.get("itemtype", ""), item))
        self._open.append((tag.name, item))

    def _property_starts(self, tag: _Start) -> None:
        name = tag.given.get("itemprop")
        item = next((found for _, found in reversed(self._open) if found is not None), None)
        if not name or item is None or "itemscope" in tag.given:
            return
        value = tag.given.get("content") or tag.given.get("value")
        if value:
            item.setdefault(name, value[:_LONGEST_PROPERTY])
        elif tag.name not in _VOID and name not in item:
            item[name] = ""
            self._property = (item, name, len(self._open))

    def _ends(self, name: str) -> None:
        if name in _NEW_LINE:
            self.seen.append("\n")
        if not any(open_name == name for open_name, _ in self._open):
            return
        while self._open:
            closed, _ = self._open.pop()
            if self._property is not None and len(self._open) <= self._property[2]:
                self._property = None
            if closed == name:
                return
