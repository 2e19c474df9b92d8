"""Labels and their values in rows of cells: side by side, below each other, in one line, or in a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from companion.domain.mail.message.rows import Row
from companion.domain.mail.message.rows import words as vocabulary
from companion.domain.mail.text.labels import LONGEST_PHRASE, PHRASES, Label, normal

MOST_ROWS = 4000
_MOST_WORDS = 80
_LONGEST_LABEL = 6
"""Words of the longest label that is looked for within a sentence."""

_VERB = re.compile(r"(?i)\b(?:is|are|was|will|ist|lautet|wird|est|sera|es|será|è|sarà|wordt|é)\b")
_LONGEST_WORDS = 120
"""Characters of a label together with the product it names."""

_PREPOSITIONS = frozenset(
    ("for", "of", "für", "zu", "pour", "de", "du", "para", "per", "di", "voor", "van", "do", "da")
)
_OF_ITEMS = (Label.KEY, Label.EXPIRES, Label.SEATS, Label.VERSION)
_BEFORE_LABEL = re.compile(
    r"^(?:here (?:is|are) |this is |hier (?:ist|sind) |voici |aquí (?:está|tiene|tienes) |ecco |hier is |aqui está )?"
    r"(?:your|the|ihr|ihre|dein|deine|votre|su|tu|la tua|il tuo|uw|je|o seu|a sua|seu|sua|ご)\s*"
)
_OF_OWN_KEY = re.compile(
    r"^(?:new|personal|individual|neuer?|persönlicher?|individueller?|nouvelle|nouveau|personnelle|personnel|nueva|nuevo|personal"
    r"|nuova|nuovo|personale|nieuwe|persoonlijke|nova|novo|pessoal) "
)
"""Before the label of a key: words that leave its meaning as it is."""
_AFTER_LABEL = re.compile(
    r",?\s+(?:ttc|toutes taxes comprises"
    r"|(?:inkl(?:usive|\.)?|incl(?:usive|uding|\.)?|iva|btw|impuestos|inclusief)\s(?:der\s|of\s|all\s)?"
    r"(?:mwst|ust|mehrwertsteuer|vat|tax(?:es)?|gst|btw|iva|inclusa|incluidos?|inbegrepen|incl)"
    r"|iva inclu\w+|税込|brutto|(?:in )?(?:eur|usd|gbp|chf|cad|aud)"
    r"|today|now|heute|aujourd'hui|hoy|oggi|vandaag|hoje)\.?$"
)
"""After a label: words that leave its meaning as it is."""
_INLINE = re.compile(r"^(.{1,60}?)\s*(?:[:：]|\s[-–—=]\s|\.{3,}\s*[:：]?|#(?=[^\s:：]))\s*(.*)$")

_AMOUNT_AFTER = re.compile(
    r"^([^\d:：€$£¥]{3,50}?)\s((?:[A-Z]{2,3}\s|[A-Z]{0,3}[€$£¥]\s?)?\d[\d.,' ]{0,15}"
    r"(?:\s?(?:[A-Z]{3}|[€$£¥円]|zł|Kč|kr\.?))?)$"
)
"""A label and an amount that nothing separates."""

_OLD = vocabulary(
    "old previous former alt altes alter alte bisheriges bisheriger bisherige vorheriges ancien ancienne précédente",
    "antigua anterior vecchia vecchio precedente oude vorige antigo antiga 旧 以前の",
)
"""Before a label: what it announces is over."""

_LONGEST_FROM: dict[str, int] = {}
"""How many words the longest label has that begins with a word; most words begin none."""
for _phrase in PHRASES:
    _first, *_rest = _phrase.split()
    _LONGEST_FROM[normal(_first)] = max(_LONGEST_FROM.get(normal(_first), 0), min(1 + len(_rest), _LONGEST_LABEL))


class Pair(NamedTuple):
    """A label with the texts that may be its value, the likeliest first; `quote` is the place in the mail.

    `within` says that the label is part of a sentence, and `row` is the number of its row.
    """

    label: Label
    values: tuple[str, ...]
    quote: str
    row: int
    within: bool = False
    words: str = ""
    item: str = ""
    """The product that the label itself names: "License key for Harbour Suite"."""


class TableRow(NamedTuple):
    """A row of a table with a heading: its cells by what the heading announces."""

    cells: dict[Label, str]
    quote: str
    row: int


def label_of(text: str) -> Label | None:
    """Returns the label that a cell or the part of a line before a colon is."""
    plain = normal(text)
    if len(plain) > LONGEST_PHRASE + 12:
        return None
    found = PHRASES.get(plain)
    if found is None:
        # "License key (Windows)" and "Ihr Lizenzschlüssel" say the same as without the extra words.
        bare = normal(re.sub(r"\([^()]*\)", "", plain))
        bare = _BEFORE_LABEL.sub("", bare)
        found = PHRASES.get(bare)
        if found is None and (after := _AFTER_LABEL.search(bare)) is not None:
            found = PHRASES.get(normal(bare[: after.start()]))
        if found is None and PHRASES.get(own := _OF_OWN_KEY.sub("", bare)) is Label.KEY and own != bare:
            found = Label.KEY
    return found


def label_and_item(text: str) -> tuple[Label | None, str]:
    """Returns the label that a text is and the product it names: "Lizenzschlüssel für Tafelbild Pro"."""
    label = label_of(text)
    if label is not None:
        return label, ""
    words = text.split()
    for length in range(min(_LONGEST_LABEL, len(words) - 2), 0, -1):
        if words[length].casefold() in _PREPOSITIONS:
            label = label_of(" ".join(words[:length]))
            if label in _OF_ITEMS:
                return label, " ".join(words[length + 1 :]).strip(':："“”„ ')
    return None, ""


def labels_in(text: str) -> tuple[Label, ...]:
    """Returns the label that a line is or begins with before a colon, as a tuple of none or one."""
    inline = _INLINE.match(text)
    found = label_of(text) or (label_of(inline.group(1)) if inline is not None else None)
    return (found,) if found is not None else ()


def pairs(rows: Sequence[Row]) -> Iterator[Pair]:
    """Yields every label with what may be its value, in the order of the mail."""
    rows = rows[:MOST_ROWS]
    for number, row in enumerate(rows):
        if len(row.cells) > 1:
            yield from _of_cells(rows, number)
        else:
            yield from _of_line(rows, number)


def _of_cells(rows: Sequence[Row], number: int) -> Iterator[Pair]:
    row = rows[number]
    cells = [cell for cell in row.cells if normal(cell) or len(cell) > 1]
    labels = [label_of(cell) for cell in cells]
    if _heading(cells) is not None:
        return  # see `tables`
    for at, cell in enumerate(cells[:-1]):
        label, item = label_and_item(cell) if len(cell) <= _LONGEST_WORDS else (None, "")
        if label is not None and labels[at + 1] is None:
            yield Pair(label, (cells[at + 1],), f"{cell} {cells[at + 1]}", number, words=cell, item=item)
    for cell in cells:
        inline = _INLINE.match(cell)
        if inline is not None and inline.group(2) and (found := label_of(inline.group(1))) is not None:
            yield Pair(found, (inline.group(2),), cell, number, words=inline.group(1))
    if len(cells) == 1:
        yield from _of_text(cells[0], rows, number)


def _of_line(rows: Sequence[Row], number: int) -> Iterator[Pair]:
    yield from _of_text(rows[number].cells[0], rows, number)


def _of_text(text: str, rows: Sequence[Row], number: int) -> Iterator[Pair]:
    inline = _INLINE.match(text)
    words = inline.group(1) if inline is not None else text
    label, item = label_and_item(words) if len(words) <= _LONGEST_WORDS else (None, "")
    value = inline.group(2).strip() if inline is not None else ""
    if label is not None and value:
        yield Pair(label, (value,), text, number, words=words, item=item)
        return
    amount = _AMOUNT_AFTER.match(text) if label is None and inline is None else None
    if amount is not None and (found := label_of(amount.group(1))) in (Label.PRICE, Label.RENEWAL_PRICE):
        # "Order total $54.98"
        yield Pair(found, (amount.group(2),), text, number, words=amount.group(1))
        return
    if inline is None and (_VERB.search(item) or item.endswith(".")):
        label, item = None, ""  # a sentence: "Your license key for Harbour Suite is …"
    if label is not None:
        yield Pair(label, below(rows, number), _quote(text, rows, number), number, words=words, item=item)
        return
    yield from _within(text, rows, number)


def below(rows: Sequence[Row], number: int, most: int = 3) -> tuple[str, ...]:
    """Returns the texts of the next rows that are not labels themselves; a row with only a colon is passed over."""
    found: list[str] = []
    for row in rows[number + 1 : number + 1 + most + 2]:
        text = row.cells[0] if len(row.cells) > 1 and label_of(row.cells[0]) is None else row.text
        if not normal(text):
            continue
        inline = _INLINE.match(text)
        if label_of(text) is not None or (inline is not None and label_of(inline.group(1)) is not None):
            break
        found.append(text.lstrip(":： "))
        if len(found) == most:
            break
    return tuple(found)


def _quote(text: str, rows: Sequence[Row], number: int) -> str:
    following = below(rows, number, 1)
    return f"{text} {following[0]}" if following else text


def _within(text: str, rows: Sequence[Row], number: int) -> Iterator[Pair]:
    """Labels within a sentence: "Your subscription renews on 5 January 2027"."""
    words = text.split()[:_MOST_WORDS]
    at = 0
    while at < len(words):
        step = 1
        longest = _LONGEST_FROM.get(normal(words[at]), 0)
        for length in range(min(longest, len(words) - at), 0, -1):
            phrase = normal(" ".join(words[at : at + length]))
            label = PHRASES.get(phrase)
            if label is None or (length == 1 and not _tells_alone(phrase)):
                continue
            if at and normal(words[at - 1]) in _OLD:
                break  # "Old expiry date"
            rest = " ".join(words[at + length :]).lstrip(" :#：")
            after = (rest,) if rest else ()
            ends = text.rstrip().endswith((":", "："))
            yield Pair(label, (*after, *(below(rows, number) if ends or not rest else ())), text, number, True, phrase)
            step = length
            break
        at += step


def _tells_alone(phrase: str) -> bool:
    """Whether a single word within a sentence is meant as a label: long ones, and those of order numbers and ends."""
    return PHRASES[phrase] in (Label.EXPIRES, Label.ORDER_NUMBER, Label.KEY, Label.RENEWS_ON) and len(phrase) > 4


def tables(rows: Sequence[Row]) -> Iterator[TableRow]:
    """Yields the rows of tables whose first row names the columns."""
    rows = rows[:MOST_ROWS]
    heading: list[Label] | None = None
    table = 0
    for number, row in enumerate(rows):
        if (found := _heading(row.cells)) is not None:
            heading, table = found, row.table
            continue
        if heading is None:
            continue
        is_labelled = label_of(row.cells[0]) is not None
        if row.table != table or len(row.cells) != len(heading) or is_labelled:
            if row.table != table or is_labelled:
                heading = None
            continue
        yield TableRow(dict(zip(heading, row.cells, strict=True)), row.text, number)


def _heading(cells: Sequence[str]) -> list[Label] | None:
    """The columns that a row names, or None; "Licence" beside "Licence key" is the product's.

    One that names no label is passed over where the product and most others do: "Product, Edition, Quantity, Price".
    """
    if len(cells) < 2:
        return None
    found = [label_of(cell) for cell in cells]
    known = [label for label in found if label is not None]
    if len(known) < len(cells):
        bare = all(not any(sign.isdigit() for sign in cell) and len(cell.split()) <= 3 for cell in cells)
        if Label.PRODUCT not in known or len(known) < 3 or len(cells) - len(known) > 1 or not bare:
            return None
    labels = [label or Label.OTHER for label in found]
    if Label.PRODUCT not in labels and labels.count(Label.KEY) == 2:
        labels[labels.index(Label.KEY)] = Label.PRODUCT
    return labels
