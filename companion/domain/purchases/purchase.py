"""A purchase, and what its facts add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from companion.domain.core.model import Instant, Model
from companion.domain.core.money import Money
from companion.domain.core.time.periods import Period
from companion.domain.purchases.facts import Fact, Field, SourceKind
from companion.domain.purchases.values import (
    UNKNOWN_EXPIRY,
    UNLIMITED,
    AutoRenewal,
    EntitlementState,
    Expiry,
    ExpiryKind,
    read_money,
)


class Purchase(Model, frozen=True):
    """What the library keeps of a purchase: an identity of its own, and its facts. Nothing secret is in it."""

    id: str
    added_at: Instant
    facts: tuple[Fact, ...] = ()


class StoreIdentity(Model, frozen=True):
    """Where something was bought, as far as known; `kind` is a connector's (``storeApi``, ``edd``) or a platform's."""

    kind: str | None = None
    name: str | None = None
    address: str | None = None


class Seats(Model, frozen=True):
    """Seats of a licence: used ones, and the limit as a number, ``unlimited``, or None where it is unknown."""

    used: int | None = None
    limit: int | str | None = None


class Product(Model, frozen=True):
    """One product of a purchase; `item` tells it apart from the others, `has_key` whether a licence key is known.

    `product_id` is what the store calls it."""

    item: str
    name: str
    version: str | None = None
    newest_version: str | None = None
    product_id: str | None = None
    has_key: bool = False
    expires: Expiry = UNKNOWN_EXPIRY
    state: EntitlementState = EntitlementState.UNKNOWN
    seats: Seats = Seats()


class Renewal(Model, frozen=True):
    """The next renewal as it was stated; `at` is a day or a moment as text, every part may be unknown."""

    at: str | None = None
    amount: Money | None = None
    term: str | None = None

    @property
    def period(self) -> Period | None:
        """How long it renews for, where that is stated."""
        return Period.parse(self.term) if self.term is not None else None


class PurchasedDownload(Model, frozen=True):
    """A file that belongs to a purchase; `open_until` is a day or a moment as text."""

    item: str
    name: str
    size: int | None = None
    sha256: str | None = None
    open_until: str | None = None
    has_link: bool = False


class Conflict(Model, frozen=True):
    """What sources disagree about: their facts, the most trusted first. The person chooses by typing the value."""

    field: Field
    about: str
    facts: tuple[Fact, ...]


_OF_RENEWALS = frozenset({Field.RENEWS_ON, Field.RENEWAL_PRICE, Field.CANCEL_BY})
"""What is stated only of what has renewed by itself."""
_OF_SALES = frozenset({Field.BOUGHT_ON, Field.PRICE, Field.KEY, Field.DOWNLOAD})


def _says(fact: Fact, word: AutoRenewal) -> bool:
    return fact.field is Field.AUTO_RENEW and fact.value == word


class Overview(Model, frozen=True):
    """What is known of a purchase, worked out of its facts. None and ``unknown`` mean that no source tells."""

    id: str
    added_at: Instant
    store: StoreIdentity
    maker: str | None
    order_number: str | None
    bought_on: str | None
    products: tuple[Product, ...]
    renewal: Renewal | None
    auto_renew: AutoRenewal
    price: Money | None
    downloads: tuple[PurchasedDownload, ...]
    manage_page: str | None
    return_by: str | None
    cancel_by: str | None
    note: str | None
    facts: tuple[Fact, ...]
    conflicts: tuple[Conflict, ...]

    @property
    def ended_by_choice(self) -> bool:
        """Whether its renewal was switched off: then nothing asks to renew it.

        An off that an order's confirmation states beside the price or the day of purchase says only how it was sold.
        """
        if self.auto_renew is not AutoRenewal.OFF:
            return False
        if any(fact.field in _OF_RENEWALS or _says(fact, AutoRenewal.ON) for fact in self.facts):
            return True
        sold = {(fact.source, fact.said_at) for fact in self.facts if fact.field in _OF_SALES}
        return any(
            fact.source.kind is SourceKind.PERSON or (fact.source, fact.said_at) not in sold
            for fact in self.facts
            if _says(fact, AutoRenewal.OFF)
        )

    @property
    def name(self) -> str:
        """What the purchase is called: its products, else its order number."""
        names = [product.name for product in self.products if product.name]
        return ", ".join(names) or (f"Order {self.order_number}" if self.order_number else "A purchase")


_TRUST = {
    SourceKind.PERSON: 0,
    SourceKind.STORE: 1,
    SourceKind.EMAIL: 2,
    SourceKind.IMPORT: 3,
    SourceKind.DIRECTORY: 4,
}


def resolve(facts: Iterable[Fact]) -> tuple[Fact, tuple[Fact, ...]]:
    """Returns the fact to show of several about one thing, and those that disagree with each other (empty: none).

    What the person said holds until another source says something else later. What a store answers holds against
    e-mails written before that answer. A directory only fills in what no other source tells. Everything else that
    differs is a conflict: the most trusted, latest value comes first and the person chooses. Raises `ValueError` for
    no facts.
    """
    ordered = sorted(facts, key=lambda fact: (_TRUST[fact.source.kind], -fact.said_at.timestamp(), fact.value))
    if not ordered:
        raise ValueError("no facts to choose from")
    chosen = ordered[0]
    against = [fact for fact in ordered[1:] if not _agrees(fact, chosen) and _still_counts(fact, chosen)]
    shown = _more_exact(chosen, ordered)
    return shown, (shown, *against) if against else ()


def _still_counts(fact: Fact, chosen: Fact) -> bool:
    """Whether a fact that differs from the chosen one is more than an older or weaker word."""
    if fact.source.kind is SourceKind.DIRECTORY:
        return False
    if chosen.source.kind in (SourceKind.PERSON, SourceKind.STORE):
        return fact.said_at > chosen.said_at
    return True


def _agrees(one: Fact, other: Fact) -> bool:
    if one.value == other.value:
        return True
    if one.field in _FREE_TEXT:
        return one.value.casefold() == other.value.casefold()
    if one.field in _DATES:
        return _same_day(one.value, other.value)
    return False


_FREE_TEXT = frozenset({Field.PRODUCT, Field.MAKER, Field.STORE_NAME, Field.DOWNLOAD, Field.VERSION})
_DATES = frozenset(
    {Field.EXPIRES, Field.BOUGHT_ON, Field.RENEWS_ON, Field.CANCEL_BY, Field.RETURN_BY, Field.DOWNLOAD_UNTIL}
)


def _same_day(one: str, other: str) -> bool:
    """Whether a day and a moment can be the same: a day of an unknown zone is up to 14 hours off (UTC-12 to UTC+14)."""
    moment, day = (one, other) if len(one) > len("2027-01-08") else (other, one)
    try:
        at = dt.datetime.fromisoformat(moment)
        starts = dt.datetime.combine(dt.date.fromisoformat(day), dt.time(), tzinfo=dt.UTC)
    except ValueError:
        return False
    return at.tzinfo is not None and dt.timedelta(hours=-14) <= at - starts <= dt.timedelta(hours=36)


def _more_exact(chosen: Fact, ordered: Iterable[Fact]) -> Fact:
    """A moment says more than the day it lies on."""
    if chosen.field not in _DATES:
        return chosen
    agreeing = [fact for fact in ordered if _agrees(fact, chosen)]
    return max(agreeing, key=lambda fact: len(fact.value))


def overview(purchase: Purchase) -> Overview:
    """Returns what is known of a purchase."""
    groups: dict[tuple[str, Field], list[Fact]] = {}
    for fact in purchase.facts:
        groups.setdefault((fact.about, fact.field), []).append(fact)
    found: dict[tuple[str, Field], str] = {}
    conflicts = []
    for (about, field), facts in groups.items():
        chosen, disagreeing = resolve(facts)
        found[about, field] = chosen.value
        if disagreeing:
            conflicts.append(Conflict(field=field, about=about, facts=disagreeing))
    of = _Found(found)
    return Overview(
        id=purchase.id,
        added_at=purchase.added_at,
        store=StoreIdentity(kind=of(Field.STORE_KIND), name=of(Field.STORE_NAME), address=of(Field.STORE_ADDRESS)),
        maker=of(Field.MAKER),
        order_number=of(Field.ORDER_NUMBER),
        bought_on=of(Field.BOUGHT_ON),
        products=tuple(_product(of, item) for item in of.items("product")),
        renewal=_renewal(of),
        auto_renew=AutoRenewal(of(Field.AUTO_RENEW) or AutoRenewal.UNKNOWN),
        price=_money(of(Field.PRICE)),
        downloads=tuple(_download(of, item) for item in of.items("download")),
        manage_page=of(Field.MANAGE_PAGE),
        return_by=of(Field.RETURN_BY),
        cancel_by=of(Field.CANCEL_BY),
        note=of(Field.NOTE),
        facts=purchase.facts,
        conflicts=tuple(conflicts),
    )


class _Found:
    """The chosen values by item and field."""

    def __init__(self, found: dict[tuple[str, Field], str]) -> None:
        self._found = found

    def __call__(self, field: Field, about: str = "") -> str | None:
        return self._found.get((about, field))

    def items(self, kind: str) -> Iterator[str]:
        """Items of a kind that anything is known of; a key without a product's name is a product too."""
        return iter(dict.fromkeys(about for about, _ in self._found if about.startswith(f"{kind}:")))


def _product(of: _Found, item: str) -> Product:
    limit = of(Field.SEATS_LIMIT, item)
    used = of(Field.SEATS_USED, item)
    return Product(
        item=item,
        name=of(Field.PRODUCT, item) or "",
        version=of(Field.VERSION, item),
        newest_version=of(Field.NEWEST_VERSION, item),
        product_id=of(Field.PRODUCT_ID, item),
        has_key=of(Field.KEY, item) is not None,
        expires=read_expiry(of(Field.EXPIRES, item)),
        state=EntitlementState(of(Field.STATE, item) or EntitlementState.UNKNOWN),
        seats=Seats(
            used=int(used) if used is not None else None,
            limit=int(limit) if limit is not None and limit != UNLIMITED else limit,
        ),
    )


def _download(of: _Found, item: str) -> PurchasedDownload:
    size = of(Field.DOWNLOAD_SIZE, item)
    return PurchasedDownload(
        item=item,
        name=of(Field.DOWNLOAD, item) or "",
        size=int(size) if size is not None else None,
        sha256=of(Field.DOWNLOAD_DIGEST, item),
        open_until=of(Field.DOWNLOAD_UNTIL, item),
        has_link=of(Field.DOWNLOAD_LINK, item) is not None,
    )


def _renewal(of: _Found) -> Renewal | None:
    at, amount, term = of(Field.RENEWS_ON), of(Field.RENEWAL_PRICE), of(Field.RENEWAL_TERM)
    if at is None and amount is None and term is None:
        return None
    return Renewal(at=at, amount=_money(amount), term=term)


def _money(text: str | None) -> Money | None:
    return read_money(text) if text is not None else None


def read_expiry(text: str | None) -> Expiry:
    """Returns the expiry that a canonical text says; unknown for None."""
    if text is None:
        return UNKNOWN_EXPIRY
    if text in (ExpiryKind.NEVER, ExpiryKind.SUBSCRIPTION):
        return Expiry(kind=ExpiryKind(text))
    kind = ExpiryKind.DAY if len(text) == len("2027-01-08") else ExpiryKind.INSTANT
    return Expiry(kind=kind, at=text)
