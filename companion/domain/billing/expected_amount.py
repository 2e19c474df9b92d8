"""The amount to expect on the card statement for a renewal: the announced price and its tax."""

from __future__ import annotations

import enum
from fractions import Fraction

from companion.domain.core.model import Model
from companion.domain.core.money import Money
from companion.domain.core.text import FormatMoney
from companion.domain.store.orders import Charge, ChargeKind, Order, Subscription


class TaxBasis(enum.StrEnum):
    """How the tax of an announced price is known.

    `TOLD` is the store's own final amount, `LAST_TIME` the rate of the last charge, `NONE` says that the last charge
    had no tax, `INCLUDED` that the price contains it. `UNKNOWN` promises nothing.
    """

    TOLD = "told"
    LAST_TIME = "lastTime"
    NONE = "none"
    INCLUDED = "included"
    UNKNOWN = "unknown"


class ExpectedTax(Model, frozen=True):
    """What is known of the tax on a price; `total` is the price with it, None where it is not known."""

    basis: TaxBasis = TaxBasis.UNKNOWN
    total: Money | None = None

    @property
    def on_top(self) -> bool:
        """Whether more than the announced price will, or may, be charged."""
        return self.basis in (TaxBasis.TOLD, TaxBasis.LAST_TIME, TaxBasis.UNKNOWN)


def expected_tax(order: Order, plan: Subscription) -> ExpectedTax:
    """Returns the tax to expect on the next renewal of `plan`, from what the store tells or last charged."""
    price = plan.renewal_price
    if plan.renewal_total is not None:
        same = plan.renewal_total == price
        return ExpectedTax(basis=TaxBasis.INCLUDED if same else TaxBasis.TOLD, total=plan.renewal_total)
    last = _last_charge(order, plan)
    if last is None or last.tax is None or {last.amount.currency, last.tax.currency} != {price.currency}:
        return ExpectedTax()
    if last.tax.amount == 0:
        return ExpectedTax(basis=TaxBasis.NONE, total=price)
    if not 0 < last.tax.amount < last.amount.amount:
        return ExpectedTax()
    if _contained(order, plan, last):
        return ExpectedTax(basis=TaxBasis.INCLUDED, total=price)
    rate = Fraction(last.tax.amount, last.amount.amount - last.tax.amount)
    # Half up, as shops round; Python's round() takes halves to the even side.
    tax = int(price.amount * rate + Fraction(1, 2))
    return ExpectedTax(basis=TaxBasis.LAST_TIME, total=Money(amount=price.amount + tax, currency=price.currency))


def _last_charge(order: Order, plan: Subscription) -> Charge | None:
    """The last charge for the plan itself, else the last one for what was ordered with it."""
    paid = [charge for charge in order.charges if charge.kind is ChargeKind.CHARGE]
    own = [charge for charge in paid if charge.about == f"subscription:{plan.id}"]
    other = [charge for charge in paid if not charge.about.startswith("subscription:")]
    return max(own or other, key=lambda charge: charge.at, default=None)


def _contained(order: Order, plan: Subscription, charge: Charge) -> bool:
    """Whether the charge shows that prices contain the tax: it is what the bought things cost without any addition."""
    if charge.about == f"subscription:{plan.id}":
        return charge.amount == plan.price
    prices = [item.price for item in order.line_items]
    same = all(price.currency == charge.amount.currency for price in prices)
    return charge.amount == plan.price or (same and sum(price.amount for price in prices) == charge.amount.amount)


def amount_words(price: Money, tax: ExpectedTax, format_money: FormatMoney) -> str:
    """Returns the amount to expect, in words: ``about $65.20 ($59.95 + tax as last time)``, ``$59.95 plus tax``."""
    if tax.basis is TaxBasis.UNKNOWN or tax.total is None:
        return f"{format_money(price)} plus tax"
    if tax.basis is TaxBasis.LAST_TIME:
        return f"about {format_money(tax.total)} ({format_money(price)} + tax as last time)"
    if tax.basis is TaxBasis.TOLD:
        return f"{format_money(tax.total)} with tax"
    return format_money(tax.total)
