"""Takes over what single lines say without a label: headings and items of shop systems, names beside keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from companion.domain.mail.message.rows import Row
from companion.domain.mail.message.rows import words as vocabulary
from companion.domain.mail.notes import Notes
from companion.domain.mail.origin.platforms import WOO_HEADING, Platform
from companion.domain.mail.text.labels import Label, normal
from companion.domain.mail.text.names import is_about_money, is_heading_of_product, is_product_like, product_name
from companion.domain.mail.text.pairs import MOST_ROWS, label_of, labels_in
from companion.domain.mail.text.recognise import as_key, as_order_number, as_used, find_date, find_keys
from companion.domain.purchases.facts import Field, item_key

_WOO_ITEM = re.compile(r"^(.{2,200}?) [Xx×] ?\d{1,5} = (.{2,60})$")
_COUNTED_ITEM = re.compile(
    r"^\d{1,4} ?[x×] (\S.{1,150}?)(?: ?\.{2,}| -|:|,)? ([^\s\d]{0,4} ?\d[\d.,' ]{0,14}[^\d]{0,5})$"
)
_KEY_WITHIN = re.compile(
    r"(?i)^[-*•·]?\s*(.{2,120}?)[,;:]?\s[-–—(]?\s*(?:licen[cs]e |product |activation |serial )?"
    r"(?:key|code|serial|schlüssel|lizenzschlüssel|clé|clave|chiave|sleutel|chave)[:：]?\s+(\S+?)\)?$"
)
"""A line of a list with the name of a product and its key: "- Cloudberry Mail 3, key …"."""
_OF_LICENCE = re.compile(
    r"(?i)licen[cs]|lizenz|registr|activat|aktivier|ライセンス|\bseri(?:al|en|e|al[ie])?\W?(?:numbers?|nummern?|keys?|codes?)\b"
    r"|num[ée]ros? (?:de|di) s[ée]rie|n[úu]meros? de s[ée]rie|(?:product|produkt)\W?(?:keys?|schlüssel)"
)
_SELLER = re.compile(
    r"(?i)(?:sold by|verkauft? (?:und versand )?durch|verkauft von|vendu par|vendido por|venduto da|verkocht door)\b"
)
"""Below the name of an item: which shop of a market place sold it."""
_OF_CARD = frozenset(
    (Label.EXPIRES, Label.RENEWS_ON, Label.AUTO_RENEW, Label.SEATS, Label.RENEWAL_PRICE, Label.RENEWAL_TERM, Label.KEY)
)
"""Labels that stand below the name of a product on a page of an account."""
_MOST_ROWS_UP = 5
_STATES = frozenset(
    vocabulary(
        "active activated valid current paid trial aktiv aktiviert gültig bezahlt actif actifs activo activa attivo",
        "attiva actief ativo ativa aktivt aktywny voimassa aktivní 有効",
    )
)
_CODE = frozenset(("code", "codice", "código", "コード"))
_NEAR, _FAR = 4, 1000
"""Rows below a line about a licence within which a mere "Code" is its key rather than a coupon."""
_NEGATIVE = re.compile(r"^(?:[^\d]{0,4})[-−(]")
"""An amount that was taken off."""
_NAMED_KEY = re.compile(r"^(.{2,120}?)\s*[:：]\s*(\S.*)$")


def take_lines(notes: Notes, rows: Sequence[Row]) -> None:
    """Take order number, date and products out of lines that have a form of their own."""
    for row in rows[:MOST_ROWS]:
        _heading(notes, row)
        _item(notes, row)


def take_sold_items(notes: Notes, rows: Sequence[Row]) -> None:
    """Take the lines above "Sold by: …" for names of products, as market places write them."""
    above = ""
    for row in rows:
        if _SELLER.match(row.text[:100]) and above[:1].isupper() and not above.endswith((".", ",", ":", "!", "?")):
            notes.product(above, above)
        above = row.cells[0] if len(row.cells) == 1 else ""


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
    if len(row.cells) in (2, 3) and notes.is_bare_amount(row.cells[-1]) and not _NEGATIVE.match(row.cells[-1]):
        # A row of an invoice without a heading: the name, perhaps a quantity, and the price.
        name = row.cells[0]
        if label_of(name) is None and not name.endswith((":", "：")) and not is_about_money(name):
            notes.product(name, row.text)
    if (used := as_used(row.text, labelled=False)) is not None:
        notes.note(Field.SEATS_USED, str(used[0]), row.text, notes.item())
        notes.note(Field.SEATS_LIMIT, str(used[1]), row.text, notes.item())
    item = item_line(row.text)
    if item is not None and notes.is_bare_amount(item[1]):
        notes.product(item[0], row.text)


def item_line(text: str) -> tuple[str, str] | None:
    """Returns the name and what may be the amount of a line such as "Studio × 1 = $49" or "1x Studio ... $49"."""
    found = _WOO_ITEM.match(text[:300]) or _COUNTED_ITEM.match(text[:300])
    return (found.group(1), found.group(2)) if found is not None else None


def take_headings(notes: Notes, rows: Sequence[Row]) -> None:
    """Take lines above labelled ones for names of products, as pages of accounts show them."""
    for number, row in enumerate(rows[:MOST_ROWS]):
        found = labels_in(row.cells[0])
        if not found or found[0] not in _OF_CARD:
            continue
        above = row_above(rows, number, lambda above: _is_below_name(notes, above))
        if above is not None and len(above.cells) == 1 and is_heading_of_product(above.cells[0]):
            notes.product(above.cells[0], above.cells[0])


def row_above(rows: Sequence[Row], number: int, passed_over: Callable[[Row], bool]) -> Row | None:
    """Returns the nearest of the rows above that is not passed over; None where a few rows up there is none."""
    above = reversed(rows[max(0, number - _MOST_ROWS_UP) : number])
    return next((row for row in above if not passed_over(row)), None)


def _is_below_name(notes: Notes, row: Row) -> bool:
    text = row.cells[0]
    return bool(labels_in(text)) or normal(text) in _STATES or notes.is_bare_amount(row.text)


def take_unlabelled_keys(notes: Notes, rows: Sequence[Row]) -> None:
    """Take keys beside a product's name, as EDD writes them, and lists of keys below a labelled one."""
    keys = {found.key.reveal() for found in notes.keys.values()}
    before = ""
    licence = _FAR
    # Where the mail names its products otherwise, another word before a key is its label, in whatever language.
    is_told = bool(notes.names) and notes.platform is not Platform.EDD
    told = frozenset(notes.names.values())
    for row in rows[:MOST_ROWS]:
        licence = 0 if _OF_LICENCE.search(row.text[:200]) else licence + 1
        name, text = _name_and_text(row)
        key = _key_of(notes, name, text, licence) if name and label_of(name) is None else None
        if key is not None and key not in keys and is_product_like(name, notes.known):
            known = notes.known_as(name)
            if is_told and len(told) == 1 and known not in told:
                known = notes.item()
            notes.product(known, row.text)
            notes.key(key, known, row.text)
        elif key is not None and key not in keys and name.casefold() in _CODE and licence <= _NEAR:
            notes.key(key, notes.item(), row.text)
        elif (named := _known_name(notes, before)) and (key := _key_alone(row, licence)) and key not in keys:
            # A list of products below "Your keys:", each with its key on the next line.
            notes.key(key, named, row.text)
            keys.add(key)
        elif before in keys and len(row.cells) == 1 and len(row.text.split()) == 1:
            for found in find_keys(row.text):
                notes.key(found, notes.current, before)
                keys.add(found)
        before = row.text.strip()


def _key_of(notes: Notes, name: str, text: str, licence: int) -> str | None:
    """The key beside a name; below a line about licences, beside a product of the mail, one of plain digits is one."""
    certain = as_key(text, labelled=False)
    if certain is None and licence < _FAR and _known_name(notes, name) is not None:
        return as_key(text, labelled=True)
    return certain


def _known_name(notes: Notes, text: str) -> str | None:
    return notes.names.get(item_key(Field.PRODUCT, product_name(text))) if text else None


def _key_alone(row: Row, licence: int) -> str | None:
    return as_key(row.text, labelled=licence < _FAR) if len(row.cells) == 1 and len(row.text.split()) == 1 else None


def _name_and_text(row: Row) -> tuple[str, str]:
    if len(row.cells) == 2:
        return row.cells
    named = None
    if len(row.cells) == 1:
        named = _NAMED_KEY.match(row.text[:700]) or _KEY_WITHIN.match(row.text[:700])
    return (named.group(1), named.group(2)) if named is not None else ("", "")
