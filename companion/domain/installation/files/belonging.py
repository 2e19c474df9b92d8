"""Which purchase the file of an installer belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from companion.domain.installation.files.identity import InstallerIdentity
from companion.domain.purchases.purchase import Overview


def purchase_of(found: InstallerIdentity, purchases: Iterable[Overview], number: str | None = None) -> str | None:
    """Returns the id of the purchase, or None unless exactly one fits.

    `number` is the order that the file was downloaded for, where that is known; else the product's name decides.
    """
    owned = tuple(purchases)
    if number is not None:
        fitting = [each.id for each in owned if each.order_number == number]
    elif found.product_name is not None:
        name = found.product_name.casefold()
        fitting = [each.id for each in owned if any(name == product.name.casefold() for product in each.products)]
    else:
        fitting = []
    return fitting[0] if len(fitting) == 1 else None
