"""The support number of this PC, for ``companion support`` and for failures of every other command."""

from __future__ import annotations

import locale
from typing import TYPE_CHECKING

from companion.domain.core.model import Model
from companion.domain.core.text import plain_moment
from companion.domain.support.hotline import SupportContact, contact_sentence, shown_phone, support_contact
from companion.domain.support.opening_hours import Opening, opening_sentence
from companion.services.storage.records import KnownCase

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile
    from companion.services.container.store import Services


class SupportResult(Model, frozen=True):
    """``support``: the right number (E.164, and for reading), why it is the right one, and whether it is answered now.

    `maker`, `model`, `product` and `country` are what it was chosen by; `cases` are those opened from this PC.
    """

    maker: str | None
    model: str | None
    product: str | None
    country: str | None
    name: str
    phone: str
    phone_display: str
    why: str
    opening: Opening
    hours: str
    website: str | None
    cases: tuple[KnownCase, ...] = ()


def support_number(
    services: Services, profile: Profile, *, maker: str | None = None, country: str | None = None
) -> SupportResult | None:
    """Returns the number for this PC, or for `maker`, and the latest order; None when the store has none for it."""
    contact = _contact(services, profile, maker=maker, country=country)
    if contact is None:
        return None
    return SupportResult(
        maker=contact.maker,
        model=contact.model,
        product=contact.product,
        country=contact.country,
        name=contact.entry.name,
        phone=contact.entry.phone,
        phone_display=shown_phone(contact.entry),
        why=contact.why,
        opening=contact.opening,
        hours=opening_sentence(contact.opening, plain_moment(services.zone)),
        website=profile.support.website,
        cases=services.orders.cache.cases(),
    )


def number_line(services: Services, number: str | None) -> str:
    """Returns the number for this PC and the order `number` in one line; empty while no store is known."""
    profile = services.orders.cache.remembered_profile()
    contact = _contact(services, profile, number=number) if profile is not None else None
    return contact_sentence(contact, plain_moment(services.zone)) if contact is not None else ""


def _contact(
    services: Services,
    profile: Profile,
    *,
    number: str | None = None,
    maker: str | None = None,
    country: str | None = None,
) -> SupportContact | None:
    return support_contact(
        profile.support,
        services.orders.cache.read(),
        services.this_pc.machine().value,
        services.clock(),
        services.zone,
        order_number=number,
        maker=maker,
        country=country,
        language=_language(),
    )


def _language() -> str | None:
    """The language of the person's system (``de``), or None."""
    name = locale.getlocale()[0] or ""
    return name.partition("_")[0] if name[:1].islower() else None
