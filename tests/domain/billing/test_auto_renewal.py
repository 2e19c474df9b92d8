import datetime as dt

import pytest

from companion.domain.billing import auto_renewal
from companion.domain.billing.auto_renewal import Refusal
from companion.domain.core.periods import Period
from companion.domain.core.text import plain_date, plain_moment, plain_money
from companion.domain.store.orders import LicenceStatus, Receipt, SubscriptionStatus

SHOW = plain_date(dt.UTC)


@pytest.fixture
def preview(build):
    def one(on, licence=None, **plan):
        return auto_renewal.preview_switch(
            build.subscription(**plan), licence or build.licence(), on, build.profile(), build.NOW, dt.UTC
        )

    return one


def said(found):
    return " ".join(auto_renewal.preview_sentences(found, SHOW, plain_money))


def test_switching_off_an_annual_plan_says_until_when_it_stays_active(preview):
    found = preview(False)
    assert found.changes
    assert said(found) == (
        "Auto-renewal will be switched off. Harbour Suite stays active until 18 February 2028 (in 345 days), "
        "the end of the paid year. The charge of 55.00 USD on 17 February 2028 will not be made."
    )


def test_switching_off_a_monthly_plan_ends_with_the_paid_month(build, preview):
    found = preview(False, term=Period(months=1), active_until=build.day(12), next_charge_at=build.day(12))
    assert "until 22 March 2027 (in 12 days), the end of the paid month." in said(found)


def test_after_the_last_day_to_cancel_it_says_what_can_still_be_done(build, preview):
    found = preview(False, next_charge_at=build.day(2), cancel_by=build.day(-1))
    assert found.too_late
    assert "has passed, so the store may still make it." in said(found)
    assert "within 30 days" in said(found)
    in_time = preview(False, next_charge_at=build.day(2), cancel_by=build.day(1))
    assert not in_time.too_late


def test_switching_on_names_amount_day_and_the_last_day_to_cancel(build, preview):
    found = preview(
        True,
        auto_renew=False,
        status=SubscriptionStatus.CANCELLED,
        next_charge_at=None,
        renewal_price=build.usd(7900),
    )
    assert found.changes
    assert said(found) == (
        "Harbour Suite will renew for 1 year. 79.00 USD will be charged by 18 February 2028 to the card of the "
        "original purchase. The period that is running now cost 55.00 USD. "
        "You can switch it off again at any time before that day."
    )


def test_cancel_by_is_told_only_when_it_is_another_day(build, preview):
    at = build.day(20)
    same = preview(True, next_charge_at=at, cancel_by=at - dt.timedelta(hours=2))
    assert same.charge.cancel_by is None
    other = preview(True, next_charge_at=at, cancel_by=at - dt.timedelta(days=2))
    assert "switch it off again by 28 March 2027" in said(other)


def test_what_is_already_so_changes_nothing(build, preview):
    assert not preview(True).changes
    already_off = preview(False, auto_renew=False, status=SubscriptionStatus.CANCELLED, next_charge_at=None)
    assert not already_off.changes
    assert said(already_off).startswith("Auto-renewal is already off.")
    assert "No further charge will be made." in said(already_off)


def test_an_ended_or_refunded_plan_cannot_be_switched(build, preview):
    ended = preview(True, status=SubscriptionStatus.EXPIRED, auto_renew=False, active_until=build.day(-3))
    assert (ended.refusal, ended.changes) == (Refusal.ENDED, False)
    assert "renew by hand" in said(ended)
    refunded = preview(True, licence=build.licence(status=LicenceStatus.REFUNDED), auto_renew=False)
    assert refunded.refusal is Refusal.REFUNDED


def receipt(build, **changes):
    fields = {
        "id": "rc-77",
        "subscription_id": "sub-1",
        "auto_renew": False,
        "received_at": build.NOW,
        "effective_at": build.NOW,
        "still_active_until": build.day(345),
        "statement": "Auto-renewal is off.",
    }
    return Receipt(**(fields | changes))


def test_only_the_stores_own_state_confirms_a_switch(build):
    off = build.subscription(auto_renew=False, status=SubscriptionStatus.CANCELLED, next_charge_at=None)
    assert auto_renewal.confirmed(off, receipt(build), wanted=False)
    assert not auto_renewal.confirmed(off, receipt(build), wanted=True)
    assert not auto_renewal.confirmed(build.subscription(), receipt(build), wanted=False)
    assert not auto_renewal.confirmed(off, receipt(build, subscription_id="sub-2"), wanted=False)
    assert not auto_renewal.confirmed(off, receipt(build, auto_renew=True), wanted=False)
    still_charging = build.subscription(auto_renew=False)
    assert not auto_renewal.confirmed(still_charging, receipt(build), wanted=False)
    assert auto_renewal.confirmed(build.subscription(), receipt(build, auto_renew=True), wanted=True)


def test_the_receipt_carries_content_date_time_and_end(build):
    lines = auto_renewal.receipt_lines(
        receipt(build),
        store="Larkfield",
        order_number="LF-1001",
        product_name="Harbour Suite",
        format_date=SHOW,
        format_moment=plain_moment(dt.UTC),
    )
    assert lines == (
        "Auto-renewal switched off",
        "Product: Harbour Suite",
        "Order: LF-1001 at Larkfield",
        "Received by the store: Wednesday 10 March 2027, 12:00",
        "Takes effect: Wednesday 10 March 2027, 12:00",
        "The product stays active until: 18 February 2028",
        "What the store says: Auto-renewal is off.",
        "Receipt number: rc-77",
    )


def facts(build, charges=(), **plan):
    subscription = build.subscription(**plan)
    order = build.order(subscriptions=(subscription,), charges=charges)
    charge = auto_renewal.next_charge(order, subscription, dt.UTC)
    return dict(auto_renewal.price_facts(order, subscription, charge, SHOW, plain_money))


def test_the_price_now_stands_beside_the_one_at_renewal(build):
    found = facts(build, renewal_price=build.usd(7900))
    assert (found["Price now"], found["At renewal"]) == ("55.00 USD for 1 year", "79.00 USD, more than now")
    assert facts(build, renewal_price=build.usd(100))["At renewal"] == "1.00 USD, less than now"
    assert facts(build)["At renewal"] == "55.00 USD, the same as now"
    assert "At renewal" not in facts(build, auto_renew=False, next_charge_at=None)


def test_tax_that_comes_on_top_is_told_and_tax_that_is_included_is_not(build):
    added = build.charge(amount=build.usd(5950), tax=build.usd(450))
    assert facts(build, (added,))["Tax"] == "comes on top; it was 4.50 USD last time"
    assert "Tax" not in facts(build, (build.charge(amount=build.usd(5500), tax=build.usd(878)),))
    assert "Tax" not in facts(build, (build.charge(amount=build.usd(5500)),))
