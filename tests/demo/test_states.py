"""Between them, the demo customers show every state that the program can tell a person about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from companion.demo.customers import first_records
from companion.demo.downloads.artifact import Artifact
from companion.demo.orders.lifecycle import advanced
from companion.demo.orders.purchases import Shop
from companion.domain.billing.auto_renewal import AutoRenew
from companion.domain.billing.charges import (
    WhyTwo,
    charge_ahead_sentence,
    timeline,
    two_charges_sentences,
    why_two_charges,
)
from companion.domain.billing.returns import NotEligible, outlook_sentences, return_outlook, return_progress
from companion.domain.billing.shipping import backup_offer, parcel_sentences, parcels, settled_sentences
from companion.domain.core.platform import Platform
from companion.domain.core.serialization import decode, encode
from companion.domain.core.text import plain_date, plain_money
from companion.domain.entitlements.download_access import WindowState
from companion.domain.entitlements.licences import EffectiveStatus, span_words
from companion.domain.entitlements.seats import ThisPC
from companion.domain.overview.product_cards import (
    Concern,
    NextAction,
    ProductCard,
    Tone,
    product_cards,
    status_sentence,
    status_words,
)
from companion.domain.store.orders import ChargeKind, LicenceStatus, Order, OrderStatus, ShipmentStatus
from companion.domain.store.profile import Profile
from companion.domain.store.returns import ReturnStatus
from companion.services.app.resources import resource

START = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Berlin")
DATE = plain_date(ZONE)


@pytest.fixture(scope="module")
def profile() -> Profile:
    return decode(resource("profiles/larkfield.json").read_bytes(), Profile, source="the profile")


@pytest.fixture(scope="module")
def orders(profile: Profile) -> tuple[Order, ...]:
    artifact = Artifact(
        id="a", filename="a.run", platform=Platform.LINUX, size=1, sha256="0" * 64, piece_sha256=(), recipe="0" * 64
    )
    shop = Shop(profile.policies, profile.store.statement_descriptor, artifact)
    return tuple(advanced(record, profile.policies, START).order for record in first_records(shop, START))


@pytest.fixture(scope="module")
def cards(orders: tuple[Order, ...], profile: Profile) -> tuple[ProductCard, ...]:
    return product_cards(orders, profile, START, ZONE, this_seat=orders[0].licences[0].seats[0].id)


def missing(kind: Iterable[object], seen: Iterable[object]) -> set[object]:
    # This store names no state that this version does not know.
    return {each for each in kind if each != "unknown"} - set(seen)


def test_licences_and_plans_stand_at_every_point(cards: tuple[ProductCard, ...]) -> None:
    assert missing(EffectiveStatus, (card.status for card in cards)) == set()
    assert missing(AutoRenew, (card.auto_renew for card in cards)) == set()
    assert missing(Tone, (card.tone for card in cards)) == set()
    assert missing(ThisPC, (card.seats.this_pc for card in cards)) == set()
    assert "Renewed" in {status_words(card) for card in cards}
    assert any(card.next_charge and card.next_charge.rises for card in cards)
    assert any(card.next_charge and card.next_charge.cancel_by for card in cards)
    shown = {concern for card in cards for concern in card.concerns}
    # A licence whose renewal is off runs out in 16 days: a monthly plan is told later than a yearly one.
    assert missing(Concern, shown) <= {Concern.EXPIRES_SOON}


def test_downloads_are_open_closing_closed_and_none(cards: tuple[ProductCard, ...]) -> None:
    states = {card.window.state for card in cards}
    assert {WindowState.OPEN, WindowState.CLOSED, WindowState.NONE} <= states
    actions = {card.action for card in cards}
    assert {NextAction.DOWNLOAD, NextAction.ASK_EXTENSION, NextAction.RENEW, NextAction.NONE} <= actions


def test_orders_parcels_money_and_returns_stand_at_every_step(orders: tuple[Order, ...], profile: Profile) -> None:
    assert missing(OrderStatus, (order.status for order in orders)) == set()
    moves = [move for order in orders for move in timeline(order, profile, START)]
    assert missing(ChargeKind, (move.kind for move in moves)) == set()
    assert any(move.showing for move in moves)
    assert any(charge_ahead_sentence(order, profile, plain_date(ZONE)) for order in orders)
    whys = {two.why for order in orders if (two := why_two_charges(order, profile, START)) is not None}
    assert {WhyTwo.HOLD_AND_CHARGE, WhyTwo.PURCHASE_AND_RENEWAL} <= whys
    sent = [parcel for order in orders for parcel in parcels(order, profile, START, ZONE)]
    assert missing(ShipmentStatus, (parcel.status for parcel in sent)) == {ShipmentStatus.PREPARING}
    assert {True, False} == {parcel.trackable for parcel in sent} == {parcel.late for parcel in sent}
    returned = {entry.status for order in orders for entry in order.returns}
    # A return that is asked for is judged at once.
    assert missing(ReturnStatus, returned) == {ReturnStatus.REQUESTED}
    assert {True, False} == {backup_offer(order, profile) is not None for order in orders}


def test_returns_are_possible_too_late_asked_for_and_done(orders: tuple[Order, ...], profile: Profile) -> None:
    outlooks = [return_outlook(order, profile, START, ZONE) for order in orders]
    reasons = {outlook.reason for outlook in outlooks}
    assert reasons == {None, *NotEligible}
    assert any(outlook.renewal is not None for outlook in outlooks)
    assert any(outlook.eligible and outlook.letter_needed for outlook in outlooks)


@pytest.fixture
def read(customer: Callable[[str], Any]) -> Callable[[str], Order]:
    """An order as the running store tells it at the clock's moment."""
    return lambda number: decode(encode(customer(number).order()), Order, source="the store")


def test_a_licence_bought_ahead_starts_when_the_running_one_ends(
    read: Callable[[str], Order], clock: Any, profile: Profile
) -> None:
    def told() -> tuple[Order, Order, dict[str, ProductCard]]:
        running, ahead = read("LF-4093-7715"), read("LF-6127-3084")
        cards = product_cards((running, ahead), profile, clock.now, ZONE)
        return running, ahead, {card.order_number: card for card in cards}

    running, ahead, cards = told()
    first, second = cards[running.number], cards[ahead.number]
    assert (first.status, second.status) == (EffectiveStatus.ACTIVE, EffectiveStatus.NOT_STARTED)
    assert ahead.licences[0].starts_at == running.licences[0].expires_at
    assert ahead.licences[0].key_from_order == running.number
    assert (first.tone, first.carried_on, first.concerns) == (Tone.OK, True, ())
    assert status_sentence(first, DATE).endswith("23 days left. A later order carries it on from then.")
    assert span_words(second.status, second.starts_at, second.expires_at, DATE) == "starts on 27 March 2026"
    clock.pass_by(days=23, seconds=-1)
    assert [card.status for card in told()[2].values()].count(EffectiveStatus.NOT_STARTED) == 1
    clock.pass_by(seconds=1)
    running, ahead, cards = told()
    assert status_words(cards[running.number]) == "Renewed"
    assert cards[ahead.number].status is EffectiveStatus.ACTIVE
    # The running one was not renewed once more: nothing was charged for it again.
    assert [charge.kind for charge in running.charges] == [ChargeKind.AUTHORIZATION, ChargeKind.CHARGE]


def test_a_late_parcel_stays_late_until_it_comes(read: Callable[[str], Order], clock: Any, profile: Profile) -> None:
    for days in (0, 3, 4.9):
        clock.now = START + dt.timedelta(days=days)
        (parcel,) = parcels(read("LF-6642-1978"), profile, clock.now, ZONE)
        assert (parcel.late, parcel.trackable, parcel.method_name) == (True, False, "First Class")
        assert parcel.expected_until is not None
        assert parcel.expected_until < START - dt.timedelta(days=6)
        said = " ".join(parcel_sentences(parcel, DATE))
        assert "It is late. First Class has no tracking number" in said
        assert "where it is" not in said
    clock.now = START + dt.timedelta(days=8)
    (parcel,) = parcels(read("LF-6642-1978"), profile, clock.now, ZONE)
    assert (parcel.status, parcel.late, parcel.delivered_at) == (ShipmentStatus.DELIVERED, False, clock.now)


def test_a_parcel_that_came_back_is_credited_and_stays_so(
    read: Callable[[str], Order], clock: Any, profile: Profile
) -> None:
    for days in (0, 60):
        clock.now = START + dt.timedelta(days=days)
        order = read("LF-2815-6403")
        (parcel,) = parcels(order, profile, clock.now, ZONE)
        assert (parcel.status, parcel.late) == (ShipmentStatus.RETURNED, False)
        assert "went back to the warehouse" in parcel_sentences(parcel, DATE)[0]
        assert (order.status, order.licences[0].status) == (OrderStatus.REFUNDED, LicenceStatus.REFUNDED)
        assert [move.kind for move in timeline(order, profile, clock.now)] == [
            ChargeKind.AUTHORIZATION, ChargeKind.CHARGE, ChargeKind.REFUND,
        ]  # fmt: skip
        assert {charge.amount for charge in order.charges} == {order.total}
        assert return_outlook(order, profile, clock.now, ZONE).reason is NotEligible.ALREADY_REFUNDED
        assert settled_sentences(order) == ()
    two = why_two_charges(order, profile, START)
    assert two is not None
    said = two_charges_sentences(two, profile.policies.payment, DATE, plain_money)
    assert said[1:3] == (
        "You paid once: 65.20 USD, charged on 8 February 2026.", "The store gave it back on 28 February 2026.",
    )  # fmt: skip


def test_a_refused_return_keeps_its_reason_until_the_window_is_over(
    customer: Callable[[str], Any], read: Callable[[str], Order], refused: Any, clock: Any, profile: Profile
) -> None:
    why = (
        "The return was refused: Pia's notebook went on using the licence after the Letter of Destruction was accepted."
    )
    for days in (0, 10.9):
        clock.now = START + dt.timedelta(days=days)
        order = read("LF-8350-4126")
        (entry,) = order.returns
        assert return_progress(entry, profile, clock.now, ZONE).status is ReturnStatus.REFUSED
        outlook = return_outlook(order, profile, clock.now, ZONE)
        assert (outlook.reason, outlook.store_refusal) == (NotEligible.STORE_SAYS_NO, why)
        said = outlook_sentences(outlook, DATE, plain_money)
        assert (said[0], said[-1]) == (why, "If you think that this is a mistake, support can look at it again.")
        again = customer(order.number).post(f"/v1/orders/{order.number}/returns", {"reason": "notWanted"})
        assert (refused(again), again.json()["detail"]) == ((409, "not-eligible"), why)
        assert order.licences[0].status is LicenceStatus.ACTIVE
    clock.now = START + dt.timedelta(days=12)
    over = return_outlook(read("LF-8350-4126"), profile, clock.now, ZONE)
    assert over.reason is NotEligible.TOO_LATE


def test_a_renewal_after_a_refused_return_is_judged_anew(
    customer: Callable[[str], Any], read: Callable[[str], Order], clock: Any
) -> None:
    plan = read("LF-8350-4126").subscriptions[0]
    assert plan.next_charge_at is not None
    clock.now = plan.next_charge_at + dt.timedelta(days=1)
    order = read("LF-8350-4126")
    assert (order.return_eligibility.eligible, order.return_eligibility.refusal) == (True, None)
    body = {"reason": "unwantedRenewal", "subscriptionId": plan.id}
    answer = customer(order.number).post(f"/v1/orders/{order.number}/returns", body)
    assert answer.json()["status"] == ReturnStatus.REFUND_INITIATED
