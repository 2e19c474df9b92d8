import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.core.platform import Platform
from companion.domain.core.text import plain_date, plain_money
from companion.domain.core.time.periods import Period
from companion.domain.reminders.dates import ReminderFacts, ReminderKind
from companion.domain.reminders.due import (
    Snooze,
    due,
    never_again,
    next_wake,
    snoozed,
    upcoming,
    withdrawn,
)
from companion.domain.reminders.settings import AT_OPENING, QuietHours, ReminderSettings
from companion.domain.reminders.text import ReminderAction, date_words, reminder_text, summary
from companion.domain.store.orders import LicenceStatus, Shipment, ShipmentStatus, SubscriptionStatus
from companion.domain.store.returns import DestructionLetter, Return, ReturnEligibility, ReturnReason, ReturnStatus

LOUD = ReminderSettings(quiet=None)
SHOW = plain_date(dt.UTC)


@pytest.fixture
def only(build):
    """An order about which nothing but the given things is to be reminded of."""

    def order(**changes):
        quiet = {
            "downloads": (),
            "subscriptions": (),
            "licences": (),
            "return_eligibility": ReturnEligibility(
                eligible=False, counted_from=build.day(-60), deadline=build.day(-30), rule="30 days"
            ),
        }
        return build.order(**(quiet | changes))

    return order


@pytest.fixture
def look(build):
    def at(orders, shown=(), offset=0.0, settings=LOUD, zone=dt.UTC, **extra):
        return due(
            ReminderFacts(tuple(orders), build.profile(), zone, **extra), tuple(shown), settings, build.day(offset)
        )

    return at


@pytest.fixture
def renewing(build, only):
    def order(in_days=40.0, **plan):
        return only(
            licences=(build.licence(),),
            subscriptions=(build.subscription(next_charge_at=build.day(in_days), **plan),),
        )

    return order


def leads(reminders):
    return [(reminder.kind, reminder.lead) for reminder in reminders]


def test_each_lead_comes_on_its_day_and_once(renewing, look, build):
    order = renewing(40)
    assert look([order], offset=9) == ()
    (first,) = look([order], offset=10)
    assert leads([first]) == [(ReminderKind.RENEWAL, "P30D")]
    told = [build.shown(first, build.day(10))]
    assert look([order], told, offset=32) == ()
    (second,) = look([order], told, offset=33)
    assert second.lead == "P7D"
    assert look([order], [*told, build.shown(second, build.day(33))], offset=39.9) == ()
    assert look([order], told, offset=40) == ()


def test_after_a_long_sleep_only_the_most_recent_lead_is_shown(build, only, look):
    order = only(licences=(build.licence(subscription_id=None, expires_at=build.day(40)),))
    (found,) = look([order], offset=38)
    assert (found.lead, found.days) == ("P3D", 2)


def test_a_lead_begins_with_the_persons_own_day(renewing, look):
    order = renewing(7.25)
    # The charge is on 17 March at 18:00 UTC, which is the 18th in Auckland.
    assert look([order], offset=0.1, zone=ZoneInfo("Pacific/Auckland"))[0].lead == "P7D"
    assert look([order], offset=-1.1, zone=ZoneInfo("America/Los_Angeles"))[0].lead == "P30D"


def test_the_last_day_to_cancel_has_its_own_reminder_where_it_differs(renewing, look):
    order = renewing(40, cancel_by=None)
    assert {reminder.kind for reminder in look([order], offset=39)} == {ReminderKind.RENEWAL}


def test_cancel_by(renewing, build, look):
    order = renewing(10, cancel_by=build.day(8))
    found = {reminder.kind: reminder for reminder in look([order], offset=7)}
    said = reminder_text(found[ReminderKind.CANCEL_BY], SHOW, plain_money)
    assert said.title == "Last day to cancel Harbour Suite: 18 March 2027"
    assert said.body == "Tomorrow is the last day to switch off auto-renewal before 55.00 USD plus tax is charged."
    assert found[ReminderKind.RENEWAL].subject.cancel_by == build.day(8)


def test_a_price_rise_names_both_amounts_and_how_to_cancel(renewing, build, look):
    (found,) = look([renewing(6, renewal_price=build.usd(7900), cancel_by=build.day(6))])
    said = reminder_text(found, SHOW, plain_money)
    assert said.title == "Harbour Suite renews in 6 days at a higher price"
    assert said.body == (
        "79.00 USD plus tax will be charged on 16 March 2027 for 1 year. The price rises from 55.00 USD to 79.00 USD. "
        "To avoid the charge, switch auto-renewal off here or on the store's own page by 16 March 2027. "
        "Otherwise nothing needs to be done."
    )
    assert said.actions == (ReminderAction.TURN_OFF_AUTO_RENEWAL,)


def test_a_price_that_changes_after_the_reminder_is_told_again(renewing, build, look):
    told = [build.shown(look([renewing(20)])[0], build.NOW)]
    assert look([renewing(20)], told) == ()
    assert len(look([renewing(20, renewal_price=build.usd(9900))], told)) == 1


def test_switching_off_or_moving_the_charge_withdraws_the_reminder(renewing, build, look):
    before = renewing(6)
    told = [build.shown(look([before])[0], build.NOW)]
    off = renewing(6, auto_renew=False, status=SubscriptionStatus.CANCELLED)
    moved = renewing(25)

    def gone(order):
        return withdrawn(ReminderFacts((order,), build.profile(), dt.UTC), told, build.NOW)

    assert gone(before) == ()
    assert gone(off) == tuple(told)
    assert gone(moved) == tuple(told)
    assert leads(look([moved], told)) == [(ReminderKind.RENEWAL, "P30D")]
    assert not any(reminder.kind is ReminderKind.RENEWAL for reminder in look([off], told))


def test_a_licence_that_renews_by_itself_is_not_said_to_run_out(build, only, look):
    licence = build.licence(expires_at=build.day(1))
    with_plan = only(licences=(licence,), subscriptions=(build.subscription(next_charge_at=build.day(300)),))
    assert look([with_plan]) == ()
    (found,) = look([only(licences=(build.licence(expires_at=build.day(1), subscription_id=None),))])
    said = reminder_text(found, SHOW, plain_money)
    assert said.title == "Harbour Suite runs out tomorrow"
    assert said.actions == (ReminderAction.RENEW,)


def test_the_download_window_is_told_when_it_opens_and_before_it_closes(build, only, look):
    order = only(
        licences=(build.licence(expires_at=None, subscription_id=None),),
        downloads=(build.download(available_from=build.day(0), available_until=build.day(30)),),
    )
    assert look([order], offset=-0.5) == ()
    (first,) = look([order])
    assert first.lead == AT_OPENING
    assert reminder_text(first, SHOW, plain_money).title == "Harbour Suite setup: download it now, it stays yours"
    told = [build.shown(first, build.NOW)]
    assert look([order], told, offset=22) == ()
    assert look([order], told, offset=23)[0].lead == "P7D"
    assert look([order], told, offset=23, downloaded={"art-1"}) == ()
    closing = reminder_text(look([order], told, offset=28.9)[0], SHOW, plain_money)
    assert "closes tomorrow, on 9 April 2027" in closing.body
    assert closing.actions == (ReminderAction.DOWNLOAD_NOW,)


def test_editions_for_several_platforms_are_one_reminder(build, only, look):
    editions = tuple(
        build.download(artifact_id=f"art-{platform.value}", platform=platform)
        for platform in (Platform.WINDOWS, Platform.MACOS, Platform.LINUX)
    )
    order = only(licences=(build.licence(expires_at=None, subscription_id=None),), downloads=editions)
    assert len(look([order])) == 1
    assert look([order], downloaded={"art-windows"}) == ()


def test_two_files_for_one_platform_are_both_needed(build, only, look):
    files = (build.download(), build.download(artifact_id="art-2", name="Harbour Vault"))
    order = only(licences=(build.licence(expires_at=None, subscription_id=None),), downloads=files)
    assert look([order], downloaded={"art-1"})[0].subject.name == "Harbour Vault"


def test_the_return_deadline_is_told_unless_a_return_was_asked_for(build, only, look):
    open_ = ReturnEligibility(eligible=True, counted_from=build.day(-28), deadline=build.day(2), rule="30 days")
    (found,) = look([only(return_eligibility=open_)])
    assert leads([found]) == [(ReminderKind.RETURN_DEADLINE, "P3D")]
    asked = refund(build, ReturnStatus.REQUESTED)
    assert look([only(return_eligibility=open_, returns=(asked,))]) == ()


def refund(build, status, **changes):
    fields = {
        "id": "r-1",
        "reason": ReturnReason.NOT_WANTED,
        "status": status,
        "amount": build.usd(5500),
        "requested_at": build.day(-10),
    }
    return Return(**(fields | changes))


def test_an_overdue_refund_is_told_the_day_after_it_should_have_come(build, only, look):
    entry = refund(build, ReturnStatus.REFUND_INITIATED, credit_until=build.day(2))
    order = only(licences=(build.licence(status=LicenceStatus.REFUNDED),), returns=(entry,))
    assert look([order], offset=2.4) == ()
    (found,) = look([order], offset=2.6)
    assert found.kind is ReminderKind.REFUND_OVERDUE
    assert "55.00 USD should have been on your account by 12 March 2027" in reminder_text(found, SHOW, plain_money).body
    assert look([order], [build.shown(found, build.day(3))], offset=9) == ()


def test_without_a_date_from_the_store_business_days_are_counted(build, only, look):
    # Initiated on Wednesday 10 March; 7 business days end on Friday 19 March.
    entry = refund(build, ReturnStatus.REFUND_INITIATED, refund_initiated_at=build.NOW)
    order = only(returns=(entry,))
    assert look([order], offset=9) == ()
    assert look([order], offset=10)[0].kind is ReminderKind.REFUND_OVERDUE


def test_an_overdue_parcel_is_told_until_it_arrives(build, only, look):
    def parcel(status):
        return Shipment(
            id="s-1",
            status=status,
            method="first",
            line_item_ids=("item-1",),
            destination_country="US",
            shipped_at=build.NOW,
        )

    order = only(shipments=(parcel(ShipmentStatus.SHIPPED),))
    assert look([order], offset=9) == ()
    assert look([order], offset=10)[0].kind is ReminderKind.PARCEL_OVERDUE
    assert look([only(shipments=(parcel(ShipmentStatus.DELIVERED),))], offset=10) == ()


def test_quiet_hours_hold_a_reminder_until_morning(renewing, build, look):
    settings = ReminderSettings(quiet=QuietHours(begins=dt.time(22), ends=dt.time(8)))
    order = renewing(30)
    assert look([order], offset=0.45, settings=settings) == ()
    assert len(look([order], offset=0.85, settings=settings)) == 1
    night = build.day(0.45)
    assert next_wake(ReminderFacts((order,), build.profile(), dt.UTC), (), settings, night) == dt.datetime(
        2027, 3, 11, 8, tzinfo=dt.UTC
    )


def test_quiet_hours_never_hold_back_the_last_chance(build, only, look):
    at_three = dt.datetime(2027, 3, 11, 3, tzinfo=dt.UTC)
    order = only(licences=(build.licence(subscription_id=None, expires_at=at_three),))
    assert len(look([order], offset=0.45, settings=ReminderSettings())) == 1


def test_a_snoozed_reminder_comes_back_once(renewing, build, look):
    order = renewing(20)
    (found,) = look([order])
    put_off = snoozed(found, Snooze.ONE_HOUR, LOUD, build.NOW, dt.UTC)
    assert look([order], [put_off], offset=0.03) == ()
    assert next_wake(ReminderFacts((order,), build.profile(), dt.UTC), [put_off], LOUD, build.NOW) == build.day(1 / 24)
    (again,) = look([order], [put_off], offset=0.05)
    assert again.address == found.address
    assert look([order], [build.shown(again, build.day(0.05))], offset=0.06) == ()


def test_a_nearer_lead_waits_for_the_snooze_and_then_comes_alone(renewing, build, look):
    order = renewing(8)
    (found,) = look([order])
    put_off = snoozed(found, Snooze.THREE_DAYS, LOUD, build.NOW, dt.UTC)
    assert look([order], [put_off], offset=2) == ()
    (again,) = look([order], [put_off], offset=3)
    assert again.lead == "P7D"
    assert look([order], [put_off, build.shown(again, build.day(3))], offset=7) == ()


def test_a_snooze_never_outlives_the_date(renewing, build, look):
    order = renewing(2)
    put_off = snoozed(look([order])[0], Snooze.THREE_DAYS, LOUD, build.NOW, dt.UTC)
    assert put_off.snoozed_until == build.day(2) - dt.timedelta(hours=1)


def test_tomorrow_morning_is_after_sleeping(renewing, build, look):
    (found,) = look([renewing(20)])
    zone = ZoneInfo("America/New_York")
    at_two = dt.datetime(2027, 3, 10, 2, tzinfo=zone)
    assert snoozed(found, Snooze.TOMORROW_MORNING, LOUD, at_two, zone).snoozed_until == dt.datetime(
        2027, 3, 10, 9, tzinfo=zone
    )
    assert snoozed(found, Snooze.TOMORROW_MORNING, LOUD, build.NOW, zone).snoozed_until == dt.datetime(
        2027, 3, 11, 9, tzinfo=zone
    )


def test_never_again_is_about_this_date_only(renewing, build, look):
    order = renewing(20)
    muted = [never_again(look([order])[0], build.NOW)]
    assert look([order], muted, offset=14) == ()
    assert next_wake(ReminderFacts((order,), build.profile(), dt.UTC), muted, LOUD, build.NOW) is None
    assert len(look([renewing(385)], muted, offset=360)) == 1


def test_a_clock_set_back_brings_no_earlier_lead_up(renewing, build, look):
    order = renewing(40)
    (early,) = look([order], offset=36)
    assert early.lead == "P7D"
    assert look([order], [build.shown(early, build.day(36))], offset=12) == ()


def test_leads_can_be_chosen_and_switched_off(renewing, build, look):
    order = renewing(3)
    assert look([order], settings=ReminderSettings(quiet=None, renewal=())) == ()
    chosen = ReminderSettings(quiet=None, renewal=build.periods("P3D"))
    assert look([order], settings=chosen)[0].lead == "P3D"
    assert look([order], offset=-1, settings=chosen) == ()
    assert look([order], settings=ReminderSettings(muted=True)) == ()


def test_a_monthly_plan_is_not_reminded_of_its_next_charge_on_the_day_of_the_last(renewing, look):
    monthly = renewing(29, term=Period(months=1))
    assert look([monthly]) == ()
    assert look([monthly], offset=22)[0].lead == "P7D"


def test_a_lead_of_a_month_is_a_calendar_month(renewing, build, look):
    settings = ReminderSettings(quiet=None, renewal=build.periods("P1M"))
    order = renewing(31)
    assert look([order], offset=-0.6, settings=settings) == ()
    assert len(look([order], offset=0, settings=settings)) == 1
    wake = next_wake(ReminderFacts((order,), build.profile(), dt.UTC), (), settings, build.day(-9))
    assert wake == dt.datetime(2027, 3, 10, tzinfo=dt.UTC)


def test_several_at_once_become_one_summary(renewing, build, only, look):
    other = only(number="LF-2", licences=(build.licence(subscription_id=None, expires_at=build.day(3)),))
    found = look([renewing(6), other])
    said = summary(found, SHOW, plain_money)
    assert said.title == "2 dates need your attention"
    assert said.body == "Harbour Suite runs out in 3 days. Harbour Suite renews in 6 days."
    assert summary(found * 3, SHOW, plain_money).body.endswith("And 4 more.")
    assert summary(found[:1], SHOW, plain_money) == reminder_text(found[0], SHOW, plain_money)
    assert summary((), SHOW, plain_money) is None


def test_the_next_dates_are_listed_nearest_first(renewing, build):
    order = build.order(subscriptions=(build.subscription(next_charge_at=build.day(6), cancel_by=build.day(4)),))
    assert [
        date_words(subject) for subject in upcoming(ReminderFacts((order,), build.profile(), dt.UTC), build.NOW)
    ] == [
        "Last day to cancel Harbour Suite",
        "Harbour Suite renews",
        "Download window of Harbour Suite setup closes",
        "Last day to return Harbour Suite",
    ]


def test_an_end_that_was_chosen_is_listed_and_never_reminded_of(build):
    ends = (build.licence(expires_at=build.day(3)),)
    off = build.subscription(auto_renew=False, status=SubscriptionStatus.CANCELLED, next_charge_at=None)
    chosen = ReminderFacts((build.order(licences=ends, subscriptions=(off,)),), build.profile(), dt.UTC)
    plain = ReminderFacts((build.order(licences=ends, subscriptions=()),), build.profile(), dt.UTC)

    def kinds(facts):
        found = due(facts, (), ReminderSettings(quiet=None), build.NOW)
        return {reminder.kind for reminder in found}, {subject.kind for subject in upcoming(facts, build.NOW)}

    reminded, listed = kinds(chosen)
    assert ReminderKind.EXPIRY not in reminded
    assert ReminderKind.EXPIRY in listed
    assert ReminderKind.EXPIRY in kinds(plain)[0]


def test_a_return_that_waits_for_the_letter_is_told_the_day_after_until_it_is_accepted(build, only, look):
    entry = refund(build, ReturnStatus.LETTER_NEEDED, requested_at=build.day(0))
    order = only(returns=(entry,))
    assert look([order], offset=0.1) == ()
    (found,) = look([order], offset=1)
    told = reminder_text(found, SHOW, plain_money)
    assert (found.kind, told.actions) == (ReminderKind.RETURN_WAITS, (ReminderAction.READ_LETTER,))
    assert "waits for you" in told.title
    assert "55.00 USD is given back" in told.body
    accepted = DestructionLetter(text="I have destroyed it.", accepted_at=build.day(1))
    assert look([only(returns=(refund(build, ReturnStatus.LETTER_NEEDED, letter=accepted),))], offset=2) == ()


def test_a_window_is_reminded_of_while_another_pc_of_the_licence_waits(build, only, look):
    def seen(used, total, **extra):
        seats = tuple(build.seat(id=name) for name in used)
        licence = build.licence(expires_at=None, subscription_id=None, seats=seats, seats_total=total)
        closing = build.download(available_from=build.day(-20), available_until=build.day(1))
        return look([only(licences=(licence,), downloads=(closing,))], downloaded={"art-1"}, **extra)

    (found,) = seen(("pc-2",), 3, this_seat="here")
    told = reminder_text(found, SHOW, plain_money)
    assert told.actions == ()
    assert "another PC can still have it" in told.title
    assert seen(("here", "pc-2"), 3, this_seat="here") != ()
    assert seen(("pc-2", "pc-3"), 3, this_seat="here") == (), "the seat that is left is this PC's"
    assert seen(("here",), 1, this_seat="here") == ()
    assert seen(("pc-2",), 3) == (), "which PC this one is, is not known"


def test_where_the_file_lies_a_window_that_opens_is_no_news(build, only, look):
    licence = build.licence(expires_at=None, subscription_id=None, seats_total=3)
    opened = build.download(available_from=build.day(0), available_until=build.day(30))
    order = only(licences=(licence,), downloads=(opened,))
    assert look([order], downloaded={"art-1"}, this_seat="here") == ()
    assert look([order], downloaded={"art-1"}, this_seat="here", offset=23)[0].lead == "P7D"
