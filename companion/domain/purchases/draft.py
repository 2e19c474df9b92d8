"""What is about to be added to what is owned: facts, and the secrets that go into the keychain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from companion.domain.core.model import Secret
from companion.domain.purchases.facts import Fact, Field, Source, item_key


class DraftSecret(NamedTuple):
    """A secret of one item: `field` says which kind it is (key, link of a download, activation)."""

    field: Field
    about: str
    secret: Secret


class Draft(NamedTuple):
    """Facts of one purchase, without an identity yet; `secrets` have no facts before the keychain has taken them."""

    facts: tuple[Fact, ...]
    source: Source
    said_at: dt.datetime
    secrets: tuple[DraftSecret, ...] = ()

    def with_hashes(self, hashes: Iterable[str]) -> tuple[Fact, ...]:
        """Returns all facts; those of the secrets have `hashes` as their values, in the same order."""
        return (
            *self.facts,
            *(
                Fact(field=kept.field, value=value, source=self.source, said_at=self.said_at, about=kept.about)
                for kept, value in zip(self.secrets, hashes, strict=True)
            ),
        )


def draft_of(
    values: Iterable[tuple[Field, str, str]],
    source: Source,
    said_at: dt.datetime,
    *,
    keys: Iterable[tuple[str, Secret]] = (),
    links: Iterable[tuple[str, Secret]] = (),
    quotes: dict[tuple[Field, str], str] | None = None,
) -> Draft:
    """Returns a draft of canonical values (field, value, name of the item).

    A key or link whose item is not named belongs to the only product, or to a product called after nothing: then the
    item is an empty name of its kind and a page shows "Product".
    """
    listed = list(values)
    products = [item for field, _, item in listed if field is Field.PRODUCT]
    only = products[0] if len(products) == 1 else ""
    facts = [
        Fact(
            field=field,
            value=value,
            source=source,
            said_at=said_at,
            about=item_key(field, item),
            quote=(quotes or {}).get((field, item)),
        )
        for field, value, item in listed
    ]
    secrets = [
        *(DraftSecret(Field.KEY, item_key(Field.KEY, item or only), key) for item, key in keys),
        *(DraftSecret(Field.DOWNLOAD_LINK, item_key(Field.DOWNLOAD_LINK, item), link) for item, link in links),
    ]
    named = {fact.about for fact in facts if fact.field in (Field.PRODUCT, Field.DOWNLOAD)}
    for kept, name in zip(secrets, (*(item or only for item, _ in keys), *(item for item, _ in links)), strict=False):
        field = Field.PRODUCT if kept.field is Field.KEY else Field.DOWNLOAD
        if kept.about not in named and name:
            named.add(kept.about)
            facts.append(Fact(field=field, value=name, source=source, said_at=said_at, about=kept.about))
    return Draft(tuple(facts), source, said_at, tuple(secrets))
