"""The support number of this PC, for ``companion support`` and for failures of every other command."""

from __future__ import annotations

import locale
from typing import TYPE_CHECKING

from companion.domain.core.model import Model
from companion.domain.support.hotline import Opening
from companion.services.storage.records import KnownCase

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile
    from companion.services.container import Services


class SupportNumber(Model, frozen=True):
    """``support``: the right number (E.164), why it is the right one, and whether somebody answers now.

    `maker`, `model`, `product` and `country` are what it was chosen by; `cases` are those opened from this PC.
    """

    maker: str | None
    model: str | None
    product: str | None
    country: str | None
    name: str
    phone: str
    why: str
    opening: Opening
    hours: str
    website: str | None
    cases: tuple[KnownCase, ...] = ()


def right_line(
    services: Services, profile: Profile, *, maker: str | None = None, country: str | None = None,
    number: str | None = None,
) -> SupportNumber | None:  # fmt: skip
    """The number for this PC, or for `maker`, and an order (without one: the latest); None where none serves it."""
    from companion.domain.core.text import plain_moment
    from companion.domain.support.hotline import normalise_maker, opening, opening_sentence, right_number

    machine = services.this_pc.machine().value
    spelled = maker or (machine.maker if machine is not None else None)
    orders = [known.order for known in services.orders.remembered() if known.order is not None]
    named = [order for order in orders if order.number == number]
    order = max(named or orders, key=lambda order: order.placed_at, default=None)
    licence = order.licences[0] if order is not None and order.licences else None
    where = country.upper() if country else (order.country if order is not None else None)
    found = right_number(profile.support, spelled, licence.product_id if licence else None, where, _language())
    if found is None:
        return None
    found_opening = opening(found.entry, services.clock(), services.zone)
    return SupportNumber(
        maker=normalise_maker(spelled, profile.support.makers),
        model=machine.model if machine is not None and maker is None else None,
        product=licence.product_name if licence is not None else None, country=where, name=found.entry.name,
        phone=found.entry.phone, why=found.why, opening=found_opening,
        hours=opening_sentence(found_opening, plain_moment(services.zone)), website=profile.support.website,
        cases=services.orders.cases(),
    )  # fmt: skip


def number_line(services: Services, number: str | None) -> str:
    """The right number and whether somebody answers it, in one line; empty while no store is known."""
    from companion.domain.support.hotline import spaced

    profile = services.orders.remembered_profile()
    found = right_line(services, profile, number=number) if profile is not None else None
    return f"Support for this PC: {spaced(found.phone)}. {found.hours}" if found is not None else ""


def _language() -> str | None:
    """The language of the person's system (``de``), or None."""
    name = locale.getlocale()[0] or ""
    return name.partition("_")[0] if name[:1].islower() else None
