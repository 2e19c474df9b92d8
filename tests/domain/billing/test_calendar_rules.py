"""The date rules over years, month ends, leap days, changes of the clocks, and zones on both sides of the store's."""

from __future__ import annotations

import calendar
import datetime as dt
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from companion.domain.billing.auto_renewal import charge_of, preview_switch
from companion.domain.billing.returns import credit_between, outlook_sentences, renewal_return, return_outlook
from companion.domain.core.business_days import Days, is_business_day
from companion.domain.core.time.periods import Period, days_until
from companion.domain.entitlements.download_access import WindowState, state_of
from companion.domain.overview.product_cards import product_cards
from companion.domain.store.returns import ReturnEligibility, ReturnReason

STORE = ZoneInfo("America/New_York")
ZONES = [
    ZoneInfo(name)
    for name in (
        *("Pacific/Kiritimati", "Pacific/Auckland", "Asia/Kathmandu", "Europe/Berlin", "UTC"),
        *("America/New_York", "America/Los_Angeles", "Pacific/Pago_Pago", "Australia/Lord_Howe"),
    )
]
moments = st.datetimes(dt.datetime(2023, 1, 1), dt.datetime(2033, 1, 1), timezones=st.just(dt.UTC))  # noqa: DTZ001
zones = st.sampled_from(ZONES)
periods = st.builds(Period, st.integers(0, 5), st.integers(0, 18), st.integers(0, 60))
SETTINGS = settings(max_examples=150, deadline=None)


# Periods


@pytest.mark.parametrize(
    ("start", "period", "end"),
    [
        ("2027-01-31", "P1M", "2027-02-28"),
        ("2028-01-31", "P1M", "2028-02-29"),
        ("2028-02-29", "P1Y", "2029-02-28"),
        ("2028-02-29", "P4Y", "2032-02-29"),
        ("2027-12-31", "P2M", "2028-02-29"),
        ("2028-02-28", "P1D", "2028-02-29"),
        ("2027-03-31", "P1M1D", "2027-05-01"),
        ("2100-02-28", "P1D", "2100-03-01"),
        ("2027-11-30", "P15M", "2029-02-28"),
    ],
)
def test_month_ends_and_leap_days(start: str, period: str, end: str) -> None:
    begun = dt.datetime.fromisoformat(f"{start}T10:00:00+00:00")
    assert Period.parse(period).after(begun).date().isoformat() == end


@SETTINGS
@given(moments, zones, periods)
def test_a_period_keeps_the_wall_clock_and_lands_in_the_right_month(
    start: dt.datetime, zone: ZoneInfo, period: Period
) -> None:
    local = start.astimezone(zone)
    end = period.after(local)
    assert end.replace(tzinfo=None).time() == local.replace(tzinfo=None).time()
    months = Period(period.years, period.months).after(local)
    counted = (months.year - local.year) * 12 + months.month - local.month
    assert counted == period.years * 12 + period.months
    assert months.day == min(local.day, calendar.monthrange(months.year, months.month)[1])
    assert (end.date() - months.date()).days == period.days


@SETTINGS
@given(periods)
def test_a_period_is_read_as_it_is_written(period: Period) -> None:
    assert Period.parse(str(period)) == period


@SETTINGS
@given(moments, st.timedeltas(dt.timedelta(days=-400), dt.timedelta(days=400)), zones)
def test_days_left_are_those_of_the_persons_calendar(now: dt.datetime, span: dt.timedelta, zone: ZoneInfo) -> None:
    days = days_until(now + span, now, zone)
    assert now.astimezone(zone).date() + dt.timedelta(days=days) == (now + span).astimezone(zone).date()
    assert abs(days - span / dt.timedelta(days=1)) < 1 + 2 / 24, "a change of the clocks shifts it by no more"


# Licences and plans


@SETTINGS
@given(moments, st.integers(-40, 400), st.integers(0, 86_399), zones)
def test_a_card_counts_the_days_left_in_the_persons_zone(
    build, now: dt.datetime, days: int, seconds: int, zone: ZoneInfo
) -> None:
    ends = now + dt.timedelta(days=days, seconds=seconds)
    licence = build.licence(starts_at=now - dt.timedelta(days=400), expires_at=ends)
    (card,) = product_cards((build.order(licences=(licence,)),), build.profile(), now, zone)
    assert card.days_left == (ends.astimezone(zone).date() - now.astimezone(zone).date()).days


@SETTINGS
@given(moments, st.integers(1, 400), st.integers(0, 72), zones)
def test_cancel_by_is_told_exactly_when_its_day_differs_for_the_person(
    build, now: dt.datetime, days: int, hours: int, zone: ZoneInfo
) -> None:
    at = now + dt.timedelta(days=days)
    by = at - dt.timedelta(hours=hours)
    charge = charge_of(build.order(), build.subscription(next_charge_at=at, cancel_by=by), zone)
    same_day = at.astimezone(zone).date() == by.astimezone(zone).date()
    assert charge.cancel_by == (None if same_day else by)


@SETTINGS
@given(moments, st.sampled_from(["P1M", "P6M", "P1Y"]), zones)
@example(dt.datetime(2028, 2, 29, 23, 30, tzinfo=dt.UTC), "P1Y", ZoneInfo("Pacific/Kiritimati"))
def test_a_cancelled_plan_stays_active_to_the_end_of_what_is_paid(
    build, begun: dt.datetime, term: str, zone: ZoneInfo
) -> None:
    until = Period.parse(term).after(begun)
    plan = build.subscription(
        term=Period.parse(term), active_until=until, next_charge_at=until - dt.timedelta(days=1), cancel_by=None
    )
    licence = build.licence(starts_at=begun, expires_at=until)
    found = preview_switch(build.order(), plan, licence, False, build.profile(), begun, zone)
    assert found.changes
    assert found.active_until == until
    assert found.days_left == (until.astimezone(zone).date() - begun.astimezone(zone).date()).days


@SETTINGS
@given(moments, st.integers(-40, 40), st.integers(0, 86_399), zones)
def test_a_download_window_is_open_to_its_last_moment(
    build, now: dt.datetime, days: int, seconds: int, zone: ZoneInfo
) -> None:
    closes = now + dt.timedelta(days=days, seconds=seconds)
    download = build.download(available_from=now - dt.timedelta(days=100), available_until=closes)
    state = state_of(download, now, zone)
    assert (state is WindowState.CLOSED) is (closes <= now)
    if closes > now:
        last_day = closes.astimezone(zone).date() == now.astimezone(zone).date()
        assert (state is WindowState.CLOSES_TODAY) is last_day


# Returns and credits


@SETTINGS
@given(moments, st.integers(0, 60), zones)
def test_a_return_is_possible_to_the_stores_last_moment_whatever_the_persons_zone(
    build, now: dt.datetime, days: int, zone: ZoneInfo
) -> None:
    counted = (now - dt.timedelta(days=days)).astimezone(STORE)
    deadline = Period(days=30).after(counted)
    said = ReturnEligibility(eligible=True, counted_from=counted, deadline=deadline, rule="30 days")
    outlook = return_outlook(build.order(return_eligibility=said), build.profile(), now, zone)
    assert outlook.eligible is (now <= deadline)
    assert outlook.days_left == (deadline.astimezone(zone).date() - now.astimezone(zone).date()).days
    assert deadline.date() == counted.date() + dt.timedelta(days=30), "a change of the clocks costs no hour of it"


@SETTINGS
@given(moments, st.integers(0, 45))
def test_an_unwanted_renewal_is_returned_within_30_of_the_stores_days(build, now: dt.datetime, days: int) -> None:
    charged = now - dt.timedelta(days=days)
    charge = build.charge(id="ch-9", at=charged, about="subscription:sub-1")
    order = build.order(charges=(charge,))
    found = renewal_return(order, order.subscriptions[0], build.profile(), now, STORE)
    deadline = Period(days=30).after(charged.astimezone(STORE))
    assert (found is not None) is (now <= deadline)
    if found is not None:
        assert found.deadline == deadline


@SETTINGS
@given(moments, st.sampled_from(ReturnReason))
def test_a_credit_shows_on_business_days_of_the_stores_bank(build, at: dt.datetime, reason: ReturnReason) -> None:
    profile = build.profile()
    first, last = credit_between(at, reason, profile, STORE)
    policy = profile.policies.returns
    unwanted = reason is ReturnReason.UNWANTED_RENEWAL
    span = policy.renewal_credit_business_days if unwanted else policy.credit_business_days
    start = at.astimezone(STORE).date()
    for moment, wanted in ((first, span.least), (last, span.most)):
        day = moment.astimezone(STORE).date()
        passed = sum(is_business_day(start + dt.timedelta(days=n), "US") for n in range(1, (day - start).days + 1))
        assert passed == wanted
        assert is_business_day(day, "US") or wanted == 0


def test_a_refund_is_not_promised_for_a_public_holiday(build) -> None:
    # Five business days after Thursday 19 November 2026; Thanksgiving Day is Thursday the 26th.
    policies = build.profile().policies
    returns = msgspec.structs.replace(policies.returns, credit_business_days=Days(least=5, most=5))
    profile = build.profile(policies=msgspec.structs.replace(policies, returns=returns))
    at = dt.datetime(2026, 11, 19, 12, tzinfo=STORE)
    assert credit_between(at, ReturnReason.NOT_WANTED, profile, STORE)[1].date() == dt.date(2026, 11, 27)
    elsewhere = msgspec.structs.replace(profile, store=msgspec.structs.replace(profile.store, country="XX"))
    assert credit_between(at, ReturnReason.NOT_WANTED, elsewhere, STORE)[1].date() == dt.date(2026, 11, 26)


def test_dates_without_public_holidays_say_so(build) -> None:
    profile = build.profile()
    elsewhere = msgspec.structs.replace(profile, store=msgspec.structs.replace(profile.store, country="XX"))
    now, zone = dt.datetime(2027, 1, 12, tzinfo=dt.UTC), STORE
    order = build.order(
        return_eligibility=ReturnEligibility(eligible=True, counted_from=now, deadline=now, rule="30 days")
    )
    said = [
        " ".join(outlook_sentences(return_outlook(order, each, now, zone), str, str)) for each in (profile, elsewhere)
    ]
    assert ["public holidays" in each for each in said] == [False, True]
