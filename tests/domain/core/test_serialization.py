"""How values are read and written, and that secrets do not show."""

from __future__ import annotations

import copy
import datetime as dt
import pickle

import pytest

from companion.domain.core.errors import CompanionError, ErrorCode, ErrorKind
from companion.domain.core.model import Model, Secret
from companion.domain.core.money import Money
from companion.domain.core.serialization import decode, encode, encode_without_secrets
from companion.domain.core.time.periods import Period
from companion.domain.store.orders import Grant, Order, Session

CANARY = "CANARY-pa55-Word"


class Wrapped(Model, frozen=True):
    name: str
    password: Secret | None = None
    term: Period | None = None


def test_a_secret_is_written_only_where_it_must_be() -> None:
    value = Wrapped(name="x", password=Secret(CANARY), term=Period(years=1))
    assert CANARY.encode() in encode(value)
    assert encode_without_secrets(value) == b'{"name":"x","password":null,"term":"P1Y"}'
    assert decode(encode(value), Wrapped, source="x") == value


def test_a_secret_never_shows_by_accident() -> None:
    secret = Secret(CANARY)
    for shown in (
        str(secret),
        repr(secret),
        f"{secret}",
        f"{secret!r}",
        f"{[secret]}",
        repr(Wrapped(name="x", password=secret)),
    ):
        assert CANARY not in shown
    with pytest.raises(TypeError):
        pickle.dumps(secret)
    with pytest.raises(TypeError):
        copy.deepcopy(secret)


def test_a_signed_address_never_shows_by_accident() -> None:
    now = dt.datetime.now(dt.UTC)
    grant = Grant(
        artifact_id="a", url=f"https://store.example/f?signature={CANARY}", url_expires_at=now, filename="f", size=1,
        sha256="0" * 64, version="1", publisher="p",
    )  # fmt: skip
    assert CANARY not in repr(grant)


@pytest.mark.parametrize(
    "sent",
    [
        b"", b"{", b"null", b"[]", b'"text"', b"\xff\xfe", b"[" * 100_000, b'{"token":' + b"[" * 5000,
        b'{"token": 7, "expiresAt": "2026-01-01T00:00:00Z", "orderNumbers": []}',
        b'{"token": "CANARY-pa55-Word", "expiresAt": "2026-01-01T00:00:00", "orderNumbers": []}',
        b'{"token": "CANARY-pa55-Word", "expiresAt": "tomorrow", "orderNumbers": []}',
        b'{"token": "CANARY-pa55-Word"}',
    ],
    ids=lambda sent: sent[:12].decode("latin-1"),
)  # fmt: skip
def test_what_does_not_fit_is_refused_without_being_repeated(sent: bytes) -> None:
    with pytest.raises(CompanionError) as caught:
        decode(sent, Session, source="the store")
    assert caught.value.code == ErrorCode.MALFORMED_ANSWER
    assert caught.value.kind is ErrorKind.UNREACHABLE
    assert "the store" in caught.value.message
    assert CANARY not in str(vars(caught.value))
    assert caught.value.__cause__ is None


def test_the_field_that_does_not_fit_is_named() -> None:
    with pytest.raises(CompanionError) as caught:
        decode(b'{"number": "LF-1", "status": 7}', Order, source="the store")
    assert "$.status" in caught.value.message


def test_unknown_fields_are_for_newer_programs() -> None:
    assert decode(b'{"name": "x", "colour": "blue"}', Wrapped, source="x") == Wrapped(name="x")


@pytest.mark.parametrize(
    ("amount", "currency", "plain"),
    [
        (5995, "USD", "59.95 USD"),
        (-5, "EUR", "-0.05 EUR"),
        (1200, "JPY", "1200 JPY"),
        (1234, "KWD", "1.234 KWD"),
        (0, "GBP", "0.00 GBP"),
    ],
)
def test_money_has_the_decimals_of_its_currency(amount: int, currency: str, plain: str) -> None:
    assert Money(amount=amount, currency=currency).plain() == plain


@pytest.mark.parametrize("text", ["P1Y", "P1M", "P30D", "P1Y6M", "P0D"])
def test_periods_survive_reading_and_writing(text: str) -> None:
    assert str(Period.parse(text)) == text


@pytest.mark.parametrize("text", ["", "P", "PT1H", "1Y", "P-1D", "P1.5Y", "P1D ", "P99999999999D"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="period"):
        Period.parse(text)
