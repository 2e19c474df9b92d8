"""Takes over what labels announce: a value that does not look like what its label announces is left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from companion.domain.core.model import Secret
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.labelled_keys import key_of
from companion.domain.mail.lines import item_line, row_above
from companion.domain.mail.message.rows import Row
from companion.domain.mail.notes import STRUCTURED, Notes
from companion.domain.mail.origin import platforms
from companion.domain.mail.origin.platforms import Platform
from companion.domain.mail.text.answers import NO, UNLIMITED_SEATS, YES
from companion.domain.mail.text.labels import Label, normal
from companion.domain.mail.text.names import is_file, is_heading_of_product, is_product_like, product_name
from companion.domain.mail.text.pairs import Pair, TableRow, labels_in, pairs, tables
from companion.domain.mail.text.recognise import as_count, as_key, as_order_number, as_used, find_date
from companion.domain.mail.text.statements import has_condition, is_about_updates, never_ends, says_off
from companion.domain.mail.text.terms import term_of
from companion.domain.purchases.facts import Field, item_key

_FILE = re.compile(r"(?i)[\w)\]-]\.(?:[a-z][a-z0-9]{1,4}|7z|tar\.gz)$")
_ACTION = re.compile(
    r"(?i)(?:view|open|see|get|go to|download|access|manage|click|visit|read|ansehen|öffnen|zum|zur|jetzt|hier|voir"
    r"|ouvrir|accéder|télécharger|ver|abrir|acceder|descargar|vedi|visualizza|apri|accedi|scarica|bekijk|open|naar|ver|abrir"
    r"|aceder|acessar|baixar|transferir)\b|.*(?:を見る|を開く|へ|はこちら)$"
)
"""How the words of a button begin."""
_CONNECTOR = re.compile(
    r"(?i)^(?:is|are|ist|sind|lautet|lauten|est|es|son|è|sono|zijn|é|são|は)\b\s*[:：]?\s*|^[:：]\s*"
)
_NUMBERED = re.compile(r"(?i)\b(?:no|nr|number|nummer|num[ée]ro|n[.º°]|número)\b|[№#]")
_NAMED_KEY = re.compile(r"^(.{2,120}?)\s*[:：]\s+(\S.*)$")
_NUMBER_SIGN = re.compile(r"(?i)^(?:n[°º]|n\.[oº]|nr\.|no\.)\s*(?=[A-Z0-9])")
_OF_DAY = re.compile(
    r"(?i)\s?,?\(?(?:vom|of|from|dated|placed on|du|del|van|d\.d\.|de|z dnia|ze dne|fra|från)\s(?=\d|[a-z]+ \d)"
)
"""Between the number of an order and its day."""
_OF_A_KIND = re.compile(r"^[^\s:：](?:[^:：]{0,28})[:：]\s+\S")
"""A line that says what it is about, whether that is known here or not: "Sold by: …"."""
_TAX_NOTE = re.compile(r"(?i)\s(?:ttc|ht|incl\.? [a-z]+|inkl\.? [a-z.]+|iva incl\w*|brutto)\.?$")
_REFUND = re.compile(r"(?i)refund|money[- ]back|erstatt|rembours|reembols|rimbors|terugbeta|返金")
_FEWEST_DIGITS = 5
"""Of an order number within a sentence that does not call it a number."""


class LabelledValues:
    """Takes the tables and the pairs of label and value of an e-mail."""

    def __init__(self, notes: Notes) -> None:
        self._notes = notes
        self._headings: set[str] = set()
        self._buttons = {link.words for link in notes.letter.links if _ACTION.match(link.words)}
        # Links that lead to files by their own names need no other: see `links`.
        self._leads_to_files = any(is_file(link.address) for link in notes.letter.links)
        self._until: tuple[str, str] | None = None
        shop_downloads = [
            link
            for link in notes.letter.links
            if notes.platform is Platform.WOOCOMMERCE and platforms.is_woocommerce_download(link.address)
        ]
        self._has_shop_downloads = bool(shop_downloads)
        # The shop calls its files what it likes: "Windows installer" as well as "setup.exe".
        self._files = {link.words for link in shop_downloads if link.words}

    def take_tables(self, rows: Sequence[Row]) -> None:
        """Take the rows of tables whose first row names the columns."""
        for row in tables(rows):
            self._table_row(row)

    def take_pairs(self, rows: Sequence[Row]) -> None:
        """Take every label with the value that fits it."""
        self._notes.current = ""
        for pair in pairs(rows):
            self._pair(pair, rows)
        self._flush_until(self._notes.item() or "Download")

    def _pair(self, pair: Pair, rows: Sequence[Row]) -> None:
        if pair.label is Label.KEY:
            if any(key_of(_CONNECTOR.sub("", text), pair) is not None for text in pair.values):
                self._heading_of_key(rows, pair.row)
            self._keys(pair)
        elif pair.values and (take := _TAKE.get(pair.label)) is not None:
            take(self, pair)

    # Tables

    def _table_row(self, row: TableRow) -> None:
        notes, name = self._notes, row.cells.get(Label.PRODUCT, "")
        if not name and len(row.cells) > 1:
            self._order_row(row)
        if not name or not notes.product(name, row.quote):
            return
        item = product_name(name)
        if (value := row.cells.get(Label.KEY)) and (key := as_key(value, labelled=True)) is not None:
            notes.key(key, item, row.quote)
        if (value := row.cells.get(Label.EXPIRES)) is not None:
            if Label.DOWNLOAD in row.cells and notes.platform is Platform.WOOCOMMERCE:
                # In a shop's table of downloads "Expires" is the end of the download, not of the licence.
                notes.end(Field.DOWNLOAD_UNTIL, self._file_of(row, item) or item, value, row.quote)
            else:
                notes.end(Field.EXPIRES, item, value, row.quote)
        self._count_of(row.cells.get(Label.QUANTITY, ""))
        if (value := row.cells.get(Label.PERIOD)) is not None:
            self._end_of_period(item, value, row.quote)
        if (value := row.cells.get(Label.SEATS)) is not None:
            self._seats(item, value, row.quote)
        if value := row.cells.get(Label.VERSION):
            notes.note(Field.VERSION, clean_text(value, 60), row.quote, item)
        if Label.DOWNLOAD in row.cells and ((file := self._file_of(row, item)) or not self._leads_to_files):
            notes.download(file or item, row.quote)

    def _file_of(self, row: TableRow, item: str) -> str:
        words = row.cells.get(Label.DOWNLOAD, "")
        file = clean_text(words, 120)
        return self._notes.file(file, item) if words in self._files or _FILE.search(file) else ""

    def _order_row(self, row: TableRow) -> None:
        """A table about the order: its number, day and total side by side."""
        for label, value in row.cells.items():
            if label in (Label.ORDER_NUMBER, Label.BOUGHT_ON, Label.PRICE, Label.RENEWS_ON, Label.AUTO_RENEW):
                _TAKE[label](self, Pair(label, (value,), row.quote, row.row))

    # Values of pairs

    def _order_number(self, pair: Pair) -> None:
        number = as_order_number(_NUMBER_SIGN.sub("", _CONNECTOR.sub("", pair.values[0])))
        plain = pair.within and len(pair.words) < 12 and not _NUMBERED.search(pair.quote)
        # "Your order 224410098" has a number; "your order of 12 May" has none.
        if number is not None and not (plain and sum(sign.isdigit() for sign in number) < _FEWEST_DIGITS):
            self._notes.note(Field.ORDER_NUMBER, number, pair.quote)
            _, _, rest = pair.values[0].partition(number)
            if (of := _OF_DAY.match(rest)) is not None:
                self._notes.day(Field.BOUGHT_ON, rest[of.end() :], pair.quote)

    def _order_password(self, pair: Pair) -> None:
        words = pair.values[0].split()
        if words and self._notes.password is None and 4 <= len(words[0]) <= 256:
            self._notes.password = Secret(words[0])

    def _product(self, pair: Pair) -> None:
        notes, name = self._notes, pair.values[0]
        if pair.within:
            return
        split = _NAMED_KEY.match(name)
        if split is not None and (key := as_key(split.group(2), labelled=True)) is not None:
            if notes.product(split.group(1), pair.quote):
                notes.key(key, split.group(1), pair.quote)
        elif notes.product(name, pair.quote):
            notes.current = product_name(name)

    def _expires(self, pair: Pair) -> None:
        if self._has_shop_downloads and not pair.within:
            # The end of the download that the next lines name.
            self._until = (pair.values[0], pair.quote)
        elif self._is_of_updates(pair):
            found = find_date(pair.values[0], day_first=self._notes.day_first)
            if found is not None and found.doubtful is None:
                self._notes.doubt(
                    f"The e-mail says until when updates or support are included ({found.day.isoformat()});"
                    " that is not the end of the licence."
                )
        else:
            self._notes.end(Field.EXPIRES, self._item_of(pair), pair.values[0], pair.quote)

    def _period(self, pair: Pair) -> None:
        if not pair.within:
            self._end_of_period(self._item_of(pair), pair.values[0], pair.quote)

    def _end_of_period(self, item: str, value: str, quote: str) -> None:
        """ "Mar 10, 2026 - Mar 9, 2027": the second day is the end."""
        begin = find_date(value, day_first=self._notes.day_first)
        if begin is None:
            return
        _, _, rest = value.partition(begin.words)
        end = find_date(rest, day_first=self._notes.day_first)
        if end is not None and end.doubtful is None and end.day > begin.day:
            self._notes.note(Field.EXPIRES, end.day.isoformat(), quote, item)

    @staticmethod
    def _is_of_updates(pair: Pair) -> bool:
        """Whether it is the updates that end, in the words up to the label's own."""
        before, _, _ = pair.quote.partition(pair.values[0])
        return is_about_updates(re.split(r"[.;!?]\s", before)[-1])

    def _item_of(self, pair: Pair) -> str:
        item = self._notes.known_as(pair.item)
        if item and is_product_like(item, self._notes.known) and self._notes.product(item, pair.quote):
            return product_name(item)
        return self._notes.named_in(pair.quote) or self._notes.item()

    def _download(self, pair: Pair) -> None:
        """A download by the name of its file, as WooCommerce lists it in plain text: "Download: setup.zip -"."""
        text = pair.values[0]
        name = clean_text(text, 120).rstrip(" -") if not pair.within else ""
        # There the address stands on the line after the dash, whatever the file is called.
        named = _FILE.search(name) or (self._has_shop_downloads and text.rstrip().endswith(" -"))
        if name and "://" not in name and named:
            name = self._notes.file(name, self._notes.item())
            self._notes.download(name, pair.quote)
            self._flush_until(name)

    def _flush_until(self, item: str) -> None:
        if self._until is not None:
            (value, quote), self._until = self._until, None
            self._notes.end(Field.DOWNLOAD_UNTIL, item, value, quote)

    def _bought_on(self, pair: Pair) -> None:
        if not pair.within or len(pair.words) > 6:
            self._notes.day(Field.BOUGHT_ON, pair.values[0], pair.quote)

    def _renews_on(self, pair: Pair) -> None:
        text = pair.values[0]
        self._renewal_term(pair)  # "Renews: every year"
        found = self._notes.day(Field.RENEWS_ON, text, pair.quote)
        # "Next payment: $49.00 on 5 January 2027"; of several amounts one may be the price until now.
        if (amount := self._notes.only_amount(text)) is not None:
            self._notes.note(Field.RENEWAL_PRICE, amount.plain(), pair.quote)
            date = find_date(text, day_first=self._notes.day_first)
            if not found and date is not None and date.doubtful is None:
                self._notes.note(Field.RENEWS_ON, date.day.isoformat(), pair.quote)

    def _renewal_term(self, pair: Pair) -> None:
        term = term_of(pair.values[0]) if not pair.within else None
        if term is None:
            return
        self._notes.note(Field.RENEWAL_TERM, term, pair.quote)
        # "Billed: 59.88 USD annually"
        if (amount := self._notes.amount(pair.values[0])) is not None:
            self._notes.note(Field.RENEWAL_PRICE, amount.plain(), pair.quote)

    def _renewal_price(self, pair: Pair) -> None:
        amount = self._notes.amount(pair.values[0])
        if amount is not None:
            self._notes.note(Field.RENEWAL_PRICE, amount.plain(), pair.quote)

    def _price(self, pair: Pair) -> None:
        amount = self._notes.amount(pair.values[0]) if not pair.within else None
        if amount is None or amount.amount < 0:
            return
        known = self._notes.found.get(("", Field.PRICE))
        # A later total includes what an earlier one does not (shipping, tax).
        structured = known is not None and known.quote == STRUCTURED
        self._notes.note(Field.PRICE, amount.plain(), pair.quote, replace=not structured)

    def _item_price(self, pair: Pair) -> None:
        """A receipt of EDD calls the total its price; elsewhere a price is that of one item."""
        if pair.within or not self._notes.is_bare_amount(pair.values[0]):
            return
        amount = self._notes.amount(pair.values[0])
        if amount is None:
            return
        if self._notes.platform is Platform.EDD:
            self._notes.note(Field.PRICE, amount.plain(), pair.quote)
        else:
            self._notes.item_prices.add(amount)

    def _quantity(self, pair: Pair) -> None:
        if not pair.within:
            self._count_of(pair.values[0])

    def _count_of(self, value: str) -> None:
        """Note that something was bought more than once: a price is then not that of the whole."""
        count = as_count(value)
        self._notes.bought_several |= count is not None and count > 1

    def _auto_renew(self, pair: Pair) -> None:
        text = pair.values[0] if not pair.within else ""
        word = normal(text)
        if word in YES or word in NO:
            self._notes.note(Field.AUTO_RENEW, "on" if word in YES else "off", pair.quote)
            return
        # "Automatic renewal: 4.99 EUR a month from 10 April 2026"
        amount, date = self._notes.amount(text), find_date(text, day_first=self._notes.day_first)
        if (amount is None and date is None) or says_off(text) or has_condition(text):
            return
        if "auto" in pair.quote.casefold() or "自動" in pair.quote:
            self._notes.note(Field.AUTO_RENEW, "on", pair.quote)
        if amount is not None:
            self._notes.note(Field.RENEWAL_PRICE, amount.plain(), pair.quote)
        if date is not None and date.doubtful is None:
            self._notes.note(Field.RENEWS_ON, date.day.isoformat(), pair.quote)

    def _seats_of(self, pair: Pair) -> None:
        if not pair.within:
            self._seats(self._item_of(pair), pair.values[0], pair.quote)

    def _seats(self, item: str, value: str, quote: str) -> None:
        count = as_count(value)
        if (used := as_used(value, labelled=True)) is not None:
            self._notes.note(Field.SEATS_USED, str(used[0]), quote, item)
            count = used[1]
        if normal(value) in UNLIMITED_SEATS:
            self._notes.note(Field.SEATS_LIMIT, "unlimited", quote, item)
        elif count is not None:
            self._notes.note(Field.SEATS_LIMIT, str(count), quote, item)

    def _version(self, pair: Pair) -> None:
        if not pair.within and re.match(r"v?\d", pair.values[0]):
            self._notes.note(Field.VERSION, clean_text(pair.values[0], 60), pair.quote, self._item_of(pair))

    def _maker(self, pair: Pair) -> None:
        if not pair.within:
            self._notes.note(Field.MAKER, clean_text(pair.values[0], 120), pair.quote)

    def _download_until(self, pair: Pair) -> None:
        self._notes.end(Field.DOWNLOAD_UNTIL, self._notes.item() or "Download", pair.values[0], pair.quote)

    def _cancel_by(self, pair: Pair) -> None:
        """ "Cancel by 19 May for a full refund" is until when it can be returned."""
        field = Field.RETURN_BY if _REFUND.search(pair.values[0]) else Field.CANCEL_BY
        self._notes.day(field, pair.values[0], pair.quote)

    def _day(self, field: Field, pair: Pair) -> None:
        self._notes.day(field, pair.values[0], pair.quote)

    # Keys

    def _heading_of_key(self, rows: Sequence[Row], number: int) -> None:
        """A line above the key's label that can be a name is the product's; labelled lines between are passed over."""
        if named := self._named_above(rows, number):
            self._notes.current = named
            return
        if set(self._notes.names.values()) - self._headings:
            return  # products are named in another way in this mail
        row = row_above(rows, number, self._is_between)
        if row is None or len(row.cells) > 1:
            return
        text = row.cells[0]
        # A person who notes a key writes its product above it, in lower case too.
        noted = rows[0] is row and not self._notes.letter.sender_domain
        if is_heading_of_product(text[:1].upper() + text[1:] if noted else text):
            self._notes.product(text, row.text)
            self._notes.current = product_name(text)
            self._headings.add(product_name(text))

    def _is_between(self, row: Row) -> bool:
        """Whether a row can stand between a product's name and its key."""
        text = row.cells[0]
        if len(row.cells) == 1 and (labels_in(text) or text in self._buttons or _OF_A_KIND.match(text)):
            return True
        return self._notes.is_bare_amount(_TAX_NOTE.sub("", row.text)) or never_ends((row.text,)) is not None

    def _named_above(self, rows: Sequence[Row], number: int) -> str:
        """Returns the product of the nearest line of an item above; labelled lines between are passed over."""
        row = row_above(rows, number, _is_labelled)
        item = item_line(row.text) if row is not None else None
        return self._notes.names.get(item_key(Field.PRODUCT, product_name(item[0])), "") if item is not None else ""

    def _keys(self, pair: Pair) -> None:
        notes = self._notes
        product = self._item_of(pair) if pair.item else notes.named_in(pair.quote) or notes.current
        for text in pair.values:
            value = _CONNECTOR.sub("", text)
            named = _NAMED_KEY.match(value)
            # "Studio 9 (1 PC): ABCD-…" below "Your keys:" names its product.
            key = key_of(value, pair) if named is None or not notes.is_named(named.group(1)) else None
            if key is None and named is not None and is_product_like(named.group(1), notes.known):
                key = as_key(named.group(2), labelled=True)
                name = notes.known_as(named.group(1))
                if key is not None and notes.product(name, value):
                    product = name
            if key is None:
                break
            notes.key(key, product, pair.quote)


def _is_labelled(row: Row) -> bool:
    told = labels_in(row.cells[0]) or _OF_A_KIND.match(row.text)
    return bool(told) and item_line(row.text) is None


_TAKE: dict[Label, Callable[[LabelledValues, Pair], None]] = {
    Label.ORDER_NUMBER: LabelledValues._order_number,
    Label.ORDER_PASSWORD: LabelledValues._order_password,
    Label.PRODUCT: LabelledValues._product,
    Label.EXPIRES: LabelledValues._expires,
    Label.PERIOD: LabelledValues._period,
    Label.BOUGHT_ON: LabelledValues._bought_on,
    Label.PRICE: LabelledValues._price,
    Label.ITEM_PRICE: LabelledValues._item_price,
    Label.QUANTITY: LabelledValues._quantity,
    Label.RENEWS_ON: LabelledValues._renews_on,
    Label.RENEWAL_PRICE: LabelledValues._renewal_price,
    Label.RENEWAL_TERM: LabelledValues._renewal_term,
    Label.AUTO_RENEW: LabelledValues._auto_renew,
    Label.SEATS: LabelledValues._seats_of,
    Label.VERSION: LabelledValues._version,
    Label.MAKER: LabelledValues._maker,
    Label.DOWNLOAD_UNTIL: LabelledValues._download_until,
    Label.DOWNLOAD: LabelledValues._download,
    Label.RETURN_BY: lambda values, pair: values._day(Field.RETURN_BY, pair),
    Label.CANCEL_BY: LabelledValues._cancel_by,
}
