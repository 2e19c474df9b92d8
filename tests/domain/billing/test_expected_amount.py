"""The amount that will stand on the card statement, said before it is charged."""

from __future__ import annotations

import msgspec
import pytest

from companion.domain.billing.expected_amount import ExpectedTax, TaxBasis, amount_words, expected_tax
from companion.domain.core.money import Money
from companion.domain.core.text import plain_money


def expected(build, charges=(), *, items=(), **plan):
    subscription = build.subscription(**plan)
    more = {"line_items": items} if items else {}
    order = build.order(subscriptions=(subscription,), charges=tuple(charges), **more)
    return subscription.renewal_price, expected_tax(order, subscription)


def words(build, charges=(), **more):
    price, tax = expected(build, charges, **more)
    return amount_words(price, tax, plain_money)


def pounds(amount):
    return Money(amount=amount, currency="GBP")


def test_the_stores_final_amount_comes_first(build):
    charge = build.charge(amount=build.usd(5950), tax=build.usd(450))
    assert words(build, (charge,), renewal_total=build.usd(5961)) == "59.61 USD with tax"
    assert words(build, (charge,), renewal_total=build.usd(5500)) == "55.00 USD"


def test_the_tax_of_the_last_charge_is_added(build):
    renewal = build.charge(amount=build.usd(6520), tax=build.usd(525), about="subscription:sub-1")
    plan = {"price": build.usd(5995), "renewal_price": build.usd(5995)}
    assert words(build, (renewal,), **plan) == "about 65.20 USD (59.95 USD + tax as last time)"


def test_the_rate_of_a_whole_order_counts_for_a_plan_that_has_not_renewed_yet(build):
    items = (build.line_item(price=pounds(3750)), build.line_item(id="li-2", price=pounds(1000)))
    first = build.charge(amount=pounds(5700), tax=pounds(950))
    plan = {"price": pounds(3750), "renewal_price": pounds(3750)}
    assert words(build, (first,), items=items, **plan) == "about 45.00 GBP (37.50 GBP + tax as last time)"


def test_the_tax_grows_with_the_price(build):
    first = build.charge(amount=build.usd(6000), tax=build.usd(500))
    assert expected(build, (first,), renewal_price=build.usd(7900))[1].total == build.usd(8618)


def test_half_a_cent_is_rounded_up(build):
    first = build.charge(amount=build.usd(900), tax=build.usd(100), about="subscription:sub-1")
    assert expected(build, (first,), renewal_price=build.usd(5508))[1].total == build.usd(6197)


@pytest.mark.parametrize("about", ["order", "subscription:sub-1"])
def test_a_price_that_contains_the_tax_is_what_will_be_charged(build, about):
    charge = build.charge(amount=build.usd(5500), tax=build.usd(878), about=about)
    assert expected(build, (charge,))[1] == ExpectedTax(basis=TaxBasis.INCLUDED, total=build.usd(5500))
    assert words(build, (charge,)) == "55.00 USD"


def test_a_customer_who_paid_no_tax_is_not_told_of_any(build):
    assert words(build, (build.charge(amount=build.usd(5500), tax=build.usd(0)),)) == "55.00 USD"


def test_nothing_known_of_the_tax_promises_no_amount(build):
    unknown = ExpectedTax(basis=TaxBasis.UNKNOWN, total=None)
    told = build.charge(amount=build.usd(5500))
    foreign = build.charge(amount=pounds(5500), tax=pounds(900))
    absurd = build.charge(amount=build.usd(5500), tax=build.usd(5500))
    for charges in ((), (told,), (foreign,), (absurd,), (msgspec.structs.replace(told, about="subscription:other"),)):
        assert expected(build, charges)[1] == unknown
    assert words(build) == "55.00 USD plus tax"
