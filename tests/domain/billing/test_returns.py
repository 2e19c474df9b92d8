import datetime as dt

import msgspec
import pytest

from companion.domain.billing import invoices, returns
from companion.domain.billing.returns import NotEligible, OtherWay
from companion.domain.core.text import plain_date, plain_money
from companion.domain.core.time.periods import Period
from companion.domain.store.orders import (
    ChargeKind,
    Invoice,
    LineItemKind,
    OrderStatus,
    Shipment,
    ShipmentStatus,
    SubscriptionStatus,
)
from companion.domain.store.profile import CountedFrom
from companion.domain.store.returns import DestructionLetter, Return, ReturnEligibility, ReturnReason, ReturnStatus

SHOW = plain_date(dt.UTC)


@pytest.fixture
def outlook(build):
    def at(order, offset=0.0):
        return returns.return_outlook(order, build.profile(), build.day(offset), dt.UTC)

    return at


def asked(build, **changes):
    fields = {
        "id": "r-1",
        "reason": ReturnReason.NOT_WANTED,
        "status": ReturnStatus.REQUESTED,
        "amount": build.usd(5500),
        "requested_at": build.day(-2),
    }
    return Return(**(fields | changes))


def said(found):
    return " ".join(returns.outlook_sentences(found, SHOW, plain_money))


def test_an_order_within_its_window_tells_deadline_rule_and_when_the_money_comes(build, outlook):
    found = outlook(build.order())
    assert found.eligible
    # Wednesday 10 March and 5 to 7 business days.
    assert said(found) == (
        "You can return this order: 10 days left. Returns are possible within 30 days of the day of the order "
        "(18 February 2027), so until 20 March 2027. If you ask today, 55.00 USD shows on your account between "
        "17 March 2027 and 19 March 2027. After the refund the product stops working."
    )


def test_physical_goods_need_the_letter_and_count_from_shipping(build, outlook):
    order = build.order(line_items=(build.line_item(kind=LineItemKind.PHYSICAL),))
    found = outlook(order)
    assert (found.letter_needed, found.counts_from) == (True, CountedFrom.SHIP_DATE)
    assert "Electronic Letter of Destruction" in said(found)


def test_nobody_is_led_to_declare_a_disc_destroyed_that_never_came(build, outlook):
    def parcel(status):
        return Shipment(id="p", status=status, method="first", line_item_ids=("item-1",), destination_country="US")

    boxed = {"line_items": (build.line_item(kind=LineItemKind.PHYSICAL),)}
    for parcels in ((), (parcel(ShipmentStatus.SHIPPED),)):
        assert "ask support before you declare that" in said(outlook(build.order(**boxed, shipments=parcels)))
    arrived = build.order(**boxed, shipments=(parcel(ShipmentStatus.SHIPPED), parcel(ShipmentStatus.DELIVERED)))
    assert "before you declare" not in said(outlook(arrived))


def test_facts_that_have_grown_old_do_not_keep_a_return_open(build, outlook):
    found = outlook(build.order(), offset=11)
    assert (found.eligible, found.reason) == (False, NotEligible.TOO_LATE)
    assert found.other_ways == (OtherWay.SWITCH_OFF_AUTO_RENEWAL, OtherWay.KEEP_USING, OtherWay.ASK_SUPPORT)
    assert "You can switch auto-renewal off" in said(found)


def test_what_was_refunded_or_asked_for_is_not_asked_for_again(build, outlook):
    refunded = outlook(build.order(status=OrderStatus.REFUNDED))
    assert (refunded.reason, refunded.other_ways) == (NotEligible.ALREADY_REFUNDED, ())
    pending = outlook(build.order(returns=(asked(build),)))
    assert (pending.reason, pending.other_ways) == (NotEligible.ALREADY_ASKED, (OtherWay.FOLLOW_THE_RETURN,))
    refused_before = outlook(build.order(returns=(asked(build, status=ReturnStatus.REFUSED),)))
    assert refused_before.eligible


def test_the_stores_own_refusal_is_shown(build, outlook):
    no = ReturnEligibility(
        eligible=False, counted_from=build.NOW, deadline=build.day(5), rule="30 days", refusal="Gifts stay."
    )
    found = outlook(build.order(return_eligibility=no))
    assert found.reason is NotEligible.STORE_SAYS_NO
    assert said(found).startswith("Gifts stay.")
    assert said(found).endswith("If you think that this is a mistake, support can look at it again.")


def renewed(build, days_ago, **changes):
    charges = (
        build.charge(at=build.day(-380)),
        build.charge(id="ch-2", at=build.day(-days_ago), about="subscription:sub-1", amount=build.usd(7900)),
    )
    late = ReturnEligibility(eligible=False, counted_from=build.day(-380), deadline=build.day(-350), rule="30 days")
    return build.order(**({"charges": charges, "return_eligibility": late} | changes))


def test_an_unwanted_renewal_leads_to_the_right_kind_of_return(build, outlook):
    order = renewed(build, 3)
    assert outlook(order).other_ways[0] is OtherWay.RETURN_THE_RENEWAL
    found = returns.renewal_return(order, order.subscriptions[0], build.profile(), build.NOW, dt.UTC)
    assert found is not None
    assert (found.reason, found.charge_id) == (ReturnReason.UNWANTED_RENEWAL, "ch-2")
    assert " ".join(returns.renewal_return_sentences(found, SHOW, plain_money)) == (
        "79.00 USD was charged for the renewal on 7 March 2027. You can have it back until 6 April 2027. "
        "Once that refund has been initiated, the subscription does not renew again. "
        "If you ask today, the money shows on your account between 17 March 2027 and 18 March 2027."
    )


def test_where_the_store_counts_from_the_renewal_it_is_the_renewal_that_goes_back(build, outlook):
    counted = ReturnEligibility(
        eligible=True, counted_from=build.day(-3), deadline=build.day(27), rule="30 days from the renewal"
    )
    found = outlook(renewed(build, 3, return_eligibility=counted))
    assert (found.eligible, found.amount) == (True, build.usd(7900))
    assert said(found) == (
        "You can give the last renewal back: 27 days left. Returns are possible within 30 days of the day the renewal "
        "was charged (7 March 2027), so until 6 April 2027. If you ask today, 79.00 USD shows on your account between "
        "17 March 2027 and 18 March 2027. Once that refund has been initiated, the subscription does not renew again."
    )


def test_a_renewal_long_ago_or_given_back_already_is_not_returned(build):
    def found(order):
        return returns.renewal_return(order, order.subscriptions[0], build.profile(), build.NOW, dt.UTC)

    assert found(renewed(build, 31)) is None
    assert found(build.order(charges=(build.charge(),))) is None
    order = renewed(build, 3)
    back = build.charge(
        id="ch-3", kind=ChargeKind.REFUND, at=build.day(-1), about="subscription:sub-1", amount=build.usd(7900)
    )
    assert found(renewed(build, 3, charges=(*order.charges, back))) is None
    again = asked(build, reason=ReturnReason.UNWANTED_RENEWAL, subscription_id="sub-1")
    assert found(renewed(build, 3, returns=(again,))) is None


def test_progress_and_the_days_on_which_the_credit_shows(build):
    def progress(offset=0.0, **changes):
        entry = asked(build, **changes)
        return returns.return_progress(entry, build.profile(), build.day(offset), dt.UTC)

    def words(found):
        return returns.progress_sentence(found, SHOW, plain_money)

    initiated = {"status": ReturnStatus.REFUND_INITIATED, "refund_initiated_at": build.NOW}
    assert words(progress(**initiated)) == (
        "The refund of 55.00 USD has been initiated. It shows on your account between 17 March 2027 and 19 March 2027."
    )
    assert not progress(9, **initiated).late
    assert progress(10, **initiated).late
    assert "Support can find out why" in words(progress(10, **initiated))
    assert progress(status=ReturnStatus.LETTER_NEEDED).letter_open
    signed = DestructionLetter(text="I have destroyed it.", accepted_at=build.NOW)
    assert not progress(status=ReturnStatus.LETTER_NEEDED, letter=signed).letter_open
    assert words(progress(status=ReturnStatus.CREDITED)) == "55.00 USD is back on your account."
    assert "refused" in words(progress(status=ReturnStatus.REFUSED))


def test_the_steps_of_a_return_are_told_in_their_order(build):
    signed = DestructionLetter(text="I have destroyed it.", accepted_at=build.day(1))
    entry = asked(build, letter=signed, refund_initiated_at=build.day(2))
    assert [step.words for step in returns.return_steps(entry, SHOW)] == [
        f"Asked for on {SHOW(entry.requested_at)}.",
        "Electronic Letter of Destruction accepted on 11 March 2027.",
        "Refund initiated on 12 March 2027.",
    ]
    assert len(returns.return_steps(asked(build), SHOW)) == 1
    assert {returns.reason_words(reason) for reason in ReturnReason}.isdisjoint({""})


def test_a_buyer_who_is_exempt_learns_how_to_claim_tax_back(build):
    def invoice(tax, included=False):
        return Invoice(
            number="INV-1", order_number="LF-1001", issued_at=build.NOW, seller="Larkfield", buyer="A school",
            lines=(), net=build.usd(5500), tax=build.usd(tax), total=build.usd(5500 + tax), tax_name="VAT",
            tax_included=included,
        )  # fmt: skip

    said = " ".join(invoices.exemption_sentences(invoice(450), "https://help.example", plain_money))
    assert "4.50 USD" in said
    assert "exemption certificate" in said
    assert "order LF-1001 and invoice INV-1" in said
    assert "https://help.example" in said
    assert invoices.exemption_sentences(invoice(0), None, plain_money) == ()
    assert invoices.tax_words(invoice(450, included=True)) == "VAT, included in the prices"


def renewal(build, order, offset=0.0, plan=0):
    return returns.renewal_return(order, order.subscriptions[plan], build.profile(), build.day(offset), dt.UTC)


def renewal_charge(build, id, day, **changes):
    return build.charge(**({"id": id, "at": build.day(day), "about": "subscription:sub-1"} | changes))


@pytest.mark.parametrize("turned", [False, True])
def test_of_two_renewals_the_last_one_is_offered_for_return(build, turned):
    charges = (
        build.charge(at=build.day(-60)),
        renewal_charge(build, "first", -29, amount=build.usd(500)),
        renewal_charge(build, "last", -2, amount=build.usd(600)),
    )
    found = renewal(build, build.order(charges=charges[::-1] if turned else charges))
    assert found == returns.RenewalReturn(
        subscription_id="sub-1",
        charge_id="last",
        charged_at=build.day(-2),
        amount=build.usd(600),
        # 30 days later in the store's own zone: New York has changed its clocks in between.
        deadline=build.day(28) - dt.timedelta(hours=1),
        days_left=28,
        credit_from=found.credit_from,
        credit_until=found.credit_until,
        reason=ReturnReason.UNWANTED_RENEWAL,
    )
    assert (SHOW(found.credit_from), SHOW(found.credit_until)) == ("17 March 2027", "18 March 2027")


def test_the_refund_of_an_earlier_renewal_leaves_the_last_one_returnable(build):
    charges = [renewal_charge(build, "first", -29), renewal_charge(build, "last", -2)]
    back = renewal_charge(build, "back", -10, kind=ChargeKind.REFUND)
    assert renewal(build, build.order(charges=(*charges, back))).charge_id == "last"
    same_moment = renewal_charge(build, "back", -2, kind=ChargeKind.REFUND)
    assert renewal(build, build.order(charges=(*charges, same_moment))) is None


def test_what_is_no_charge_of_this_plan_is_no_renewal_of_it(build):
    other = renewal_charge(build, "other", -1, about="subscription:sub-2")
    hold = renewal_charge(build, "hold", -1, kind=ChargeKind.AUTHORIZATION)
    assert renewal(build, build.order(charges=(other, hold))) is None
    back = renewal_charge(build, "back", -0.5, kind=ChargeKind.REFUND, about="subscription:sub-2")
    order = build.order(charges=(other, hold, renewal_charge(build, "own", -3), back))
    assert renewal(build, order).charge_id == "own"


def test_a_refund_alone_is_no_renewal(build):
    assert renewal(build, build.order(charges=(renewal_charge(build, "back", -1, kind=ChargeKind.REFUND),))) is None


def test_a_renewal_can_be_returned_up_to_its_deadline(build):
    order = build.order(charges=(renewal_charge(build, "r", -2),))
    deadline = renewal(build, order).deadline
    last = returns.renewal_return(order, order.subscriptions[0], build.profile(), deadline, dt.UTC)
    assert (last.charge_id, last.days_left) == ("r", 0)
    over = deadline + dt.timedelta(microseconds=1)
    assert returns.renewal_return(order, order.subscriptions[0], build.profile(), over, dt.UTC) is None


@pytest.mark.parametrize(
    ("requests", "possible"),
    [
        ([{"requested_at": -3}], True),  # an earlier renewal was meant
        ([{"requested_at": -2}], False),
        ([{"requested_at": -1}], False),
        ([{"requested_at": -1}, {"requested_at": -3}], False),
        ([{"requested_at": -1, "status": ReturnStatus.REFUSED}], True),
        ([{"requested_at": -1, "subscription_id": "sub-2"}], True),
        ([{"requested_at": -1, "subscription_id": None}], True),
    ],
)
def test_a_renewal_for_which_a_return_was_requested_is_not_offered_again(build, requests, possible):
    entries = tuple(
        asked(
            build,
            **({"reason": ReturnReason.UNWANTED_RENEWAL, "subscription_id": "sub-1"} | entry),
        )
        for entry in ({**each, "requested_at": build.day(each["requested_at"])} for each in requests)
    )
    order = build.order(charges=(renewal_charge(build, "r", -2),), returns=entries)
    assert (renewal(build, order) is not None) is possible


def test_the_whole_outlook_of_an_order(build, outlook):
    found = outlook(build.order())
    assert found == returns.ReturnOutlook(
        eligible=True,
        deadline=build.day(10),
        days_left=10,
        counted_from=build.day(-20),
        counts_from=CountedFrom.ORDER_DATE,
        window=Period(days=30),
        store_rule="30 days from the order date",
        amount=build.usd(5500),
        letter_needed=False,
        credit_from=found.credit_from,
        credit_until=found.credit_until,
        arrived=False,
        reason=None,
        store_refusal=None,
        other_ways=(),
        renewal=None,
    )


def test_a_return_is_possible_until_the_very_deadline(build, outlook):
    assert outlook(build.order(), offset=10).eligible
    assert outlook(build.order(), offset=10.0001).reason is NotEligible.TOO_LATE
    assert said(outlook(build.order(), offset=10)).startswith("You can return this order: today is the last day.")
    assert said(outlook(build.order(), offset=9)).startswith("You can return this order: 1 day left.")


def test_the_return_of_a_renewal_does_not_use_up_that_of_the_order(build, outlook):
    entry = asked(build, reason=ReturnReason.UNWANTED_RENEWAL, subscription_id="sub-1")
    assert outlook(build.order(returns=(entry,))).eligible
    both = (entry, asked(build, id="r-2"))
    assert outlook(build.order(returns=both)).reason is NotEligible.ALREADY_ASKED


def test_an_order_that_ships_only_in_part_needs_the_letter_all_the_same(build, outlook):
    mixed = (build.line_item(), build.line_item(id="item-2", kind=LineItemKind.PHYSICAL))
    found = outlook(build.order(line_items=mixed))
    assert (found.letter_needed, found.counts_from) == (True, CountedFrom.SHIP_DATE)
    assert "between 17 March 2027 and 19 March 2027, or later by as long as the letter takes." in said(found)
    assert "within 30 days of the day it was shipped (18 February 2027)" in said(found)
    policy = build.profile().policies
    without = msgspec.structs.replace(
        policy, returns=msgspec.structs.replace(policy.returns, letter_of_destruction_for_physical=False)
    )
    order = build.order(line_items=mixed)
    found = returns.return_outlook(order, build.profile(policies=without), build.NOW, dt.UTC)
    assert not found.letter_needed
    assert "or later" not in said(found)


def test_a_renewal_of_what_once_shipped_needs_no_letter(build, outlook):
    counted = ReturnEligibility(eligible=True, counted_from=build.day(-3), deadline=build.day(27), rule="30 days")
    boxed = (build.line_item(kind=LineItemKind.PHYSICAL),)
    found = outlook(renewed(build, 3, return_eligibility=counted, line_items=boxed))
    assert (found.renewal.charge_id, found.letter_needed) == ("ch-2", False)


def test_the_renewal_counted_from_may_be_that_of_the_second_plan(build, outlook):
    plans = (build.subscription(), build.subscription(id="sub-2"))
    charges = (
        renewal_charge(build, "one", -5, amount=build.usd(100)),
        renewal_charge(build, "two", -3, about="subscription:sub-2", amount=build.usd(200)),
    )
    counted = ReturnEligibility(eligible=True, counted_from=build.day(-3), deadline=build.day(27), rule="30 days")
    found = outlook(build.order(subscriptions=plans, charges=charges, return_eligibility=counted))
    assert (found.renewal.subscription_id, found.amount) == ("sub-2", build.usd(200))


OFF = {"auto_renew": False, "status": SubscriptionStatus.CANCELLED, "next_charge_at": None}


def test_the_other_ways_are_those_that_help_this_order(build, outlook):
    late = {"return_eligibility": ReturnEligibility(
        eligible=False, counted_from=build.day(-60), deadline=build.day(-30), rule="30 days"
    )}  # fmt: skip
    off = build.subscription(**OFF)
    on = build.subscription(id="sub-2")
    over = build.licence(expires_at=build.day(-1))
    assert outlook(build.order(**late, subscriptions=(off,))).other_ways == (OtherWay.KEEP_USING, OtherWay.ASK_SUPPORT)
    assert outlook(build.order(**late, subscriptions=(off, on), licences=(over,))).other_ways == (
        OtherWay.SWITCH_OFF_AUTO_RENEWAL,
        OtherWay.ASK_SUPPORT,
    )
    both = build.order(**late, subscriptions=(off,), licences=(over, build.licence(id="lic-2")))
    assert outlook(both).other_ways == (OtherWay.KEEP_USING, OtherWay.ASK_SUPPORT)
    charges = (renewal_charge(build, "two", -3, about="subscription:sub-2"),)
    assert outlook(build.order(**late, subscriptions=(off, on), charges=charges)).other_ways == (
        OtherWay.RETURN_THE_RENEWAL,
        OtherWay.SWITCH_OFF_AUTO_RENEWAL,
        OtherWay.KEEP_USING,
        OtherWay.ASK_SUPPORT,
    )


def test_the_refusals_in_words(build, outlook):
    assert said(outlook(build.order(status=OrderStatus.REFUNDED))) == "This order has been refunded already."
    pending = outlook(build.order(returns=(asked(build),)))
    assert said(pending) == "A return has been asked for already. You can see here how far it has come."
    late = outlook(build.order(), offset=11)
    assert said(late) == (
        "This order can no longer be returned. Returns are possible within 30 days of the day of the order "
        "(18 February 2027), so until 20 March 2027. You can switch auto-renewal off, so that nothing more is charged. "
        "You can go on using the product until its last day. If something does not work, support can help."
    )
    silent = ReturnEligibility(eligible=False, counted_from=build.NOW, deadline=build.day(5), rule="30 days")
    assert said(outlook(build.order(return_eligibility=silent))).startswith("The store does not take this order back.")
    # The store's refusal is not told where another reason comes first.
    refusing = msgspec.structs.replace(silent, refusal="Gifts stay.")
    found = outlook(build.order(return_eligibility=refusing, status=OrderStatus.REFUNDED))
    assert found.store_refusal is None


def test_the_letter_is_explained_and_its_order_kept(build, outlook):
    boxed = (build.line_item(kind=LineItemKind.PHYSICAL),)
    assert said(outlook(build.order(line_items=boxed))) == (
        "You can return this order: 10 days left. Returns are possible within 30 days of the day it was shipped "
        "(18 February 2027), so until 20 March 2027. Because something was shipped to you, you first accept an "
        "Electronic Letter of Destruction: a short statement that you have destroyed the disc and any copies. "
        "If the parcel has not reached you, ask support before you declare that. If you ask today, 55.00 USD shows on "
        "your account between 17 March 2027 and 19 March 2027, or later by as long as the letter takes. "
        "After the refund the product stops working."
    )


PROGRESS = {
    ReturnStatus.REQUESTED: "The return has been asked for; the store is looking at it.",
    ReturnStatus.LETTER_NEEDED: "The store waits for you to accept the Electronic Letter of Destruction.",
    ReturnStatus.CREDITED: "55.00 USD is back on your account.",
    ReturnStatus.REFUSED: "The store has refused this return.",
    ReturnStatus.REFUND_INITIATED: "The refund of 55.00 USD has been initiated.",
    ReturnStatus.UNKNOWN: "The store names a state of this return that this version does not know.",
}


@pytest.mark.parametrize("status", list(ReturnStatus))
def test_every_status_of_a_return_in_words(build, status):
    unsigned = DestructionLetter(text="I have destroyed it.", accepted_at=None)
    entry = asked(build, status=status, letter=unsigned)
    found = returns.return_progress(entry, build.profile(), build.NOW, dt.UTC)
    assert found == returns.ReturnProgress(
        status=status,
        amount=build.usd(5500),
        letter_open=status is ReturnStatus.LETTER_NEEDED,
        credit_from=None,
        credit_until=None,
        late=False,
    )
    assert returns.progress_sentence(found, SHOW, plain_money) == PROGRESS[status]


def test_an_accepted_letter_is_told(build):
    signed = DestructionLetter(text="I have destroyed it.", accepted_at=build.NOW)
    entry = asked(build, status=ReturnStatus.LETTER_NEEDED, letter=signed)
    found = returns.return_progress(entry, build.profile(), build.NOW, dt.UTC)
    assert returns.progress_sentence(found, SHOW, plain_money) == (
        "The letter has been accepted; the store goes on with the refund."
    )


def test_the_stores_own_days_of_the_credit_come_first(build):
    def found(**changes):
        entry = asked(build, status=ReturnStatus.REFUND_INITIATED, refund_initiated_at=build.NOW, **changes)
        return returns.return_progress(entry, build.profile(), build.NOW, dt.UTC)

    own = found(credit_from=build.day(1), credit_until=build.day(3))
    assert (own.credit_from, own.credit_until) == (build.day(1), build.day(3))
    alone = found(credit_until=build.day(3))
    assert returns.progress_sentence(alone, SHOW, plain_money).endswith("between 13 March 2027 and 13 March 2027.")
    # The days of a renewal are fewer than those of an order.
    assert SHOW(found(reason=ReturnReason.UNWANTED_RENEWAL).credit_until) == "18 March 2027"
    assert SHOW(found().credit_until) == "19 March 2027"


def test_a_credit_that_has_been_made_is_not_late(build):
    entry = asked(build, status=ReturnStatus.CREDITED, refund_initiated_at=build.NOW)
    found = returns.return_progress(entry, build.profile(), build.day(60), dt.UTC)
    assert (found.late, found.credit_from, found.credit_until) == (False, None, None)


def test_a_late_credit_in_words(build):
    entry = asked(build, status=ReturnStatus.REFUND_INITIATED, credit_until=build.day(2))
    late = returns.return_progress(entry, build.profile(), build.day(3), dt.UTC)
    assert returns.progress_sentence(late, SHOW, plain_money) == (
        "The refund of 55.00 USD should have been on your account by 12 March 2027. Support can find out why."
    )
    assert not returns.return_progress(entry, build.profile(), build.day(2.4), dt.UTC).late


def test_the_reasons_in_words():
    assert [returns.reason_words(reason) for reason in ReturnReason] == [
        "I do not want it",
        "It does not work",
        "I did not want the renewal",
        "Another reason",
    ]


def test_the_steps_carry_their_moments_and_leave_out_what_has_not_happened(build):
    unsigned = DestructionLetter(text="I have destroyed it.", accepted_at=None)
    assert [step.at for step in returns.return_steps(asked(build, letter=unsigned), SHOW)] == [build.day(-2)]
    signed = DestructionLetter(text="I have destroyed it.", accepted_at=build.day(1))
    entry = asked(build, letter=signed, refund_initiated_at=build.day(2))
    assert [step.at for step in returns.return_steps(entry, SHOW)] == [build.day(-2), build.day(1), build.day(2)]
