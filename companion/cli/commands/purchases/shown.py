"""A purchase as the command line shows it: the JSON object, and lines for people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from companion.cli.formats import Formats
from companion.domain.core.model import Instant, Model, Secret
from companion.domain.core.money import Money
from companion.domain.core.text import FormatDate
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.overview.purchase_cards import standing_words
from companion.domain.purchases.facts import SECRET_FIELDS, Fact, Field, Source
from companion.domain.purchases.purchase import Overview, Product, Renewal, Seats, StoreIdentity
from companion.domain.purchases.values import AutoRenewal, EntitlementState, Expiry
from companion.domain.purchases.words import STATE_WORDS, as_stated, ends_words, key_place_words

if TYPE_CHECKING:
    from companion.services.purchases.registry import PurchaseRegistry

_UNKNOWN = "not known"


class ShownFact(Model, frozen=True):
    """One fact; a key or link is never shown, only that it is kept."""

    field: Field
    value: str
    source: Source
    at: Instant
    about: str


class ShownConflict(Model, frozen=True):
    """What sources disagree about, the value that is shown first."""

    field: Field
    about: str
    facts: tuple[ShownFact, ...]


class ShownProduct(Model, frozen=True):
    """A product of a purchase."""

    name: str
    version: str | None
    newest_version: str | None
    has_key: bool
    expires: Expiry
    state: EntitlementState
    seats: Seats


class ShownDownload(Model, frozen=True):
    """A download of a purchase; its address is never shown."""

    name: str
    size: int | None
    sha256: str | None
    open_until: str | None


class ShownPurchase(Model, frozen=True):
    """A purchase; dates without a time are ``YYYY-MM-DD``, what no source tells is null or ``unknown``."""

    id: str
    store: StoreIdentity
    maker: str | None
    order_number: str | None
    bought_on: str | None
    products: tuple[ShownProduct, ...]
    renewal: Renewal | None
    auto_renew: AutoRenewal
    price: Money | None
    downloads: tuple[ShownDownload, ...]
    manage_page: str | None
    return_by: str | None
    cancel_by: str | None
    note: str | None
    facts: tuple[ShownFact, ...]
    conflicts: tuple[ShownConflict, ...]


JSON = (
    "{id, store: {kind, name, address}, maker, orderNumber, boughtOn, products: [{name, version, newestVersion, hasKey,"
    " expires: {kind: instant|day|never|subscription|unknown, at}, state, seats: {used, limit}}],"
    " renewal: {at, amount, term}, autoRenew: on|off|failed|unknown, price,"
    " downloads: [{name, size, sha256, openUntil}], managePage, returnBy, cancelBy, note,"
    " facts: [{field, value, source: {kind, name}, at, about}], conflicts}"
)


NOT_KEPT = (
    "There is no keychain that can be used, so the key and the links are gone when this command ends. Keep the e-mail,"
    " see what is wrong with: companion keychain, and add it once more."
)


def shown(found: Overview) -> ShownPurchase:
    """Returns a purchase for the JSON output, without anything secret."""
    return ShownPurchase(
        id=found.id,
        store=found.store,
        maker=found.maker,
        order_number=found.order_number,
        bought_on=found.bought_on,
        products=tuple(_product(product) for product in found.products),
        renewal=found.renewal,
        auto_renew=found.auto_renew,
        price=found.price,
        downloads=tuple(
            ShownDownload(name=each.name, size=each.size, sha256=each.sha256, open_until=each.open_until)
            for each in found.downloads
        ),
        manage_page=found.manage_page,
        return_by=found.return_by,
        cancel_by=found.cancel_by,
        note=found.note,
        facts=tuple(_fact(fact) for fact in found.facts),
        conflicts=tuple(
            ShownConflict(
                field=conflict.field, about=conflict.about, facts=tuple(_fact(fact) for fact in conflict.facts)
            )
            for conflict in found.conflicts
        ),
    )


def _product(product: Product) -> ShownProduct:
    return ShownProduct(
        name=product.name,
        version=product.version,
        newest_version=product.newest_version,
        has_key=product.has_key,
        expires=product.expires,
        state=product.state,
        seats=product.seats,
    )


def _fact(fact: Fact) -> ShownFact:
    value = "not shown" if fact.field in SECRET_FIELDS else fact.value
    return ShownFact(field=fact.field, value=value, source=fact.source, at=fact.said_at, about=fact.about)


def one_line(found: Overview, now: dt.datetime, zone: dt.tzinfo) -> str:
    """Returns a purchase in one line: id, name, order, shop, how it stands; dates are those in `zone`."""
    parts = [f"{found.id[:6]}  {found.name}"]
    if found.order_number and found.order_number not in found.name:
        parts.append(f"order {found.order_number}")
    parts += [found.store.name or found.store.address or ""]
    parts += [standing_words(found, now, zone, Formats(zone).ends(now))] if found.products else []
    return ", ".join(part for part in parts if part)


KeyWords = Callable[[Product], str]
"""Where the licence key of a product is, in words."""


def key_words_of(registry: PurchaseRegistry, found: Overview) -> KeyWords:
    """Returns the words for a purchase that is known: the keychain is asked whether it really has the key."""
    return lambda product: key_place_words(registry.holds_key(found.id, product.item))


def lines(found: Overview, format_date: FormatDate, key_words: KeyWords) -> list[str]:
    """Returns a purchase as lines for people, with what is not known said as such."""
    told = [found.name, f"  {'Id':<14}{found.id}"]
    told += _row("Shop", " ".join(filter(None, (found.store.name, found.store.address))) or None)
    told += _row("Maker", found.maker)
    told += _row("Order", found.order_number)
    told += _row("Bought on", _date(found.bought_on, format_date) if found.bought_on else None)
    for product in found.products:
        told += _product_lines(product, format_date, key_words, alone=len(found.products) == 1)
    told += _row("Price", found.price.plain() if found.price else None)
    told += _row("Auto-renewal", None if found.auto_renew is AutoRenewal.UNKNOWN else found.auto_renew.value)
    if found.renewal is not None:
        amount = found.renewal.amount.plain() if found.renewal.amount else "amount not known"
        told += _row(
            "Renews", f"{_date(found.renewal.at, format_date) if found.renewal.at else 'date not known'}, {amount}"
        )
    for label, value in (("Cancel by", found.cancel_by), ("Return by", found.return_by), ("Page", found.manage_page)):
        told += _row(label, _date(value, format_date) if value and label != "Page" else value, always=False)
    for each in found.downloads:
        until = f", open until {_date(each.open_until, format_date)}" if each.open_until else ""
        told += _row("Download", f"{each.name}{until}")
    told += _row("Note", found.note, always=False)
    return told


def _product_lines(product: Product, format_date: FormatDate, key_words: KeyWords, *, alone: bool) -> list[str]:
    told = [] if alone else _row("Product", product.name)
    told += _row("Good", ends_words(product.expires, format_date))
    if product.state is not EntitlementState.UNKNOWN:
        told += _row("State", STATE_WORDS[product.state].lower())
    told += _row("Version", product.version, always=False)
    told += _row("Newest", product.newest_version, always=False)
    told += _row("Key", key_words(product) if product.has_key else None)
    if product.seats.used is not None or product.seats.limit is not None:
        used = "?" if product.seats.used is None else product.seats.used
        told += _row("Seats", f"{used} of {_UNKNOWN if product.seats.limit is None else product.seats.limit}")
    return told


def fact_lines(found: Overview) -> list[str]:
    """Returns where each fact is from and since when, and what disagrees."""
    told = ["", "Where this is from:"]
    for fact in sorted(map(_fact, found.facts), key=lambda fact: (fact.about, fact.field.value, fact.at)):
        source = " ".join(filter(None, (_SOURCES[fact.source.kind.value], clean_text(fact.source.name, 80))))
        told.append(f"  {fact.field.value} = {fact.value}  ({source}, {fact.at:%Y-%m-%d})")
    for conflict in found.conflicts:
        values = " or ".join(dict.fromkeys(f"“{fact.value}”" for fact in conflict.facts))
        told.append(f"  Not agreed: {conflict.field.value} is {values}. Choose: {_choose(found, conflict.field)}")
    return told


def _choose(found: Overview, field: Field) -> str:
    return f"companion purchases edit {found.id[:6]} {field.value}=VALUE"


_SOURCES = {
    "person": "typed by you",
    "store": "the store",
    "email": "e-mail of",
    "import": "imported from",
    "directory": "the directory",
}


def _row(label: str, value: str | None, *, always: bool = True) -> list[str]:
    if value is None and not always:
        return []
    return [f"  {label:<14}{value if value is not None else _UNKNOWN}"]


def _date(text: str | None, format_date: FormatDate) -> str:
    return _UNKNOWN if text is None else format_date(as_stated(text))


def listed(found: Iterable[Overview]) -> tuple[ShownPurchase, ...]:
    """Returns several purchases for the JSON output."""
    return tuple(shown(each) for each in found)


def tidy_key(key: Secret) -> Secret:
    """Returns a pasted key without invisible signs and blanks around it; its case is kept."""
    text = key.reveal()
    return Secret(
        "".join(sign for sign in text if sign.isprintable() and sign not in "\u200b\u200c\u200d\ufeff").strip()
    )
