import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest

from companion.domain.billing import auto_renewal
from companion.domain.billing.auto_renewal import Refusal
from companion.domain.core.money import Money
from companion.domain.core.text import plain_date, plain_moment, plain_money
from companion.domain.core.time.periods import Period
from companion.domain.store.orders import ChargeKind, LicenceStatus, OrderStatus, Receipt, SubscriptionStatus
from companion.domain.store.returns import Return, ReturnReason, ReturnStatus

SHOW = plain_date(dt.UTC)


@pytest.fixture
def preview(build):
    def one(on, licence=None, **plan):
        return auto_renewal.preview_switch(
            build.order(),
            build.subscription(**plan),
            licence or build.licence(),
            on,
            build.profile(),
            build.NOW,
            dt.UTC,
        )

    return one


def said(found):
    return " ".join(auto_renewal.preview_sentences(found, SHOW, plain_money))


def test_switching_off_an_annual_plan_says_until_when_it_stays_active(preview):
    found = preview(False)
    assert found.changes
    assert said(found) == (
        "Auto-renewal will be switched off. Harbour Suite stays active until 18 February 2028 (in 345 days), "
        "the end of the paid year. The charge of 55.00 USD plus tax on 17 February 2028 will not be made."
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
        "Harbour Suite will renew for 1 year. 79.00 USD plus tax will be charged by 18 February 2028 to the card of "
        "the original purchase. The period that is running now cost 55.00 USD without tax. "
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
    assert facts(build, (added,))["With tax"] == "about 59.50 USD (55.00 USD + tax as last time)"
    assert "With tax" not in facts(build, (build.charge(amount=build.usd(5500), tax=build.usd(878)),))
    assert facts(build)["Tax"] == "comes on top; how much is not known"


OFF = {"auto_renew": False, "status": SubscriptionStatus.CANCELLED, "next_charge_at": None}


@pytest.mark.parametrize("on", [False, True])
@pytest.mark.parametrize(
    ("plan", "ends", "refusal"),
    [
        # A plan that renews goes on by itself, also when its facts are a little old.
        ({}, -1, None),
        ({}, 1, None),
        (OFF, 1, None),
        (OFF, 0, Refusal.ENDED),
        (OFF, -1, Refusal.ENDED),
        ({"status": SubscriptionStatus.EXPIRED, "auto_renew": True}, 1, Refusal.ENDED),
        ({"status": SubscriptionStatus.EXPIRED, "auto_renew": False}, -1, Refusal.ENDED),
    ],
)
def test_whether_a_plan_that_has_ended_may_be_switched(build, preview, on, plan, ends, refusal):
    found = preview(on, **{**plan, "active_until": build.day(ends)})
    assert found.refusal is refusal
    is_on = plan == {}
    assert found.changes is (refusal is None and is_on is not on)
    assert (found.charge is None) is (refusal is not None or not (on or is_on))


def test_a_refunded_licence_is_told_before_an_ended_plan(build, preview):
    refunded = build.licence(status=LicenceStatus.REFUNDED)
    found = preview(False, licence=refunded, status=SubscriptionStatus.EXPIRED)
    assert (found.refusal, found.charge) == (Refusal.REFUNDED, None)
    assert said(found) == "Harbour Suite was refunded, so there is nothing left to renew."
    assert said(preview(True, status=SubscriptionStatus.EXPIRED)) == (
        "This plan ended on 18 February 2028, so auto-renewal cannot be switched. "
        "You can renew by hand on the store's own page."
    )


def test_the_whole_preview(build, preview):
    assert preview(False) == auto_renewal.SwitchPreview(
        on=False,
        changes=True,
        product_name="Harbour Suite",
        term=Period(years=1),
        active_until=build.day(345),
        days_left=345,
        charge=auto_renewal.NextCharge(at=build.day(344), amount=build.usd(5500)),
        too_late=False,
        return_window=Period(days=30),
        refusal=None,
    )


@pytest.mark.parametrize(
    ("on", "cancel_by", "charged", "plan", "late"),
    [
        (False, -1, 2, {}, True),
        (True, -1, 2, {}, False),
        (False, 0, 2, {}, False),
        (False, 1, 2, {}, False),
        (False, -3, 0, {}, False),
        (False, -3, -2, {}, False),
        (False, None, 2, {}, False),
        (False, -1, 2, {"auto_renew": False}, False),
    ],
)
def test_when_the_last_day_to_cancel_has_passed(build, preview, on, cancel_by, charged, plan, late):
    by = None if cancel_by is None else build.day(cancel_by)
    assert preview(on, cancel_by=by, next_charge_at=build.day(charged), **plan).too_late is late


def test_too_late_to_cancel_in_words(build, preview):
    found = preview(False, next_charge_at=build.day(2), cancel_by=build.day(-1))
    assert said(found) == (
        "Auto-renewal will be switched off. Harbour Suite stays active until 18 February 2028 (in 345 days), "
        "the end of the paid year. The last day to cancel before the charge of 55.00 USD plus tax on 12 March 2027 "
        "has passed, so the store may still make it. If it does, you can ask for that money back within 30 days."
    )


def test_a_plan_without_an_announced_charge_says_that_no_other_comes(preview):
    found = preview(False, next_charge_at=None)
    assert (found.changes, found.charge) == (True, None)
    assert said(found).endswith("No further charge will be made.")


def test_switching_on_what_is_on_says_so(build, preview):
    found = preview(True, cancel_by=build.day(300))
    assert said(found) == (
        "Auto-renewal is already on. Harbour Suite will renew for 1 year. 55.00 USD plus tax will be charged on "
        "17 February 2028 to the card of the original purchase. To avoid that charge, switch it off again by "
        "4 January 2028."
    )
    assert auto_renewal.preview_sentences(msgspec.structs.replace(found, charge=None), SHOW, plain_money) == (
        "Auto-renewal is already on.",
    )


@pytest.mark.parametrize(
    ("term", "words"),
    [
        (Period(months=1), "paid month"),
        (Period(years=1), "paid year"),
        (Period(months=12), "paid year"),
        (Period(months=6), "paid period of 6 months"),
        (Period(days=1), "paid period of 1 day"),
        (Period(years=1, days=1), f"paid period of {Period(years=1, days=1).as_words()}"),
    ],
)
def test_a_term_in_words(term, words):
    assert auto_renewal.term_words(term) == words


def test_whether_auto_renewal_is_on(build):
    of = auto_renewal.auto_renew_of
    assert of(None) is auto_renewal.AutoRenew.NOT_OFFERED
    assert of(build.subscription()) is auto_renewal.AutoRenew.ON
    assert of(build.subscription(auto_renew=False)) is auto_renewal.AutoRenew.OFF
    for status in (SubscriptionStatus.CANCELLED, SubscriptionStatus.EXPIRED):
        assert of(build.subscription(status=status)) is auto_renewal.AutoRenew.OFF


@pytest.mark.parametrize(
    ("changes", "given_back"),
    [
        ({}, True),
        ({"status": ReturnStatus.CREDITED}, True),
        ({"status": ReturnStatus.REQUESTED}, False),
        ({"status": ReturnStatus.REFUSED}, False),
        ({"status": ReturnStatus.LETTER_NEEDED}, False),
        ({"reason": ReturnReason.NOT_WANTED}, False),
        ({"subscription_id": "sub-2"}, False),
    ],
)
def test_a_plan_does_not_renew_once_its_refund_is_initiated(build, changes, given_back):
    fields = {
        "id": "r-1",
        "reason": ReturnReason.UNWANTED_RENEWAL,
        "status": ReturnStatus.REFUND_INITIATED,
        "amount": build.usd(5500),
        "requested_at": build.day(-2),
        "subscription_id": "sub-1",
    }
    plan = build.subscription()
    order = build.order(subscriptions=(plan,), returns=(Return(**(fields | changes)),))
    assert auto_renewal.renewal_refunded(order, plan) is given_back
    assert (auto_renewal.next_charge(order, plan, dt.UTC) is None) is given_back


@pytest.mark.parametrize("plan", [None, {"auto_renew": False}, {"next_charge_at": None}])
def test_without_a_plan_that_renews_no_charge_comes(build, plan):
    subscription = None if plan is None else build.subscription(**plan)
    assert auto_renewal.next_charge(build.order(), subscription, dt.UTC) is None


def test_a_charge_of_the_same_price_names_no_earlier_price(build):
    def charge(**plan):
        return auto_renewal.charge_of(build.order(), build.subscription(**plan), dt.UTC)

    assert charge().previous is None
    assert not charge().rises
    dearer = charge(renewal_price=build.usd(5501))
    assert (dearer.previous, dearer.rises) == (build.usd(5500), True)
    assert not charge(renewal_price=build.usd(5499)).rises
    assert charge(renewal_price=Money(amount=5600, currency="EUR")).previous is None
    assert not msgspec.structs.replace(dearer, previous=dearer.amount).rises
    assert charge() == auto_renewal.NextCharge(at=build.day(344), amount=build.usd(5500), announced=True)
    assert charge(next_charge_at=None) == auto_renewal.NextCharge(
        at=build.day(345), amount=build.usd(5500), announced=False
    )


def test_the_day_of_the_cancel_by_is_that_of_the_persons_zone(build):
    at = dt.datetime(2027, 3, 20, 1, tzinfo=dt.UTC)
    plan = build.subscription(next_charge_at=at, cancel_by=at - dt.timedelta(hours=2))
    assert auto_renewal.charge_of(build.order(), plan, dt.UTC).cancel_by == plan.cancel_by
    assert auto_renewal.charge_of(build.order(), plan, ZoneInfo("America/New_York")).cancel_by is None


@pytest.mark.parametrize(
    ("plan", "changes"),
    [
        ({}, {}),  # on, though off was wanted
        (OFF | {"auto_renew": True}, {}),
        (OFF, {"auto_renew": True}),
    ],
)
def test_a_state_that_differs_from_what_was_wanted_confirms_nothing(build, plan, changes):
    assert not auto_renewal.confirmed(build.subscription(**plan), receipt(build, **changes), wanted=False)


def test_a_plan_that_is_on_but_not_active_confirms_nothing(build):
    on = receipt(build, auto_renew=True)
    assert not auto_renewal.confirmed(build.subscription(status=SubscriptionStatus.CANCELLED), on, wanted=True)
    assert not auto_renewal.confirmed(build.subscription(auto_renew=False), on, wanted=True)


def test_a_receipt_for_switching_on_says_on(build):
    lines = auto_renewal.receipt_lines(
        receipt(build, auto_renew=True), store="", order_number="", product_name="", format_date=SHOW,
        format_moment=plain_moment(dt.UTC),
    )  # fmt: skip
    assert lines[0] == "Auto-renewal switched on"


def test_the_tax_is_that_of_the_last_charge_for_the_plan(build):
    first = build.charge(at=build.day(-300), amount=build.usd(5900), tax=build.usd(400))
    last = build.charge(
        id="ch-2", at=build.day(-30), amount=build.usd(5950), tax=build.usd(450), about="subscription:sub-1"
    )
    assert facts(build, (last, first))["With tax"].startswith("about 59.50 USD")
    other = msgspec.structs.replace(last, about="subscription:sub-2")
    assert facts(build, (first, other))["With tax"].startswith("about 59.00 USD")
    back = msgspec.structs.replace(last, kind=ChargeKind.REFUND)
    assert facts(build, (first, back))["With tax"].startswith("about 59.00 USD")
    assert not {"Tax", "With tax"} & set(facts(build, (build.charge(tax=build.usd(0)),)))
    assert facts(build)["Paid until"] == "18 February 2028"


def test_a_refunded_licence_has_no_plan_that_matters(build):
    order, licence = build.order(), build.licence()
    assert auto_renewal.live_subscription(order, licence, build.NOW) == build.subscription()
    refunded = build.order(status=OrderStatus.REFUNDED)
    assert auto_renewal.live_subscription(refunded, licence, build.NOW) is None


def test_a_plan_that_is_off_prevents_no_charge_whatever_is_announced(preview):
    found = preview(False, auto_renew=False)
    assert (found.changes, found.charge) == (False, None)


def test_one_cent_more_is_more(build):
    assert facts(build, renewal_price=build.usd(5501))["At renewal"] == "55.01 USD, more than now"


def test_what_goes_on_being_charged_is_said_before_an_order_is_removed(build):
    def said(**changes):
        return auto_renewal.removal_sentences(build.order(**changes), dt.UTC, plain_date(dt.UTC), plain_money)

    renews, warning = said()
    assert "renews by itself on" in renews
    assert "does not switch that off" in warning
    assert said(subscriptions=()) == ()
    off = {"auto_renew": False, "next_charge_at": None, "status": SubscriptionStatus.CANCELLED}
    assert said(subscriptions=(build.subscription(**off),)) == ()
    unannounced, _ = said(subscriptions=(build.subscription(next_charge_at=None),))
    assert unannounced.endswith("renews by itself.")
