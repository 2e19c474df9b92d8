"""Amounts as a person's own locale writes them, with the decimals of the currency they are in."""

from __future__ import annotations

import datetime as dt

import pytest
from PySide6.QtCore import QLocale

from companion.domain.core.money import Money
from companion.ui.look.format import Format


def shown(locale: str, amount: int, currency: str) -> str:
    """Returns the amount as the locale writes it, with plain blanks in place of those that do not break."""
    text = Format(QLocale(locale), dt.UTC).money(Money(amount=amount, currency=currency))
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "text"),
    [
        # The locale's own currency.
        ("en_US", 599500, "USD", "$5,995.00"),
        ("en_GB", 599500, "GBP", "£5,995.00"),
        ("de_DE", 599500, "EUR", "5.995,00 €"),
        ("de_CH", 599500, "CHF", "CHF 5'995.00"),
        ("fr_FR", 599500, "EUR", "5 995,00 €"),
        ("ja_JP", 5995, "JPY", "￥5,995"),
        ("pt_BR", 599500, "BRL", "R$ 5.995,00"),
        # Another currency: its symbol where that is understood, and its own number of decimals.
        ("en_US", 599500, "EUR", "€5,995.00"),
        ("en_US", 599500, "KWD", "KWD 599.500"),
        ("en_GB", 5995, "JPY", "¥5,995"),
        ("de_DE", 599500, "USD", "5.995,00 $"),
        ("de_DE", 599500, "KWD", "599,500 KWD"),
        ("fr_FR", 5995, "JPY", "5 995 ¥"),
        ("ja_JP", 599500, "USD", "$5,995.00"),
        ("pt_BR", 599500, "EUR", "€ 5.995,00"),
        # A symbol that the locale uses for its own currency names no other one.
        ("en_CA", 599500, "CAD", "$5,995.00"),
        ("en_CA", 599500, "USD", "USD 5,995.00"),
        ("zh_CN", 5995, "JPY", "JPY 5,995"),
        # Refunds and corrections.
        ("en_US", -550, "USD", "−$5.50"),
        ("en_GB", -550, "EUR", "−€5.50"),
        ("de_DE", -550, "EUR", "−5,50 €"),
        ("fr_FR", -550, "EUR", "−5,50 €"),
        ("ja_JP", -550, "JPY", "−￥550"),
        ("pt_BR", -550, "BRL", "−R$ 5,50"),
        ("en_US", -5, "KWD", "−KWD 0.005"),
        # Nothing, and a system without a locale of its own.
        ("de_DE", 0, "EUR", "0,00 €"),
        ("C", 599500, "EUR", "€5,995.00"),
    ],
)
def test_amounts_are_written_as_the_locale_writes_them(locale: str, amount: int, currency: str, text: str) -> None:
    assert shown(locale, amount, currency) == text


@pytest.mark.parametrize("amount", [1, 9, 10, 99, 101, 10**15 - 1, 10**15 + 1, 10**18 + 1])
@pytest.mark.parametrize(("currency", "places"), [("USD", 2), ("JPY", 0), ("KWD", 3)])
def test_no_digit_of_an_amount_is_lost(amount: int, currency: str, places: int) -> None:
    digits = "".join(sign for sign in shown("en_US", amount, currency) if sign.isdigit())
    assert digits == f"{amount:0{places + 1}d}"
