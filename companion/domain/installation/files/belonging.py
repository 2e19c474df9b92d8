"""Which purchase the file of an installer belongs to, and what is known of the licence that it may ask for."""

from __future__ import annotations

from collections.abc import Iterable

from companion.domain.installation.files.identity import InstallerIdentity
from companion.domain.purchases.purchase import Overview, Product


def purchase_of(found: InstallerIdentity, purchases: Iterable[Overview], number: str | None = None) -> str | None:
    """Returns the id of the purchase, or None unless exactly one fits.

    `number` is the order that the file was downloaded for, where that is known; else the product's name decides.
    """
    owned = tuple(purchases)
    if number is not None:
        fitting = [each.id for each in owned if each.order_number == number]
    elif found.product_name is not None:
        fitting = [each.id for each in owned if any(_is_it(found, product) for product in each.products)]
    else:
        fitting = []
    return fitting[0] if len(fitting) == 1 else None


def seats_left(found: InstallerIdentity, bought: Overview) -> bool | None:
    """Returns whether the licence of the file's product has a seat left; None where its seats are not known."""
    product = _product(found, bought)
    if product is None or product.seats.used is None or not isinstance(product.seats.limit, int):
        return None
    return product.seats.used < product.seats.limit


def licence_sentence(found: InstallerIdentity, bought: Overview | None) -> str:
    """Returns what is known of the licence before the installer asks for it; None of `bought`: no purchase fits."""
    if bought is None:
        return (
            "Companion knows no purchase of it. If it asks for a key, look in the e-mail of your order; "
            "on how many PCs it may be used is not known."
        )
    left, product = seats_left(found, bought), _product(found, bought)
    if left is None or product is None:
        return "On how many PCs your licence may be used is not known."
    limit = product.seats.limit
    counts = f"{product.seats.used} of {limit} {'seat' if limit == 1 else 'seats'} of your licence are in use."
    return counts if left else f"{counts} If this PC has none of them, free one before you install it."


def _product(found: InstallerIdentity, bought: Overview) -> Product | None:
    named = [product for product in bought.products if _is_it(found, product)]
    fitting = named or list(bought.products)
    return fitting[0] if len(fitting) == 1 else None


def _is_it(found: InstallerIdentity, product: Product) -> bool:
    return found.product_name is not None and found.product_name.casefold() == product.name.casefold()
