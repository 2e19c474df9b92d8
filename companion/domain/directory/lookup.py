"""Finding makers and shops in the directory, and what it adds to a purchase.

Names are compared whole, without regard to case and legal forms; never as part of another name. A domain belongs to a
maker when it is the maker's or lies below it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from companion.domain.core.company_names import bare_name
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.directory.maker import MadeProduct, Maker
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, item_key
from companion.domain.purchases.purchase import Purchase
from companion.domain.purchases.values import host_name
from companion.domain.store.profile import BlockerKind, BlockerRule, BlockerSeverity, ProcessMatch, Stage

_SIGNS = str.maketrans("", "", "®™©")


class Directory:
    """All makers and shops that are known. Of two with one name the first counts: the person's files come first."""

    def __init__(self, makers: Iterable[Maker] = ()) -> None:
        self._makers: dict[str, Maker] = {}
        for maker in makers:
            self._makers.setdefault(_company(maker.name), maker)
        self._names: dict[str, Maker] = {}
        self._products: dict[str, tuple[Maker, MadeProduct]] = {}
        self._domains: dict[str, Maker] = {}
        for maker in self._makers.values():
            for name in (maker.name, *maker.names):
                self._names.setdefault(_company(name), maker)
            for product in maker.products:
                for name in (product.name, *product.names):
                    self._products.setdefault(_plain(name), (maker, product))
            for domain in maker.domains:
                self._domains.setdefault(domain, maker)
        for maker in self._makers.values():
            for host in maker.page_hosts:
                self._domains.setdefault(host, maker)

    def __len__(self) -> int:
        return len(self._makers)

    def makers(self) -> tuple[Maker, ...]:
        """Returns all makers and shops by name."""
        return tuple(sorted(self._makers.values(), key=lambda maker: maker.name.casefold()))

    def by_name(self, name: str) -> Maker | None:
        """Returns the maker or shop of that name, in any of its spellings."""
        return self._names.get(_company(name))

    def by_product(self, name: str) -> tuple[Maker, MadeProduct] | None:
        """Returns the product of that name and its maker."""
        return self._products.get(_plain(name))

    def maker_of(self, product: str | None, publisher: str | None) -> Maker | None:
        """Returns the maker of a program: by the product's name, else by what the program calls its publisher."""
        made = self.by_product(product) if product else None
        return made[0] if made is not None else self.by_name(publisher) if publisher else None

    def by_domain(self, domain: str) -> Maker | None:
        """Returns the maker or shop that a domain belongs to (``mail.example.com`` to ``example.com``)."""
        labels = domain.strip(" .").lower().split(".")
        candidates = (".".join(labels[start:]) for start in range(min(len(labels) - 1, 20)))
        return next((self._domains[each] for each in candidates if each in self._domains), None)

    def product_names(self) -> tuple[str, ...]:
        """Returns the names of all products, which help to find them in e-mails."""
        return tuple(
            dict.fromkeys(
                name for maker in self._makers.values() for made in maker.products for name in (made.name, *made.names)
            )
        )

    def brands(self) -> Mapping[str, frozenset[str]]:
        """Returns for each name of a maker or a shop the domains that belong to it.

        An e-mail that calls itself by such a name and comes from elsewhere deserves a warning. Where a maker sells
        through others, their domains belong to it as well. Names that are everyday words are left out, and so are
        products, of which many people may write.
        """
        found: dict[str, frozenset[str]] = {}
        for maker in self._makers.values():
            if not maker.common_word:
                domains = self._domains_of(maker)
                for name in (maker.name, *maker.names):
                    found.setdefault(name, domains)
        return found

    def host(self, kind: str) -> str | None:
        """Returns the server on this PC that stands for a hosted system (``gumroad``), for tests; None normally."""
        found = (maker.hosts[kind] for maker in self._makers.values() if kind in maker.hosts)
        return next((address.rstrip("/") for address in found), None)

    def _domains_of(self, maker: Maker) -> frozenset[str]:
        channels = {channel.kind for channel in maker.sells_through}
        others = (
            domain
            for shop in self._makers.values()
            if shop.sells_for_others and shop.store_kind in channels
            for domain in (*shop.domains, *shop.page_hosts)
        )
        return frozenset((*maker.domains, *maker.page_hosts, *others))


def directory_facts(purchase: Purchase, directory: Directory) -> tuple[Fact, ...]:
    """Returns what the directory adds to a purchase; other sources are always believed first (`purchase.resolve`).

    The maker is recognised by the maker's name that is told, else by the product's, else by the domain the e-mail came
    from. Where a shop sold what others make, its page is the one to manage the purchase on.
    """
    told = _Told(purchase.facts)
    parties = _parties(told, directory)
    values = [*_of_shop(parties.shop), *_of_maker(parties.maker, told), *_return_by(parties.seller, told)]
    first: dict[tuple[Field, str], Fact] = {}
    for entry, field, about, value, quote in values:
        fact = Fact(field=field, value=value, about=about, quote=quote, source=_source(entry), said_at=_checked(entry))
        first.setdefault((field, about), fact)
    return tuple(first.values())


class Parties(NamedTuple):
    """Who stands behind a purchase, as far as the directory knows: its maker, and who sold it.

    `shop` is the seller where it sells what others make.
    """

    maker: Maker | None
    seller: Maker | None
    shop: Maker | None


def parties_of(facts: Iterable[Fact], directory: Directory) -> Parties:
    """Returns maker and seller of the purchase that these facts are about."""
    return _parties(_Told(facts), directory)


def _parties(told: _Told, directory: Directory) -> Parties:
    seller = next((found for host in told.hosts if (found := directory.by_domain(host)) is not None), None)
    shop = seller if seller is not None and seller.sells_for_others else None
    return Parties(_maker(told, directory, seller if shop is None else None), seller, shop)


def blocker_rules(maker: Maker) -> tuple[BlockerRule, ...]:
    """Returns the programs to close before a product of `maker` is installed, as rules for checking this PC."""
    return tuple(
        BlockerRule(
            id=f"directory-{_company(maker.name).replace(' ', '-')}-{position}",
            name=maker.name,
            kind=BlockerKind.OTHER,
            severity=BlockerSeverity.WARNS,
            stages=(Stage.INSTALL,),
            why=entry.why,
            matches=(ProcessMatch(platform=entry.platform, names=entry.programs),),
        )
        for position, entry in enumerate(maker.blocking_programs)
    )


_Value = tuple[Maker, Field, str, str, str | None]


class _Told:
    """What other sources tell of a purchase, as far as it helps to find it in the directory."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        self.makers: list[str] = []
        self.products: list[tuple[str, str]] = []
        self.hosts: list[str] = []
        self.bought_on: str | None = None
        for fact in facts:
            if fact.field is Field.MAKER:
                self.makers.append(fact.value)
            elif fact.field is Field.PRODUCT:
                self.products.append((fact.about, fact.value))
            elif fact.field is Field.SENDER_DOMAIN:
                self.hosts.insert(0, fact.value)
            elif fact.field is Field.STORE_ADDRESS:
                self.hosts.append(host_name(fact.value))
            elif fact.field is Field.BOUGHT_ON:
                self.bought_on = fact.value


def _maker(told: _Told, directory: Directory, seller: Maker | None) -> Maker | None:
    if told.makers:
        # A name that the directory does not know is not replaced by the one of a product called alike.
        return next((found for name in told.makers if (found := directory.by_name(name)) is not None), None)
    made = [pair[0] for _, name in told.products if (pair := directory.by_product(name)) is not None]
    return made[0] if made else seller


def _of_shop(shop: Maker | None) -> Iterator[_Value]:
    if shop is None:
        return
    yield shop, Field.STORE_NAME, "", shop.name, None
    if shop.store_kind is not None:
        yield shop, Field.STORE_KIND, "", shop.store_kind, None
    if shop.pages.manage is not None:
        yield shop, Field.MANAGE_PAGE, "", shop.pages.manage.address, f"As {shop.pages.manage.source} says"


def _of_maker(maker: Maker | None, told: _Told) -> Iterator[_Value]:
    if maker is None:
        return
    yield maker, Field.MAKER, "", maker.name, None
    if maker.pages.manage is not None:
        yield maker, Field.MANAGE_PAGE, "", maker.pages.manage.address, f"As {maker.pages.manage.source} says"
    known = {_plain(name): product for product in maker.products for name in (product.name, *product.names)}
    for about, name in told.products:
        product = known.get(_plain(name))
        if product is None:
            continue
        if product.store_kind is not None:
            yield maker, Field.STORE_KIND, "", product.store_kind, f"As {product.source} says"
        if product.product_id is not None:
            item = about or item_key(Field.PRODUCT, name)
            yield maker, Field.PRODUCT_ID, item, product.product_id, f"As {product.source} says"


def _return_by(seller: Maker | None, told: _Told) -> Iterator[_Value]:
    """Only what is known to be sold by a seller can be returned under its rules."""
    if seller is None or seller.returns is None or told.bought_on is None:
        return
    rule = seller.returns
    try:
        last = dt.date.fromisoformat(told.bought_on[:10]) + dt.timedelta(days=rule.days)
    except (ValueError, OverflowError):
        return
    condition = f", {rule.condition}" if rule.condition is not None else ""
    yield seller, Field.RETURN_BY, "", last.isoformat(), f"Within {rule.days} days{condition}, as {rule.source} says"


def _source(maker: Maker) -> Source:
    return Source(kind=SourceKind.DIRECTORY, name=maker.name)


def _checked(maker: Maker) -> dt.datetime:
    return dt.datetime.combine(maker.checked_on, dt.time(), dt.UTC)


def _plain(name: str) -> str:
    return " ".join(clean_text(name).translate(_SIGNS).casefold().split())


def _company(name: str) -> str:
    return bare_name(name) or _plain(name)
