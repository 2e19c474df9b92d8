"""What an HTML e-mail says: rows of cells, links, JSON-LD and microdata.

A reader of its own, because the standard library's takes time quadratic in the length of some broken pages. Every
pattern here ends at the next "<" or at the quote that closes, and never goes back.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from companion.domain.mail.message.rows import MOST_ROWS, Link, Row, tidy

MOST_HTML = 1_000_000
_MOST_TAGS = 60_000
_MOST_ITEMS = 200
_MOST_DEPTH = 400
_MOST_LINKS = 2000
_LONGEST_PROPERTY = 500
_LONGEST_TEXT = 4000

_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/<>"']*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""")
_LOOSE_TAG = re.compile(r"""<(/?)([A-Za-z][^\s/<>"']*+)([^<>]{0,2000}+)>""")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]++)(?:\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'<>`]++)))?""")
_RAW = ("script", "style", "title", "textarea", "template", "noscript")
_END_OF_RAW = {name: re.compile(rf"</\s*(?:mailscanner)?{name}", re.IGNORECASE) for name in _RAW}
_RENAMED = re.compile(r"^mailscanner([a-z]+?)\d*$")
_BLOCK = frozenset(
    (
        *("p", "div", "ul", "ol", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dl", "dt", "dd", "pre", "blockquote"),
        *("section", "article", "header", "footer", "address", "center", "hr", "br", "form", "fieldset"),
    )
)
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)


class HtmlContent(NamedTuple):
    """What people see, where links lead, the JSON-LD blocks, and microdata items as (type, properties)."""

    rows: tuple[Row, ...]
    links: tuple[Link, ...]
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


def read_html(page: str) -> HtmlContent:
    """Returns what the first million characters of `page` say, whatever is wrong with it."""
    reader = _Reader()
    for count, token in enumerate(_tokens(page[:MOST_HTML])):
        if count > 2 * _MOST_TAGS or not reader.take(token):
            break
    reader.rows.end_row()
    return HtmlContent(
        tuple(reader.rows.rows), tuple(reader.links), tuple(reader.json_ld), tuple(reader.properties.items)
    )


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
        if page.startswith("<!", at) or page.startswith("<?", at):
            comment = page.startswith("<!--", at)
            end = page.find("-->" if comment else ">", at + (4 if comment else 2))
            at = end + (3 if comment else 1) if end >= 0 else length
            continue
        tag = _TAG.match(page, at) or _LOOSE_TAG.match(page, at)
        if tag is None:
            # A lone "<", or a tag that never ends: the sign itself says nothing.
            at += 1
            continue
        at = tag.end()
        name = _name(tag.group(2))
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


def _name(spelled: str) -> str:
    """The element's name; mail filters rename scripts (``<MailScannerScript57521>``), and Outlook adds prefixes."""
    name = spelled.lower()
    renamed = _RENAMED.match(name)
    return renamed.group(1) if renamed is not None else name


def _attributes(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, *values in _ATTRIBUTE.findall(text):
        given.setdefault(name.lower(), html.unescape("".join(values)))
    return given


class _Rows:
    """Collects visible text into rows; a table inside a cell ends the row around it."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self._cells: list[str] = []
        self._text: list[str] = []
        self._tables: list[int] = []
        self._count = 0

    def text(self, text: str) -> None:
        self._text.append(text)

    def starts(self, name: str) -> None:
        if name == "table":
            self.end_row()
            self._count += 1
            self._tables.append(self._count)
        elif name == "tr":
            self.end_row()
        elif name in ("td", "th"):
            self._end_cell()
        elif name in _BLOCK:
            self._break()

    def ends(self, name: str) -> None:
        if name in ("table", "tr"):
            self.end_row()
            if name == "table" and self._tables:
                self._tables.pop()
        elif name in ("td", "th"):
            self._end_cell()
        elif name in _BLOCK and name not in _VOID:
            self._break()

    def end_row(self) -> None:
        self._end_cell()
        cells, self._cells = self._cells, []
        if not any(cells) or len(self.rows) >= MOST_ROWS:
            return
        if len(cells) == 1:
            self._add(line for line in cells[0].split("\n"))
            return
        # Further lines of a cell (options below a product's name) are rows of their own.
        lines = [cell.split("\n") for cell in cells if cell]
        self.rows.append(Row(tuple(cell[0] for cell in lines), self._table))
        self._add(line for cell in lines for line in cell[1:])

    def _add(self, lines: Iterator[str]) -> None:
        self.rows.extend(Row((line,), self._table) for line in lines if line)

    @property
    def _table(self) -> int:
        return self._tables[-1] if self._tables else 0

    def _break(self) -> None:
        self._text.append("\n\n")

    def _end_cell(self) -> None:
        text = "".join(self._text)[:_LONGEST_TEXT]
        self._text = []
        # Only the breaks of elements count; those of the source are blanks.
        lines = [tidy(part.replace("\n", " ")) for part in text.split("\n\n")]
        cell = "\n".join(line for line in lines if line)
        if cell:
            self._cells.append(cell)


class _Properties:
    """Collects microdata (HTML Living Standard, section 5)."""

    def __init__(self) -> None:
        self.items: list[tuple[str, dict[str, str]]] = []
        self._open: list[tuple[str, dict[str, str] | None]] = []
        self._property: tuple[dict[str, str], str, int] | None = None

    @property
    def depth(self) -> int:
        return len(self._open)

    def text(self, text: str) -> None:
        if self._property is not None:
            item, name, _ = self._property
            item[name] = (item[name] + text)[:_LONGEST_PROPERTY]

    def starts(self, tag: _Start) -> None:
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
        value = next((tag.given[each] for each in ("content", "value", "datetime", "href") if tag.given.get(each)), "")
        if value:
            item.setdefault(name, value[:_LONGEST_PROPERTY])
        elif tag.name not in _VOID and name not in item:
            item[name] = ""
            self._property = (item, name, len(self._open))

    def ends(self, name: str) -> None:
        if not any(open_name == name for open_name, _ in self._open):
            return
        while self._open:
            closed, _ = self._open.pop()
            if self._property is not None and len(self._open) <= self._property[2]:
                self._property = None
            if closed == name:
                return


class _Reader:
    """Takes one token after the other."""

    def __init__(self) -> None:
        self.rows = _Rows()
        self.properties = _Properties()
        self.links: list[Link] = []
        self.json_ld: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self._pre = 0
        self._date: str | None = None

    def take(self, token: _Start | _End | _Text | _Raw) -> bool:
        """Take in one token; False once the page nests deeper than any e-mail."""
        if isinstance(token, _Raw):
            if token.name == "script" and "ld+json" in token.given.get("type", "").lower():
                self.json_ld.append(token.text)
        elif isinstance(token, _Text):
            self._text(token.text)
        elif isinstance(token, _Start):
            self._starts(token)
        else:
            self._ends(token.name)
        return self.properties.depth <= _MOST_DEPTH

    def _text(self, text: str) -> None:
        self.properties.text(text)
        if self._date is not None:
            return  # the machine's form of the date has been taken instead
        # Breaks of the source are blanks; two of them in a row would look like an element's.
        self.rows.text(text.replace("\n", " ") if self._pre == 0 else text.replace("\n", "\n\n"))
        if self._link is not None:
            self._link[1].append(text)

    def _starts(self, tag: _Start) -> None:
        self.properties.starts(tag)
        self.rows.starts(tag.name)
        if tag.name == "a" and (address := tag.given.get("href")) and len(self.links) < _MOST_LINKS:
            self._end_link()
            # A line break inside an address was put there by a mail program (RFC 5321, 4.5.3.1.6: 998 octets).
            self._link = ("".join(address.split()), [])
        elif tag.name == "pre":
            self._pre += 1
        elif tag.name == "time" and re.fullmatch(r"\d{4}-\d{2}-\d{2}.{0,20}", tag.given.get("datetime", "")):
            self._date = tag.given["datetime"][:10]
            self.rows.text(self._date)

    def _ends(self, name: str) -> None:
        self.properties.ends(name)
        self.rows.ends(name)
        if name == "a":
            self._end_link()
        elif name == "pre":
            self._pre = max(0, self._pre - 1)
        elif name == "time":
            self._date = None

    def _end_link(self) -> None:
        if self._link is not None:
            address, words = self._link
            self.links.append(Link(address, tidy("".join(words)[:_LONGEST_PROPERTY])))
            self._link = None
