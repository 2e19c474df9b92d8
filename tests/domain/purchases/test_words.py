"""Facts in words for people."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from companion.domain.core.text import plain_date, plain_money
from companion.domain.purchases.facts import Fact, Field, Source, SourceKind
from companion.domain.purchases.purchase import Purchase, Seats, overview, read_expiry
from companion.domain.purchases.words import (
    FIELD_WORDS,
    ends_words,
    origin_words,
    seats_words,
    source_words,
    value_words,
)

ZONE = ZoneInfo("Pacific/Auckland")
NOW = dt.datetime(2027, 3, 10, 12, tzinfo=dt.UTC)


def said(field: Field, value: str) -> Fact:
    return Fact(field=field, value=value, source=Source(kind=SourceKind.PERSON), said_at=NOW)


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (Field.EXPIRES, "2028-01-08", "8 January 2028"),
        (Field.EXPIRES, "2028-01-08T23:30:00+00:00", "9 January 2028"),
        (Field.EXPIRES, "never", "Never ends"),
        (Field.EXPIRES, "subscription", "As long as the subscription"),
        (Field.PRICE, "59.95 USD", "59.95 USD"),
        (Field.RENEWAL_TERM, "P1Y", "1 year"),
        (Field.RENEWAL_TERM, "P1Y6M", "1 year 6 months"),
        (Field.AUTO_RENEW, "failed", "The last charge failed"),
        (Field.STATE, "notActivatedHere", "Not activated on this PC"),
        (Field.SEATS_LIMIT, "unlimited", "Unlimited"),
        (Field.ORDER_NUMBER, "abc-18", "abc-18"),
        (Field.KEY, "0f" * 32, "Known, not shown"),
    ],
)
def test_a_value_reads_like_a_sentence(field: Field, value: str, words: str) -> None:
    assert value_words(said(field, value), plain_date(ZONE), plain_money) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2028-01-08", "until 8 January 2028"),
        ("2028-01-08T23:30:00+00:00", "until 9 January 2028"),
        ("never", "does not expire"),
        ("subscription", "as long as its subscription"),
        ("unknown", "end not known"),
    ],
)
def test_an_end_reads_like_part_of_a_sentence(value: str, words: str) -> None:
    expires = read_expiry(value if value != "unknown" else None)
    assert ends_words(expires, plain_date(ZONE)) == words


def test_every_field_has_a_name_of_its_own() -> None:
    assert set(FIELD_WORDS) == set(Field)
    assert len(set(FIELD_WORDS.values())) == len(FIELD_WORDS)


@pytest.mark.parametrize(
    ("seats", "words"),
    [
        (Seats(used=1, limit=3), "1 of 3 in use"),
        (Seats(used=1, limit="unlimited"), "1 of any number in use"),
        (Seats(used=2), "2 in use"),
        (Seats(limit=3), "3 PCs"),
        (Seats(limit="unlimited"), "Any number of PCs"),
        (Seats(), "Not known"),
    ],
)
def test_seats_are_never_guessed(seats: Seats, words: str) -> None:
    assert seats_words(seats) == words


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (Source(kind=SourceKind.PERSON), "you"),
        (Source(kind=SourceKind.EMAIL, name="shop@shop.example"), "the e-mail from shop@shop.example"),
        (Source(kind=SourceKind.EMAIL, name="an e-mail"), "an e-mail"),
        (Source(kind=SourceKind.STORE, name="Larkfield"), "the store Larkfield"),
        (Source(kind=SourceKind.DIRECTORY, name="quill"), "the directory of makers"),
    ],
)
def test_who_says_it(source: Source, words: str) -> None:
    assert source_words(source) == words


def test_where_it_is_from_is_the_best_name_known() -> None:
    told = [
        said(Field.SENDER_DOMAIN, "mail.shop.example"),
        said(Field.MAKER, "Quill Works"),
        said(Field.STORE_ADDRESS, "https://shop.example"),
        said(Field.STORE_NAME, "The Shop"),
    ]
    found = [origin_words(overview(Purchase(id="1", added_at=NOW, facts=tuple(told[:count])))) for count in range(5)]
    assert found == ["", "mail.shop.example", "Quill Works", "shop.example", "The Shop"]
