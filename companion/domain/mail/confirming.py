"""What a person confirms before something is added: rows to look at, and the draft that comes of their answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from companion.domain.core.model import Secret
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.mail.inputs import InputKind, recognise_text
from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import (
    PRODUCT_FIELDS,
    Fact,
    Field,
    Source,
    SourceKind,
    item_key,
    read_value,
)

Place = tuple[str, Field]
"""Which item a value is about, and which of its fields it is."""


class ConfirmRow(NamedTuple):
    """One value to confirm, and the words of the mail it stood in; an empty value is asked for."""

    place: Place
    value: str
    quote: str | None = None

    @property
    def asked(self) -> bool:
        """Whether only the person can tell."""
        return not self.value


_HIDDEN = frozenset({Field.STORE_KIND, Field.SENDER_DOMAIN, Field.PRODUCT_ID, Field.DOWNLOAD_DIGEST})


def confirm_rows(draft: Draft) -> tuple[ConfirmRow, ...]:
    """Returns what the person is asked and shown: what is missing first, then the values in the order of their fields.

    Only what nothing can replace is asked for: the name of the product, and the shop where nothing tells it.
    """
    fields = {fact.field for fact in draft.facts}
    rows = []
    if Field.PRODUCT not in fields:
        about = next((kept.about for kept in draft.secrets if kept.field is Field.KEY), item_key(Field.PRODUCT, ""))
        rows.append(ConfirmRow((about, Field.PRODUCT), ""))
    if not fields & {Field.STORE_NAME, Field.STORE_ADDRESS, Field.SENDER_DOMAIN} and Field.ORDER_NUMBER in fields:
        rows.append(ConfirmRow(("", Field.STORE_NAME), ""))
    order = list(Field)
    shown = [fact for fact in draft.facts if fact.field not in _HIDDEN]
    shown.sort(
        key=lambda fact: (fact.field is not Field.PRODUCT, fact.about.partition(":")[0], order.index(fact.field))
    )
    rows += [ConfirmRow((fact.about, fact.field), fact.value, fact.quote) for fact in shown]
    return tuple(rows)


def confirmed(draft: Draft, answers: Mapping[Place, str], now: dt.datetime) -> Draft:
    """Returns the draft with the person's answers: a changed value is their word, an emptied one is left out.

    What the mail said stays beside a changed value, so that both can be seen later. Raises `CompanionError`
    ``bad-value`` for an answer that cannot be used.
    """
    person = Source(kind=SourceKind.PERSON)
    facts: list[Fact] = []
    for fact in draft.facts:
        answer = answers.get((fact.about, fact.field), fact.value).strip()
        if answer:
            facts.append(fact)
        if answer and answer != fact.value:
            facts.append(Fact(
                field=fact.field, value=read_value(fact.field, answer), source=person, said_at=now, about=fact.about
            ))  # fmt: skip
    known = {(fact.about, fact.field) for fact in draft.facts}
    for (about, field), text in answers.items():
        if (about, field) not in known and text.strip():
            facts.append(Fact(field=field, value=read_value(field, text), source=person, said_at=now, about=about))
    return _named_items(draft._replace(facts=tuple(facts)))


def _named_items(draft: Draft) -> Draft:
    """A product that had no name is now the item of its name, so that the next mail about it finds it."""
    nameless = item_key(Field.PRODUCT, "")
    name = next((fact.value for fact in draft.facts if (fact.about, fact.field) == (nameless, Field.PRODUCT)), None)
    if name is None:
        return draft
    about = item_key(Field.PRODUCT, name)
    facts = tuple(
        Fact(
            field=fact.field, value=fact.value, source=fact.source, said_at=fact.said_at, about=about, quote=fact.quote
        ) if fact.about == nameless else fact
        for fact in draft.facts
    )  # fmt: skip
    secrets = tuple(kept._replace(about=about) if kept.about == nameless else kept for kept in draft.secrets)
    return draft._replace(facts=facts, secrets=secrets)


def is_key(text: str, now: dt.datetime) -> bool:
    """Whether what was typed looks like a licence key rather than like an order number."""
    found = recognise_text("", text, now)
    return found is not None and found.kind is InputKind.KEY


def typed_draft(product: str, proof: str, *, key: bool, values: Iterable[tuple[Field, str]], now: dt.datetime) -> Draft:
    """Returns what a person typed as a draft: a product, an order number or licence `key`, and other values.

    Empty values are left out. Raises `CompanionError` ``bad-value``.
    """
    name = read_value(Field.PRODUCT, product)
    told = [(Field.PRODUCT, name, name)]
    for field, text in values:
        if text.strip():
            told.append((field, read_value(field, text), name if field in PRODUCT_FIELDS else ""))
    if proof.strip() and not key:
        told.append((Field.ORDER_NUMBER, read_value(Field.ORDER_NUMBER, proof), ""))
    keys = [(name, Secret(clean_text(proof, 600)))] if key and proof.strip() else []
    return draft_of(told, Source(kind=SourceKind.PERSON), now, keys=keys)
