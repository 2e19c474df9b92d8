"""Whether new facts belong to a purchase that is known already.

Two mails about one purchase must become one purchase, and two purchases must never become one: the same order number
in two stores is two purchases, and cross-sold goods were not bought. So facts join a purchase by themselves only when
store and order number fit, or when platform, product and key are the same; otherwise the person is asked.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from companion.domain.core.model import Model
from companion.domain.purchases.facts import Fact, Field
from companion.domain.purchases.purchase import Purchase


class MatchKind(enum.StrEnum):
    """How new facts relate to what is known."""

    NEW = "new"
    SAME = "same"
    POSSIBLY_SAME = "possiblySame"
    """Only the person can tell: ask."""


class Match(Model, frozen=True):
    """The purchases that fit: exactly one for `SAME`, at least one for `POSSIBLY_SAME`, none for `NEW`."""

    kind: MatchKind
    purchase_ids: tuple[str, ...] = ()


def match(facts: Sequence[Fact], known: Iterable[Purchase]) -> Match:
    """Returns the purchase that `facts` belong to."""
    new = _Marks.of(facts)
    certain, possible = [], []
    for purchase in known:
        old = _Marks.of(purchase.facts)
        if new.same_order(old) or new.same_key(old):
            certain.append(purchase.id)
        elif new.maybe_same(old):
            possible.append(purchase.id)
    if len(certain) == 1:
        return Match(kind=MatchKind.SAME, purchase_ids=tuple(certain))
    if certain or possible:
        return Match(kind=MatchKind.POSSIBLY_SAME, purchase_ids=(*certain, *possible))
    return Match(kind=MatchKind.NEW)


class SearchMarks(NamedTuple):
    """What a purchase must have for facts to belong to it: one of these order numbers, keys or products.

    Numbers are lower case and without ``#``. `unnumbered` are products that only count where no order number is known.
    """

    numbers: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    products: frozenset[str] = frozenset()
    unnumbered: frozenset[str] = frozenset()


def search_marks(drafts: Iterable[Sequence[Fact]]) -> SearchMarks:
    """Returns what to look for among the known purchases: `match` finds nothing among those that have none of it."""
    numbers: set[str] = set()
    keys: set[str] = set()
    products: set[str] = set()
    unnumbered: set[str] = set()
    for facts in drafts:
        marks = _Marks.of(facts)
        numbers |= marks.numbers
        keys |= {value for _, value in marks.keys}
        (unnumbered if marks.numbers else products).update(marks.products)
    return SearchMarks(frozenset(numbers), frozenset(keys), frozenset(products), frozenset(unnumbered))


class KnownPurchases:
    """Purchases that facts may belong to, found by what tells them apart instead of one after the other."""

    def __init__(self, purchases: Iterable[Purchase] = ()) -> None:
        self._purchases: dict[str, Purchase] = {}
        self._position: dict[str, int] = {}
        self._having: dict[tuple[str, str], set[str]] = {}
        for purchase in purchases:
            self.put(purchase)

    def get(self, purchase_id: str) -> Purchase | None:
        """Returns a purchase by its whole id, or None."""
        return self._purchases.get(purchase_id)

    def put(self, purchase: Purchase) -> None:
        """Add a purchase, or replace the one with its id."""
        self._purchases[purchase.id] = purchase
        self._position.setdefault(purchase.id, len(self._position))
        for mark in _found_by(search_marks([purchase.facts])):
            self._having.setdefault(mark, set()).add(purchase.id)

    def match(self, facts: Sequence[Fact]) -> Match:
        """Returns the purchase that `facts` belong to."""
        ids = {id_ for mark in _looked_for(search_marks([facts])) for id_ in self._having.get(mark, ())}
        return match(facts, [self._purchases[id_] for id_ in sorted(ids, key=self._position.__getitem__)])


def _found_by(marks: SearchMarks) -> Iterator[tuple[str, str]]:
    yield from (("number", number) for number in marks.numbers)
    yield from (("key", key) for key in marks.keys)
    yield from (("product", product) for product in marks.products)
    yield from (("numbered", product) for product in marks.unnumbered)


def _looked_for(marks: SearchMarks) -> Iterator[tuple[str, str]]:
    yield from (("number", number) for number in marks.numbers)
    yield from (("key", key) for key in marks.keys)
    for product in marks.products:
        yield from (("product", product), ("numbered", product))
    yield from (("product", product) for product in marks.unnumbered)


def same_domain(one: str, other: str) -> bool:
    """Whether two host names belong together: equal, or one a subdomain of the other with at least two labels left."""
    one, other = one.casefold().strip("."), other.casefold().strip(".")
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    return longer == shorter or ("." in shorter and longer.endswith(f".{shorter}"))


class _Marks:
    """What tells purchases apart."""

    def __init__(self) -> None:
        self.numbers: set[str] = set()
        self.domains: set[str] = set()
        self.kinds: set[str] = set()
        self.products: set[str] = set()
        self.keys: set[tuple[str, str]] = set()

    @classmethod
    def of(cls, facts: Iterable[Fact]) -> _Marks:
        marks = cls()
        for fact in facts:
            if fact.field is Field.ORDER_NUMBER:
                marks.numbers.add(fact.value.casefold().lstrip("#"))
            elif fact.field is Field.SENDER_DOMAIN:
                marks.domains.add(fact.value)
            elif fact.field is Field.STORE_ADDRESS:
                marks.domains.add(urlsplit(fact.value).netloc.casefold())
            elif fact.field is Field.STORE_KIND:
                marks.kinds.add(fact.value)
            elif fact.field is Field.PRODUCT:
                marks.products.add(fact.about)
            elif fact.field is Field.KEY:
                marks.keys.add((fact.about, fact.value))
        return marks

    def same_order(self, other: _Marks) -> bool:
        """Whether store and order number are the same."""
        return bool(self.numbers & other.numbers) and self._domains_fit(other)

    def same_key(self, other: _Marks) -> bool:
        """Whether platform, product and key are the same; platforms of which one is unknown do not contradict."""
        kinds_fit = not self.kinds or not other.kinds or bool(self.kinds & other.kinds)
        return bool(self.keys & other.keys) and kinds_fit and not self._other_order(other)

    def maybe_same(self, other: _Marks) -> bool:
        """Whether a person could mean one purchase: the same number from elsewhere, or one product without a number."""
        if self.numbers and other.numbers:
            return bool(self.numbers & other.numbers) and (not self.domains or not other.domains)
        return bool(self.products & other.products) and not self._other_key(other)

    def _other_order(self, other: _Marks) -> bool:
        return bool(self.numbers and other.numbers and not self.numbers & other.numbers)

    def _other_key(self, other: _Marks) -> bool:
        both = {about for about, _ in self.keys} & {about for about, _ in other.keys}
        return bool(both) and not self.keys & other.keys

    def _domains_fit(self, other: _Marks) -> bool:
        return any(same_domain(one, another) for one in self.domains for another in other.domains)
