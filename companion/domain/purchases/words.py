"""Fields, values and sources of facts in words for people."""

from __future__ import annotations

import datetime as dt

from companion.domain.core.text import FormatDate, FormatMoney, counted
from companion.domain.core.time.periods import Period
from companion.domain.purchases.facts import SECRET_FIELDS, Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Overview, Seats
from companion.domain.purchases.values import UNLIMITED, AutoRenewal, EntitlementState, Expiry, ExpiryKind, read_money

FIELD_WORDS = {
    Field.STORE_KIND: "Kind of shop",
    Field.STORE_NAME: "Shop",
    Field.STORE_ADDRESS: "Address of the shop",
    Field.SENDER_DOMAIN: "Sender of the e-mail",
    Field.MAKER: "Maker",
    Field.ORDER_NUMBER: "Order number",
    Field.BOUGHT_ON: "Bought on",
    Field.PRICE: "Price",
    Field.RENEWS_ON: "Renews on",
    Field.RENEWAL_PRICE: "Renewal price",
    Field.RENEWAL_TERM: "Renews for",
    Field.CANCEL_BY: "Cancel by",
    Field.AUTO_RENEW: "Auto-renewal",
    Field.RETURN_BY: "Return by",
    Field.MANAGE_PAGE: "Page to manage it",
    Field.NOTE: "Note",
    Field.PRODUCT: "Product",
    Field.PRODUCT_ID: "Product id",
    Field.VERSION: "Version",
    Field.NEWEST_VERSION: "Newest version",
    Field.KEY: "Licence key",
    Field.EXPIRES: "Runs until",
    Field.STATE: "State",
    Field.SEATS_USED: "PCs in use",
    Field.SEATS_LIMIT: "PCs allowed",
    Field.ACTIVATION: "Seat of this PC",
    Field.DOWNLOAD: "Download",
    Field.DOWNLOAD_SIZE: "Size",
    Field.DOWNLOAD_DIGEST: "SHA-256",
    Field.DOWNLOAD_UNTIL: "Download until",
    Field.DOWNLOAD_LINK: "Download link",
}
"""What each field is called."""

_DATES = frozenset(
    {Field.BOUGHT_ON, Field.RENEWS_ON, Field.CANCEL_BY, Field.RETURN_BY, Field.DOWNLOAD_UNTIL, Field.EXPIRES}
)
_AMOUNTS = frozenset({Field.PRICE, Field.RENEWAL_PRICE})
_EXPIRY = {ExpiryKind.NEVER.value: "Never ends", ExpiryKind.SUBSCRIPTION.value: "As long as the subscription"}
_ENDS = {
    ExpiryKind.NEVER: "does not expire",
    ExpiryKind.SUBSCRIPTION: "as long as its subscription",
    ExpiryKind.UNKNOWN: "end not known",
}
STATE_WORDS = {
    EntitlementState.ACTIVE: "Active",
    EntitlementState.EXPIRED: "Expired",
    EntitlementState.DISABLED: "Disabled",
    EntitlementState.REVOKED: "Revoked",
    EntitlementState.REFUNDED: "Refunded",
    EntitlementState.DISPUTED: "Disputed",
    EntitlementState.TEST: "Test",
    EntitlementState.NOT_ACTIVATED_HERE: "Not activated on this PC",
    EntitlementState.UNKNOWN: "State not known",
}
_AUTO_RENEWAL = {
    AutoRenewal.ON: "On",
    AutoRenewal.OFF: "Off",
    AutoRenewal.FAILED: "The last charge failed",
    AutoRenewal.UNKNOWN: "Not known",
}


def date_of(text: str, zone: dt.tzinfo) -> dt.datetime:
    """Returns a moment that lies on the day a date says; a day without a zone is taken as it is, in `zone`."""
    stated = as_stated(text)
    return stated if isinstance(stated, dt.datetime) else dt.datetime.combine(stated, dt.time(12), tzinfo=zone)


def as_stated(text: str) -> dt.date:
    """Returns what a date says: a moment (a `datetime`), or a day of which no time is known."""
    return dt.date.fromisoformat(text) if len(text) == len("2027-01-08") else dt.datetime.fromisoformat(text)


def ends_words(expires: Expiry, format_date: FormatDate) -> str:
    """Returns until when something is good, in a few words; a day without a zone is taken as it is."""
    if expires.at is not None:
        return f"until {format_date(as_stated(expires.at))}"
    return _ENDS.get(expires.kind, _ENDS[ExpiryKind.UNKNOWN])


def key_place_words(held: bool | None) -> str:
    """Returns where a known licence key is, by whether the keychain has it (None: it cannot tell)."""
    if held is None:
        return "known; whether the keychain has it is not known now"
    return "in the keychain" if held else "not on this computer; the e-mail or the shop has it"


def value_words(fact: Fact, format_date: FormatDate, format_money: FormatMoney) -> str:
    """Returns the value of a fact as a person reads it; secrets are only said to be kept."""
    field, value = fact.field, fact.value
    if field in SECRET_FIELDS:
        return "Known, not shown"
    if field is Field.EXPIRES and value in _EXPIRY:
        return _EXPIRY[value]
    if field in _DATES:
        return format_date(as_stated(value))
    if field in _AMOUNTS:
        return format_money(read_money(value))
    if field is Field.RENEWAL_TERM:
        return term_words(value)
    if field is Field.STATE:
        return STATE_WORDS[EntitlementState(value)]
    if field is Field.AUTO_RENEW:
        return _AUTO_RENEWAL[AutoRenewal(value)]
    return value.capitalize() if value == UNLIMITED else value


def term_words(text: str) -> str:
    """Returns a term in words: ``1 year``, ``30 days``."""
    period = Period.parse(text)
    parts = ((period.years, "year"), (period.months, "month"), (period.days, "day"))
    return " ".join(counted(number, unit) for number, unit in parts if number) or text


def source_words(source: Source) -> str:
    """Returns who says something: ``you``, ``the e-mail from …``, ``the store …``."""
    name = f" {source.name}" if source.name else ""
    return {
        SourceKind.PERSON: "you",
        SourceKind.STORE: f"the store{name}",
        SourceKind.EMAIL: f"the e-mail from{name}" if name and name != " an e-mail" else "an e-mail",
        SourceKind.IMPORT: f"the import{name}",
        SourceKind.DIRECTORY: "the directory of makers",
    }[source.kind]


def origin_words(found: Overview) -> str:
    """Returns where a purchase is from, as far as any source tells; empty where none does."""
    if found.store.name:
        return found.store.name
    if found.store.address:
        return found.store.address.partition("://")[2].rstrip("/")
    if found.maker:
        return found.maker
    return next((fact.value for fact in found.facts if fact.field is Field.SENDER_DOMAIN), "")


def seats_words(seats: Seats) -> str:
    """Returns how many PCs use a licence and may: ``1 of 3 used``; unknown is said as unknown."""
    if seats.limit is None and seats.used is None:
        return "Not known"
    if seats.used is None:
        return "Any number of PCs" if seats.limit == UNLIMITED else counted(int(seats.limit or 0), "PC")
    limit = "any number" if seats.limit == UNLIMITED else seats.limit
    return f"{seats.used} in use" if limit is None else f"{seats.used} of {limit} in use"
