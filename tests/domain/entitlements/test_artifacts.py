"""What an order still gives of a download."""

import datetime as dt

import pytest

from companion.domain.core.text import plain_date
from companion.domain.entitlements.artifacts import Offer, offer_of, offer_sentence
from companion.domain.store.orders import Extension, ExtensionStatus, LicenceStatus, OrderStatus


def _offer(build, order):
    return offer_of(order, order.downloads[0], build.profile(), build.NOW)


def test_an_open_window_gives_it_and_a_closed_one_can_be_asked_for(build):
    assert _offer(build, build.order()) is Offer.OPEN
    closed = build.download(available_until=build.day(-3))
    assert _offer(build, build.order(downloads=(closed,))) is Offer.CAN_ASK
    later = build.download(available_from=build.day(3), available_until=build.day(30))
    assert _offer(build, build.order(downloads=(later,))) is Offer.CLOSED


@pytest.mark.parametrize(
    ("status", "until", "left"),
    [
        (ExtensionStatus.REQUESTED, None, Offer.CLOSED),
        (ExtensionStatus.REFUSED, None, Offer.CLOSED),
        (ExtensionStatus.GRANTED, 2, Offer.OPEN),
        (ExtensionStatus.GRANTED, -1, Offer.CAN_ASK),
    ],
)
def test_who_has_asked_is_not_sent_to_ask_again(build, status, until, left):
    extension = Extension(status=status, statement="", available_until=build.day(until) if until is not None else None)
    closed = build.download(available_until=build.day(-3), extension=extension)
    assert _offer(build, build.order(downloads=(closed,))) is left


@pytest.mark.parametrize(
    "changes",
    [
        {"status": OrderStatus.REFUNDED},
        {"licence": {"status": LicenceStatus.REFUNDED}},
        {"licence": {"status": LicenceStatus.EXPIRED}},
        {"licence": {"expires_at": dt.datetime(2027, 3, 10, 11, tzinfo=dt.UTC)}},
    ],
)
def test_with_its_licence_ended_nothing_is_given_though_the_window_is_open(build, changes):
    fields = dict(changes)
    licence = build.licence(**fields.pop("licence", {}))
    order = build.order(licences=(licence,), **fields)
    assert _offer(build, order) is Offer.ENDED
    said = offer_sentence(Offer.ENDED, order.downloads[0], build.NOW, dt.UTC, plain_date(dt.UTC))
    assert said == "The licence has ended, so there is nothing to download for it any more."
