"""Dates, amounts, order numbers and keys as they stand in e-mails, and whether a text looks like one.

Nothing is guessed: a date whose day and month could be swapped is `Doubtful`, and a text that does not look like a key
is none, whatever label stands before it.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from typing import NamedTuple

from companion.domain.core.money import Money, decimals
from companion.domain.mail.text.answers import NEVER
from companion.domain.purchases.values import EARLIEST, LATEST, MOST_MINOR_UNITS

_MONTHS_OF: dict[str, str] = {
    "en": "january february march april may june july august september october november december",
    "de": "januar februar märz april mai juni juli august september oktober november dezember",
    "de-at": "jänner feber märz april mai juni juli august september oktober november dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "sv": "januari februari mars april maj juni juli augusti september oktober november december",
    "da": "januar februar marts april maj juni juli august september oktober november december",
    "nb": "januar februar mars april mai juni juli august september oktober november desember",
    "fi": "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta"
    " marraskuuta joulukuuta",
    "pl": "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "cs": "ledna února března dubna května června července srpna září října listopadu prosince",
}
_SHORT_OF: dict[str, str] = {
    "en": "jan feb mar apr may jun jul aug sep oct nov dec",
    "en2": "jan febr mar apr may june july aug sept oct nov dec",
    "de": "jan feb mär apr mai jun jul aug sep okt nov dez",
    "de2": "jan feb mrz apr mai jun jul aug sept okt nov dez",
    "fr": "janv févr mars avr mai juin juil août sept oct nov déc",
    "es": "ene feb mar abr may jun jul ago sep oct nov dic",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "nl": "jan feb mrt apr mei jun jul aug sep okt nov dec",
    "pt": "jan fev mar abr mai jun jul ago set out nov dez",
}


def _folded(text: str) -> str:
    """Lower case without accents: mails spell "fevrier", "marz" and "aout" as well."""
    split = unicodedata.normalize("NFD", text.casefold())
    return "".join(sign for sign in split if not unicodedata.combining(sign))


_MONTHS = {
    _folded(name): number
    for names in (*_MONTHS_OF.values(), *_SHORT_OF.values())
    for number, name in enumerate(names.split(), 1)
}
_MONTHS |= {"maerz": 3, "setiembre": 9}

_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_EASTERN = re.compile(r"(\d{4})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日")
_NAMED = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th|er|º|°|\.)?\s*(?:de\s|of\s|di\s)?[\s./-]*([^\W\d_]{3,12})\.?,?"
    r"\s*(?:de\s|del\s)?[\s./-]*(\d{4})(?!\d)"
)
_NAMED_FIRST = re.compile(r"(?<![^\W\d_])([^\W\d_]{3,12})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
_NUMERIC = re.compile(r"(?<!\d)(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?!\d)")
_NUMERIC_APART = re.compile(r"(?<!\d)(\d{1,2})(\.) (\d{1,2})\. (\d{4})(?!\d)")


class DateFound(NamedTuple):
    """A calendar day in a text; `doubtful` says that day and month could be swapped, and holds the other reading."""

    day: dt.date
    words: str
    doubtful: dt.date | None = None


def find_date(text: str, *, day_first: bool | None) -> DateFound | None:
    """Returns the first date in a text; `day_first` is how the mail's language writes dates in numbers, if known."""
    text = text[:400]
    for pattern, order in ((_EASTERN, (0, 1, 2)), (_ISO, (0, 1, 2))):
        found = pattern.search(text)
        if found is not None:
            parts = found.groups()
            return _date(int(parts[order[0]]), int(parts[order[1]]), int(parts[order[2]]), found.group())
    for found in _NAMED.finditer(text):
        month = _MONTHS.get(_folded(found.group(2)))
        if month is not None:
            return _date(int(found.group(3)), month, int(found.group(1)), found.group())
    for found in _NAMED_FIRST.finditer(text):
        month = _MONTHS.get(_folded(found.group(1)))
        if month is not None:
            return _date(int(found.group(3)), month, int(found.group(2)), found.group())
    found = _NUMERIC.search(text) or _NUMERIC_APART.search(text)
    return _numeric(found, day_first) if found is not None else None


def _numeric(found: re.Match[str], day_first: bool | None) -> DateFound | None:
    one, sign, two, year = int(found.group(1)), found.group(2), int(found.group(3)), int(found.group(4))
    year += 2000 if year < 100 else 0
    if sign == "." or one > 12 or (day_first and two <= 12):
        return _date(year, two, one, found.group())
    if two > 12 or one == two:
        return _date(year, one, two, found.group())
    if day_first is False:
        return _date(year, one, two, found.group())
    month_first, swapped = _date(year, one, two, found.group()), _date(year, two, one, found.group())
    if month_first is None or swapped is None:
        return month_first or swapped
    return month_first._replace(doubtful=swapped.day)


def _date(year: int, month: int, day: int, words: str) -> DateFound | None:
    try:
        found = dt.date(year, month, day)
    except ValueError:
        return None
    return DateFound(found, words) if EARLIEST <= found <= LATEST else None


def says_never(text: str) -> bool:
    """Whether a text says that something has no end."""
    return text.casefold().strip(" .!*()-") in NEVER


_SYMBOLS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS", "₴": "UAH", "฿": "THB",
    "US$": "USD", "CA$": "CAD", "C$": "CAD", "A$": "AUD", "AU$": "AUD", "NZ$": "NZD", "R$": "BRL", "HK$": "HKD",
    "S$": "SGD", "MX$": "MXN", "NT$": "TWD", "円": "JPY", "zł": "PLN", "Kč": "CZK", "Fr.": "CHF", "元": "CNY",
    "A.U.$": "AUD", "SFr.": "CHF", "Ft": "HUF", "₫": "VND", "₱": "PHP",
}  # fmt: skip
_DOLLAR, _YEN = "$", "¥"
_CODES = frozenset(
    (
        *(
            "USD",
            "EUR",
            "GBP",
            "JPY",
            "CAD",
            "AUD",
            "CHF",
            "SEK",
            "NOK",
            "DKK",
            "NZD",
            "BRL",
            "MXN",
            "INR",
            "CNY",
            "KRW",
        ),
        *(
            "SGD",
            "HKD",
            "TWD",
            "PLN",
            "CZK",
            "HUF",
            "TRY",
            "ZAR",
            "ILS",
            "RUB",
            "UAH",
            "THB",
            "IDR",
            "MYR",
            "PHP",
            "VND",
        ),
        *(
            "ARS",
            "CLP",
            "COP",
            "PEN",
            "AED",
            "SAR",
            "RON",
            "BGN",
            "ISK",
            "KWD",
            "BHD",
            "TND",
            "JOD",
            "OMR",
            "HRK",
            "KZT",
        ),
    )
)
_CURRENCY = (
    "(?:"
    + "|".join(re.escape(sign) for sign in sorted((*_SYMBOLS, _DOLLAR, _YEN), key=len, reverse=True))
    + r"|(?<![A-Z])[A-Z]{3}(?![A-Z]))"
)
_NUMBER = r"\d{1,3}(?:[.,' \u202f]\d{3})+(?:[.,]\d{1,3})?|\d{1,12}(?:[.,]\d{1,3})?"
_AMOUNT = re.compile(
    rf"(-|−)?\s?(?P<before>{_CURRENCY})?\s?(-|−)?(?P<number>{_NUMBER})(?!\d)(?:,--|,-)?"
    rf"\s?(?P<after>{_CURRENCY})?"
)


class AmountFound(NamedTuple):
    """An amount in a text; `assumed` says that its sign could mean several currencies."""

    money: Money
    words: str
    assumed: bool = False


def find_amount(text: str, *, dollar: str | None = None, yen: str = "JPY") -> AmountFound | None:
    """Returns the first amount with a currency in a text, or None.

    `dollar` is the currency that “$” stands for in this mail, where the mail tells; US dollars are assumed otherwise.
    """
    for found in _AMOUNT.finditer(text[:400]):
        sign = found.group("before") or found.group("after")
        if sign is None:
            continue
        if found.group("before") in (_DOLLAR, _YEN) and found.group("after") in _CODES:
            sign = found.group("after")
        currency = {_DOLLAR: dollar or "USD", _YEN: yen}.get(sign) or _SYMBOLS.get(sign) or sign
        if currency not in _CODES:
            continue
        amount = _minor_units(found.group("number"), currency)
        if amount is None:
            continue
        negative = bool(found.group(1) or found.group(3))
        money = Money(amount=-amount if negative else amount, currency=currency)
        return AmountFound(money, found.group().strip(), sign == _DOLLAR and dollar is None)
    return None


def _minor_units(text: str, currency: str) -> int | None:
    places = decimals(currency)
    plain = re.sub(r"[' \u202f]", "", text)
    mark = max(plain.rfind("."), plain.rfind(","))
    fraction = plain[mark + 1 :] if mark >= 0 else ""
    # Three digits behind the only mark are thousands, unless the currency has three decimals.
    is_decimal = mark >= 0 and (len(fraction) != 3 or (places == 3 and plain.count(plain[mark]) == 1))
    if is_decimal and plain[mark] in plain[:mark]:
        return None  # "1.234.56": one mark cannot part both thousands and decimals
    whole = re.sub(r"[.,]", "", plain[:mark] if is_decimal else plain)
    fraction = fraction if is_decimal else ""
    if len(fraction) > places and fraction.strip("0"):
        return None
    amount = int(whole) * 10**places + int(fraction[:places].ljust(places, "0") or "0")
    return amount if amount <= MOST_MINOR_UNITS else None


_ORDER_NUMBER = re.compile(r"#?\s?([A-Za-z0-9](?:[A-Za-z0-9._/-]{0,62}[A-Za-z0-9])?)")


def as_order_number(text: str) -> str | None:
    """Returns the order number that a text begins with: one word with a digit in it, or None."""
    found = _ORDER_NUMBER.match(text.strip().strip("[]()<>\"'“”*#№ "))
    if found is None or len(text) > 200:
        return None
    number = found.group(1)
    rest = text.strip().strip("[]()<>\"'“”*#№ ")[found.end() :]
    if not any(sign.isdigit() for sign in number) or _is_date_or_amount(text, number):
        return None
    # "18 items" is no number of an order; "18 (November 26, 2026)" and "18." are.
    return number if not re.match(r"\s+[^\W\d_]{3,}", rest) or len(number) >= 5 else None


def _is_date_or_amount(text: str, number: str) -> bool:
    if re.fullmatch(r"\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}", number):
        return True
    amount = find_amount(text[:200])
    # "EUR 49.00" is an amount; "EUR260824-8841" only begins like one.
    return amount is not None and text.strip().startswith(amount.words) and len(amount.words) >= len(number)


_KEY_SIGNS = re.compile(r"[A-Za-z0-9+/=._-]{6,512}")
_GROUPED = re.compile(r"[A-Za-z0-9]{2,12}(?:-[A-Za-z0-9]{2,12}){2,15}")
_SPACED = re.compile(r"[A-Z0-9]{4,6}(?: [A-Z0-9]{4,6}){2,9}")
_NAME = re.compile(
    r"(?i)[\w.-]+\.(?:com|net|org|io|de|fr|exe|msi|zip|dmg|pdf|pkg|deb|rpm|7z|rar|html?|php|example|test)"
)
_WORDY = re.compile(r"[A-Za-z]+(?:[-_.][A-Za-z]+)*")


def as_key(text: str, *, labelled: bool) -> str | None:
    """Returns the licence key that a text is, or None.

    Case and a trailing ``==`` are kept; a full stop that ends a sentence is not part of a key. With a label before it
    (`labelled`) shorter and plainer forms count; without one only what can hardly be anything else.
    """
    key = text.strip().strip("\"'“”«»<>[]()*`").strip()
    key = key.rstrip(".,;:!?") if not key.endswith("==") else key
    if _SPACED.fullmatch(key):
        return key if any(sign.isdigit() for sign in key) else None
    if not _KEY_SIGNS.fullmatch(key) or "://" in key or _looks_like_name(key):
        return None
    digits = sum(sign.isdigit() for sign in key)
    if _GROUPED.fullmatch(key):
        letters = sum(sign.isalpha() for sign in key)
        fits = digits and (letters or labelled) and len(key) >= (11 if labelled else 16)
        return key if fits and not _is_named_day(key) else None
    if re.fullmatch(r"[0-9a-fA-F]{32}|[0-9A-F]{16,64}|[0-9a-f]{24,64}", key):
        return key if digits else None
    if not labelled:
        return None
    encoded = len(key) >= 16 and key != key.lower() and key != key.upper()
    return key if len(key) >= 8 and (digits >= 2 or encoded) and not _is_date_or_amount(key, key) else None


def _is_named_day(key: str) -> bool:
    """Whether a text is a date such as "11-May-2027"."""
    found = find_date(key, day_first=None)
    return found is not None and found.words == key


def _looks_like_name(key: str) -> bool:
    """Whether a text is words, a file, a host name or an address rather than a key."""
    if _WORDY.fullmatch(key):
        return True
    return _NAME.fullmatch(key) is not None


def find_keys(text: str) -> list[str]:
    """Returns what can hardly be anything but licence keys within a line of text."""
    found = [key for word in text.split() if (key := as_key(word, labelled=False)) is not None]
    spaced = _SPACED.search(text)
    if spaced is not None and (key := as_key(spaced.group(), labelled=False)) is not None:
        found.append(key)
    return found


_SEATS = re.compile(
    r"(?i)(?:up to |bis zu |jusqu'à |hasta |fino a |tot |até |最大)?(\d{1,5})"
    r"(?:\s*(?:devices?|pcs?|computers?|users?|seats?|licen[cs]es?|activations?|macs?|geräte?|台))?"
)


_USED_OF = re.compile(
    r"(?i)(\d{1,5}) ?(?:/|of|out of|von|sur|de|di|van|av|af|z|/) ?(\d{1,5})"
    r"(?:\s(?:[^\W\d]+\s?){0,2}(?:used|in use|active|activated|genutzt|benutzt|belegt|aktiviert|aktiv"
    r"|utilisée?s?|activée?s?|usad[oa]s|activad[oa]s|usat[ie]|attivat[ie]|gebruikt|in gebruik"
    r"|geactiveerd|ativad[oa]s)?)?"
)
_COUNTED = re.compile(
    r"(?i)\b(?:devices?|pcs?|computers?|seats?|activations?|gerät|aktivier|appareil|poste|activ|dispositiv|apparat|ativ)"
)


def as_used(text: str, *, labelled: bool) -> tuple[int, int] | None:
    """Returns how many seats are used and how many there are ("2 of 5 used"); without a label they must be named."""
    plain = text.strip().strip("().")
    found = _USED_OF.fullmatch(plain)
    if found is None or (not labelled and _COUNTED.search(plain) is None):
        return None
    used, limit = int(found.group(1)), int(found.group(2))
    return (used, limit) if 0 < limit <= 100_000 and used <= limit else None


def as_count(text: str) -> int | None:
    """Returns the number of seats that a text is, or None."""
    found = _SEATS.fullmatch(text.strip().strip("."))
    return int(found.group(1)) if found is not None and 0 < int(found.group(1)) <= 100_000 else None
