"""Invented purchases of many shops, for the benchmarks of the window."""

from __future__ import annotations

import datetime as dt

from companion.domain.purchases.draft import Draft, draft_of
from companion.domain.purchases.facts import Field, Source, SourceKind


def bought(number: int, shops: int, now: dt.datetime) -> Draft:
    """Returns the purchase of this number: an order of one of so many shops, as its e-mail would state it."""
    shop, name = f"shop{number % shops}.example", f"Product {number:05}"
    values = [
        (Field.ORDER_NUMBER, f"N-{number}", ""),
        (Field.STORE_ADDRESS, f"https://{shop}", ""),
        (Field.PRODUCT, name, name),
        (Field.EXPIRES, f"20{27 + number % 5}-{1 + number % 12:02}-{1 + number % 28:02}", name),
    ]
    return draft_of(values, Source(kind=SourceKind.EMAIL, name=f"orders@{shop}"), now)
