"""Whom to call: the number of a store for this PC, or what the directory knows of a maker."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLayout, QWidget

from companion.domain.purchases.purchase import Overview
from companion.domain.store.profile import Profile
from companion.domain.support.hotline import KnownProduct, Stated, SupportContact, menu_sentence, shown_phone
from companion.domain.support.makers_desk import (
    DirectoryDesk,
    no_number_sentence,
    number_words,
    page_sentence,
    source_sentence,
)
from companion.domain.support.opening_hours import OpenState, opening_sentence, state_words
from companion.ui.state.app_state import AppState
from companion.ui.support import contact_of
from companion.ui.widgets.basic import Card, chip, facts_grid, label, row
from companion.ui.widgets.choice import Choice, captioned

_TONES = {OpenState.OPEN: "ok", OpenState.ALWAYS: "ok", OpenState.CLOSED: "attention", OpenState.UNKNOWN: ""}
_ELSEWHERE = "ZZ"
"""Stands for a country that no number of the store names (ISO 3166-1 leaves it to users)."""
Said = Callable[[Stated], None]
T = TypeVar("T")


class _Options(NamedTuple):
    """What can be chosen in one list: the texts, the place of the one that is chosen, and what a place states."""

    name: str
    texts: Sequence[str]
    place: int
    stating: Callable[[int], Stated]


class ProductChoice(NamedTuple):
    """The products that can be chosen, prepared in the background: there can be thousands."""

    texts: tuple[str, ...]
    ids: tuple[str | None, ...]
    places: Mapping[str | None, int]


def product_choice(known: Sequence[KnownProduct]) -> ProductChoice:
    """Returns what can be chosen of these products; the first place states none."""
    ids = (None, *(product.id for product in known))
    places = {id_: place for place, id_ in reversed(tuple(enumerate(ids)))}
    return ProductChoice(("As ordered", *(product.name for product in known)), ids, places)


NO_PRODUCTS = product_choice(())


def store_card(state: AppState, number: str, stated: Stated, products: ProductChoice, said: Said) -> Card:
    """Returns the card with the number of a store for one of its orders, and what it depends on.

    `products` are those of all its orders.
    """
    card = Card(spacing=8)
    card.add(label("Talk to a person", "heading"))
    profile = state.snapshot.profile
    contact = contact_of(state, number, stated)
    if contact is None:
        name = profile.store.name if profile is not None else "The store"
        card.add(label(f"{name} names no support number for this PC."))
    else:
        card.add(*_number_parts(state, contact))
        card.add(facts_grid(_reasons(contact)))
    if profile is not None:
        card.add(*_choices(state, profile, stated, products, said))
    if contact is not None:
        card.add(
            label("Numbers found by searching the web can be scams. This one comes from the store itself.", "small")
        )
    return card


def _number_parts(state: AppState, contact: SupportContact) -> list[QWidget | QLayout]:
    entry = contact.entry
    phone = label(shown_phone(entry), "big", wrap=False, selectable=True)
    phone.setAccessibleName(f"Support number {entry.phone}")
    opens = row(chip(state_words(contact.opening.state), _TONES[contact.opening.state]))
    opens.addWidget(label(f"{entry.name}. {opening_sentence(contact.opening, state.format.moment)}"), 1)
    menu = menu_sentence(contact.menu)
    return [row(phone, None), opens, *([label(menu, "strong")] if menu else [])]


def _reasons(found: SupportContact) -> list[tuple[str, str]]:
    """What the number was chosen by, and why."""
    pc = " ".join(part for part in (found.maker, found.model) if part) or "Its maker is not known"
    facts = [("PC", pc)]
    if found.product is not None:
        facts.append(("Product", found.product))
    if found.country is not None:
        facts.append(("Country", _country_name(found.country)))
    return [*facts, ("Why this one", found.why)]


def _country_name(code: str) -> str:
    if code == _ELSEWHERE:
        return "Another country"
    return QLocale.territoryToString(QLocale.codeToTerritory(code)) or code


def _choices(
    state: AppState, profile: Profile, stated: Stated, products: ProductChoice, said: Said
) -> list[QWidget | QLayout]:
    options = (_pcs(profile, stated), _products(products, stated), _countries(profile, stated))
    parts: list[QWidget | QLayout] = [label("Is it about something else?", "muted")]
    for each in options:
        if len(each.texts) > 1:
            choice = Choice(state.theme, each.name, each.texts, each.place)
            choice.activated.connect(lambda place, stating=each.stating: said(stating(place)))
            parts.append(captioned(each.name, choice))
    return parts


def _pcs(profile: Profile, stated: Stated) -> _Options:
    texts = ["This PC", "Another PC, its maker is not known"]
    values = [stated._replace(maker=None, another_pc=False), stated._replace(maker=None, another_pc=True)]
    for maker in profile.support.makers:
        texts.append(f"Another PC, made by {maker.name}")
        values.append(stated._replace(maker=maker.name, another_pc=True))
    return _Options("PC", texts, _place(stated, values), values.__getitem__)


def _products(known: ProductChoice, stated: Stated) -> _Options:
    place = known.places.get(stated.product, 0)
    return _Options("Product", known.texts, place, lambda place: stated._replace(product=known.ids[place]))


def _countries(profile: Profile, stated: Stated) -> _Options:
    codes = dict.fromkeys(code for entry in profile.support.entries for code in entry.countries)
    listed = sorted(codes, key=_country_name)
    texts = ["As ordered", *(_country_name(code) for code in listed), _country_name(_ELSEWHERE)]
    values = [stated._replace(country=code) for code in (None, *listed, _ELSEWHERE)]
    return _Options("Country", texts, _place(stated, values), values.__getitem__)


def _place(chosen: T, values: Sequence[T]) -> int:
    """Where the chosen value stands; the first where it is none of them."""
    return values.index(chosen) if chosen in values else 0


def purchase_card(purchase: Overview, desk: DirectoryDesk | None) -> Card:
    """Returns the card about a purchase whose store has no profile: what the directory of makers knows of it."""
    card = Card(spacing=8)
    card.add(label("Talk to a person", "heading"))
    if desk is None or not desk.numbers:
        card.add(label(no_number_sentence(purchase, desk), selectable=True))
        return card
    for number in desk.numbers:
        phone = label(number_words(number), "big", wrap=False, selectable=True)
        phone.setAccessibleName(f"Support number {number.phone}")
        card.add(row(phone, None), label(f"{desk.maker.name}. {source_sentence(desk, number)}", selectable=True))
    card.add(label("When it is answered is not known.", "muted"))
    if page_sentence(desk):
        card.add(label(page_sentence(desk), selectable=True))
    card.add(label("Numbers in e-mails and those found by searching the web can be scams.", "small"))
    return card
