import datetime as dt

import msgspec
import pytest

from companion.domain.billing.charges import (
    About,
    Movement,
    WhyTwo,
    beside_the_prices,
    charge_ahead_sentence,
    movement_sentence,
    movement_words,
    timeline,
    two_charges_sentences,
    why_two_charges,
)
from companion.domain.core.business_days import Days
from companion.domain.core.text import plain_date, plain_money
from companion.domain.store.orders import ChargeKind, LineItemKind, OrderStatus, Shipment, ShipmentStatus

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


def test_one_movement_whole(build, hold):
    order = build.order(charges=(hold, build.charge(at=build.day(-1), tax=build.usd(450))))
    assert timeline(order, build.profile(), build.NOW) == (
        Movement(
            id="hold",
            kind=ChargeKind.AUTHORIZATION,
            about=About.ORDER,
            at=build.day(-1.5),
            amount=build.usd(5500),
            statement_descriptor="LRK*HARBOUR",
            contents=("Harbour Suite",),
            showing=True,
            goes_by=timeline(order, build.profile(), build.NOW)[0].goes_by,
        ),
        Movement(
            id="ch-1",
            kind=ChargeKind.CHARGE,
            about=About.ORDER,
            at=build.day(-1),
            amount=build.usd(5500),
            statement_descriptor="LRK*HARBOUR",
            contents=("Harbour Suite",),
            tax=build.usd(450),
        ),
    )


def test_movements_are_told_in_their_order(build):
    charges = (
        build.charge(id="c", at=build.day(-1)),
        build.charge(id="b", at=build.day(-1)),
        build.charge(id="a", at=build.day(-2)),
    )
    assert [move.id for move in timeline(build.order(charges=charges), build.profile(), build.NOW)] == ["a", "b", "c"]


@pytest.mark.parametrize(("released", "showing"), [(None, True), (1, True), (0, False), (-1, False)])
def test_a_hold_shows_until_it_is_released(build, released, showing):
    at = None if released is None else build.day(released)
    held = build.charge(kind=ChargeKind.AUTHORIZATION, at=build.day(-3), released_at=at)
    (move,) = timeline(build.order(charges=(held,)), build.profile(), build.NOW)
    assert move.showing is showing
    if at is not None:
        assert move.goes_by == at
    (paid,) = timeline(build.order(charges=(build.charge(released_at=at),)), build.profile(), build.NOW)
    assert (paid.showing, paid.goes_by) == (False, None)


PARCEL = Shipment(
    id="s-1", status=ShipmentStatus.SHIPPED, method="first", line_item_ids=("item-2", "gone"), destination_country="US"
)


@pytest.mark.parametrize(
    ("about", "kind", "words"),
    [
        ("order", ChargeKind.CHARGE, "charged for Harbour Suite and Harbour Disc"),
        ("order", ChargeKind.REFUND, "given back for Harbour Suite and Harbour Disc"),
        ("something new", ChargeKind.CHARGE, "charged for Harbour Suite and Harbour Disc"),
        ("shipment:s-1", ChargeKind.CHARGE, "charged for the parcel with Harbour Disc"),
        ("shipment:s-9", ChargeKind.CHARGE, "charged for a parcel"),
        ("subscription:sub-1", ChargeKind.CHARGE, "charged for the renewal of Harbour Suite"),
        ("subscription:sub-9", ChargeKind.REFUND, "given back for a renewal"),
        ("order", ChargeKind.AUTHORIZATION, "held for Harbour Suite and Harbour Disc"),
    ],
)
def test_what_a_movement_was_for(build, about, kind, words):
    disc = build.line_item(id="item-2", name="Harbour Disc", kind=LineItemKind.PHYSICAL)
    order = build.order(
        line_items=(build.line_item(), disc), shipments=(PARCEL,), charges=(build.charge(kind=kind, about=about),)
    )
    (move,) = timeline(order, build.profile(), build.NOW)
    assert movement_words(move, SHOW, plain_money).what == words


def test_a_movement_of_an_order_without_items_is_told_all_the_same(build):
    order = build.order(line_items=(), charges=(build.charge(tax=build.usd(0)),))
    (move,) = timeline(order, build.profile(), build.NOW)
    assert movement_sentence(move, SHOW, plain_money) == (
        "19 February 2027: 55.00 USD charged for your order. Your statement reads LRK*HARBOUR."
    )


def test_the_first_charge_is_told_only_where_one_is_still_to_come(build):
    def ahead(**changes):
        return charge_ahead_sentence(build.order(**changes), build.profile(), SHOW)

    assert ahead(charges=()) == "You are charged on 19 February 2027."
    assert ahead(charges=(), status=OrderStatus.REFUNDED) is None
    back = build.charge(kind=ChargeKind.REFUND)
    assert ahead(charges=(back,)) is not None
    mixed = (build.line_item(), build.line_item(id="item-2", kind=LineItemKind.PHYSICAL))
    assert ahead(charges=(), line_items=mixed) == "You are charged when the parcel leaves, each parcel on its own."


def moves(build, *charges, **order):
    found = why_two_charges(build.order(charges=charges, **order), build.profile(), build.NOW)
    return None if found is None else (found.why, [move.id for move in found.movements])


def test_two_charges_of_one_thing_within_five_days_are_a_double_charge(build):
    def pair(apart, **second):
        first = build.charge(id="a", at=build.day(-10))
        return moves(build, first, build.charge(**({"id": "b", "at": build.day(-10 + apart)} | second)))

    assert pair(4.99) == (WhyTwo.CHARGED_TWICE, ["a", "b"])
    assert pair(5) is None
    assert pair(1, amount=build.usd(5600)) is None
    assert pair(1, about="shipment:s-1") is None


def test_the_charges_that_were_not_refunded_are_named(build):
    charges = [build.charge(id=name, at=build.day(day)) for name, day in (("a", -4), ("b", -3), ("c", -2))]
    back = refund(build, -2.5)
    assert moves(build, *charges, back) == (WhyTwo.CHARGED_TWICE, ["a", "c"])


def test_a_refund_first_settles_the_charge_for_the_same_thing(build):
    renewal = build.charge(id="r", at=build.day(-4), about="subscription:sub-1")
    twice = [build.charge(id="a", at=build.day(-6)), build.charge(id="b", at=build.day(-5))]
    # The refund names the order: it is that of a purchase, although the renewal is nearer.
    assert moves(build, *twice, renewal, refund(build, -1)) == (WhyTwo.PURCHASE_AND_RENEWAL, ["a", "b", "r"])


def test_each_hold_is_told_with_its_own_charge(build, hold):
    later = build.charge(id="later", kind=ChargeKind.AUTHORIZATION, at=build.day(-1), amount=build.usd(900))
    paid, shipped = build.charge(id="paid", at=build.day(-1.2)), build.charge(
        id="shipped", at=build.day(-0.5), about="shipment:s-1", amount=build.usd(900)
    )  # fmt: skip
    assert moves(build, hold, later, paid) == (WhyTwo.HOLD_AND_CHARGE, ["hold", "paid"])
    assert moves(build, hold, later, paid, shipped) == (WhyTwo.HOLD_AND_CHARGE, ["later", "shipped"])
    back = refund(build, -0.2, amount=build.usd(900), about="shipment:s-1")
    assert moves(build, hold, later, paid, shipped, back) == (WhyTwo.HOLD_AND_CHARGE, ["later", "shipped", "back"])


def test_a_charge_before_the_hold_is_not_the_one_it_was_made_for(build):
    held = build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-1))
    assert moves(build, build.charge(id="same", at=build.day(-1)), held) == (WhyTwo.HOLD_AND_CHARGE, ["hold", "same"])
    early = build.charge(id="early", at=build.day(-2))
    other = build.charge(id="other", at=build.day(-0.5), amount=build.usd(5000))
    # No charge has the hold's amount: the first one is told beside it.
    assert moves(build, early, other, held) == (WhyTwo.HOLD_AND_CHARGE, ["hold", "early"])


def test_a_hold_counts_while_it_shows_or_was_recent(build):
    def held(day, released):
        return build.charge(
            id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(day), released_at=build.day(released)
        )

    paid = build.charge(id="paid", at=build.day(-29))
    assert moves(build, held(-29.9, -28), paid) == (WhyTwo.HOLD_AND_CHARGE, ["hold", "paid"])
    assert moves(build, held(-30, -28), paid) is None
    assert moves(build, held(-30, 1), paid) == (WhyTwo.HOLD_AND_CHARGE, ["hold", "paid"])


def test_holds_without_a_charge_are_told_when_there_are_two(build, hold):
    second = build.charge(id="second", kind=ChargeKind.AUTHORIZATION, at=build.day(-1), amount=build.usd(900))
    gone = build.charge(id="gone", kind=ChargeKind.AUTHORIZATION, at=build.day(-2), released_at=build.day(-1))
    assert moves(build, hold, second, gone) == (WhyTwo.HOLD_ONLY, ["hold", "second"])
    assert moves(build, hold, gone) is None


def test_parcels_are_told_with_the_hold_before_them(build):
    old = build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-6), amount=build.usd(9000))
    parcels = [
        build.charge(id=name, at=build.day(day), about=f"shipment:{name}") for name, day in (("a", -5), ("b", -3))
    ]
    assert moves(build, old, *parcels) == (WhyTwo.ONE_PER_PARCEL, ["hold", "a", "b"])
    assert moves(build, parcels[0]) is None


def test_renewals_are_told_with_the_purchase_and_without_it(build, answer):
    bought = build.charge(id="p", at=build.day(-60))
    months = [
        build.charge(id=f"r{day}", at=build.day(day), about="subscription:sub-1", amount=build.usd(500))
        for day in (-35, -5)
    ]
    assert moves(build, months[0]) is None
    assert answer(*months)[1] == (
        "The renewals were 5.00 USD on 3 February 2027 and 5.00 USD on 5 March 2027. "
        "If you did not want the last renewal, you can ask for it back while it is recent."
    )
    assert answer(bought, *months)[1].startswith("You paid 55.00 USD on 9 January 2027 for the purchase. The renewals")
    assert answer(bought, months[1])[1].startswith(
        "You paid 55.00 USD on 9 January 2027 for the purchase. The renewal was 5.00 USD on 5 March 2027."
    )


def test_a_double_charge_in_words(build, answer):
    said = answer(build.charge(at=build.day(-3)), build.charge(id="again", at=build.day(-2)))[1]
    assert said == (
        "55.00 USD was charged on 7 March 2027 and again on 8 March 2027. "
        "This looks like a real double charge. Support can have one of them given back."
    )


def test_parcels_in_words_leave_out_the_hold(build, answer):
    old = build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-6), amount=build.usd(9000))
    parcels = [build.charge(id=name, at=build.day(-5), about=f"shipment:{name}") for name in ("a", "b")]
    assert answer(old, *parcels)[1] == (
        "Your order was sent in several parcels, and each one is charged on the day it leaves. "
        "The charges are 55.00 USD on 5 March 2027 and 55.00 USD on 5 March 2027."
    )


def test_a_hold_in_words(build, hold, answer):
    policy = build.profile().policies.payment
    same = msgspec.structs.replace(policy, hold_business_days=Days(least=2, most=2))
    found = why_two_charges(build.order(charges=(hold, build.charge(at=build.day(-1)))), build.profile(), build.NOW)
    assert found is not None
    assert two_charges_sentences(found, same, SHOW, plain_money)[-1].endswith("banks take 2 business days.")
    gone = build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-9), released_at=build.day(-8))
    back = refund(build, -1)
    assert answer(gone, build.charge(at=build.day(-8)), back)[1] == (
        "55.00 USD of 1 March 2027 was only a hold: the bank set it aside, no money has moved. "
        "You paid once: 55.00 USD, charged on 2 March 2027. The store gave it back on 9 March 2027. "
        "The hold is gone by now."
    )
    second = build.charge(id="second", kind=ChargeKind.AUTHORIZATION, at=build.day(-1))
    assert answer(hold, second)[1] == (
        "55.00 USD of 9 March 2027 is a hold: the bank set it aside, no money has moved. "
        "The hold goes by 11 March 2027; banks take 1 to 2 business days."
    )


def test_the_refund_of_a_renewal_settles_no_charge_of_the_order(build):
    twice = (build.charge(id="a", at=build.day(-3)), build.charge(id="b", at=build.day(-2)))
    back = refund(build, -1, about="subscription:sub-1")
    assert moves(build, *twice, back) == (WhyTwo.CHARGED_TWICE, ["a", "b"])


def test_a_charge_of_before_the_hold_is_not_matched_with_it(build):
    held = build.charge(id="hold", kind=ChargeKind.AUTHORIZATION, at=build.day(-1))
    charges = (build.charge(id="before", at=build.day(-9)), build.charge(id="after", at=build.day(-0.5)))
    assert moves(build, held, *charges) == (WhyTwo.HOLD_AND_CHARGE, ["hold", "after"])


@pytest.mark.parametrize(
    ("total", "taxes", "part"),
    [
        (6079, [(489, "order")], ("Tax", 489)),
        (6079, [(400, "order"), (89, "shipment:parcel-1")], ("Tax", 489)),
        (6079, [(489, "order"), (525, "subscription:sub-1")], ("Tax", 489)),
        (6079, [], ("Tax and other costs", 489)),
        (6079, [(None, "order")], ("Tax and other costs", 489)),
        (6079, [(400, "order"), (None, "shipment:parcel-1")], ("Tax and other costs", 489)),
        (6079, [(400, "order")], ("Tax and other costs", 489)),
        (6079, [(0, "order")], ("Other costs", 489)),
        (5590, [(900, "order")], ("Tax, part of the prices", 900)),
        (5590, [(0, "order")], None),
        (5590, [], None),
        (5000, [], ("Tax and reductions", -590)),
        (5000, [(400, "order")], ("Tax and reductions", -590)),
        (5000, [(0, "order")], ("Reduction", -590)),
    ],
)
def test_the_head_of_an_order_says_what_its_total_has_beside_the_prices(build, total, taxes, part):
    items = (build.line_item(price=build.usd(4995)), build.line_item(id="item-2", price=build.usd(595)))
    charges = [
        build.charge(id=f"ch-{place}", about=about, tax=build.usd(tax) if tax is not None else None)
        for place, (tax, about) in enumerate(taxes)
    ]
    order = build.order(line_items=items, total=build.usd(total), charges=tuple(charges))
    assert [(each.name, each.amount.amount) for each in beside_the_prices(order)] == ([part] if part else [])


def test_amounts_of_different_currencies_are_not_added_up(build):
    pounds = msgspec.structs.replace(build.usd(900), currency="GBP")
    for changes in ({"total": pounds}, {"charges": (build.charge(tax=pounds),)}):
        assert beside_the_prices(build.order(**changes)) == ()
