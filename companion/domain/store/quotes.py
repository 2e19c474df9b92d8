"""What the store asks for something before it is bought."""

from __future__ import annotations

from companion.domain.core.model import Model
from companion.domain.core.money import Money


class Quote(Model, frozen=True):
    """The final price of something, in the currency of the order; `total` contains every tax, `tax` says how much."""

    total: Money
    tax: Money | None = None
