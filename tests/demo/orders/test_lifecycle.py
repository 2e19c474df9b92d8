"""What time does to the demo orders."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from companion.demo.customers import accounts, first_records
from companion.demo.downloads.artifact import Artifact
from companion.demo.orders.lifecycle import advanced
from companion.demo.orders.purchases import Shop
from companion.demo.orders.records import Record
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode, encode
from companion.domain.store.orders import ChargeKind, LicenceStatus, OrderStatus
from companion.domain.store.profile import Policies, Profile
from companion.domain.store.returns import ReturnStatus
from companion.services.app.resources import resource

_PROFILE = decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the profile")
_ARTIFACT = Artifact(
    id="a", filename="a.run", platform=Platform.LINUX, size=1, sha256="0" * 64, piece_sha256=(), recipe="0" * 64
)
_FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
_MOMENTS = st.integers(0, 9 * 366 * 86400).map(lambda seconds: _FIRST + dt.timedelta(seconds=seconds))
_SPANS = st.integers(0, 1500 * 24).map(lambda hours: dt.timedelta(hours=hours))


def _records(start: dt.datetime) -> tuple[Record, ...]:
    return first_records(Shop(_PROFILE.policies, "LKF*Larkfield", _ARTIFACT), start)


@pytest.fixture
def policies() -> Policies:
    return _PROFILE.policies


@settings(max_examples=25, deadline=None)
@given(start=_MOMENTS)
def test_on_any_first_day_the_orders_are_as_the_accounts_say(start: dt.datetime) -> None:
    records = {record.order.number: record for record in _records(start)}
    assert records.keys() == {account.order_number for account in accounts()}
    for record in records.values():
        assert decode(encode(record), Record, source="the file") == record
        assert all(charge.at <= start for charge in record.order.charges)
        assert record.order.placed_at is not None
        assert record.order.placed_at <= start
        now = advanced(record, _PROFILE.policies, start)
        assert now.order.licences == record.order.licences
        assert now.order.subscriptions == record.order.subscriptions
        ids = [charge.id for charge in record.order.charges]
        assert len(ids) == len(set(ids))


@settings(max_examples=25, deadline=None)
@given(start=_MOMENTS, first=_SPANS, second=_SPANS)
def test_looking_in_between_changes_nothing(start: dt.datetime, first: dt.timedelta, second: dt.timedelta) -> None:
    for record in _records(start):
        between = advanced(record, _PROFILE.policies, start + first)
        end = start + first + second
        once = advanced(record, _PROFILE.policies, end)
        assert advanced(between, _PROFILE.policies, end) == once
        assert advanced(once, _PROFILE.policies, end) == once


@settings(max_examples=25, deadline=None)
@given(start=_MOMENTS, span=_SPANS)
def test_what_is_paid_for_is_valid_and_nothing_else(start: dt.datetime, span: dt.timedelta) -> None:
    now = start + span
    for record in _records(start):
        order = advanced(record, _PROFILE.policies, now).order
        (licence,) = order.licences
        assert licence.expires_at is not None
        if licence.status is not LicenceStatus.REFUNDED:
            assert (licence.status is LicenceStatus.ACTIVE) == (licence.expires_at > now)
        for plan in order.subscriptions:
            if licence.status is not LicenceStatus.REFUNDED:
                assert licence.expires_at == plan.active_until
            if plan.auto_renew:
                assert plan.next_charge_at is not None
                assert plan.active_until is not None
                assert now < plan.next_charge_at < plan.active_until
        ids = [charge.id for charge in order.charges]
        assert len(ids) == len(set(ids))


def test_a_store_left_alone_for_years_catches_up(policies: Policies) -> None:
    start = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
    for record in _records(start):
        later = advanced(record, policies, start.replace(year=2046)).order
        if record.order.subscriptions and record.order.subscriptions[0].auto_renew:
            until = later.subscriptions[0].active_until
            assert until is not None
            assert until > start.replace(year=2046)
            assert len(later.charges) >= 20


def test_a_download_is_charged_the_day_after_the_order_and_once(policies: Policies) -> None:
    start = dt.datetime(2026, 3, 6, 9, 30, tzinfo=dt.UTC)
    record = next(record for record in _records(start) if record.order.status is OrderStatus.PROCESSING)
    assert [charge.kind for charge in record.order.charges] == [ChargeKind.AUTHORIZATION]
    assert record.order.placed_at is not None
    due = policies.payment.download_charged_after.after(record.order.placed_at)
    before = advanced(record, policies, due - dt.timedelta(seconds=1))
    assert before.order.charges == record.order.charges
    for moment in (due, due + dt.timedelta(days=40)):
        order = advanced(before, policies, moment).order
        hold, paid = order.charges
        assert (order.status, paid.kind, paid.at, paid.amount) == (
            OrderStatus.COMPLETED, ChargeKind.CHARGE, due, order.total,
        )  # fmt: skip
        assert hold.released_at is not None
        assert hold.released_at > due
        assert order.invoice_number


def test_returns_stand_at_every_step(policies: Policies) -> None:
    start = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
    given = [entry for record in _records(start) for entry in advanced(record, policies, start).order.returns]
    assert {entry.status for entry in given} == {
        ReturnStatus.LETTER_NEEDED, ReturnStatus.REFUND_INITIATED, ReturnStatus.CREDITED, ReturnStatus.REFUSED,
    }  # fmt: skip
