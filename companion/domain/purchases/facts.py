"""Facts about purchases: what is said, by whom, and when.

A purchase is never stored as one record that the last writer overwrote. It is a set of facts, each with its source and
time; what a page shows is worked out from them (`companion.domain.purchases.purchase`), so that sources which disagree
can be shown side by side and nothing that was said is lost.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Instant, Model
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.purchases import values


class SourceKind(enum.StrEnum):
    """Who says something. Trust goes in this order, but see `purchase.resolve` for what disagreement means."""

    PERSON = "person"
    STORE = "store"
    EMAIL = "email"
    IMPORT = "import"
    DIRECTORY = "directory"


class Source(Model, frozen=True):
    """A source: its kind, and a name people recognise (the store's, the sender's address, the file's)."""

    kind: SourceKind
    name: str = ""


class Field(enum.StrEnum):
    """What a fact is about. The values are the field names of ``companion purchases edit`` and of the JSON output."""

    # Of the purchase
    STORE_KIND = "storeKind"
    STORE_NAME = "storeName"
    STORE_ADDRESS = "storeAddress"
    SENDER_DOMAIN = "senderDomain"
    MAKER = "maker"
    ORDER_NUMBER = "orderNumber"
    BOUGHT_ON = "boughtOn"
    PRICE = "price"
    RENEWS_ON = "renewsOn"
    RENEWAL_PRICE = "renewalPrice"
    RENEWAL_TERM = "renewalTerm"
    CANCEL_BY = "cancelBy"
    AUTO_RENEW = "autoRenew"
    RETURN_BY = "returnBy"
    MANAGE_PAGE = "managePage"
    NOTE = "note"
    # Of a product
    PRODUCT = "product"
    PRODUCT_ID = "productId"
    VERSION = "version"
    NEWEST_VERSION = "newestVersion"
    KEY = "key"
    """A keyed hash of the licence key; the key itself is in the keychain only."""
    EXPIRES = "expires"
    STATE = "state"
    SEATS_USED = "seatsUsed"
    SEATS_LIMIT = "seatsLimit"
    ACTIVATION = "activation"
    """A keyed hash of what names this PC's seat at the store; the id itself is in the keychain only."""
    # Of a download
    DOWNLOAD = "download"
    DOWNLOAD_SIZE = "downloadSize"
    DOWNLOAD_DIGEST = "downloadDigest"
    DOWNLOAD_UNTIL = "downloadUntil"
    DOWNLOAD_LINK = "downloadLink"
    """A keyed hash of the address; the address itself is in the keychain only, since it opens the download."""


PRODUCT_FIELDS = frozenset(
    {
        *(Field.PRODUCT, Field.PRODUCT_ID, Field.VERSION, Field.NEWEST_VERSION, Field.KEY),
        *(Field.EXPIRES, Field.STATE, Field.SEATS_USED, Field.SEATS_LIMIT, Field.ACTIVATION),
    }
)
DOWNLOAD_FIELDS = frozenset(
    {
        *(Field.DOWNLOAD, Field.DOWNLOAD_SIZE, Field.DOWNLOAD_DIGEST),
        *(Field.DOWNLOAD_UNTIL, Field.DOWNLOAD_LINK),
    }
)
SECRET_FIELDS = frozenset({Field.KEY, Field.DOWNLOAD_LINK, Field.ACTIVATION})
"""Fields whose facts are keyed hashes of what the keychain holds."""


class Fact(Model, frozen=True):
    """One thing that one source said at one time.

    `about` is the item within the purchase: empty for the purchase itself, else the key of a product or a download
    (`item_key`). `value` is the canonical text of `field`. `said_at` is when the source said it (the date of an e-mail,
    the moment of a store's answer), `quote` the words it stood in, where it was read out of text.
    """

    field: Field
    value: str
    source: Source
    said_at: Instant
    about: str = ""
    quote: str | None = None


_Codec = Callable[[str], str]


def _word_of(kind: type[enum.StrEnum]) -> _Codec:
    def read(text: str) -> str:
        try:
            return kind(text.strip()).value
        except ValueError:
            raise ValueError(f"it is not one of: {', '.join(kind)}") from None

    return read


def _required_text(text: str) -> str:
    cleaned = clean_text(text)
    if not cleaned:
        raise ValueError("nothing was given")
    return cleaned


_CODECS: dict[Field, _Codec] = {
    Field.STORE_ADDRESS: values.web_text,
    Field.BOUGHT_ON: values.date_text,
    Field.PRICE: values.money_text,
    Field.RENEWS_ON: values.date_text,
    Field.RENEWAL_PRICE: values.money_text,
    Field.RENEWAL_TERM: values.term_text,
    Field.CANCEL_BY: values.date_text,
    Field.AUTO_RENEW: _word_of(values.AutoRenewal),
    Field.RETURN_BY: values.date_text,
    Field.MANAGE_PAGE: values.web_text,
    Field.EXPIRES: values.expiry_text,
    Field.STATE: _word_of(values.EntitlementState),
    Field.SEATS_USED: values.count_text,
    Field.SEATS_LIMIT: values.seats_limit_text,
    Field.DOWNLOAD_SIZE: values.size_text,
    Field.DOWNLOAD_DIGEST: values.digest_text,
    Field.DOWNLOAD_UNTIL: values.date_text,
}


def canonical(field: Field, text: str) -> str:
    """Returns the canonical text of a value. Raises `ValueError`, whose text says in a few words what is wrong."""
    return _CODECS.get(field, _required_text)(text)


def item_key(field: Field, name: str) -> str:
    """Returns what tells the items of one purchase apart: the name of a product or download, however it is spelled."""
    group = "download" if field in DOWNLOAD_FIELDS else "product" if field in PRODUCT_FIELDS else ""
    plain = " ".join(clean_text(name).casefold().split())
    return f"{group}:{plain}" if group else ""


def replace_facts(known: Iterable[Fact], new: Iterable[Fact]) -> tuple[Fact, ...]:
    """Returns `known` with `new`: of two facts of one source about one thing only the one said later is kept.

    A source that says the same again moves the time of its fact; what it no longer mentions stays.
    """
    latest: dict[tuple[str, Field, Source], Fact] = {}
    for fact in (*known, *new):
        address = (fact.about, fact.field, fact.source)
        before = latest.get(address)
        if before is None or fact.said_at >= before.said_at:
            latest[address] = fact
    return tuple(latest.values())


def read_value(field: Field, text: str) -> str:
    """Returns the canonical text of what a person typed. Raises `CompanionError` ``bad-value`` naming the field."""
    try:
        return canonical(field, text)
    except ValueError as error:
        reason = str(error)
        raise CompanionError(
            ErrorCode.BAD_VALUE,
            "This value cannot be used",
            f"“{clean_text(text, 60)}” is not usable for {field.value}: {reason[:1].lower()}{reason[1:]}.",
            _HINTS.get(field, "Type it as it stands in the confirmation e-mail."),
            kind=ErrorKind.USAGE,
        ) from None


_DATE_HINT = "Write the date as year-month-day, for example 2027-01-08."
_MONEY_HINT = "Write the amount with its currency, for example 59.95 USD."
_HINTS = {
    Field.BOUGHT_ON: _DATE_HINT,
    Field.RENEWS_ON: _DATE_HINT,
    Field.CANCEL_BY: _DATE_HINT,
    Field.RETURN_BY: _DATE_HINT,
    Field.DOWNLOAD_UNTIL: _DATE_HINT,
    Field.EXPIRES: "Write a date such as 2027-01-08, or: never, or: subscription.",
    Field.PRICE: _MONEY_HINT,
    Field.RENEWAL_PRICE: _MONEY_HINT,
    Field.RENEWAL_TERM: "Write the term as P1Y (a year), P1M (a month) or P30D (30 days).",
    Field.AUTO_RENEW: "Write on, off, failed or unknown.",
    Field.STATE: f"Write one of: {', '.join(values.EntitlementState)}.",
    Field.SEATS_LIMIT: "Write a number, or: unlimited.",
    Field.SEATS_USED: "Write a number.",
    Field.MANAGE_PAGE: "Copy the address from your browser; it begins with https://.",
    Field.STORE_ADDRESS: "Copy the address from your browser; it begins with https://.",
}
