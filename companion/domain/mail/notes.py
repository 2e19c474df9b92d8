"""What is collected while an e-mail is read: of one field and item the first usable value counts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable

from companion.domain.core.model import Secret
from companion.domain.core.money import Money
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.message.letter import Letter
from companion.domain.mail.message.rows import Row
from companion.domain.mail.origin import platforms
from companion.domain.mail.origin.platforms import Platform
from companion.domain.mail.reading import Finding, KeyFound, LinkFound, Reading
from companion.domain.mail.text.names import is_name, product_name
from companion.domain.mail.text.recognise import DateFound, as_key, find_amount, find_date, says_never
from companion.domain.mail.text.statements import language_of
from companion.domain.purchases.facts import Field, canonical, item_key

STRUCTURED = "Structured data of the e-mail"
MOST_ITEMS = 40
_MOST_KEYS = 100
_MOST_DOUBTS = 20
_DAY_FIRST = {"de": True, "fr": True, "es": True, "it": True, "nl": True, "pt": True}


class Notes:
    """Findings, keys, links and doubts of one e-mail; `current` is the product that was named last."""

    def __init__(self, letter: Letter, platform: Platform | None, known_products: Iterable[str]) -> None:
        self.letter = letter
        self.platform = platform
        self.found: dict[tuple[str, Field], Finding] = {}
        self.names: dict[str, str] = {}
        self.keys: dict[str, KeyFound] = {}
        self.links: dict[str, LinkFound] = {}
        self.files: dict[str, dict[str, str]] = {}
        """What a file of each product is called here, by the words of its link and the product."""
        self.password: Secret | None = None
        self.password_is_structured = False
        self.current = ""
        self.day_first = _DAY_FIRST.get(language_of(letter))
        if self.day_first is None:
            self.day_first = _order_of_days(letter)
        self.item_prices: set[Money] = set()
        """What lines call the price: that of the whole where there is no total, and one thing was bought once."""
        self.bought_several = False
        self._doubts: list[str] = []
        self._unread: list[str] = []
        self._known = {item_key(Field.PRODUCT, name): name for name in known_products}
        text = " ".join(row.text for row in (*letter.rich, *letter.plain)[:3000])
        self._dollar = _dollar_of(text, letter.sender_domain or "")
        self._yen = "CNY" if "元" in text and "円" not in text else "JPY"

    @property
    def known(self) -> frozenset[str]:
        """Names of products in lower case: those of this mail, of the library and of the directory."""
        return frozenset(name.casefold() for name in (*self.names.values(), *self._known.values()))

    def doubt(self, sentence: str) -> None:
        """Note what the person should look at."""
        if sentence not in self._doubts and len(self._doubts) < _MOST_DOUBTS:
            self._doubts.append(sentence)

    def unread(self, sentence: str) -> None:
        """Note a part of the mail that was not read."""
        self._unread.append(sentence)

    def note(self, field: Field, value: str, quote: str, item: str = "", *, replace: bool = False) -> bool:
        """Note a value; False when it cannot be one of this field."""
        try:
            written = canonical(field, value)
        except ValueError:
            return False
        about = item_key(field, item)
        if replace or (about, field) not in self.found:
            self.found[about, field] = Finding(field, written, without_keys(clean_text(quote, 200)), item)
        return True

    # Items

    def product(self, name: str, quote: str) -> bool:
        """Note a product; False when the text is not a product's name."""
        plain = product_name(name)
        if not plain or not is_name(plain):
            return False
        key = item_key(Field.PRODUCT, plain)
        if key not in self.names:
            if len(self.names) >= MOST_ITEMS:
                return False
            self.names[key] = plain
            self.note(Field.PRODUCT, plain, quote, plain)
        return True

    def item(self) -> str:
        """Returns the product that a value without one is about: the one named last, else the only one, else none."""
        if self.current:
            return self.current
        return next(iter(self.names.values())) if len(self.names) == 1 else ""

    def named_in(self, text: str) -> str:
        """Returns the known product that a text names (the longest), or an empty text."""
        lowered = text.casefold()
        fitting = [name for name in self.names.values() if name.casefold() in lowered]
        return max(fitting, key=len, default="")

    def is_named(self, name: str) -> bool:
        """Whether this mail names a product so, or with further words."""
        return item_key(Field.PRODUCT, self.known_as(name)) in self.names

    def known_as(self, name: str) -> str:
        """Returns the product that a name means: the only one that says more, as "Studio 9 (Download)" does."""
        plain = product_name(name)
        if not plain or item_key(Field.PRODUCT, plain) in self.names:
            return plain
        ends = (" ", ",")
        longer = [each for each in self.names.values() if each.casefold().startswith(plain.casefold())]
        fitting = [each for each in longer if each[len(plain) :].startswith(ends)]
        return fitting[0] if len(fitting) == 1 else plain

    def file(self, words: str, product: str) -> str:
        """Returns what a product's file is called here; a second product's of the same words is told apart by it."""
        names = self.files.setdefault(words, {})
        return names.setdefault(product, f"{words} ({product})" if names and product else words)

    def download(self, name: str, quote: str) -> None:
        """Note a download by its name."""
        if name:
            self.note(Field.DOWNLOAD, clean_text(name), quote, name)

    def key(self, key: str, product: str, quote: str) -> None:
        """Note a licence key; its quote never holds it."""
        if len(self.keys) >= _MOST_KEYS:
            return
        name = self.known_as(product)
        name = self.names.get(item_key(Field.PRODUCT, name), name)
        known = self.keys.get(key)
        if known is None or (not known.product and name):
            self.keys[key] = KeyFound(name, Secret(key), without_keys(quote.replace(key, "…")))

    # Values

    def amount(self, text: str) -> Money | None:
        """Returns the amount that a text is; a doubt is noted where its currency is assumed."""
        found = find_amount(text, dollar=self._dollar, yen=self._yen)
        if found is None:
            return None
        if found.assumed:
            self.doubt("The amounts only say “$”; US dollars are assumed.")
        return found.money

    def amounts(self, text: str) -> tuple[Money, ...]:
        """Returns the different amounts in a text."""
        found: dict[Money, None] = {}
        rest = text
        while (each := find_amount(rest, dollar=self._dollar, yen=self._yen)) is not None and len(found) < MOST_ITEMS:
            found[each.money] = None
            rest = rest[rest.index(each.words) + len(each.words) :]
        return tuple(found)

    def only_amount(self, text: str) -> Money | None:
        """Returns the amount in a text that names one only."""
        return self.amount(text) if len(self.amounts(text)) == 1 else None

    def is_bare_amount(self, text: str) -> bool:
        """Whether a text is an amount and hardly anything else."""
        found = find_amount(text, dollar=self._dollar, yen=self._yen)
        return found is not None and len(found.words) >= len(text.strip()) - 4

    def day(self, field: Field, value: str, quote: str, item: str = "") -> bool:
        """Note the day that a text begins with; a doubt where day and month could be swapped."""
        found = find_date(value, day_first=self.day_first)
        # A date further on in a sentence is about something else.
        if found is None or value.find(found.words) > 25:
            return False
        if found.doubtful is not None:
            found = self._by_time(field, found)
        if found.doubtful is not None:
            one, other = found.day.isoformat(), found.doubtful.isoformat()
            self.doubt(f"“{found.words}” can mean {one} or {other}: choose the right one.")
            return False
        return self.note(field, found.day.isoformat(), quote, item)

    def _by_time(self, field: Field, found: DateFound) -> DateFound:
        """The only reading of a date that was possible when the mail was sent: nothing is bought on a later day."""
        if found.doubtful is None or self.letter.sent_at is None:
            return found
        sent = self.letter.sent_at.date()
        day = dt.timedelta(days=1)
        readings = (found.day, found.doubtful)
        if field is Field.BOUGHT_ON:
            possible = [each for each in readings if each <= sent + day]
        elif field in (Field.RENEWS_ON, Field.CANCEL_BY, Field.RETURN_BY):
            possible = [each for each in readings if each >= sent - day]
        else:
            return found
        return found._replace(day=possible[0], doubtful=None) if len(possible) == 1 else found

    def end(self, field: Field, item: str, value: str, quote: str) -> None:
        """Note when a licence or a download ends: a day, or never."""
        if field is Field.DOWNLOAD_UNTIL:
            self.download(item, quote)
        if not says_never(value):
            self.day(field, value, quote, item)
        elif field is Field.EXPIRES:
            self.note(field, "never", quote, item)

    # The result

    def reading(self, recognised: platforms.Recognised | None) -> Reading:
        """Returns everything that was noted."""
        letter = self.letter
        one = len(self.item_prices) == 1 and len(self.names) <= 1 and not self.bought_several
        if one and ("", Field.PRICE) not in self.found:
            self.note(Field.PRICE, next(iter(self.item_prices)).plain(), "Price")
        if letter.sender_domain:
            self.note(Field.SENDER_DOMAIN, letter.sender_domain, letter.sender or "")
        if recognised is not None:
            self.note(Field.STORE_KIND, recognised.platform.value, recognised.by)
        self._settle_items()
        return Reading(
            platform=recognised.platform if recognised is not None else None,
            reason=_reason(recognised, self.found.values()),
            sender=letter.sender,
            sender_domain=letter.sender_domain,
            sent_at=letter.sent_at,
            subject=letter.subject,
            findings=tuple(self.found.values()),
            keys=tuple(self.keys.values()),
            links=tuple(self.links.values()),
            order_password=self.password,
            password_is_structured=self.password_is_structured,
            doubts=(*self._doubts, *self._unread[:3]),
            unread=tuple(self._unread[:3]),
        )

    def _settle_items(self) -> None:
        """Values and keys without a product move to the only one; among several they are said as doubts.

        A key stays, without a product; an end, which can be that of an earlier order, does not.
        """
        if len(self.names) > 1 and (end := self.found.pop(("product:", Field.EXPIRES), None)) is not None:
            self.doubt(f"The e-mail does not say which product ends on {end.value}.")
        if len(self.names) != 1:
            if len(self.names) > 1 and any(not known.product for known in self.keys.values()):
                self.doubt("The e-mail does not say which product a licence key is for.")
            return
        ((key, name),) = self.names.items()
        for (about, field), found in list(self.found.items()):
            if about == "product:":
                del self.found[about, field]
                self.found.setdefault((key, field), found._replace(item=name))
        for text, known in list(self.keys.items()):
            if not known.product:
                self.keys[text] = known._replace(product=name)


_IN_NUMBERS = re.compile(r"(?<![\d./-])(\d{1,2})/(\d{1,2})/\d{4}(?![\d/])")


def _order_of_days(letter: Letter) -> bool | None:
    """Whether a mail writes the day first, by a date of it that can be read in one way only; None where none tells."""
    told: set[bool] = set()
    for row in (*letter.rich[:500], *letter.plain[:500]):
        for found in _IN_NUMBERS.finditer(row.text):
            one, two = int(found.group(1)), int(found.group(2))
            if 12 < one <= 31 and two <= 12:
                told.add(True)
            elif 12 < two <= 31 and one <= 12:
                told.add(False)
    return told.pop() if len(told) == 1 else None


def without_keys(text: str) -> str:
    """Returns a quote with licence keys left out: quotes are shown and kept."""
    return " ".join("…" if as_key(word, labelled=False) is not None else word for word in text.split())


def _dollar_of(text: str, domain: str) -> str | None:
    """Which currency "$" stands for, where the mail tells."""
    codes: set[str] = set(re.findall(r"\b(USD|CAD|AUD|NZD|SGD|HKD|MXN|TWD)\b", text))
    if "US$" in text:
        codes.add("USD")
    if len(codes) == 1:
        return codes.pop()
    for ending, currency in (("ca", "CAD"), ("au", "AUD"), ("nz", "NZD"), ("sg", "SGD"), ("hk", "HKD"), ("mx", "MXN")):
        if domain.endswith(f".{ending}"):
            return currency
    return None


def _reason(recognised: platforms.Recognised | None, found: Iterable[Finding]) -> str:
    if recognised is not None:
        return f"An e-mail of {platforms.TITLES[recognised.platform]}, recognised by {recognised.by}."
    fields = [finding.field for finding in found]
    if Field.ORDER_NUMBER in fields:
        return "An e-mail about an order, recognised by its order number."
    telling = set(fields) - {Field.SENDER_DOMAIN, Field.STORE_NAME}
    return (
        "An e-mail about a purchase, recognised by its words." if telling else "Nothing of a purchase was recognised."
    )


def lines_of(rows: Iterable[Row]) -> Iterable[str]:
    """Returns the rows as lines."""
    return (row.text for row in rows)
