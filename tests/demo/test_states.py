"""Between them, the demo customers show every state that the program can tell somebody about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from zoneinfo import ZoneInfo

import pytest

from companion.demo.artifact import Artifact
from companion.demo.customers import first_records
from companion.demo.lifecycle import advanced
from companion.demo.purchases import Shop
from companion.domain.auto_renewal import AutoRenew
from companion.domain.charges import WhyTwo, charge_ahead_sentence, timeline, why_two_charges
from companion.domain.download_windows import WindowState
from companion.domain.licences import Standing
from companion.domain.orders import ChargeKind, Order, OrderStatus, Platform, ReturnStatus, ShipmentStatus
from companion.domain.products import Concern, NextAction, ProductCard, Tone, product_cards, standing_words
from companion.domain.profile import Profile
from companion.domain.returns import NotEligible, return_outlook
from companion.domain.seats import ThisPC
from companion.domain.shipping import backup_offer, parcels
from companion.domain.wire import decode
from companion.domain.wording import plain_date
from companion.services.resources import resource

START = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)
ZONE = ZoneInfo("Europe/Berlin")


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
    return set(kind) - set(seen)


def test_licences_and_plans_stand_at_every_point(cards: tuple[ProductCard, ...]) -> None:
    # The demo sells nothing that begins in the future.
    assert missing(Standing, (card.standing for card in cards)) == {Standing.NOT_STARTED}
    assert missing(AutoRenew, (card.auto_renew for card in cards)) == set()
    assert missing(Tone, (card.tone for card in cards)) == set()
    assert missing(ThisPC, (card.seats.this_pc for card in cards)) == set()
    assert "Renewed" in {standing_words(card) for card in cards}
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
    assert {ShipmentStatus.SHIPPED, ShipmentStatus.DELIVERED} == {parcel.status for parcel in sent}
    assert {True, False} == {parcel.trackable for parcel in sent}
    returned = {entry.status for order in orders for entry in order.returns}
    assert {ReturnStatus.LETTER_NEEDED, ReturnStatus.REFUND_INITIATED, ReturnStatus.CREDITED} == returned
    assert {True, False} == {backup_offer(order, profile) is not None for order in orders}


def test_returns_are_possible_too_late_asked_for_and_done(orders: tuple[Order, ...], profile: Profile) -> None:
    outlooks = [return_outlook(order, profile, START, ZONE) for order in orders]
    reasons = {outlook.reason for outlook in outlooks}
    assert {None, NotEligible.TOO_LATE, NotEligible.ALREADY_ASKED, NotEligible.ALREADY_REFUNDED} <= reasons
    assert any(outlook.renewal is not None for outlook in outlooks)
    assert any(outlook.eligible and outlook.letter_needed for outlook in outlooks)
