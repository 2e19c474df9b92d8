import datetime as dt

import pytest

from companion.domain.billing.charges import (
    WhyTwo,
    charge_ahead_sentence,
    movement_sentence,
    timeline,
    two_charges_sentences,
    why_two_charges,
)
from companion.domain.core.text import plain_date, plain_money
from companion.domain.store.orders import ChargeKind, LineItemKind, Shipment, ShipmentStatus

SHOW = plain_date(dt.UTC)


@pytest.fixture
def hold(build):
    return build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-1.5))


@pytest.fixture
def answer(build):
    def of(*charges, **order):
        found = why_two_charges(build.order(charges=charges, **order), build.profile(), build.NOW)
        if found is None:
            return None, ""
        policy = build.profile().policies.payment
        return found.why, " ".join(two_charges_sentences(found, policy, SHOW, plain_money))

    return of


def test_the_timeline_says_what_each_movement_was_for(build, hold):
    order = build.order(
        charges=(
            build.charge(at=build.day(-1), tax=build.usd(450)),
            hold,
            build.charge(id="back", kind=ChargeKind.REFUND, at=build.day(-0.2), about="subscription:sub-1"),
        )
    )
    lines = [movement_sentence(move, SHOW, plain_money) for move in timeline(order, build.profile(), build.NOW)]
    assert lines == [
        "9 March 2027: 55.00 USD held for Harbour Suite. No money has moved; the bank frees it by 11 March 2027.",
        "9 March 2027: 55.00 USD charged for Harbour Suite. 4.50 USD of it is tax. Your statement reads LRK*HARBOUR.",
        "10 March 2027: 55.00 USD given back for the renewal of Harbour Suite.",
    ]


def test_a_hold_beside_its_charge_is_no_second_charge(build, hold, answer):
    why, said = answer(hold, build.charge(at=build.day(-1)))
    assert why is WhyTwo.HOLD_AND_CHARGE
    assert said == (
        "55.00 USD of 9 March 2027 is a hold: the bank set it aside, no money has moved. "
        "You pay once: 55.00 USD, charged on 9 March 2027. "
        "The hold goes by 11 March 2027; banks take 1 to 2 business days."
    )
    gone = build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-9), released_at=build.day(-8))
    said = answer(gone, build.charge(at=build.day(-8)))[1]
    assert "was only a hold" in said
    assert "The hold is gone by now." in said
    (line,) = timeline(build.order(charges=(gone,)), build.profile(), build.NOW)
    assert movement_sentence(line, SHOW, plain_money).endswith("No money has moved; the bank has freed it again.")


def test_what_was_given_back_is_not_told_as_paid(build, hold, answer):
    back = build.charge(id="back", kind=ChargeKind.REFUND, at=build.day(-0.2))
    why, said = answer(hold, build.charge(at=build.day(-1)), back)
    assert why is WhyTwo.HOLD_AND_CHARGE
    assert "You paid once: 55.00 USD, charged on 9 March 2027. The store gave it back on 10 March 2027." in said
    other = build.charge(id="other", kind=ChargeKind.REFUND, at=build.day(-0.2), amount=build.usd(100))
    assert "You pay once" in answer(hold, build.charge(at=build.day(-1)), other)[1]


def test_each_parcel_is_charged_when_it_leaves(build, answer):
    parcels = tuple(
        Shipment(
            id=name,
            status=ShipmentStatus.SHIPPED,
            method="first",
            line_item_ids=("item-1",),
            destination_country="US",
        )
        for name in ("s-1", "s-2")
    )
    why, said = answer(
        build.charge(id="a", at=build.day(-5), about="shipment:s-1"),
        build.charge(id="b", at=build.day(-3), about="shipment:s-2"),
        shipments=parcels,
    )
    assert why is WhyTwo.ONE_PER_PARCEL
    assert said.endswith("The charges are 55.00 USD on 5 March 2027 and 55.00 USD on 7 March 2027.")


def test_purchase_and_renewal_are_told_apart(build, answer):
    why, said = answer(
        build.charge(at=build.day(-370)),
        build.charge(id="r", at=build.day(-5), about="subscription:sub-1", amount=build.usd(7900)),
    )
    assert why is WhyTwo.PURCHASE_AND_RENEWAL
    assert said.startswith("You paid 55.00 USD on 5 March 2026 for the purchase. ")
    assert "The renewal was 79.00 USD on 5 March 2027." in said


def test_a_hold_of_long_ago_answers_nothing_any_more(build, answer):
    old = build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-300), released_at=build.day(-299))
    assert answer(old, build.charge(at=build.day(-299))) == (None, "")


def test_a_real_double_charge_is_not_explained_away(build, hold, answer):
    twice = (build.charge(at=build.day(-3)), build.charge(id="again", at=build.day(-2)))
    why, said = answer(hold, *twice)
    assert why is WhyTwo.CHARGED_TWICE
    assert "Support can have one of them given back." in said
    back = build.charge(id="back", kind=ChargeKind.REFUND, at=build.day(-1))
    assert answer(*twice, back)[0] is not WhyTwo.CHARGED_TWICE


def test_one_charge_is_no_question(build, hold, answer):
    assert answer(build.charge()) == (None, "")
    assert answer() == (None, "")
    assert answer(hold) == (None, "")


def test_the_first_charge_is_announced_until_it_comes(build, hold):
    waiting = build.order(charges=(hold,), placed_at=build.day(-0.5))
    assert charge_ahead_sentence(waiting, build.profile(), SHOW) == "You are charged on 11 March 2027."
    boxed = build.order(charges=(hold,), line_items=(build.line_item(kind=LineItemKind.PHYSICAL),))
    assert charge_ahead_sentence(boxed, build.profile(), SHOW) == (
        "You are charged when the parcel leaves, each parcel on its own."
    )
    assert charge_ahead_sentence(build.order(charges=(hold, build.charge())), build.profile(), SHOW) is None


def refund(build, day, id="back", **changes):
    return build.charge(id=id, kind=ChargeKind.REFUND, at=build.day(day), **changes)


def test_the_refund_of_something_else_does_not_hide_a_double_charge(build, answer):
    twice = (build.charge(id="a", at=build.day(-3)), build.charge(id="b", at=build.day(-2)))
    renewal = build.charge(id="r", at=build.day(-20), about="subscription:sub-1")
    returned = refund(build, -1, about="subscription:sub-1")
    assert answer(*twice, renewal, returned)[0] is WhyTwo.CHARGED_TWICE
    assert answer(*twice, refund(build, -1))[0] is not WhyTwo.CHARGED_TWICE


def test_one_refund_settles_one_charge(build, answer):
    thrice = tuple(build.charge(id=name, at=build.day(day)) for name, day in (("a", -4), ("b", -3), ("c", -2)))
    assert answer(*thrice, refund(build, -1))[0] is WhyTwo.CHARGED_TWICE
    assert answer(*thrice, refund(build, -1), refund(build, -0.5, id="too"))[0] is not WhyTwo.CHARGED_TWICE


@pytest.mark.parametrize("changes", [{"amount": 5600}, {"day": -5}])
def test_a_refund_of_another_amount_or_of_earlier_settles_nothing(build, answer, changes):
    twice = (build.charge(id="a", at=build.day(-3)), build.charge(id="b", at=build.day(-2)))
    other = refund(build, changes.get("day", -1), amount=build.usd(changes.get("amount", 5500)))
    assert answer(*twice, other)[0] is WhyTwo.CHARGED_TWICE


def test_a_refund_of_the_order_settles_a_double_charge_of_its_parcel(build, answer):
    twice = tuple(
        build.charge(id=name, at=build.day(day), about="shipment:s-1") for name, day in (("a", -3), ("b", -2))
    )
    assert answer(*twice)[0] is WhyTwo.CHARGED_TWICE
    assert answer(*twice, refund(build, -1))[0] is WhyTwo.ONE_PER_PARCEL


def test_the_refund_of_a_renewal_is_not_told_as_that_of_the_purchase(build, hold, answer):
    monthly = build.charge(id="r", at=build.day(-0.5), about="subscription:sub-1")
    returned = refund(build, -0.2, about="subscription:sub-1")
    why, said = answer(hold, build.charge(at=build.day(-1)), monthly, returned)
    assert why is WhyTwo.HOLD_AND_CHARGE
    assert "You pay once: 55.00 USD, charged on 9 March 2027." in said
    assert "gave it back" not in said
