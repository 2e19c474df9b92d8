"""Telephone numbers as people read them: the country's code apart, or as the store writes the same number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from companion.domain.core.phone_numbers import format_phone


@pytest.mark.parametrize(
    ("phone", "text"),
    [
        ("+351211234567", "+351 211 234 567"),  # Portugal
        ("+12065550142", "+1 206 555 0142"),  # North America
        ("+442079460142", "+44 207 946 0142"),  # United Kingdom
        ("+493012345678", "+49 301 234 5678"),  # Germany
        ("+33142345678", "+33 142 345 678"),  # France
        ("+81312345678", "+81 312 345 678"),  # Japan
        ("+5511912345678", "+55 119 123 456 78"),  # Brazil
        ("+74951234567", "+7 495 123 4567"),  # Russia, Kazakhstan
        ("+353112345678", "+353 112 345 678"),  # Ireland
        ("+97141234567", "+971 412 345 67"),  # United Arab Emirates
        ("+390612345678", "+39 061 234 5678"),  # Italy, whose numbers keep their 0
        ("+85221234567", "+852 212 345 67"),  # Hong Kong
        ("+80012345678", "+800 123 456 78"),  # international freephone
    ],
)
def test_the_code_of_the_country_stands_apart(phone: str, text: str) -> None:
    assert format_phone(phone) == text


@pytest.mark.parametrize("text", ["", "0800 123", "+0123456789", "+12", "ask at the desk", "+1206555014২"])
def test_what_is_no_number_is_shown_as_it_is(text: str) -> None:
    assert format_phone(text, "+1 206 555 0142") == text


@pytest.mark.parametrize("written", ["+44 20 7946 0142", "020 7946 0142", "(020) 7946-0142", "20 7946 0142"])
def test_the_stores_own_writing_is_shown(written: str) -> None:
    assert format_phone("+442079460142", written) == written


@pytest.mark.parametrize(
    "written",
    ["", "+44 20 7946 0143", "+1 20 7946 0142", "7946 0142", "+44 (0)20 7946 0142", "call 020 7946 0142", "020 7946\n"],
)
def test_writing_that_is_another_number_is_not_shown(written: str) -> None:
    assert format_phone("+442079460142", written) == "+44 207 946 0142"


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True).filter(str.isascii))
def test_no_digit_is_lost_and_none_stands_alone(phone: str) -> None:
    code, *groups = format_phone(phone).split(" ")
    assert code + "".join(groups) == phone
    assert len(code) <= 4
    assert all(len(group) in (2, 3, 4) for group in groups)
