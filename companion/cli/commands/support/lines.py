"""Whom to call about each thing that was bought: a store's own number, or the directory's."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from companion.cli.support_number import contact_of
from companion.domain.core.model import Model
from companion.domain.core.text import plain_moment
from companion.domain.store.profile import MenuChoice
from companion.domain.support.hotline import Stated, SupportContact, menu_sentence, shown_phone
from companion.domain.support.makers_desk import (
    DirectoryDesk,
    no_number_sentence,
    number_words,
    page_sentence,
    source_sentence,
)
from companion.domain.support.opening_hours import Opening, OpenState, opening_sentence
from companion.domain.support.subjects import SupportSubject

if TYPE_CHECKING:
    from companion.domain.purchases.purchase import Overview
    from companion.domain.store.profile import Profile
    from companion.services.container.store import Services


class SupportLine(Model, frozen=True):
    """The support of one store or maker.

    `store` is a store's address; `order_number` and `purchase` are what it is about. `phone` is None where no
    number is known; `source` says where it comes from, `page` is where help is online.
    """

    name: str
    store: str | None
    order_number: str | None
    purchase: str | None
    product: str | None
    phone: str | None
    phone_display: str | None
    opening: Opening
    hours: str
    menu: tuple[MenuChoice, ...]
    why: str
    source: str
    page: str | None
    maker: str | None = None
    model: str | None = None
    country: str | None = None
    desk: str | None = None


class KnownStore(NamedTuple):
    """A store with the Store API whose profile is known."""

    services: Services
    profile: Profile


def store_line(store: KnownStore, subject: SupportSubject | None, stated: Stated) -> SupportLine:
    """Returns the support of a store for one of its orders; without one, for this PC alone."""
    profile = store.profile
    number = subject.number if subject is not None else None
    contact = contact_of(store.services, profile, number, stated)
    page = profile.support.website or profile.store.website
    if contact is None:
        return SupportLine(
            name=profile.store.name,
            store=store.services.orders.store,
            order_number=number,
            purchase=None,
            product=subject.name if subject is not None else None,
            phone=None,
            phone_display=None,
            opening=Opening(state=OpenState.UNKNOWN),
            hours="",
            menu=(),
            why=f"{profile.store.name} names no support number that serves this. Its own page may help: {page}",
            source="",
            page=page,
        )
    return _of_contact(store, number, contact, page)


def _of_contact(store: KnownStore, number: str | None, contact: SupportContact, page: str) -> SupportLine:
    return SupportLine(
        name=store.profile.store.name,
        store=store.services.orders.store,
        order_number=number,
        purchase=None,
        product=contact.product,
        phone=contact.entry.phone,
        phone_display=shown_phone(contact.entry),
        opening=contact.opening,
        hours=opening_sentence(contact.opening, plain_moment(store.services.zone)),
        menu=contact.menu,
        why=contact.why,
        source=f"The number is from {store.profile.store.name} itself.",
        page=page,
        maker=contact.maker,
        model=contact.model,
        country=contact.country,
        desk=contact.entry.name,
    )


def purchase_line(subject: SupportSubject, purchase: Overview, desk: DirectoryDesk | None) -> SupportLine:
    """Returns the support of a purchase whose store has no profile: what the directory knows, and nothing else."""
    number = desk.numbers[0] if desk is not None and desk.numbers else None
    return SupportLine(
        name=desk.maker.name if desk is not None else purchase.maker or subject.place or subject.name,
        store=None,
        order_number=purchase.order_number,
        purchase=purchase.id,
        product=subject.name,
        phone=number.phone if number is not None else None,
        phone_display=number_words(number) if number is not None else None,
        opening=Opening(state=OpenState.UNKNOWN),
        hours="When it is answered is not known." if number is not None else "",
        menu=(),
        why=page_sentence(desk) if number is not None and desk is not None else no_number_sentence(purchase, desk),
        source=source_sentence(desk, number) if number is not None and desk is not None else "",
        page=desk.page.address if desk is not None and desk.page is not None else None,
        maker=desk.maker.name if desk is not None else purchase.maker,
    )


def spoken(line: SupportLine) -> list[str]:
    """Returns a line in whole sentences: the number, whether it is answered, what to press, why it is the right one."""
    if line.phone_display is None:
        return [line.why]
    said = [f"{line.phone_display}  {line.desk or line.name}", line.hours, menu_sentence(line.menu), line.why]
    return [part for part in (*said, line.source) if part]
