"""Purchases of invented shops, as their facts add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from companion.domain.purchases.facts import Fact, Field, Source, SourceKind, item_key
from companion.domain.purchases.purchase import Overview, Purchase, overview

MAILED = dt.datetime(2026, 5, 5, 9, tzinfo=dt.UTC)
MAIL = Source(kind=SourceKind.EMAIL, name="shop@werkbank.example")
STORE = Source(kind=SourceKind.STORE, name="Werkbank")
PERSON = Source(kind=SourceKind.PERSON)


def fact(field: Field, value: str, item: str = "", source: Source = MAIL, said_at: dt.datetime = MAILED) -> Fact:
    """Returns a fact of an e-mail of May 2026, unless another source is given."""
    return Fact(field=field, value=value, source=source, said_at=said_at, about=item_key(field, item))


def purchase_of(facts: Iterable[Fact], id_: str = "p1") -> Overview:
    """Returns a purchase of a product called Foto 12 of which these facts are known."""
    product = fact(Field.PRODUCT, "Foto 12", "Foto 12")
    return overview(Purchase(id=id_, added_at=MAILED, facts=(product, *facts)))


def renewing(day: str = "2027-03-20", amount: str | None = "59.95 USD", *more: Fact) -> Overview:
    """Returns a purchase that renews by itself on a day, as its e-mail said."""
    facts = [fact(Field.RENEWS_ON, day), fact(Field.AUTO_RENEW, "on")]
    facts += [fact(Field.RENEWAL_PRICE, amount)] if amount is not None else []
    return purchase_of((*facts, *more))
