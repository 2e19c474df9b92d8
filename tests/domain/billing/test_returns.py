import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.domain.billing import invoices, returns
from companion.domain.billing.returns import NotEligible, OtherWay
from companion.domain.core.text import plain_date, plain_money
from companion.domain.store.orders import (
    ChargeKind,
    DestructionLetter,
    Invoice,
    LineItemKind,
    OrderStatus,
    Return,
    ReturnEligibility,
    ReturnReason,
    ReturnStatus,
    Shipment,
    ShipmentStatus,
)
from companion.domain.store.profile import CountedFrom

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


@settings(max_examples=200, deadline=None)
@given(
    st.datetimes(dt.datetime(2024, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC)),  # noqa: DTZ001
    st.booleans(),
    st.integers(0, 3),
)
def test_the_counted_deadline_is_30_days_in_the_stores_own_calendar(build, placed, physical, parcels):
    kind = LineItemKind.PHYSICAL if physical else LineItemKind.DOWNLOAD
    shipments = tuple(
        Shipment(
            id=f"s-{number}",
            status=ShipmentStatus.SHIPPED,
            method="first",
            line_item_ids=(),
            destination_country="US",
            shipped_at=placed + dt.timedelta(days=number),
        )
        for number in range(parcels)
    )
    order = build.order(placed_at=placed, line_items=(build.line_item(kind=kind),), shipments=shipments)
    found = returns.counted_deadline(order, build.profile())
    if physical and not parcels:
        assert found is None
        return
    start = placed + dt.timedelta(days=parcels - 1) if physical else placed
    store = ZoneInfo("America/New_York")
    local = start.astimezone(store)
    assert found.astimezone(store).date() == local.date() + dt.timedelta(days=30)
    assert found.astimezone(store).time().replace(hour=0) == local.time().replace(hour=0)


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
