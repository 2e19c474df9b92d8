"""The right support number for this PC and order, and whether it is answered now.

Numbers come from the store's profile and from nowhere else: numbers found by searching the web can be scams.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from companion.domain.core.phone_numbers import format_phone
from companion.domain.core.text import FormatMoment, joined
from companion.domain.pc.facts import Machine
from companion.domain.store.orders import Order
from companion.domain.store.profile import Support, SupportEntry
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
    """The support number to use, why it is the right one, whether it is answered now, and what it was chosen by."""

    entry: SupportEntry
    why: str
    opening: Opening
    maker: str | None
    model: str | None
    product: str | None
    country: str | None


def support_contact(
    support: Support,
    orders: Iterable[Order],
    machine: Machine | None,
    now: dt.datetime,
    zone: dt.tzinfo,
    *,
    order_number: str | None = None,
    maker: str | None = None,
    country: str | None = None,
    language: str | None = None,
) -> SupportContact | None:
    """Returns the number for `machine` and the order meant, or None when the profile has none that serves it.

    `maker` and `country` are what the person states instead of this PC's maker and the order's country; of another
    maker's PC the model is not known.
    """
    order = order_meant(orders, order_number)
    licence = order.licences[0] if order is not None and order.licences else None
    spelled = maker or (machine.maker if machine is not None else None)
    where = country.upper() if country else (order.country if order is not None else None)
    found = right_number(support, spelled, licence.product_id if licence is not None else None, where, language)
    if found is None:
        return None
    return SupportContact(
        entry=found.entry,
        why=found.why,
        opening=opening(found.entry, now, zone),
        maker=normalise_maker(spelled, support.makers),
        model=machine.model.strip() or None if machine is not None and not maker else None,
        product=licence.product_name if licence is not None else None,
        country=where,
    )


def order_meant(orders: Iterable[Order], number: str | None) -> Order | None:
    """Returns the order of this number, else the latest one; None when there is no order."""
    orders = tuple(orders)
    named = [order for order in orders if order.number == number]
    return max(named or orders, key=lambda order: order.placed_at, default=None)


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
