"""What is known of a store's collections of orders."""

from __future__ import annotations

import datetime as dt

import pytest

from companion.domain.core.serialization import decode, encode
from companion.domain.store.collections import ASKED_AGAIN, Collections, digest_of

NOW = dt.datetime(2027, 3, 1, tzinfo=dt.UTC)
ORDERS = [("LF-1", '"a"'), ("LF-2", '"b"')]


@pytest.mark.parametrize(
    "others",
    [
        [("LF-1", '"a"')],
        [("LF-1", '"b"'), ("LF-2", '"a"')],
        [("LF-1", '"a"'), ("LF-2", '"c"')],
        [*ORDERS, ("LF-3", '"c"')],
        [],
    ],
)
def test_a_digest_stands_for_these_orders_alone(others: list[tuple[str, str | None]]) -> None:
    assert digest_of(ORDERS) == digest_of(ORDERS[::-1])
    assert digest_of(others) != digest_of(ORDERS)


def test_an_order_without_an_etag_has_no_digest() -> None:
    assert digest_of([*ORDERS, ("LF-3", None)]) is None


def test_the_newest_validators_are_kept_and_read_back() -> None:
    known = Collections()
    for number in range(60):
        known = known.with_etag(f"orders {number}", f"{number}").with_etag("the same", f"{number}")
    assert known.etag("the same") == "59"
    assert (known.etag("orders 59"), known.etag("orders 0")) == ("59", None)
    assert decode(encode(known), Collections, source="the library") == known


def test_a_store_without_collections_is_asked_again_after_a_month() -> None:
    known = Collections().without_offer(NOW)
    assert Collections().are_offered(NOW)
    assert not known.are_offered(NOW + ASKED_AGAIN - dt.timedelta(seconds=1))
    assert known.are_offered(NOW + ASKED_AGAIN)
    assert known.are_offered(NOW - dt.timedelta(days=1)), "the clock was wrong"
    assert known.with_etag("orders", "1").are_offered(NOW), "it has answered"
