"""A line of a card statement is traced to a purchase, or honestly to none."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.money import Money
from companion.domain.core.text import plain_date, plain_money
from companion.domain.overview.card_statement import (
    Agreement,
    Certainty,
    EntryKind,
    StoreOrders,
    explain_line,
)
from companion.domain.overview.statement_words import match_sentences, unknown_line_sentences
from companion.domain.store.orders import ChargeKind
from tests.domain.overview.test_purchase_cards import owned

NOW = dt.datetime(2027, 3, 16, 12, tzinfo=dt.UTC)
EVERY = (Agreement.NAME, Agreement.AMOUNT, Agreement.DAY)


@pytest.fixture
def order(build):
    renewal = build.charge(
        id="ch-2",
        at=dt.datetime(2026, 11, 21, 4, tzinfo=dt.UTC),
        amount=build.usd(6520),
        tax=build.usd(525),
        about="subscription:sub-1",
        statement_descriptor="LKF*Larkfield",
    )
    return build.order(charges=(build.charge(statement_descriptor="LKF*Larkfield"), renewal))


def explain(line, *orders, purchases=(), now=NOW):
    return explain_line(line, [StoreOrders("Larkfield", orders)], purchases, now, dt.UTC)


@pytest.mark.parametrize(
    "line",
    [
        "LKF*LARKFIELD 65.20 23 NOV",
        "23/11 LKF* LARKFIELD 65,20",
        "11/23/2026 LKF*LARKFIEL 800-555-0134 US $65.20",
        "Nov 23, 2026 lkf larkfield -65.20 USD",
        "21.11. LARKFIELD.EXAMPLE 65,20-",
        "2026-11-24\tLARKFIELD\t65.20",
    ],
)
def test_every_spelling_of_banks_leads_to_the_charge(order, line):
    first, *more = explain(line, order)
    assert (first.kind, first.order_number, first.agrees) == (EntryKind.RENEWAL, order.number, EVERY)
    assert first.certainty is Certainty.CERTAIN
    assert all(each.certainty is not Certainty.POSSIBLE for each in more)


def test_another_amount_or_another_day_is_not_certain(order):
    assert explain("LKF*LARKFIELD 99.99 23 NOV", order)[0].certainty is Certainty.POSSIBLE
    assert explain("LKF*LARKFIELD 65.20 3 APR", order)[0].certainty is Certainty.LIKELY
    assert explain("OTHER SHOP 65.20 23 NOV", order)[0].agrees == (Agreement.AMOUNT, Agreement.DAY)


def test_a_printed_year_must_be_that_of_the_charge(order):
    for line in ("23 NOV 2025", "23/11/2025", "2025-11-23", "NOV 23, 2025", "23.11.25"):
        assert Agreement.DAY not in explain(f"LKF*LARKFIELD 65.20 {line}", order)[0].agrees
    for line in ("23 NOV 26", "23.11.26", "23 NOV 14", "23 NOV 2026"):
        assert Agreement.DAY in explain(f"LKF*LARKFIELD 65.20 {line}", order)[0].agrees


@pytest.mark.parametrize("line", ["ACME CLOUD 12.00 1 JUN", "", "65.2", "165.20 2 JUN", "65.201", "1 NOV", "\u202e 9"])
def test_what_fits_nothing_is_not_explained(order, line):
    assert explain(line, order) == ()


@pytest.mark.parametrize("name", ["LARKF1ELD", "LKF*LARKFI3LD", "LARKFIE1D.EXAMPLE", "LARKFI3LD SOFTWARE"])
def test_a_name_with_digits_among_its_letters_is_another_name(order, name):
    found = explain(f"{name} 65.20 23 NOV", order)
    assert Agreement.NAME not in found[0].agrees
    assert explain(f"{name} 99.99", order) == ()


@pytest.mark.parametrize("name", ["LARKFIELD4029", "LKF*LARKFIEL 4029X", "LARKFI 0800555"])
def test_a_number_behind_a_name_does_not_hide_it(order, name):
    assert explain(f"{name} 65.20 23 NOV", order)[0].certainty is Certainty.CERTAIN


def test_of_two_equal_charges_the_day_decides_and_without_a_day_neither_is_certain(build):
    def bought(number, day):
        return build.order(number=number, charges=(build.charge(at=dt.datetime(2027, 3, day, 9, tzinfo=dt.UTC)),))

    both = bought("LF-1", 3), bought("LF-2", 5)
    dated = explain("LRK*HARBOUR 55.00 3 MAR", *both)
    assert [(each.order_number, each.certainty) for each in dated] == [("LF-1", "certain"), ("LF-2", "likely")][
        : len(dated)
    ]
    assert {each.certainty for each in explain("LRK*HARBOUR 55.00", *both)} == {Certainty.LIKELY}


def test_the_amount_alone_is_only_possible(order):
    found = explain("POS 4711 65.20", order)
    assert [each.certainty for each in found] == [Certainty.POSSIBLE]


def test_large_amounts_and_currencies_without_decimals(build):
    yen = build.charge(amount=Money(amount=12800, currency="JPY"), statement_descriptor="KAZE SOFT")
    euro = build.charge(amount=Money(amount=123456, currency="EUR"), statement_descriptor="KAZE SOFT")
    for line in ("KAZE SOFT 12,800", "KAZE SOFT 12800 JPY"):
        assert Agreement.AMOUNT in explain(line, build.order(charges=(yen,)))[0].agrees
    for line in ("KAZE SOFT 1.234,56", "KAZE SOFT 1 234,56", "KAZE SOFT 1'234.56", "KAZE SOFT 1234.56"):
        assert Agreement.AMOUNT in explain(line, build.order(charges=(euro,)))[0].agrees
    assert Agreement.AMOUNT not in explain("KAZE SOFT 234,56", build.order(charges=(euro,)))[0].agrees


def test_an_announced_renewal_is_recognised_with_and_without_its_tax(build):
    paid = build.charge(amount=build.usd(6000), tax=build.usd(500), statement_descriptor="LKF*Larkfield")
    order = build.order(charges=(paid,))
    ahead = order.subscriptions[0].next_charge_at
    line = f"LARKFIELD 60.00 {ahead:%d.%m.%Y}"
    assert explain(line, order, now=ahead)[0].kind is EntryKind.EXPECTED_RENEWAL
    assert EntryKind.EXPECTED_RENEWAL not in {each.kind for each in explain(line, order)}


@pytest.mark.parametrize(
    "line", ["PAYPAL *HARBOURSUI 35.00 15 MAR", "PADDLE.NET* HARBOUR 35.00", "harbour works 35,00 €"]
)
def test_a_purchase_of_any_shop_is_recognised_by_what_its_sources_state(line):
    suite = owned("Harbour Suite", store_name="Harbour Works", renews_on="2027-03-14", renewal_price="35.00 USD")
    found = explain(line, purchases=[suite, owned("Paint", price="12.00 USD")])
    assert [(each.purchase_id, each.kind) for each in found] == [(suite.id, EntryKind.EXPECTED_RENEWAL)]
    assert found[0].certainty is Certainty.CERTAIN


def test_a_hold_a_refund_and_what_can_still_be_returned_say_what_to_do(build):
    hold = build.charge(kind=ChargeKind.AUTHORIZATION)
    back = build.charge(kind=ChargeKind.REFUND)
    said = {}
    for charge in (hold, back, build.charge()):
        match = explain("LRK*HARBOUR 55.00", build.order(charges=(charge,)))[0]
        said[match.kind] = match_sentences(match, build.NOW, plain_date(dt.UTC), plain_money)
    assert said[EntryKind.HOLD][0].startswith(
        "This is the hold for Harbour Suite (Larkfield, order LF-1001): 55.00 USD"
    )
    assert "nothing was paid" in said[EntryKind.HOLD][-1]
    assert "came back" in said[EntryKind.REFUND][-1]
    assert "you can ask for the money back until 20 March 2027" in said[EntryKind.CHARGE][-1]
    assert said[EntryKind.CHARGE][1] == "The name on the statement and the amount fit."


def test_a_line_that_is_unknown_leads_to_the_bank_and_names_the_fraud():
    said = " ".join(unknown_line_sentences(anything_known=True))
    assert "call your bank" in said
    assert "Never call a number in an e-mail" in said
    assert unknown_line_sentences(anything_known=False)[0] == "No purchase has been added yet."
