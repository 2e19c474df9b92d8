"""Licences: their keys, and what they are worth at a moment."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.model import Secret
from companion.domain.core.text import plain_date
from companion.domain.entitlements.licences import (
    EffectiveStatus,
    carried_on,
    effective_status,
    licence_keys,
    span_words,
    with_licence_keys,
)
from companion.domain.store.orders import LicenceStatus, OrderStatus
from tests.kits.build import NOW, Build


def test_keys_are_taken_out_and_put_back_by_licence():
    keyed = Build.licence(id="a", key=Secret("AAAA"))
    order = Build.order(licences=(keyed, Build.licence(id="b")))
    assert licence_keys(order) == {"a": Secret("AAAA")}
    bare = Build.order(licences=(Build.licence(id="a"), Build.licence(id="b")))
    assert with_licence_keys(bare, licence_keys(order)) == order
    assert with_licence_keys(bare, {}) == bare


def test_a_key_in_the_order_is_never_replaced_by_an_older_one():
    order = Build.order(licences=(Build.licence(id="a", key=Secret("NEW")),))
    assert with_licence_keys(order, {"a": Secret("OLD")}) == order


A_SECOND = dt.timedelta(seconds=1)
ACTIVE, REFUNDED = LicenceStatus.ACTIVE, LicenceStatus.REFUNDED


@pytest.mark.parametrize(
    ("changes", "order_status", "expected"),
    [
        ({}, OrderStatus.COMPLETED, EffectiveStatus.ACTIVE),
        ({"expires_at": NOW + A_SECOND}, OrderStatus.COMPLETED, EffectiveStatus.ACTIVE),
        ({"expires_at": NOW}, OrderStatus.COMPLETED, EffectiveStatus.EXPIRED),
        ({"expires_at": NOW - A_SECOND}, OrderStatus.COMPLETED, EffectiveStatus.EXPIRED),
        ({"expires_at": None}, OrderStatus.COMPLETED, EffectiveStatus.ACTIVE),
        ({"starts_at": NOW}, OrderStatus.COMPLETED, EffectiveStatus.ACTIVE),
        ({"starts_at": NOW + A_SECOND}, OrderStatus.COMPLETED, EffectiveStatus.NOT_STARTED),
        ({"starts_at": NOW + A_SECOND, "expires_at": NOW}, OrderStatus.COMPLETED, EffectiveStatus.EXPIRED),
        ({"status": LicenceStatus.EXPIRED}, OrderStatus.COMPLETED, EffectiveStatus.EXPIRED),
        ({"status": LicenceStatus.EXPIRED, "expires_at": None}, OrderStatus.COMPLETED, EffectiveStatus.EXPIRED),
        ({"status": REFUNDED}, OrderStatus.COMPLETED, EffectiveStatus.REFUNDED),
        ({"status": REFUNDED, "expires_at": NOW}, OrderStatus.COMPLETED, EffectiveStatus.REFUNDED),
        ({}, OrderStatus.REFUNDED, EffectiveStatus.REFUNDED),
    ],
)
def test_what_a_licence_is_worth_at_a_moment(changes, order_status, expected):
    licence = Build.licence(**changes)
    assert effective_status(Build.order(status=order_status, licences=(licence,)), licence, NOW) is expected


@pytest.mark.parametrize(
    ("state", "expires_at", "words"),
    [
        (EffectiveStatus.REFUNDED, NOW, "refunded; this licence has ended"),
        (EffectiveStatus.NOT_STARTED, NOW, "starts on 10 March 2027"),
        (EffectiveStatus.ACTIVE, None, "no end date"),
        (EffectiveStatus.ACTIVE, NOW + dt.timedelta(days=1), "active until 11 March 2027"),
        (EffectiveStatus.EXPIRED, NOW - dt.timedelta(days=1), "ran until 9 March 2027"),
    ],
)
def test_the_span_of_a_licence_in_words(state, expires_at, words):
    assert span_words(state, NOW, expires_at, plain_date(dt.UTC)) == words


def bought(number, start, *, status=ACTIVE, order_status=OrderStatus.COMPLETED, key_from=None, product="suite"):
    licence = Build.licence(id="lic", product_id=product, starts_at=start, status=status, key_from_order=key_from)
    return Build.order(number=number, status=order_status, licences=(licence,))


FIRST = bought("A", NOW)
LATER = NOW + A_SECOND


@pytest.mark.parametrize(
    ("second", "expected"),
    [
        (bought("B", LATER, key_from="A"), {("A", "lic")}),
        (bought("B", NOW - A_SECOND, key_from="A"), {("B", "lic")}),
        (bought("B", NOW, key_from="A"), set()),
        (bought("B", LATER), set()),
        (bought("B", LATER, key_from="C"), set()),
        (bought("B", LATER, key_from="A", product="other"), set()),
        (bought("B", LATER, key_from="A", status=REFUNDED), set()),
        (bought("B", LATER, key_from="A", order_status=OrderStatus.REFUNDED), set()),
        (bought("A", LATER), set()),
    ],
)
def test_which_of_two_licences_the_other_has_carried_on(second, expected):
    assert carried_on((FIRST, second)) == carried_on((second, FIRST)) == expected


def test_of_several_renewals_only_the_last_one_is_not_carried_on():
    orders = [FIRST, *(bought(name, NOW + n * A_SECOND, key_from="A") for n, name in enumerate("BCD", 1))]
    assert carried_on(orders) == {("A", "lic"), ("B", "lic"), ("C", "lic")}
    assert carried_on([FIRST]) == carried_on([]) == frozenset()


def test_other_licences_before_it_do_not_hide_a_renewal():
    single = bought("Z", NOW, product="other")
    assert carried_on([single, FIRST, bought("B", LATER, key_from="A")]) == {("A", "lic")}


def test_the_words_of_the_json_output_stay():
    assert [each.value for each in EffectiveStatus] == ["active", "notStarted", "expired", "refunded", "unknown"]


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.none() | st.integers(0, 4), st.booleans(), st.booleans()), max_size=7
    )
)  # fmt: skip
def test_what_is_carried_on_is_what_comparing_each_with_each_finds(family):
    """Thousands of renewals of one key are looked at once each."""
    orders = []
    for place, (number, day, order_refunded, licence_refunded) in enumerate(family):
        licence = Build.licence(
            id=f"lic-{place}",
            starts_at=NOW + dt.timedelta(days=day) if day is not None else None,
            status=REFUNDED if licence_refunded else ACTIVE,
            key_from_order="LF-0",
        )
        status = OrderStatus.REFUNDED if order_refunded else OrderStatus.COMPLETED
        orders.append(Build.order(number=f"LF-{number + 1}", status=status, licences=(licence,)))
    told = [(order.number, order.status, order.licences[0]) for order in orders]
    assert carried_on(orders) == {
        (number, licence.id)
        for number, _, licence in told
        for later_number, later_status, later in told
        if licence.starts_at is not None
        and later.starts_at is not None
        and later_number != number
        and later.starts_at > licence.starts_at
        and later.status is not REFUNDED
        and later_status is not OrderStatus.REFUNDED
    }
