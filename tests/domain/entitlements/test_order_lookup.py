import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from companion.domain.core.errors import CompanionError, ErrorKind
from companion.domain.entitlements.order_lookup import (
    check_store_url,
    known_number,
    tidy_card_digits,
    tidy_email,
    tidy_order_number,
    tidy_order_password,
)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("  LF-1001 ", "LF-1001"),
        ("LF – 1001", "LF-1001"),
        ("LF\u20111001\u200b", "LF-1001"),
        ("#12345", "12345"),
        ("\uff11\uff12\uff13\uff0d\uff14", "123-4"),
        ("Lf\u00a01001\n", "Lf1001"),
    ],
)
def test_an_order_number_is_tidied(typed, number):
    assert tidy_order_number(typed) == number


@pytest.mark.parametrize(
    ("tidy", "typed", "code"),
    [
        (tidy_order_number, "", "bad-order-number"),
        (tidy_order_number, "ann@mail.example", "bad-order-number"),
        (tidy_order_number, "LF<1001>", "bad-order-number"),
        (tidy_order_number, "1" * 65, "bad-order-number"),
        (tidy_email, "", "bad-email"),
        (tidy_email, "ann", "bad-email"),
        (tidy_email, "ann@mail", "bad-email"),
        (tidy_email, "ann lee@mail.example", "bad-email"),
        (tidy_email, "ann@-mail.example", "bad-email"),
        (tidy_card_digits, "123", "bad-card-digits"),
        (tidy_card_digits, "123456", "bad-card-digits"),
        (tidy_card_digits, "12a4", "bad-card-digits"),
        (tidy_card_digits, "4111 1111 1111 1111", "bad-card-digits"),
        (tidy_order_password, "   ", "bad-password"),
        (tidy_order_password, "a\x00b", "bad-password"),
        (tidy_order_password, "x" * 257, "bad-password"),
    ],
)
def test_what_cannot_be_right_names_the_input_to_check(tidy, typed, code):
    with pytest.raises(CompanionError) as caught:
        tidy(typed)
    assert (caught.value.code, caught.value.kind) == (code, ErrorKind.USAGE)
    assert caught.value.hint


def test_a_whole_card_number_is_refused_and_never_repeated():
    with pytest.raises(CompanionError) as caught:
        tidy_card_digits("4111 1111 1111 1234")
    assert "whole card number" in caught.value.message
    assert "1234" not in str(vars(caught.value))


def test_email_and_card_digits_are_tidied():
    assert tidy_email(" <mailto:Ann.Lee@Mail.EXAMPLE> ") == "Ann.Lee@mail.example"
    assert tidy_card_digits(" **** 1234 ").reveal() == "1234"
    assert tidy_card_digits("\uff11\uff12345").reveal() == "12345"


def test_a_password_keeps_its_case_and_its_inner_blanks():
    assert tidy_order_password("\u00a0 aB c\u200b\n").reveal() == "aB c"


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("store.example.com", "https://store.example.com"),
        (" https://Store.Example.com/shop/ ", "https://store.example.com/shop"),
        ("http://127.0.0.1:8123", "http://127.0.0.1:8123"),
        ("http://localhost:1/", "http://localhost:1"),
        ("http://[::1]:99/", "http://[::1]:99"),
    ],
)
def test_a_store_address_is_tidied(typed, url):
    assert check_store_url(typed) == url


@pytest.mark.parametrize(
    "typed",
    [
        *("", "http://store.example.com", "ftp://store.example", "https://", "https://ann:pw@store.example"),
        *("https://store.example/#x", "https://store.example/?x", "https://store.example:99999", "https://a b.example"),
        *("https://store.example\\@evil.example", "http://127.0.0.1.evil.example", "http://localhost.evil.example"),
        *(
            "https://[::1",
            "file:///etc/passwd",
            "https://@store.example",
            "http://[::ffff:8.8.8.8]",
            "javascript:alert(1)",
        ),
    ],
)
def test_an_address_that_would_not_be_safe_is_refused(typed):
    with pytest.raises(CompanionError) as caught:
        check_store_url(typed)
    assert (caught.value.code, caught.value.kind) == ("bad-store-url", ErrorKind.USAGE)
    assert "pw" not in str(vars(caught.value))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=40))
@example("¡:")
@example("shop.example:")
def test_nothing_but_the_agreed_error_ever_comes_out(text):
    for tidy in (tidy_order_number, tidy_email, tidy_card_digits, tidy_order_password, check_store_url):
        try:
            once = tidy(text)
        except CompanionError:
            continue
        if isinstance(once, str):
            assert tidy(once) == once


def test_a_known_order_is_meant_however_it_is_typed():
    known = ("LF-4821-0937", "LF-4821-0938", "ab-1", "AB1")
    assert known_number("lf48210937", known) == "LF-4821-0937"
    assert known_number("LF-4821-0938", known) == "LF-4821-0938"
    assert known_number("AB-1", known) == "AB-1", "two could be meant, so neither is guessed"
    assert known_number("LF-9", known) == "LF-9"
