"""Reads what an e-mail says of a purchase: platform, structured data, labels and values, then doubts.

Order of trust within a mail: structured data, tables with a heading, labels with a value that looks like one. A value
that does not look like what its label announces is left out.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from urllib.parse import urlsplit

from companion.domain.core.foreign_text import clean_text
from companion.domain.core.model import Secret
from companion.domain.core.money import Money
from companion.domain.mail import platforms
from companion.domain.mail.labels import NO, UNLIMITED_SEATS, YES, Label, normal
from companion.domain.mail.letter import Letter
from companion.domain.mail.pairs import Pair, TableRow, label_of, pairs, tables
from companion.domain.mail.platforms import Platform
from companion.domain.mail.reading import Finding, KeyFound, LinkFound, Reading
from companion.domain.mail.recognise import (
    as_count,
    as_key,
    as_order_number,
    find_amount,
    find_date,
    find_keys,
    says_never,
)
from companion.domain.mail.rows import Row, tidy
from companion.domain.mail.statements import auto_renew_statement, language_of
from companion.domain.mail.structured import StructuredOrder, orders_of
from companion.domain.purchases.facts import Field, canonical, item_key

_LONGEST_PRODUCT = 120
_MOST_PRODUCTS = 40
_MOST_KEYS = 100


def read_mail(letter: Letter, known_products: Iterable[str] = ()) -> Reading:
    """Returns what `letter` says of a purchase; `known_products` are names that a directory or the library knows."""
    recognised = platforms.recognise(letter)
    notes = _Notes(letter, recognised.platform if recognised is not None else None, tuple(known_products))
    for order in orders_of(letter.json_ld, letter.items):
        notes.structured(order)
    for rows in (letter.rich, letter.plain):
        notes.rows(rows)
    notes.subject(letter.subject)
    notes.take_links()
    return notes.reading(recognised)


class _Notes:
    """Collects findings; of one field and item the first one that is usable counts."""

    def __init__(self, letter: Letter, platform: Platform | None, known_products: tuple[str, ...]) -> None:
        self._letter = letter
        self._platform = platform
        self._found: dict[tuple[str, Field], Finding] = {}
        self._names: dict[str, str] = {}
        self._keys: dict[str, KeyFound] = {}
        self._links: dict[str, LinkFound] = {}
        self._doubts: list[str] = []
        self._password: Secret | None = None
        self._current = ""
        self._until: tuple[str, str] | None = None
        self._known = known_products
        self._language = language_of(letter)
        text = " ".join(row.text for row in (*letter.rich, *letter.plain)[:3000])
        self._dollar = _dollar_of(text, letter.sender_domain or "")
        self._yen = "JPY" if self._language == "ja" or "円" in text else "CNY" if "元" in text else "JPY"
        self._day_first = _DAY_FIRST.get(self._language)

    # Structured data

    def structured(self, order: StructuredOrder) -> None:
        """Take over what structured data states."""
        quote = "Structured data of the e-mail"
        if order.number and (number := as_order_number(order.number)) is not None:
            self._note(Field.ORDER_NUMBER, number, quote)
        if order.date and (found := find_date(order.date[:10], day_first=None)) is not None:
            self._note(Field.BOUGHT_ON, found.day.isoformat(), quote)
        if order.price and order.currency:
            amount = find_amount(f"{order.price} {order.currency}")
            if amount is not None:
                self._note(Field.PRICE, amount.money.plain(), quote)
        if order.seller:
            self._note(Field.STORE_NAME, clean_text(order.seller), quote)
        if order.status == "OrderReturned":
            self._doubts.append("The e-mail says that this order was returned or refunded.")
        for name in order.products:
            self._product(name, quote)
        if order.page:
            self._manage_page(order.page, quote)
        if order.password and self._password is None:
            self._password = Secret(order.password)

    # Rows

    def rows(self, rows: Sequence[Row]) -> None:
        """Take over what rows of text say, without replacing what is known already."""
        for table_row in tables(rows):
            self._table_row(table_row)
        for row in rows[:4000]:
            self._line(row)
        self._products_in_sentences(rows)
        self._current = ""
        for pair in pairs(rows):
            if pair.label is Label.KEY and not self._names and pair.row > 0:
                self._heading_of_key(rows[pair.row - 1])
            self._pair(pair)
        self._flush_until(self._item() or "Download")
        for number, row in enumerate(rows[:4000]):
            self._unlabelled_key(row, rows, number)
        if Field.AUTO_RENEW not in {field for _, field in self._found}:
            stated = auto_renew_statement(row.text for row in rows[:1500])
            if stated is not None:
                self._note(Field.AUTO_RENEW, stated[0], stated[1])

    def subject(self, subject: str) -> None:
        """Take the order number out of the subject where the text has none."""
        for pair in pairs((Row((subject,)),)) if subject else ():
            if pair.label is Label.ORDER_NUMBER:
                self._order_number(pair)

    def _table_row(self, row: TableRow) -> None:
        name = row.cells.get(Label.PRODUCT, "")
        if not name or not self._product(name, row.quote):
            return
        if (value := row.cells.get(Label.KEY)) and (key := as_key(value, labelled=True)) is not None:
            self._key(key, name, row.quote)
        if (value := row.cells.get(Label.EXPIRES)) is not None:
            if self._is_download_table(row):
                self._end(Field.DOWNLOAD_UNTIL, self._file_of(row) or name, value, row.quote)
            else:
                self._end(Field.EXPIRES, name, value, row.quote)
        if (value := row.cells.get(Label.SEATS)) is not None:
            self._seats(name, value, row.quote)
        if value := row.cells.get(Label.VERSION):
            self._note(Field.VERSION, clean_text(value, 60), row.quote, name)
        if Label.DOWNLOAD in row.cells:
            self._download(self._file_of(row) or name, row.quote)

    @staticmethod
    def _file_of(row: TableRow) -> str:
        file = clean_text(row.cells.get(Label.DOWNLOAD, ""), 120)
        return file if _FILE.search(file) else ""

    def _is_download_table(self, row: TableRow) -> bool:
        """In a shop's table of downloads "Expires" is the end of the download, not of the licence."""
        return Label.DOWNLOAD in row.cells and self._platform is Platform.WOOCOMMERCE

    def _line(self, row: Row) -> None:
        """Forms of single lines that have no label: WooCommerce's heading and its items in plain text."""
        heading = _WOO_HEADING.match(row.text)
        if heading is not None:
            if (number := as_order_number(heading.group(1))) is not None:
                self._note(Field.ORDER_NUMBER, number, row.text)
            if (found := find_date(heading.group(2), day_first=self._day_first)) is not None:
                self._note(Field.BOUGHT_ON, found.day.isoformat(), row.text)
        if len(row.cells) in (2, 3) and label_of(row.cells[0]) is None and self._is_bare_amount(row.cells[-1]):
            # A row of an invoice without a heading: the name, perhaps a quantity, and the price.
            self._product(row.cells[0], row.text)
        item = _WOO_ITEM.match(row.text)
        if item is not None and find_amount(item.group(2), dollar=self._dollar) is not None:
            self._product(item.group(1), row.text)

    def _pair(self, pair: Pair) -> None:
        if pair.label is Label.KEY:
            self._keys_of(pair)
        elif (take := _TAKE.get(pair.label)) is not None:
            take(self, pair)

    def _is_bare_amount(self, text: str) -> bool:
        found = find_amount(text, dollar=self._dollar, yen=self._yen)
        return found is not None and len(found.words) >= len(text.strip()) - 2

    def _products_in_sentences(self, rows: Sequence[Row]) -> None:
        """Products that are named in a sentence: "Your license key for Harbour Suite is …"."""
        if self._names:
            return
        for text in (self._letter.subject, *(row.text for row in rows[:400])):
            for pattern in _NAMED_IN_SENTENCE:
                found = pattern.search(text[:400])
                name = found.group(1).strip(" \"“”„'’!") if found is not None else ""
                if name and len(name.split()) <= 8 and name[0].isupper() and self._product(name, text):
                    return

    def _heading_of_key(self, row: Row) -> None:
        """A line above "License key:" that can be a name is the product's, as several services write it."""
        name = row.cells[0]
        if len(row.cells) == 1 and len(name.split()) <= 6 and not name.endswith((".", ",", ":", "!", "?")):
            self._product(name, row.text)

    def _order_number(self, pair: Pair) -> None:
        if pair.within and len(pair.words) < 6 and "#" not in pair.quote and not _NUMBERED.search(pair.quote):
            return
        for value in pair.values[:1]:
            number = as_order_number(value)
            if number is not None:
                self._note(Field.ORDER_NUMBER, number, pair.quote)

    def _order_password(self, pair: Pair) -> None:
        value = pair.values[0].split()[0] if pair.values and pair.values[0].split() else ""
        if value and self._password is None and 4 <= len(value) <= 256:
            self._password = Secret(value)

    def _product_pair(self, pair: Pair) -> None:
        if pair.within or not pair.values:
            return
        name = pair.values[0]
        split = re.match(r"^(.{2,120}?)\s*[:：]\s+(\S.*)$", name)
        if split is not None and (key := as_key(split.group(2), labelled=True)) is not None:
            if self._product(split.group(1), pair.quote):
                self._key(key, split.group(1), pair.quote)
            return
        if self._product(name, pair.quote):
            self._current = _product_name(name)

    def _expires(self, pair: Pair) -> None:
        item = self._item()
        for value in pair.values[:1]:
            if self._platform is Platform.WOOCOMMERCE and self._has_downloads() and not pair.within:
                # The end of the download that the next lines name.
                self._until = (value, pair.quote)
            else:
                self._end(Field.EXPIRES, item, value, pair.quote)

    def _download_pair(self, pair: Pair) -> None:
        """A download by the name of its file, as WooCommerce lists it in plain text: "Download: setup.zip -"."""
        name = clean_text(pair.values[0], 120).rstrip(" -") if pair.values and not pair.within else ""
        if _FILE.search(name):
            self._download(name, pair.quote)
            self._flush_until(name)

    def _flush_until(self, item: str) -> None:
        if self._until is not None:
            (value, quote), self._until = self._until, None
            self._end(Field.DOWNLOAD_UNTIL, item, value, quote)

    def _has_downloads(self) -> bool:
        return any(platforms.is_woocommerce_download(link.address) for link in self._letter.links)

    def _end(self, field: Field, item: str, value: str, quote: str) -> None:
        if field is Field.DOWNLOAD_UNTIL:
            self._download(item, quote)
        if says_never(value):
            if field is Field.EXPIRES:
                self._note(field, "never", quote, item)
            return
        found = find_date(value, day_first=self._day_first)
        if found is None or (field is Field.EXPIRES and not _begins_with_date(value, found.words)):
            return
        if found.doubtful is not None:
            self._doubts.append(
                f"“{found.words}” can mean {found.day.isoformat()} or {found.doubtful.isoformat()}: choose the right one."
            )
            return
        self._note(field, found.day.isoformat(), quote, item)

    def _day(self, field: Field, pair: Pair) -> None:
        for value in pair.values[:1]:
            found = find_date(value, day_first=self._day_first)
            if found is None or not _begins_with_date(value, found.words):
                continue
            if found.doubtful is not None:
                self._doubts.append(
                    f"“{found.words}” can mean {found.day.isoformat()} or {found.doubtful.isoformat()}:"
                    " choose the right one."
                )
                continue
            self._note(field, found.day.isoformat(), pair.quote)

    def _bought_on(self, pair: Pair) -> None:
        if not pair.within or len(pair.words) > 6:
            self._day(Field.BOUGHT_ON, pair)

    def _renews_on(self, pair: Pair) -> None:
        self._day(Field.RENEWS_ON, pair)
        # "Next payment: $49.00 on 5 January 2027"
        text = pair.values[0] if pair.values else ""
        amount = self._amount(text)
        if amount is not None:
            self._note(Field.RENEWAL_PRICE, amount.plain(), pair.quote)
            found = find_date(text, day_first=self._day_first)
            if found is not None and found.doubtful is None:
                self._note(Field.RENEWS_ON, found.day.isoformat(), pair.quote)

    def _renewal_price(self, pair: Pair) -> None:
        amount = self._amount(pair.values[0]) if pair.values else None
        if amount is not None:
            self._note(Field.RENEWAL_PRICE, amount.plain(), pair.quote)

    def _price(self, pair: Pair) -> None:
        if pair.within:
            return
        amount = self._amount(pair.values[0]) if pair.values else None
        if amount is not None and amount.amount >= 0:
            # A later total includes what an earlier one does not (shipping, tax).
            self._note(Field.PRICE, amount.plain(), pair.quote, replace=not self._structured_price)

    @property
    def _structured_price(self) -> bool:
        known = self._found.get(("", Field.PRICE))
        return known is not None and known.quote.startswith("Structured data")

    def _amount(self, text: str) -> Money | None:
        found = find_amount(text, dollar=self._dollar, yen=self._yen)
        if found is None:
            return None
        if found.assumed:
            doubt = "The amounts only say “$”; US dollars are assumed."
            if doubt not in self._doubts:
                self._doubts.append(doubt)
        return found.money

    def _auto_renew(self, pair: Pair) -> None:
        word = normal(pair.values[0]) if pair.values and not pair.within else ""
        if word in YES or word in NO:
            self._note(Field.AUTO_RENEW, "on" if word in YES else "off", pair.quote)

    def _seats_pair(self, pair: Pair) -> None:
        if not pair.within and pair.values:
            self._seats(self._item(), pair.values[0], pair.quote)

    def _seats(self, item: str, value: str, quote: str) -> None:
        count = as_count(value)
        if normal(value) in UNLIMITED_SEATS:
            self._note(Field.SEATS_LIMIT, "unlimited", quote, item)
        elif count is not None:
            self._note(Field.SEATS_LIMIT, str(count), quote, item)

    def _version(self, pair: Pair) -> None:
        if not pair.within and pair.values and re.match(r"v?\d", pair.values[0]):
            self._note(Field.VERSION, clean_text(pair.values[0], 60), pair.quote, self._item())

    def _maker(self, pair: Pair) -> None:
        if not pair.within and pair.values:
            self._note(Field.MAKER, clean_text(pair.values[0], 120), pair.quote)

    def _download_until(self, pair: Pair) -> None:
        for value in pair.values[:1]:
            self._end(Field.DOWNLOAD_UNTIL, self._item() or "Download", value, pair.quote)

    # Keys

    def _keys_of(self, pair: Pair) -> None:
        product = self._named_in(pair.quote) or self._current
        for text in pair.values:
            value = _CONNECTOR.sub("", text)
            key = as_key(value, labelled=True) if not pair.within else None
            if key is None and value.split():
                first = value.split()[0]
                key = as_key(first, labelled=not pair.within or len(value.split()) == 1)
            named = re.match(r"^(.{2,120}?)\s*[:：]\s+(\S.*)$", value)
            if key is None and named is not None and self._is_product_like(named.group(1)):
                key = as_key(named.group(2), labelled=True)
                if key is not None and self._product(named.group(1), value):
                    product = named.group(1)
            if key is None:
                break
            self._key(key, product, pair.quote)

    def _unlabelled_key(self, row: Row, rows: Sequence[Row], number: int) -> None:
        """A product's name and a key side by side, as EDD writes them, or a list of keys below a label."""
        named = re.match(r"^(.{2,120}?)\s*[:：]\s*(\S.*)$", row.text) if len(row.cells) == 1 else None
        if named is not None and label_of(named.group(1)) is None:
            key = as_key(named.group(2), labelled=False)
            if key is not None and self._is_product_like(named.group(1)):
                self._product(named.group(1), row.text)
                self._key(key, named.group(1), row.text)
                return
        if len(row.cells) == 2 and label_of(row.cells[0]) is None:
            key = as_key(row.cells[1], labelled=False)
            if key is not None and self._is_product_like(row.cells[0]):
                self._product(row.cells[0], row.text)
                self._key(key, row.cells[0], row.text)
        if len(row.cells) == 1 and number > 0 and self._keys:
            before = rows[number - 1].text
            if any(before.strip() == found.key.reveal() for found in self._keys.values()):
                for key in find_keys(row.text) if len(row.text.split()) == 1 else ():
                    self._key(key, self._current, before)

    def _is_product_like(self, name: str) -> bool:
        plain = _product_name(name)
        if _ENDS_AS_SENTENCE.search(plain):
            return False
        if item_key(Field.PRODUCT, plain) in self._names or plain in self._known:
            return True
        return bool(plain) and len(plain.split()) <= 8 and not plain.endswith((".", "!", "?")) and _has_letters(plain)

    def _key(self, key: str, product: str, quote: str) -> None:
        if len(self._keys) >= _MOST_KEYS:
            return
        name = _product_name(product)
        known = self._keys.get(key)
        if known is None or (not known.product and name):
            hidden = quote.replace(key, "…") if key in quote else quote
            self._keys[key] = KeyFound(name, Secret(key), _without_keys(hidden))

    # Products, downloads, links

    def _product(self, name: str, quote: str) -> bool:
        """Note a product; False when the text is not a product's name."""
        plain = _product_name(name)
        if not plain or len(self._names) >= _MOST_PRODUCTS or not _is_name(plain):
            return False
        key = item_key(Field.PRODUCT, plain)
        if key not in self._names:
            self._names[key] = plain
            self._note(Field.PRODUCT, plain, quote, plain)
        return True

    def _item(self) -> str:
        """The product that a value without one is about: the one named last, else the only one, else none."""
        if self._current:
            return self._current
        return next(iter(self._names.values())) if len(self._names) == 1 else ""

    def _named_in(self, text: str) -> str:
        lowered = text.casefold()
        return next((name for name in self._names.values() if name.casefold() in lowered), "")

    def _download(self, name: str, quote: str) -> None:
        if name:
            self._note(Field.DOWNLOAD, clean_text(name), quote, name)

    def take_links(self) -> None:
        """Take download links byte for byte, and the page where the purchase is managed."""
        downloads = [link for link in self._letter.links if _is_download(link.address, link.words)]
        for link in downloads:
            if link.address in self._links or len(self._links) >= _MOST_PRODUCTS:
                continue
            name = self._name_of_link(link.words, link.address, len({each.address for each in downloads}))
            self._links[link.address] = LinkFound(name, Secret(link.address))
            self._download(name, link.words or "Download link")
            parts = platforms.edd_parts(link.address)
            if parts is not None:
                self._note(Field.ORDER_NUMBER, parts[0], "Download link")
                item = self._item()
                if item:
                    self._note(Field.PRODUCT_ID, parts[1], "Download link", item)
        for link in self._letter.links:
            if link not in downloads and _MANAGE.search(link.words):
                self._manage_page(link.address, link.words)

    def _name_of_link(self, words: str, address: str, count: int) -> str:
        plain = clean_text(words, 120)
        if (
            plain
            and label_of(plain) is None
            and not plain.lower().startswith(("http", "download "))
            and _is_name(plain)
        ):
            return plain
        file = urlsplit(address).path.rpartition("/")[2]
        if re.search(r"\.[a-z0-9]{2,5}$", file, re.IGNORECASE) and not file.lower().endswith((".php", ".html")):
            return clean_text(file, 120)
        known = [found.value for (_, field), found in self._found.items() if field is Field.DOWNLOAD]
        if len(known) == count:
            return known[len(self._links)]
        return self._item() or f"Download {len(self._links) + 1}"

    def _manage_page(self, address: str, quote: str) -> None:
        """The page where a purchase is managed; one that carries a token is a secret and is not noted."""
        host = platforms.host_of(address)
        services = platforms.HOSTS.get(self._platform, ()) if self._platform is not None else ()
        owners = (self._letter.sender_domain or "", *services)
        own = any(owner and (platforms.belongs(host, owner) or platforms.belongs(owner, host)) for owner in owners)
        if not own or urlsplit(address).query or urlsplit(address).fragment:
            return
        self._note(Field.MANAGE_PAGE, address, quote)

    # Notes

    def _note(self, field: Field, value: str, quote: str, item: str = "", *, replace: bool = False) -> None:
        try:
            written = canonical(field, value)
        except ValueError:
            return
        about = item_key(field, item)
        if replace or (about, field) not in self._found:
            self._found[about, field] = Finding(field, written, _without_keys(clean_text(quote, 200)), item)

    def reading(self, recognised: platforms.Recognised | None) -> Reading:
        """Returns everything that was noted."""
        letter = self._letter
        if letter.sender_domain:
            self._note(Field.SENDER_DOMAIN, letter.sender_domain, letter.sender or "")
        if recognised is not None:
            self._note(Field.STORE_KIND, recognised.platform.value, recognised.by)
        self._settle_items()
        return Reading(
            platform=recognised.platform if recognised is not None else None,
            reason=_reason(recognised, self._found.values()),
            sender=letter.sender,
            sender_domain=letter.sender_domain,
            sent_at=letter.sent_at,
            subject=letter.subject,
            findings=tuple(self._found.values()),
            keys=tuple(self._keys.values()),
            links=tuple(self._links.values()),
            order_password=self._password,
            doubts=tuple(dict.fromkeys(self._doubts)),
        )

    def _settle_items(self) -> None:
        """Values of a product that was named later, or of the only one, move to it."""
        if len(self._names) != 1:
            return
        ((key, name),) = self._names.items()
        for (about, field), found in list(self._found.items()):
            if about == "product:" or (about.startswith("product:") and about != key and about == "product:"):
                del self._found[about, field]
                self._found.setdefault((key, field), found._replace(item=name))
        for text, known in list(self._keys.items()):
            if not known.product:
                self._keys[text] = known._replace(product=name)


_TAKE: dict[Label, Callable[[_Notes, Pair], None]] = {
    Label.ORDER_NUMBER: _Notes._order_number,
    Label.ORDER_PASSWORD: _Notes._order_password,
    Label.PRODUCT: _Notes._product_pair,
    Label.EXPIRES: _Notes._expires,
    Label.BOUGHT_ON: _Notes._bought_on,
    Label.PRICE: _Notes._price,
    Label.RENEWS_ON: _Notes._renews_on,
    Label.RENEWAL_PRICE: _Notes._renewal_price,
    Label.AUTO_RENEW: _Notes._auto_renew,
    Label.SEATS: _Notes._seats_pair,
    Label.VERSION: _Notes._version,
    Label.MAKER: _Notes._maker,
    Label.DOWNLOAD_UNTIL: _Notes._download_until,
    Label.DOWNLOAD: _Notes._download_pair,
    Label.RETURN_BY: lambda notes, pair: notes._day(Field.RETURN_BY, pair),
    Label.CANCEL_BY: lambda notes, pair: notes._day(Field.CANCEL_BY, pair),
}

_WOO_HEADING = re.compile(r"^\[[^\]#]{2,60}#\s?([A-Za-z0-9-]{1,30})\]\s*\((.{6,60})\)$")
_WOO_ITEM = re.compile(r"^(.{2,200}?) [Xx×] ?\d{1,5} = (.{2,60})$")
_CONNECTOR = re.compile(r"(?i)^(?:is|are|ist|sind|lautet|est|es|son|è|sono|zijn|é|são)\b\s*[:：]?\s*|^[:：]\s*")
_ENDS_AS_SENTENCE = re.compile(
    r"(?i)(?:^|\s)(?:is|are|ist|sind|lautet|est|es|son|è|sono|zijn|é|são|here|below|key|code|number|schlüssel|nummer|clé|clave)$"
)
_FILE = re.compile(r"(?i)[\w)\]-]\.(?:[a-z][a-z0-9]{1,4}|7z|tar\.gz)$")
_NAMED_IN_SENTENCE = (
    re.compile(
        r"(?i)(?:licen[cs]e|activation|product|serial)(?: key| code| number)? for (?-i:(.{2,80}?))(?: is\b| will\b| has\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:you bought|thank you for (?:buying|purchasing|ordering)|you(?:'ve| have) (?:bought|purchased)|your purchase of) (?-i:(.{2,80}?))(?: is\b| will\b| has\b| from\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:subscription (?:to|for)|membership (?:to|for)|renewal of|order of) (?-i:(.{2,80}?))(?: is\b| will\b| has\b| renews\b| expires\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:lizenz(?:schlüssel)?|aktivierungscode|seriennummer|abo(?:nnement)?) für (?-i:(.{2,80}?))(?: ist\b| läuft\b| wird\b| lautet\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:clé|licence|abonnement|achat|code d'activation) (?:pour|à|de) (?-i:(.{2,80}?))(?: est\b| expire\b| sera\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:clave|licencia|suscripción|compra|código) (?:de|para|a) (?-i:([A-Z].{2,80}?))(?: es\b| caduca\b| vence\b| se\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:chiave|licenza|abbonamento|acquisto|codice) (?:di|per|a) (?-i:([A-Z].{2,80}?))(?: è\b| scade\b| si\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:sleutel|licentie(?:sleutel|code)?|abonnement|aankoop) (?:voor|op|van) (?-i:(.{2,80}?))(?: is\b| verloopt\b| wordt\b|[.,:!(]|$)"
    ),
    re.compile(
        r"(?i)(?:chave|licença|assinatura|compra|código) (?:de|do|da|para) (?-i:([A-Z].{2,80}?))(?: é\b| expira\b| será\b|[.,:!(]|$)"
    ),
)
_NUMBERED = re.compile(r"(?i)\b(?:no|nr|number|nummer|num[ée]ro|n[.º°]|número)\b|[№#]")
_DAY_FIRST = {"de": True, "fr": True, "es": True, "it": True, "nl": True, "pt": True}
_MANAGE = re.compile(
    r"(?i)\b(?:manage|my account|your account|view (?:your )?(?:order|purchase|subscription)|order details|customer portal"
    r"|verwalten|mein konto|kundenkonto|bestellung ansehen|gérer|mon compte|voir (?:la|votre) commande|gestionar|mi cuenta"
    r"|ver (?:el|su|tu) pedido|gestisci|il mio account|beheren|mijn account|gerenciar|gerir|minha conta)|マイページ|アカウント"
)
_INSTALLER = re.compile(r"(?i)\.(?:exe|msi|msix|dmg|pkg|zip|7z|rar|deb|rpm|appimage|run|tar\.gz|iso|vst3|jar)$")
_NOT_A_NAME = re.compile(r"(?i)^(?:https?://|www\.|\d+$|[\W\d_]+$)")


def _dollar_of(text: str, domain: str) -> str | None:
    """Which currency "$" stands for, where the mail tells."""
    codes: set[str] = set(re.findall(r"\b(USD|CAD|AUD|NZD|SGD|HKD|MXN|TWD)\b", text))
    if len(codes) == 1:
        return codes.pop()
    for ending, currency in (("ca", "CAD"), ("au", "AUD"), ("nz", "NZD"), ("sg", "SGD"), ("hk", "HKD"), ("mx", "MXN")):
        if domain.endswith(f".{ending}"):
            return currency
    return None


def _product_name(name: str) -> str:
    plain = clean_text(tidy(name), 200)
    plain = re.sub(r"\s*[x×X]\s?\d{1,4}$|^\d{1,4}\s?[x×]\s+", "", plain)
    plain = re.sub(r"\s*[–—-]\s*$|\s*\(?\s*[x×]\s?\d+\)?$", "", plain)
    return plain.strip(" :：•*|,;").strip()


def _is_name(plain: str) -> bool:
    """Whether a text can be a product's name: short, with letters, no address, no amount, no label, no sentence."""
    if not 2 <= len(plain) <= _LONGEST_PRODUCT or _NOT_A_NAME.match(plain) or not _has_letters(plain):
        return False
    if label_of(plain) is not None or "@" in plain or plain.endswith(("!", "?", "…")):
        return False
    amount = find_amount(plain)
    return amount is None or len(amount.words) < len(plain) / 2


def _has_letters(text: str) -> bool:
    return any(sign.isalpha() for sign in text)


def _begins_with_date(value: str, words: str) -> bool:
    """Whether the date stands near the beginning, not somewhere in a sentence about something else."""
    return value.find(words) <= 25


def _is_download(address: str, words: str) -> bool:
    if not address.lower().startswith(("https://", "http://")):
        return False
    if platforms.is_woocommerce_download(address) or platforms.is_edd_download(address):
        return True
    path = urlsplit(address).path
    return _INSTALLER.search(path) is not None or (_INSTALLER.search(words.strip()) is not None and " " not in words)


def _without_keys(text: str) -> str:
    """A quote is shown and kept, so no licence key may stand in it."""
    return " ".join("…" if as_key(word, labelled=False) is not None else word for word in text.split())


def _reason(recognised: platforms.Recognised | None, found: Iterable[Finding]) -> str:
    if recognised is not None:
        return f"An e-mail of {platforms.TITLES[recognised.platform]}, recognised by {recognised.by}."
    fields = [finding.field for finding in found]
    if Field.ORDER_NUMBER in fields:
        return "An e-mail about an order, recognised by its order number."
    return "An e-mail about a purchase, recognised by its words." if fields else "Nothing of a purchase was recognised."


def sent_day(letter: Letter) -> dt.date | None:
    """Returns the day on which the mail was sent, as its header says."""
    return letter.sent_at.date() if letter.sent_at is not None else None
