"""The values of facts: their one written form, and what they mean.

Each value has one canonical text, which is how it is kept in the library, typed on the command line, compared with
what another source says, and shown in JSON. Reading is strict: a date is a calendar day or a moment with an offset, an
amount names its currency (ISO 4217), an address is https.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from urllib.parse import urlsplit

from companion.domain.core.model import Model
from companion.domain.core.money import Money, decimals
from companion.domain.core.time.periods import Period
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.core.untrusted.host_names import ascii_host, ascii_netloc
from companion.domain.entitlements.order_lookup import is_loopback

STORE_API = "storeApi"
"""The kind of a store that offers the Store API."""
EARLIEST = dt.date(1970, 1, 1)
LATEST = dt.date(2200, 12, 31)
MOST_MINOR_UNITS = 2**63 - 1
_MONEY = re.compile(r"(-?)(\d{1,18})(?:\.(\d{1,3}))? ([A-Z]{3})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class ExpiryKind(enum.StrEnum):
    """What is known of the end of something."""

    INSTANT = "instant"
    DAY = "day"
    NEVER = "never"
    SUBSCRIPTION = "subscription"
    """It ends when its subscription ends, which has no stated day."""
    UNKNOWN = "unknown"


class Expiry(Model, frozen=True):
    """When something ends; `at` is RFC 3339 for a moment, ``YYYY-MM-DD`` for a day of unknown zone, else None."""

    kind: ExpiryKind
    at: str | None = None

    @property
    def moment(self) -> dt.datetime | None:
        """The moment, where one is known to the second."""
        return dt.datetime.fromisoformat(self.at) if self.kind is ExpiryKind.INSTANT and self.at else None

    @property
    def day(self) -> dt.date | None:
        """The calendar day, where only that is known."""
        return dt.date.fromisoformat(self.at) if self.kind is ExpiryKind.DAY and self.at else None

    def ends(self, zone: dt.tzinfo) -> dt.datetime | None:
        """Returns the last moment; a day without a zone lasts until its end in the person's `zone`."""
        if self.kind is ExpiryKind.INSTANT:
            return self.moment
        day = self.day
        if day is None:
            return None
        return dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=zone)

    def __str__(self) -> str:
        return self.at if self.at is not None else self.kind.value


UNKNOWN_EXPIRY = Expiry(kind=ExpiryKind.UNKNOWN)


class AutoRenewal(enum.StrEnum):
    """Whether something renews by itself, as far as a source tells."""

    ON = "on"
    OFF = "off"
    FAILED = "failed"
    UNKNOWN = "unknown"


class EntitlementState(enum.StrEnum):
    """The state of a licence; states are kept apart because they need different answers."""

    ACTIVE = "active"
    EXPIRED = "expired"
    DISABLED = "disabled"
    REVOKED = "revoked"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    TEST = "test"
    NOT_ACTIVATED_HERE = "notActivatedHere"
    UNKNOWN = "unknown"


UNLIMITED = "unlimited"


def expiry_text(text: str) -> str:
    """Returns the canonical text of an expiry: ``never``, ``subscription``, a day, or a moment with an offset.

    Raises `ValueError`.
    """
    word = text.strip()
    if word.casefold() in (ExpiryKind.NEVER, ExpiryKind.SUBSCRIPTION):
        return word.casefold()
    return date_text(word)


def date_text(text: str) -> str:
    """Returns a calendar day (``YYYY-MM-DD``) or a moment (RFC 3339 with an offset) of the years 1970 to 2200.

    Raises `ValueError`, also for a moment without an offset, which is ambiguous.
    """
    word = text.strip()
    if _DAY.fullmatch(word):
        try:
            day = dt.date.fromisoformat(word)
        except ValueError:
            raise ValueError("there is no such day in the calendar") from None
        return _in_range(day).isoformat()
    try:
        moment = dt.datetime.fromisoformat(word)
    except ValueError:
        raise ValueError("this is not a date written year-month-day") from None
    if moment.tzinfo is None:
        raise ValueError("a moment needs an offset from UTC")
    _in_range(moment.date())
    return moment.isoformat()


def money_text(text: str) -> str:
    """Returns the canonical text of an amount: ``59.95 USD``. Raises `ValueError`."""
    return read_money(text).plain()


def read_money(text: str) -> Money:
    """Returns the amount that ``59.95 USD`` says. Raises `ValueError`, also for more decimals than the currency has."""
    match = _MONEY.fullmatch(text.strip())
    if match is None:
        raise ValueError("an amount is written like 59.95 USD")
    sign, whole, minor, currency = match.groups()
    places = decimals(currency)
    if len(minor or "") > places:
        raise ValueError(f"{currency} has {places} decimals")
    amount = int(whole) * 10**places + int((minor or "").ljust(places, "0") or "0")
    if amount > MOST_MINOR_UNITS:
        raise ValueError("the amount is too large")
    return Money(amount=-amount if sign else amount, currency=currency)


def term_text(text: str) -> str:
    """Returns a term as an ISO 8601 duration: ``P1Y``. Raises `ValueError`."""
    try:
        period = Period.parse(text.strip().upper())
    except ValueError:
        raise ValueError("this is not a length of time that can be used") from None
    if period == Period():
        raise ValueError("a term is longer than nothing")
    return str(period)


def count_text(text: str) -> str:
    """Returns a whole number from 0 to a million. Raises `ValueError`."""
    number = _whole(text)
    if not 0 <= number <= 1_000_000:
        raise ValueError("the number is out of range")
    return str(number)


def seats_limit_text(text: str) -> str:
    """Returns a number of seats, or ``unlimited``. Raises `ValueError`."""
    word = text.strip().casefold()
    return UNLIMITED if word == UNLIMITED else count_text(word)


def size_text(text: str) -> str:
    """Returns a number of bytes. Raises `ValueError`."""
    number = _whole(text)
    if not 0 <= number < 2**50:
        raise ValueError("the size is out of range")
    return str(number)


def digest_text(text: str) -> str:
    """Returns a SHA-256 digest in lower-case hex. Raises `ValueError`."""
    word = text.strip().lower()
    if not re.fullmatch(r"[0-9a-f]{64}", word):
        raise ValueError("a SHA-256 digest has 64 hexadecimal digits")
    return word


_LONGEST_ADDRESS = 2000


def web_text(text: str) -> str:
    """Returns an https address without user name, its host in ASCII. Raises `ValueError`."""
    word = text.strip()
    parts = urlsplit(word)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        raise ValueError("an address begins with https://")
    # What is not seen, or changes how its neighbours are seen, would make it look like another address.
    seen = clean_text(word, _LONGEST_ADDRESS)
    if not parts.hostname or "@" in parts.netloc or re.search(r"[\s\\]", word) or seen != word:
        raise ValueError("this is not a web address")
    return word if parts.netloc.isascii() else parts._replace(netloc=ascii_netloc(parts.netloc)).geturl()


def host_name(address: str) -> str:
    """Returns the host of a web address in lower case and ASCII; empty where it has none."""
    try:
        return ascii_host(urlsplit(address).hostname or "")
    except ValueError:
        return ""


def _whole(text: str) -> int:
    try:
        return int(text.strip())
    except ValueError:
        raise ValueError("this is not a whole number") from None


def _in_range(day: dt.date) -> dt.date:
    if not EARLIEST <= day <= LATEST:
        raise ValueError("the date is not between 1970 and 2200")
    return day
