"""Takes over what single lines say without a label: headings and items of shop systems, names beside keys."""

from __future__ import annotations

import re
from collections.abc import Sequence

from companion.domain.mail.message.rows import Row
from companion.domain.mail.notes import Notes
from companion.domain.mail.origin.platforms import WOO_HEADING
from companion.domain.mail.text.names import is_about_money, is_product_like
from companion.domain.mail.text.pairs import MOST_ROWS, label_of
from companion.domain.mail.text.recognise import as_key, as_order_number, find_date, find_keys
from companion.domain.purchases.facts import Field

_WOO_ITEM = re.compile(r"^(.{2,200}?) [Xx×] ?\d{1,5} = (.{2,60})$")
_NAMED_KEY = re.compile(r"^(.{2,120}?)\s*[:：]\s*(\S.*)$")


def take_lines(notes: Notes, rows: Sequence[Row]) -> None:
    """Take order number, date and products out of lines that have a form of their own."""
    for row in rows[:MOST_ROWS]:
        _heading(notes, row)
        _item(notes, row)


def _heading(notes: Notes, row: Row) -> None:
    heading = WOO_HEADING.match(row.text[:200])
    if heading is None:
        return
    if (number := as_order_number(heading.group("number"))) is not None:
        notes.note(Field.ORDER_NUMBER, number, row.text)
    found = find_date(heading.group("date"), day_first=notes.day_first)
    if found is not None and found.doubtful is None:
        notes.note(Field.BOUGHT_ON, found.day.isoformat(), row.text)


def _item(notes: Notes, row: Row) -> None:
    if len(row.cells) in (2, 3) and notes.is_bare_amount(row.cells[-1]):
        # A row of an invoice without a heading: the name, perhaps a quantity, and the price.
        name = row.cells[0]
        if label_of(name) is None and not name.endswith((":", "：")) and not is_about_money(name):
            notes.product(name, row.text)
    item = _WOO_ITEM.match(row.text[:300])
    if item is not None and notes.is_bare_amount(item.group(2)):
        notes.product(item.group(1), row.text)


def take_unlabelled_keys(notes: Notes, rows: Sequence[Row]) -> None:
    """Take keys beside a product's name, as EDD writes them, and lists of keys below a labelled one."""
    keys = {found.key.reveal() for found in notes.keys.values()}
    before = ""
    for row in rows[:MOST_ROWS]:
        name, text = _name_and_text(row)
        key = as_key(text, labelled=False) if name and label_of(name) is None else None
        if key is not None and key not in keys and is_product_like(name, notes.known):
            notes.product(name, row.text)
            notes.key(key, name, row.text)
        elif before in keys and len(row.cells) == 1 and len(row.text.split()) == 1:
            for found in find_keys(row.text):
                notes.key(found, notes.current, before)
                keys.add(found)
        before = row.text.strip()


def _name_and_text(row: Row) -> tuple[str, str]:
    if len(row.cells) == 2:
        return row.cells
    named = _NAMED_KEY.match(row.text[:700]) if len(row.cells) == 1 else None
    return (named.group(1), named.group(2)) if named is not None else ("", "")
