"""The support number of this PC, for ``companion support`` and for failures of every other command."""

from __future__ import annotations

import locale
from typing import TYPE_CHECKING

from companion.domain.billing.shipping import store_country
from companion.domain.core.text import plain_moment
from companion.domain.support.hotline import (
    NOTHING_STATED,
    Stated,
    SupportContact,
    contact_sentence,
    support_contact,
)

if TYPE_CHECKING:
    from companion.domain.store.profile import Profile
    from companion.services.container.store import Services


def number_line(services: Services, number: str | None) -> str:
    """Returns the number for this PC and the order `number` in one line; empty while no store is known."""
    profile = services.orders.cache.remembered_profile()
    contact = contact_of(services, profile, number) if profile is not None else None
    return contact_sentence(contact, plain_moment(services.zone)) if contact is not None else ""


def contact_of(
    services: Services, profile: Profile, number: str | None, stated: Stated = NOTHING_STATED
) -> SupportContact | None:
    """Returns the number of one store for an order (else the latest) and what is stated; None when it has none."""
    return support_contact(
        profile.support,
        services.orders.cache.read(),
        services.this_pc.machine().value,
        services.clock(),
        services.zone,
        order_number=number,
        stated=stated,
        language=_language(),
        store_country=store_country(profile),
    )


def _language() -> str | None:
    """The language of the person's system (``de``), or None."""
    name = locale.getlocale()[0] or ""
    return name.partition("_")[0] if name[:1].islower() else None
