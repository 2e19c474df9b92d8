"""The written forms of values: one for each meaning, and nothing that was not said."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError
from companion.domain.core.money import Money, decimals
from companion.domain.core.untrusted.foreign_text import clean_text
from companion.domain.purchases.facts import Field, canonical, item_key, read_value
from companion.domain.purchases.purchase import read_expiry
from companion.domain.purchases.values import Expiry, ExpiryKind, read_money


@pytest.mark.parametrize(
    ("field", "typed", "written"),
    [
        (Field.EXPIRES, "2027-01-08", "2027-01-08"),
        (Field.EXPIRES, " Never ", "never"),
        (Field.EXPIRES, "subscription", "subscription"),
        (Field.EXPIRES, "2027-01-08T10:00:00Z", "2027-01-08T10:00:00+00:00"),
        (Field.PRICE, "59.95 USD", "59.95 USD"),
        (Field.PRICE, "59.5 EUR", "59.50 EUR"),
        (Field.PRICE, "5995 JPY", "5995 JPY"),
        (Field.PRICE, "-3.125 KWD", "-3.125 KWD"),
        (Field.RENEWAL_TERM, "p2w", "P14D"),
        (Field.SEATS_LIMIT, "Unlimited", "unlimited"),
        (Field.SEATS_LIMIT, "0", "0"),
        (Field.AUTO_RENEW, "failed", "failed"),
        (Field.STATE, "notActivatedHere", "notActivatedHere"),
        (Field.MANAGE_PAGE, "https://shop.example/account", "https://shop.example/account"),
        (Field.MANAGE_PAGE, "http://127.0.0.1:8000/account", "http://127.0.0.1:8000/account"),
        (Field.PRODUCT, "  Harbour\tSuite\n ", "Harbour Suite"),
        (Field.DOWNLOAD_DIGEST, "AB" * 32, "ab" * 32),
    ],
)
def test_each_value_has_one_written_form(field: Field, typed: str, written: str) -> None:
    assert canonical(field, typed) == written
    assert canonical(field, written) == written


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        (Field.EXPIRES, "2027-01-08T10:00:00"),
        (Field.EXPIRES, "08/01/2027"),
        (Field.EXPIRES, "9999-12-31"),
        (Field.EXPIRES, "0001-01-01"),
        (Field.EXPIRES, "2027-02-30"),
        (Field.PRICE, "59,95 USD"),
        (Field.PRICE, "$59.95"),
        (Field.PRICE, "59.955 USD"),
        (Field.PRICE, "1.5 JPY"),
        (Field.PRICE, f"{2**63} JPY"),
        (Field.RENEWAL_TERM, "P0D"),
        (Field.RENEWAL_TERM, "1 year"),
        (Field.SEATS_USED, "-1"),
        (Field.SEATS_USED, "unlimited"),
        (Field.AUTO_RENEW, "maybe"),
        (Field.MANAGE_PAGE, "http://shop.example/account"),
        (Field.MANAGE_PAGE, "https://user:pw@shop.example/"),
        (Field.MANAGE_PAGE, "javascript:alert(1)"),
        (Field.PRODUCT, "\u200b\n"),
        (Field.DOWNLOAD_DIGEST, "abc"),
    ],
)
def test_what_cannot_be_meant_is_refused(field: Field, typed: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical(field, typed)


def test_a_mistyped_value_names_the_field_and_an_example() -> None:
    with pytest.raises(CompanionError, match="cannot be used") as caught:
        read_value(Field.PRICE, "59,95\u202e USD")
    assert "price" in caught.value.message
    assert "59.95 USD" in caught.value.hint
    assert "\u202e" not in caught.value.message


def test_a_day_lasts_until_its_end_where_the_person_is() -> None:
    zone = ZoneInfo("America/New_York")
    ends = read_expiry("2027-01-08").ends(zone)
    assert ends == dt.datetime(2027, 1, 8, 23, 59, 59, tzinfo=zone)
    assert read_expiry("2027-01-08T10:00:00+02:00").ends(zone) == dt.datetime(2027, 1, 8, 8, tzinfo=dt.UTC)
    assert read_expiry("never") == Expiry(kind=ExpiryKind.NEVER)
    assert read_expiry("never").ends(zone) is None
    assert read_expiry(None).kind is ExpiryKind.UNKNOWN


@given(amount=st.integers(-(10**15), 10**15), currency=st.sampled_from(["USD", "JPY", "KWD", "EUR"]))
def test_amounts_survive_being_written(amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    assert read_money(money.plain()) == money
    assert decimals(currency) in (0, 2, 3)


@given(st.text(max_size=2000))
def test_foreign_text_is_one_harmless_line(text: str) -> None:
    shown = clean_text(text)
    assert len(shown) <= 500
    assert shown == " ".join(shown.split())
    assert not set(shown) & set("\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\u200b\x00\x1b\x07\x7f\r\n\u2028")
    assert clean_text(shown) == shown


def test_items_are_told_apart_by_their_names() -> None:
    assert item_key(Field.PRODUCT, " Harbour  Suite") == item_key(Field.EXPIRES, "harbour suite")
    assert item_key(Field.PRODUCT, "Suite") != item_key(Field.DOWNLOAD, "Suite")
    assert item_key(Field.ORDER_NUMBER, "Suite") == ""
