"""The right support number for this PC and order, and whether it is answered now.

Numbers come from the store's profile and from nowhere else: numbers found by searching the web can be scams.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from companion.domain.core.model import EARLIEST
from companion.domain.core.phone_numbers import format_phone
from companion.domain.core.text import FormatMoment, joined
from companion.domain.pc.facts import Machine
from companion.domain.store.orders import Order
from companion.domain.store.profile import MenuChoice, Support, SupportEntry
from companion.domain.support.makers import normalise_maker
from companion.domain.support.opening_hours import Opening, opening, opening_sentence


class RightNumber(NamedTuple):
    """A support entry and, in whole sentences, why it is the right one."""

    entry: SupportEntry
    why: str


class _Wish(NamedTuple):
    maker: str | None
    product: str | None
    country: str | None
    language: str | None


def right_number(
    support: Support, maker: str | None, product: str | None, country: str | None, language: str | None
) -> RightNumber | None:
    """Returns the entry that fits this PC, product, country and language best, or None when the profile has none.

    An entry serves no other maker or product than it names. Where no entry serves the country or speaks the language,
    the best of the others is returned, and its reason says so. `maker` may be in any spelling.
    """
    wish = _Wish(normalise_maker(maker, support.makers), product, country, _primary_language(language))
    serving = [entry for entry in support.entries if _serves(entry, wish)]
    if not serving:
        return None
    # `max` keeps the first of equals, so the profile's own order decides.
    entry = max(serving, key=lambda candidate: _fit(candidate, wish))
    return RightNumber(entry, _why(entry, wish))


def _serves(entry: SupportEntry, wish: _Wish) -> bool:
    return _among(wish.maker, entry.makers) and _among(wish.product, entry.products)


def _among(wanted: str | None, served: Sequence[str]) -> bool:
    return not served or (wanted is not None and wanted.casefold() in {name.casefold() for name in served})


def _named(wanted: str | None, served: Sequence[str]) -> bool:
    return bool(served) and _among(wanted, served)


def _fit(entry: SupportEntry, wish: _Wish) -> tuple[bool, ...]:
    """Returns how well `entry` fits, the most important first; naming something goes before allowing everything."""
    return (
        _among(wish.country, entry.countries),
        bool(entry.makers),
        bool(entry.products),
        _among(wish.language, entry.languages),
        _named(wish.country, entry.countries),
        _named(wish.language, entry.languages),
    )


def _primary_language(language: str | None) -> str | None:
    """``de`` of ``de-AT`` or ``de_AT``."""
    return re.split(r"[-_]", language)[0] if language else None


def _why(entry: SupportEntry, wish: _Wish) -> str:
    said = [entry.why or _reason(entry, wish)]
    if wish.country and not _among(wish.country, entry.countries):
        said.append(f"The store has no number for your country; this one is in {joined(entry.countries, 'or')}.")
    if wish.language and not _among(wish.language, entry.languages):
        said.append("It is not known whether your language is spoken there.")
    return " ".join(said)


def _reason(entry: SupportEntry, wish: _Wish) -> str:
    reasons = []
    if entry.makers:
        reasons.append(f"your PC is made by {wish.maker}")
    if entry.products:
        reasons.append("it is the number for this product")
    if _named(wish.country, entry.countries):
        reasons.append("it serves your country")
    return f"This is the right number because {joined(reasons)}." if reasons else _FOR_EVERYONE


_FOR_EVERYONE = "It is the store's general support number."


class SupportContact(NamedTuple):
    """The support number to use, why it is the right one, whether it is answered now, and what it was chosen by.

    `menu` is what to press in its menu, what is for the product before the rest.
    """

    entry: SupportEntry
    why: str
    opening: Opening
    maker: str | None
    model: str | None
    product: str | None
    country: str | None
    menu: tuple[MenuChoice, ...] = ()


class Stated(NamedTuple):
    """What the person states instead of what is known; `product` is a name or an id.

    `another_pc` says that the call is about another PC: then neither this PC's maker nor its model counts.
    """

    maker: str | None = None
    product: str | None = None
    country: str | None = None
    another_pc: bool = False


NOTHING_STATED = Stated()


class KnownProduct(NamedTuple):
    """A product that support can be asked about: the id that a profile knows it by, and its name."""

    id: str
    name: str


def support_contact(
    support: Support,
    orders: Iterable[Order],
    machine: Machine | None,
    now: dt.datetime,
    zone: dt.tzinfo,
    *,
    order_number: str | None = None,
    stated: Stated = NOTHING_STATED,
    language: str | None = None,
    store_country: str | None = None,
) -> SupportContact | None:
    """Returns the number for `machine` and the order meant, or None when the profile has none that serves it.

    `store_country` is where the store is, whose public holidays count for numbers that name no country.
    """
    listed = tuple(orders)
    order = order_meant(listed, order_number)
    product = _product(listed, order, stated.product)
    this_pc = machine if not stated.another_pc and not stated.maker else None
    spelled = stated.maker or (this_pc.maker if this_pc is not None else None)
    where = stated.country.upper() if stated.country else (order.country if order is not None else None)
    found = right_number(support, spelled, product.id if product is not None else None, where, language)
    if found is None:
        return None
    return SupportContact(
        entry=found.entry,
        why=found.why,
        opening=opening(found.entry, now, zone, store_country),
        maker=normalise_maker(spelled, support.makers),
        model=this_pc.model.strip() or None if this_pc is not None else None,
        product=product.name if product is not None else None,
        country=where,
        menu=_menu(found.entry, product),
    )


def products_of(orders: Iterable[Order]) -> tuple[KnownProduct, ...]:
    """Returns the products of orders, each once."""
    return tuple(
        dict.fromkeys(
            KnownProduct(licence.product_id, licence.product_name) for order in orders for licence in order.licences
        )
    )


def _product(orders: Iterable[Order], order: Order | None, stated: str | None) -> KnownProduct | None:
    """Returns the product that is stated, else the first of the order; one that no order holds is taken as stated."""
    if stated:
        wanted = stated.strip().casefold()
        known = (each for each in products_of(orders) if wanted in (each.id.casefold(), each.name.casefold()))
        return next(known, KnownProduct(stated.strip(), stated.strip()))
    return next(iter(products_of((order,))), None) if order is not None else None


def _menu(entry: SupportEntry, product: KnownProduct | None) -> tuple[MenuChoice, ...]:
    fitting = [each for each in entry.menu if _among(product.id if product is not None else None, each.products)]
    return tuple(sorted(fitting, key=lambda choice: not choice.products))


def menu_sentence(menu: Sequence[MenuChoice]) -> str:
    """Returns what to press in the number's menu, in one sentence; empty where nothing is known of one."""
    said = [f"{joined(list(choice.keys.split()), 'then')} for {choice.about}" for choice in menu]
    return f"When its menu answers, press {joined(said, 'or')}." if said else ""


def order_meant(orders: Iterable[Order], number: str | None) -> Order | None:
    """Returns the order of this number, else the latest one; None when there is no order."""
    orders = tuple(orders)
    named = [order for order in orders if order.number == number]
    return max(named or orders, key=lambda order: order.placed_at or EARLIEST, default=None)


def contact_sentence(contact: SupportContact, format_moment: FormatMoment) -> str:
    """Returns the number and whether it is answered now, in one line."""
    return f"Support for this PC: {shown_phone(contact.entry)}. {opening_sentence(contact.opening, format_moment)}"


def shown_phone(entry: SupportEntry) -> str:
    """Returns the number of an entry as it is shown to people."""
    return format_phone(entry.phone, entry.phone_display)


def offers_number(failed_attempts: int) -> bool:
    """Returns whether the app itself shows the number: after the second failed attempt at the same thing."""
    return failed_attempts >= 2


def failed_words(attempts: int) -> str:
    """Returns that something has failed again: ``This has failed twice.``, ``This has failed 3 times.``"""
    return f"This has failed {'twice' if attempts == 2 else f'{attempts} times'}."
